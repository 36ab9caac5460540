// One feed, while this hub has it: opened, each item handed on, opened again where it ended. Called by run-feeds.ts.
import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { ExponentialBackoff, type IBackoff } from 'cockatiel';
import type { StreamedResponse } from '../../contract/graph.ts';
import type { HubStream } from '../../contract/hub-call.ts';
import { toHubFault } from '../../faults/hub-fault.ts';
import type { Logger } from '../../telemetry/logger.ts';
import type { Intake } from '../intake/create-intake.ts';
import { DELIVERY_ID } from '../intake/feed-origin.ts';
import type { Feed } from './compile-feed.ts';

export interface FollowFeedOptions {
  readonly stream: HubStream;
  readonly take: Intake['take'];
  /** Where the feed goes on; only asked where it can. Both reject where the store cannot be reached. */
  readonly place: { read(): Promise<string | null>; keep(place: string): Promise<void> };
  readonly logger: Logger;
  /** Aborts where the hub stops, the feed changes or another hub has it. */
  readonly signal: AbortSignal;
}

/** Pauses before a feed is opened again, and before an item is tried again that could not be stored. */
const pauses = new ExponentialBackoff({ initialDelay: 250, maxDelay: 30_000 });
/** A stream that stood this long was a good one, even if no item came. */
const LASTING_MS = 30_000;

/** Resolves when the signal has aborted and the item under way is stored. Never rejects. */
export async function followFeed(feed: Feed, options: FollowFeedOptions): Promise<void> {
  const { logger, signal } = options;
  const { name, settings } = feed;
  let backoff: IBackoff<unknown> | undefined;
  // A source that is away for hours is told of once.
  const tell: Tell = (told, message) =>
    logger[backoff === undefined ? 'warn' : 'debug']({ feed: name, source: settings.source, ...told }, message);
  const onItem = (): void => (backoff = undefined);
  const gone = (): boolean => signal.aborted;

  while (!gone()) {
    const openedAt = performance.now();
    await readStream(feed, options, tell, onItem);
    if (gone()) return;
    if (performance.now() - openedAt >= LASTING_MS) backoff = undefined;
    tell({}, 'a feed has ended and is opened again; what happens meanwhile is known to one with `resume` alone');
    backoff = (backoff ?? pauses).next(undefined);
    await pause(backoff.duration, undefined, { signal }).catch(() => undefined);
  }
}

type Tell = (told: object, message: string) => void;

/** Until the stream ends, for whatever reason. */
async function readStream(feed: Feed, options: FollowFeedOptions, tell: Tell, onItem: () => void): Promise<void> {
  const { signal, stream, place } = options;
  const open = new AbortController();
  const abort = (): void => open.abort();
  signal.addEventListener('abort', abort, { once: true });
  try {
    const after = feed.resume === undefined ? null : await place.read();
    const variables = after === null ? {} : { after: JSON.parse(after) as unknown };
    const { subscription: text, scopes } = feed.settings;
    const as = `feed:${feed.name}`;
    for await (const { data, errors } of stream({ text, variables, scopes, as, correlationId: as }, open.signal)) {
      if (signal.aborted) return;
      if (data === null || data === undefined) {
        tell({ errors: toTexts(errors) }, 'a feed brought errors instead of an item');
        continue;
      }
      onItem();
      await takeItem(feed, data, options);
    }
  } catch (thrown) {
    tell({ err: toHubFault(thrown) }, 'a feed was interrupted');
  } finally {
    signal.removeEventListener('abort', abort);
    open.abort();
  }
}

/**
 * Stores the item, and then its place: a hub that ends in between gets it again, with the same delivery id. Never rejects:
 * one item that cannot be stored, whatever the reason, does not keep the others back.
 */
async function takeItem(feed: Feed, data: unknown, { signal, take, place, logger }: FollowFeedOptions): Promise<void> {
  const about = { feed: feed.name, source: feed.settings.source };
  const found = await feed.resume?.(data).catch((thrown: unknown) => {
    logger.error({ ...about, err: toHubFault(thrown) }, 'an item of a feed has no place to go on after');
  });
  const reached = found === undefined || found === null ? undefined : JSON.stringify(found);
  const delivery = {
    requestId: randomUUID(),
    headers: reached === undefined ? {} : { [DELIVERY_ID]: `${feed.name}:${reached}` },
    body: Buffer.from(JSON.stringify(data)),
  };
  let backoff: IBackoff<unknown> | undefined;
  while (!signal.aborted) {
    try {
      await take(feed.name, delivery);
      if (reached !== undefined) await place.keep(reached);
      return;
    } catch (thrown) {
      const err = toHubFault(thrown);
      if (!err.retryable) {
        logger.error({ ...about, err }, 'an item of a feed could not be stored');
        return;
      }
      if (backoff === undefined) logger.warn({ ...about, err }, 'a feed waits for the event store');
      backoff = (backoff ?? pauses).next(undefined);
      await pause(backoff.duration, undefined, { signal }).catch(() => undefined);
    }
  }
}

const toTexts = (errors: StreamedResponse['errors'] = []): readonly string[] =>
  errors.map(({ message, extensions }) => `${message} (${extensions.code})`);
