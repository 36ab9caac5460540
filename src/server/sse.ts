// GraphQL over server-sent events, in distinct connections mode: one operation a request, on a path of its own and on the
// graph's path where the caller prefers an event stream.
import { Readable } from 'node:stream';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
// Of the library only its wire format and its client: its handler takes from the source without regard to the client.
import { print } from 'graphql-sse';
import { HubFault } from '../faults/hub-fault.ts';
import type { Logger } from '../telemetry/logger.ts';
import { afterLifetime, atExpiry } from './credential-expiry.ts';
import { EVENT_STREAM, prefersEventStream } from './media-types.ts';
import { readOperationPayload } from './operation-payload.ts';
import { flattenHeaders, type Authenticate } from './request-context.ts';
import type { StartedOperation, StartOperation, StreamedResult } from './start-operation.ts';

export interface SseOptions {
  readonly authenticate: Authenticate;
  readonly start: StartOperation;
  readonly logger: Logger;
  /** Pause between comments that keep proxies from closing a quiet stream. Default 12,000. */
  readonly keepAliveMs?: number;
  /** How long a client may leave unread what was sent to it; then it is cut off. Default 30,000. */
  readonly unreadMs?: number;
  /** How long a stream may last; its client then connects again, and goes on where it was. No limit by default. */
  readonly maxLifetimeMs?: number | undefined;
}

export interface SseEndpoint {
  /** `streamPath` always streams; `graphPath` where the caller prefers it. */
  register(server: FastifyInstance, streamPath: string, graphPath: string): void;
  /** Takes nothing new and ends subscriptions, whose clients connect again; queries and mutations go on to their end. */
  close(): void;
}

/** Browsers take it as the beginning of a stream, clients as nothing. */
const COMMENT = ':\n\n';
/** How long clients wait before they connect again: not all of them at once. */
const RETRY_MS = 1_000;
/** A stream that ends without it was interrupted: clients connect again. */
const COMPLETE = print({ event: 'complete', data: null });

export function createSseEndpoint(options: SseOptions): SseEndpoint {
  const { authenticate, start, logger, keepAliveMs = 12_000, unreadMs = 30_000, maxLifetimeMs } = options;
  const draining = new AbortController();

  async function answer(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
    if (draining.signal.aborted) throw new HubFault('HUB_CAPACITY_EXCEEDED', 'the hub is stopping; connect again');
    const payload = readOperationPayload(request);
    const headers = flattenHeaders(request.headers);
    const principal = await authenticate({ headers });
    let operation: StartedOperation;
    try {
      operation = start({ id: request.id, principal, headers, resumeAfter: lastEventId(headers) }, payload);
    } catch (thrown) {
      // An event source cannot read the body of a refusal: what is wrong with the document is its one result.
      return send(reply, [errorEvent(thrown), COMPLETE]);
    }
    if (request.method === 'GET' && operation.kind === 'mutation') {
      operation.end();
      void reply.header('allow', 'POST');
      throw Object.assign(new Error('a mutation is sent with POST'), { statusCode: 405 });
    }
    const expired = new AbortController();
    const cut = AbortSignal.any(
      operation.kind === 'subscription'
        ? [operation.expired, expired.signal, draining.signal]
        : [operation.expired, expired.signal],
    );
    cut.addEventListener('abort', () => operation.end(), { once: true });
    const giveUp = (): void => {
      logger.info({ requestId: request.id }, 'an event stream was cut off: its client does not read');
      reply.raw.destroy();
    };
    const stopExpiry = atExpiry(principal, () => expired.abort());
    const stopLifetime =
      operation.kind === 'subscription' ? afterLifetime(maxLifetimeMs, () => expired.abort()) : stopExpiry;
    const stopKeepingAlive = keepAlive(reply, giveUp);
    reply.raw.once('close', () => {
      operation.end();
      stopExpiry();
      stopLifetime();
      stopKeepingAlive();
    });
    return send(reply, events(operation, cut, giveUp));
  }

  /** The next result is asked for when the client has taken the one before: nothing piles up in between. */
  async function* events(operation: StartedOperation, cut: AbortSignal, giveUp: () => void): AsyncGenerator<string> {
    yield `retry: ${RETRY_MS + Math.floor(Math.random() * RETRY_MS)}\n${COMMENT}`;
    try {
      for await (const result of resultsOf(operation)) {
        const timer = setTimeout(giveUp, unreadMs).unref();
        yield toItem(result);
        clearTimeout(timer);
      }
    } catch (thrown) {
      yield errorEvent(thrown);
    }
    if (!cut.aborted) yield COMPLETE;
  }

  function keepAlive(reply: FastifyReply, giveUp: () => void): () => void {
    let unread: NodeJS.Timeout | undefined;
    const pulse = setInterval(() => {
      if (unread !== undefined || !reply.raw.headersSent) return;
      unread = setTimeout(giveUp, unreadMs).unref();
      // Between two events: the stream that is piped beside it writes whole ones only.
      reply.raw.write(COMMENT, () => {
        clearTimeout(unread);
        unread = undefined;
      });
    }, keepAliveMs).unref();
    return () => {
      clearInterval(pulse);
      clearTimeout(unread);
    };
  }

  const errorEvent = (thrown: unknown): string =>
    toEvent({ errors: start.errors(thrown).map(({ carried }) => carried) });

  return {
    register(server, streamPath, graphPath) {
      server.route({ method: ['GET', 'POST'], url: streamPath, handler: answer });
      server.addHook('preHandler', async (request, reply) => {
        if (request.routeOptions.url !== graphPath || !['GET', 'POST'].includes(request.method)) return;
        if (prefersEventStream(request.headers.accept)) await answer(request, reply);
      });
    },
    close: () => draining.abort(),
  };
}

/** What a client that connects again sends by itself (HTML, section 9.2: the ID of the last event that it received). */
function lastEventId(headers: Readonly<Record<string, string>>): string | undefined {
  const id = headers['last-event-id'];
  return id === undefined || id === '' ? undefined : id;
}

async function* resultsOf(operation: StartedOperation): AsyncGenerator<StreamedResult> {
  if (operation.kind === 'subscription') yield* operation.subscribe();
  else yield { result: await operation.execute() };
}

/** Errors are in their outward form already. */
const toEvent = (result: object): string => print({ event: 'next', data: result });

/** With its place as the id of the event; a place alone is an event without data, which clients only remember. */
function toItem({ result, cursor }: StreamedResult): string {
  const id = cursor === undefined ? '' : `id: ${cursor}\n`;
  return result === undefined ? `${id}\n` : `${id}${toEvent(result)}`;
}

function send(reply: FastifyReply, events: Iterable<string> | AsyncIterable<string>): FastifyReply {
  return (
    reply
      .header('content-type', `${EVENT_STREAM}; charset=utf-8`)
      .header('cache-control', 'no-cache')
      // Proxies of the nginx family would collect events before they pass them on.
      .header('x-accel-buffering', 'no')
      .send(Readable.from(events, { objectMode: false, highWaterMark: 1 }))
  );
}
