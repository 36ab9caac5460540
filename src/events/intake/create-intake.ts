// From a POST to /webhooks/<name>, or an item of a feed, to events in the log: verified, made into events, stored,
// answered. Made by compose.ts for each configuration, called by the server and by follow-feed.ts.
import { createHash } from 'node:crypto';
import type { WebhookSettings, WebhooksSettings } from '../../config/webhook-settings.ts';
import type { FeedsSettings } from '../../config/feed-settings.ts';
import type { EntityChange, EventLog } from '../../contract/events.ts';
import type {
  DeadLetter,
  DeadLetters,
  Delivery,
  DeliveryAnswer,
  DeliveryOutcome,
  WebhookIntake,
} from '../../contract/webhooks.ts';
import { HubFault, toHubFault } from '../../faults/hub-fault.ts';
import type { DeliveryCounts } from '../../telemetry/delivery-counts.ts';
import type { Logger } from '../../telemetry/logger.ts';
import { compileMapping, type Mapping } from './compile-mapping.ts';
import { createScheme } from './create-scheme.ts';
import { describedMapping, type DescribedEvents } from './described-mapping.ts';
import { feedOrigin, type Origin } from './feed-origin.ts';
import { parseBody } from './parse-body.ts';

export interface IntakeOptions {
  readonly webhooks: WebhooksSettings;
  readonly feeds: FeedsSettings;
  readonly log: EventLog;
  readonly deadLetters: DeadLetters;
  /** What the description of a source tells of; asked for webhooks with `openapi`. */
  readonly describedBy: (source: string) => DescribedEvents;
  /** Called after events were stored. */
  readonly wake: () => void;
  readonly counts: DeliveryCounts;
  readonly logger: Logger;
  /** Milliseconds since 1970. Default `Date.now`. */
  readonly now?: () => number;
}

export interface Intake extends WebhookIntake {
  /**
   * Makes events of an item of a feed, or a dead letter. Rejects with HUB_EVENT_STORE_UNAVAILABLE or
   * HUB_CAPACITY_EXCEEDED. Items of a feed that there is no more are ignored.
   */
  take(feed: string, delivery: Delivery): Promise<void>;
  /**
   * Makes events of a dead letter, with the mapping as it is now. Resolves with how many were new. Rejects with
   * HUB_EVENT_UNMAPPED where the mapping still fails, and with HUB_EVENT_STORE_UNAVAILABLE.
   */
  replay(letter: DeadLetter): Promise<number>;
}

interface Webhook extends Origin {
  readonly settings: WebhookSettings;
}

/** Throws HUB_CONFIG_INVALID where a mapping is no JSONata, or the source's description does not have the webhook. */
export function createIntake(options: IntakeOptions): Intake {
  const { log, deadLetters, counts, logger, now = Date.now } = options;
  const mappingOf = (name: string, { source, map = [], openapi }: WebhookSettings): Mapping =>
    openapi === undefined
      ? compileMapping(`webhooks.${name}`, map)
      : describedMapping(name, { source, openapi }, options.describedBy(source));
  const webhooks = new Map(
    Object.entries(options.webhooks).map(([name, settings]): [string, Webhook] => [
      name,
      { name, settings, scheme: createScheme(settings), mapping: mappingOf(name, settings) },
    ]),
  );
  const feeds = new Map(Object.entries(options.feeds).map(([name, settings]) => [name, feedOrigin(name, settings)]));
  const origins = new Map<string, Origin>([...webhooks.values(), ...feeds.values()].map((one) => [one.name, one]));

  const answer = (name: string, outcome: DeliveryOutcome, details: Readonly<Record<string, unknown>> = {}) => {
    counts.count(origins.has(name) ? name : '(unknown)', outcome);
    return { ...ANSWERS[outcome], body: { ...ANSWERS[outcome].body, ...details } };
  };

  /** Rejects with HUB_EVENT_UNMAPPED where the body cannot be made into events. */
  async function toChanges(origin: Origin, delivery: Delivery): Promise<readonly EntityChange[] | Challenge> {
    const { settings, scheme, mapping } = origin;
    try {
      const body = parseBody(delivery.body);
      const challenge = scheme.challenge?.(body);
      if (challenge !== undefined) return { challenge };
      const id = boundedId(scheme.deliveryId(delivery, body));
      const changes = await mapping({ body, headers: delivery.headers });
      return changes.map(({ deliveryId, ...change }) => {
        const own = boundedId(deliveryId) ?? id;
        return {
          source: settings.source,
          correlationId: delivery.requestId,
          ...change,
          ...(own === undefined ? {} : { deliveryId: own }),
        };
      });
    } catch (thrown) {
      const { message } = thrown as { readonly message: string };
      throw new HubFault('HUB_EVENT_UNMAPPED', message, { cause: thrown });
    }
  }

  async function keep({ name, settings, scheme }: Origin, delivery: Delivery, reason: string): Promise<void> {
    const id = boundedId(scheme.deliveryId(delivery, parsedOrNothing(delivery.body)));
    await deadLetters.keep({
      webhook: name,
      source: settings.source,
      reason,
      headers: withoutSecrets(delivery.headers, settings),
      body: delivery.body,
      ...(id === undefined ? {} : { deliveryId: id }),
    });
    logger.warn({ webhook: name, reason, deliveryId: id }, 'a delivery was kept as a dead letter');
  }

  async function store(origin: Origin, delivery: Delivery): Promise<DeliveryAnswer> {
    const { name } = origin;
    try {
      const changes = await toChanges(origin, delivery);
      if ('challenge' in changes) return { ...answer(name, 'challenge'), body: changes.challenge };
      if (changes.length === 0) return answer(name, 'ignored');
      const events = await log.append(changes);
      if (events.length === 0) return answer(name, 'duplicate');
      options.wake();
      return answer(name, 'stored', { events: events.length });
    } catch (thrown) {
      const fault = toHubFault(thrown);
      // What the log refuses because of what it is, it would refuse each time: the sender need not try again.
      if (fault.code !== 'HUB_EVENT_UNMAPPED' && fault.code !== 'HUB_INTERNAL') throw fault;
      await keep(origin, delivery, fault.message);
      return answer(name, 'dead-letter');
    }
  }

  return {
    limitsOf: (name) => webhooks.get(name)?.settings,
    refuse: (name, why) => answer(name, why),
    async receive(name, delivery) {
      const webhook = webhooks.get(name);
      if (webhook === undefined) return answer(name, 'unknown-name');
      if (!webhook.scheme.verify(delivery, now())) return answer(name, 'bad-signature');
      try {
        return await store(webhook, delivery);
      } catch (thrown) {
        const fault = toHubFault(thrown);
        logger.error({ err: fault, webhook: name, requestId: delivery.requestId }, 'a delivery could not be stored');
        return answer(name, fault.retryable ? 'unavailable' : 'failed');
      }
    },
    async take(feed, delivery) {
      const origin = feeds.get(feed);
      if (origin !== undefined) await store(origin, delivery);
    },
    async replay(letter) {
      const origin = origins.get(letter.webhook);
      if (origin === undefined) {
        throw new HubFault('HUB_EVENT_UNMAPPED', `there is no webhook "${letter.webhook}" any more`);
      }
      const { headers, body } = letter;
      const changes = await toChanges(origin, { requestId: letter.id, headers, body });
      const events = 'challenge' in changes ? [] : await log.append(changes);
      await deadLetters.markReplayed(letter.id);
      if (events.length > 0) options.wake();
      return events.length;
    },
  };
}

interface Challenge {
  readonly challenge: Readonly<Record<string, unknown>>;
}

/** Which of the ways to be wrong a signature has is nobody's business: bad, old or unknown, the answer is the same. */
const ANSWERS: Readonly<Record<DeliveryOutcome, DeliveryAnswer>> = {
  stored: { status: 200, body: { status: 'stored' } },
  // As the first time, for a sender that did not hear of it.
  duplicate: { status: 200, body: { status: 'stored', events: 0 } },
  ignored: { status: 200, body: { status: 'ignored' } },
  challenge: { status: 200, body: {} },
  'dead-letter': { status: 202, body: { status: 'kept' } },
  'bad-signature': {
    status: 401,
    // RFC 9110, section 15.5.2: a 401 says how to prove who one is.
    headers: { 'www-authenticate': 'Webhook' },
    body: { error: 'this delivery is not signed as it should be' },
  },
  'unknown-name': { status: 404, body: { error: 'there is no such webhook' } },
  'too-large': { status: 413, headers: { connection: 'close' }, body: { error: 'the body is larger than allowed' } },
  'wrong-type': { status: 415, body: { error: 'the body must be JSON' } },
  unavailable: {
    status: 503,
    headers: { 'retry-after': '5', connection: 'close' },
    body: { error: 'events cannot be stored now' },
  },
  failed: { status: 500, body: { error: 'something went wrong inside the hub' } },
};

const MAX_ID_LENGTH = 200;

/** An id is part of an index; one that is longer than any provider's is as good by its digest. */
function boundedId(id: string | undefined): string | undefined {
  if (id === undefined || id === '') return undefined;
  return id.length <= MAX_ID_LENGTH ? id : `sha256:${createHash('sha256').update(id).digest('hex')}`;
}

function parsedOrNothing(body: Buffer): unknown {
  try {
    return parseBody(body);
  } catch {
    return undefined;
  }
}

const SECRET_HEADERS: ReadonlySet<string> = new Set(['authorization', 'proxy-authorization', 'cookie']);

/** What a mapping may look at once more when the letter is replayed; never what proves who sent it. */
function withoutSecrets(headers: Delivery['headers'], { header: own }: Origin['settings']): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).filter(
      ([name]) => !SECRET_HEADERS.has(name) && !/signature|hmac|token|secret|api-?key/.test(name) && name !== own,
    ),
  );
}
