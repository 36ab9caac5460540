// GraphQL over server-sent events, in distinct connections mode: one operation a request, on a path of its own and on the
// graph's path where the caller prefers an event stream. There the multipart protocol of Apollo's clients is served, too.
import { Readable } from 'node:stream';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { HubFault } from '../faults/hub-fault.ts';
import type { Logger } from '../telemetry/logger.ts';
import { afterLifetime, atExpiry } from './credential-expiry.ts';
import { prefersEventStream, takesMultipart } from './media-types.ts';
import { readOperationPayload } from './operation-payload.ts';
import { flattenHeaders, type Authenticate } from './request-context.ts';
import type { StartedOperation, StartOperation, StreamedResult } from './start-operation.ts';
import { eventStream, multipart, type StreamFraming } from './stream-framing.ts';
import { whenClosed } from './when-closed.ts';

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

export function createSseEndpoint(options: SseOptions): SseEndpoint {
  const { authenticate, start, logger, keepAliveMs = 12_000, unreadMs = 30_000, maxLifetimeMs } = options;
  const draining = new AbortController();

  async function answer(request: FastifyRequest, reply: FastifyReply, framing: StreamFraming): Promise<FastifyReply> {
    if (draining.signal.aborted) throw new HubFault('HUB_CAPACITY_EXCEEDED', 'the hub is stopping; connect again');
    const payload = readOperationPayload(request);
    const headers = flattenHeaders(request.headers);
    const principal = await authenticate({ headers });
    let operation: StartedOperation;
    try {
      operation = start({ id: request.id, principal, headers, resumeAfter: lastEventId(headers) }, payload);
    } catch (thrown) {
      // An event source cannot read the body of a refusal: what is wrong with the document is its one result.
      return send(reply, framing, [`${framing.head()}${errorOf(framing, thrown)}`, framing.complete]);
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
    const stopKeepingAlive = keepAlive(reply, framing, giveUp);
    whenClosed(reply.raw, () => {
      // Ends the operation; and a signal made of others is kept in memory until it aborts.
      expired.abort();
      stopExpiry();
      stopLifetime();
      stopKeepingAlive();
    });
    return send(reply, framing, events(operation, framing, cut, giveUp));
  }

  /** The next result is asked for when the client has taken the one before: nothing piles up in between. */
  async function* events(
    operation: StartedOperation,
    framing: StreamFraming,
    cut: AbortSignal,
    giveUp: () => void,
  ): AsyncGenerator<string> {
    yield framing.head();
    try {
      for await (const result of resultsOf(operation)) {
        const item = framing.item(result);
        if (item === '') continue;
        const timer = setTimeout(giveUp, unreadMs).unref();
        yield item;
        clearTimeout(timer);
      }
    } catch (thrown) {
      yield errorOf(framing, thrown);
    }
    if (!cut.aborted) yield framing.complete;
  }

  function keepAlive(reply: FastifyReply, framing: StreamFraming, giveUp: () => void): () => void {
    let unread: NodeJS.Timeout | undefined;
    const pulse = setInterval(() => {
      if (unread !== undefined || !reply.raw.headersSent) return;
      unread = setTimeout(giveUp, unreadMs).unref();
      // Between two events: the stream that is piped beside it writes whole ones only.
      reply.raw.write(framing.heartbeat, () => {
        clearTimeout(unread);
        unread = undefined;
      });
    }, keepAliveMs).unref();
    return () => {
      clearInterval(pulse);
      clearTimeout(unread);
    };
  }

  const errorOf = (framing: StreamFraming, thrown: unknown): string =>
    framing.errors(start.errors(thrown).map(({ carried }) => carried));

  return {
    register(server, streamPath, graphPath) {
      server.route({
        method: ['GET', 'POST'],
        url: streamPath,
        handler: (request, reply) => answer(request, reply, eventStream),
      });
      server.addHook('preHandler', async (request, reply) => {
        if (request.routeOptions.url !== graphPath || !['GET', 'POST'].includes(request.method)) return;
        const { accept } = request.headers;
        if (prefersEventStream(accept)) await answer(request, reply, eventStream);
        else if (takesMultipart(accept)) await answer(request, reply, multipart);
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

function send(
  reply: FastifyReply,
  { contentType }: StreamFraming,
  events: Iterable<string> | AsyncIterable<string>,
): FastifyReply {
  return (
    reply
      .header('content-type', contentType)
      .header('cache-control', 'no-cache')
      // Proxies of the nginx family would collect events before they pass them on.
      .header('x-accel-buffering', 'no')
      .send(Readable.from(events, { objectMode: false, highWaterMark: 1 }))
  );
}
