// Subscriptions of one remote source: connects, hands events on, connects again where the connection was lost.
import { setTimeout as pause } from 'node:timers/promises';
import { ExponentialBackoff, type IBackoff } from 'cockatiel';
import type { SourceSettings } from '../../config/source-settings.ts';
import type { FetchResult } from '../../contract/fetch.ts';
import type { Scope } from '../../contract/scope.ts';
import type { SourceStats } from '../../contract/source-stats.ts';
import { type HubFault, toHubFault } from '../../faults/hub-fault.ts';
import type { Logger } from '../../telemetry/logger.ts';
import { createDirectClient } from '../../transport/direct-client.ts';
import { createEventQueue, type EventQueue } from './event-queue.ts';
import { createAnswerReader, type AnswerReader } from './read-answer.ts';
import type { OpenStream, StreamPayload, StreamSink, StreamTarget } from './stream-connection.ts';
import { openGraphQlWs } from './stream-graphql-ws.ts';
import { openLegacyWs } from './stream-legacy-ws.ts';
import type { StreamProtocol, SubscriptionSettings } from './stream-settings.ts';
import { openSse } from './stream-sse.ts';

export interface StreamerOptions {
  readonly source: string;
  /** Of the source; used where `subscriptions` names none. */
  readonly url: string;
  readonly settings: SourceSettings & { readonly subscriptions?: SubscriptionSettings | undefined };
  readonly logger: Logger;
  /** Each attempt to connect is a call of the source; how long a stream then lasts is not. */
  readonly stats: SourceStats;
  /** Events that wait for a slow reader before the oldest are lost; by default 256. */
  readonly maxQueued?: number;
}

export interface Streamer {
  /**
   * Ends when `scope.signal` aborts or the source completes. GraphQL errors of the source, or a connection that is lost
   * for good, are its last result. A connection that is lost is made again with growing pauses; after as many attempts
   * in a row as the source's `retry.attempts` say, or the first where `scope.connectsOnce`, it is given up. What happens in between is not delivered.
   */
  subscribe(payload: StreamPayload, scope: Scope): AsyncIterable<FetchResult>;
  /** The source's configured credentials: what no error of its may repeat. */
  readonly secrets: readonly string[];
  close(): Promise<void>;
}

const OPENERS: Readonly<Record<StreamProtocol, OpenStream>> = {
  'graphql-ws': openGraphQlWs,
  sse: openSse,
  'subscriptions-transport-ws': openLegacyWs,
};
const MAX_QUEUED = 256;
/** A connection that stood this long was a good one, even if no event came. */
const LASTING_MS = 30_000;

type End =
  | { readonly kind: 'complete' | 'cancelled' }
  | { readonly kind: 'refused'; readonly result: FetchResult }
  | { readonly kind: 'dropped'; readonly fault: HubFault; readonly again: boolean };

export function createStreamer(options: StreamerOptions): Streamer {
  const { source, settings, logger, stats } = options;
  const open = OPENERS[settings.subscriptions?.protocol ?? 'graphql-ws'];
  const url = new URL((settings.subscriptions?.url ?? options.url).replace(/^ws/i, 'http'));
  const direct = createDirectClient(source, url.href, settings);
  const answers = createAnswerReader(source, direct.secrets);
  const exponential = new ExponentialBackoff({
    initialDelay: settings.retry.initialDelayMs,
    maxDelay: settings.retry.maxDelayMs,
  });

  const targetFor = async (scope: Scope): Promise<StreamTarget> => {
    const plain = { origin: url.origin, path: url.pathname + url.search, headers: {}, body: undefined };
    const { origin, path, headers } = await direct.authorize({ method: 'GET', ...plain }, scope);
    const { timeoutMs, maxResponseBytes } = settings;
    return { source, url: new URL(origin + path), headers, timeoutMs, maxBytes: maxResponseBytes };
  };

  /** One connection, until it ends. */
  async function* connection(payload: StreamPayload, scope: Scope): AsyncGenerator<FetchResult, Ended> {
    const queue = createEventQueue<End>(source, options.maxQueued ?? MAX_QUEUED);
    const gone = (): boolean => scope.signal.aborted;
    const startedAt = performance.now();
    let connectedAt: number | undefined;
    let events = 0;
    // A server that accepts every connection only to cut it has to be given up at some time, too.
    const endedWith = (end: End): Ended => {
      if (connectedAt === undefined && end.kind === 'dropped') {
        stats.record(performance.now() - startedAt, end.fault.code);
      }
      return {
        end,
        lasted: events > 0 || (connectedAt !== undefined && performance.now() - connectedAt >= LASTING_MS),
      };
    };
    const connected = (): void => {
      connectedAt = performance.now();
      stats.record(connectedAt - startedAt);
    };
    const onAbort = (): void => queue.end({ kind: 'cancelled' });
    scope.signal.addEventListener('abort', onAbort, { once: true });
    let cancel: (() => void) | undefined;
    try {
      const target = await targetFor(scope);
      if (gone()) return endedWith({ kind: 'cancelled' });
      cancel = open(target, payload, sinkOf(queue, answers, connected));
      for (;;) {
        const next = await queue.next();
        if (gone()) return endedWith({ kind: 'cancelled' });
        if ('end' in next) return endedWith(next.end);
        events += 1;
        yield next.result;
      }
    } catch (thrown) {
      const fault = toHubFault(thrown);
      return endedWith({ kind: 'dropped', fault, again: fault.retryable });
    } finally {
      scope.signal.removeEventListener('abort', onAbort);
      cancel?.();
    }
  }

  async function* subscribe(payload: StreamPayload, scope: Scope): AsyncGenerator<FetchResult, void> {
    let failures = 0;
    let backoff: IBackoff<unknown> | undefined;
    while (!scope.signal.aborted) {
      const { end, lasted } = yield* connection(payload, scope);
      if (end.kind === 'refused') yield end.result;
      if (end.kind !== 'dropped') return;
      if (lasted) {
        failures = 0;
        backoff = undefined;
      }
      failures += 1;
      if (!end.again || scope.connectsOnce === true || failures >= settings.retry.attempts) {
        yield { data: null, errors: [{ fault: end.fault }] };
        return;
      }
      logger.info({ source, code: end.fault.code, failures }, 'a subscription lost its connection and tries again');
      backoff = (backoff ?? exponential).next(undefined);
      await pause(backoff.duration, undefined, { signal: scope.signal }).catch(() => undefined);
    }
  }

  return { subscribe, secrets: direct.secrets, close: () => direct.close() };
}

interface Ended {
  readonly end: End;
  /** Whether the connection was good for something, so that the count of failures begins anew. */
  readonly lasted: boolean;
}

function sinkOf(queue: EventQueue<End>, answers: AnswerReader, connected: () => void): StreamSink {
  return {
    connected,
    next(response) {
      try {
        queue.push(answers.toResult(response));
      } catch (thrown) {
        queue.end({ kind: 'dropped', fault: toHubFault(thrown), again: false });
      }
    },
    complete: () => queue.end({ kind: 'complete' }),
    refused(errors) {
      try {
        queue.end({ kind: 'refused', result: answers.toResult({ errors }) });
      } catch (thrown) {
        queue.end({ kind: 'dropped', fault: toHubFault(thrown), again: false });
      }
    },
    dropped: (fault, again) => queue.end({ kind: 'dropped', fault, again }),
  };
}
