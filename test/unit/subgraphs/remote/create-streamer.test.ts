import { afterEach, describe, expect, it } from '@jest/globals';
import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { makeExecutableSchema } from '@graphql-tools/schema';
import { sourceSettingsSchema } from '../../../../src/config/source-settings.ts';
import type { FetchResult } from '../../../../src/contract/fetch.ts';
import { createScope } from '../../../../src/engine/create-scope.ts';
import { createStreamer } from '../../../../src/subgraphs/remote/create-streamer.ts';
import { subscriptionsSchema } from '../../../../src/subgraphs/remote/stream-settings.ts';
import { createLogger } from '../../../../src/telemetry/logger.ts';
import { createSourceStats } from '../../../../src/telemetry/source-stats.ts';
import { startGraphQlWs, startLegacyWs } from '../../../kit/stream-servers.ts';
import { startUpstream, type Answer } from '../../../kit/upstream.ts';

const opened: { close(): Promise<unknown> }[] = [];
afterEach(async () => {
  await Promise.all(opened.splice(0).map((one) => one.close()));
});

function streamerOf(
  protocol: string,
  url: string,
  given: Record<string, unknown> = {},
  maxQueued = 256,
  stats = createSourceStats(),
) {
  const { subscriptions, ...rest } = given;
  const streamer = createStreamer({
    source: 'ticker',
    url,
    logger: createLogger('silent'),
    maxQueued,
    stats,
    settings: {
      kind: 'federation',
      ...sourceSettingsSchema.parse({ retry: { attempts: 3, initialDelayMs: 1, maxDelayMs: 5 }, ...rest }),
      subscriptions: subscriptionsSchema.parse({ protocol, ...(subscriptions as object) }),
    },
  });
  opened.push(streamer);
  return streamer;
}

const PAYLOAD = { query: 'subscription ($from: Int) { count(from: $from) }', variables: { from: 1 } };

async function all(events: AsyncIterable<FetchResult>): Promise<FetchResult[]> {
  const results: FetchResult[] = [];
  for await (const event of events) results.push(event);
  return results;
}

const counts = (results: readonly FetchResult[]) => results.map(({ data }) => data?.count);
const codes = (results: readonly FetchResult[]) =>
  results.flatMap(({ errors }) => (errors ?? []).map(({ fault }) => fault.code));

/** A schema whose `count` is what the test says. */
const counter = (subscribe: (from: number) => AsyncIterable<number>) =>
  makeExecutableSchema({
    typeDefs: 'type Query { a: Int } type Subscription { count(from: Int): Int }',
    resolvers: {
      Subscription: {
        count: { subscribe: (_root, { from }) => subscribe(from), resolve: (value: unknown) => value },
      },
    },
  });

async function* three(from: number) {
  for (let i = 0; i < 3; i += 1) yield from + i;
}
const forever = () => new Promise<never>(() => undefined);

/** An SSE server that answers each request as the test says. */
async function startSse(answer: (response: ServerResponse, attempt: number, body: any) => unknown) {
  const upstream = await startUpstream(async (request, response) => {
    await answer(response, upstream.received.length, JSON.parse(request.body));
  });
  opened.push(upstream);
  return upstream;
}
const stream = (response: ServerResponse) => response.writeHead(200, { 'content-type': 'text/event-stream' });
const event = (count: number) => `event: next\ndata: ${JSON.stringify({ data: { count } })}\n\n`;

describe('a subscription over graphql-ws', () => {
  it('yields every event with its variables, and ends when the source completes', async () => {
    const server = await startGraphQlWs(counter(three));
    opened.push(server);
    const streamer = streamerOf('graphql-ws', server.url);
    expect(counts(await all(streamer.subscribe(PAYLOAD, createScope())))).toEqual([1, 2, 3]);
  });

  it('sends the credentials with the upgrade and as connection parameters', async () => {
    const server = await startGraphQlWs(counter(three));
    opened.push(server);
    const auth = { bearer: { token: 'abc' }, query: { name: 'key', value: 'k1' }, forward: ['x-tenant'] };
    const streamer = streamerOf('graphql-ws', 'http://127.0.0.1:1', {
      auth,
      subscriptions: { url: server.url.replace('http', 'ws') },
    });
    await all(streamer.subscribe(PAYLOAD, createScope({ headers: { 'x-tenant': 'acme', cookie: 'no' } })));
    expect(server.inits).toEqual([{ authorization: 'Bearer abc', 'x-tenant': 'acme' }]);
    expect(server.opened[0]?.headers).toMatchObject({ authorization: 'Bearer abc', 'x-tenant': 'acme' });
    expect(server.opened[0]?.headers.cookie).toBeUndefined();
    expect(server.opened[0]?.url).toBe('/?key=k1');
  });

  it('ends with the errors of a source that refuses the operation', async () => {
    const server = await startGraphQlWs(counter(three));
    opened.push(server);
    const streamer = streamerOf('graphql-ws', server.url);
    const results = await all(streamer.subscribe({ query: 'subscription { nothing }', variables: {} }, createScope()));
    expect(codes(results)).toEqual(['HUB_UPSTREAM_FAULT']);
    expect(results[0]?.errors?.[0]?.message).toContain('nothing');
    expect(server.opened).toHaveLength(1);
  });

  it('ends with a refusal, and does not knock again, where the source does not know the caller', async () => {
    const server = await startGraphQlWs(counter(three));
    opened.push(server);
    const streamer = streamerOf('graphql-ws', server.url, { auth: { bearer: { token: 'refused' } } });
    const results = await all(streamer.subscribe(PAYLOAD, createScope()));
    expect(codes(results)).toEqual(['HUB_UPSTREAM_REJECTED']);
    expect(server.inits).toHaveLength(1);
  });

  it('connects and subscribes again where the connection is cut', async () => {
    let subscriptions = 0;
    const server = await startGraphQlWs(
      counter(async function* (from) {
        subscriptions += 1;
        yield from + subscriptions;
        if (subscriptions < 3) await forever();
      }),
    );
    opened.push(server);
    const streamer = streamerOf('graphql-ws', server.url);
    const seen: unknown[] = [];
    for await (const { data } of streamer.subscribe(PAYLOAD, createScope())) {
      seen.push(data?.count);
      if (seen.length < 3) server.cut();
    }
    expect(seen).toEqual([2, 3, 4]);
    expect(server.opened).toHaveLength(3);
  });

  it('ends with its first connection where the reader opens another one itself', async () => {
    const server = await startGraphQlWs(
      counter(async function* (from) {
        yield from;
        await forever();
      }),
    );
    opened.push(server);
    const results: FetchResult[] = [];
    const events = streamerOf('graphql-ws', server.url).subscribe(PAYLOAD, createScope({ connectsOnce: true }));
    for await (const result of events) {
      results.push(result);
      server.cut();
    }
    expect(counts(results)).toEqual([1, undefined]);
    expect(codes(results)).toEqual(['HUB_UPSTREAM_UNREACHABLE']);
    expect(server.opened).toHaveLength(1);
  });

  it('gives up after as many attempts in a row as the source allows', async () => {
    const server = await startGraphQlWs(counter(three));
    await server.close();
    const streamer = streamerOf('graphql-ws', server.url);
    const results = await all(streamer.subscribe(PAYLOAD, createScope()));
    expect(codes(results)).toEqual(['HUB_UPSTREAM_UNREACHABLE']);
  });

  it.each([
    [401, 'HUB_UPSTREAM_REJECTED', 1],
    [404, 'HUB_UPSTREAM_REJECTED', 1],
    [503, 'HUB_UPSTREAM_FAILED', 3],
  ])('status %d in the place of an upgrade is %s', async (status, code, attempts) => {
    const upstream = await startUpstream((_request, response) => {
      response.writeHead(status).end();
    });
    opened.push(upstream);
    const streamer = streamerOf('graphql-ws', upstream.url);
    const results = await all(streamer.subscribe(PAYLOAD, createScope()));
    expect(codes(results)).toEqual([code]);
    expect(results[0]?.errors?.[0]?.fault.details).toMatchObject({ source: 'ticker', upstreamStatus: status });
    expect(upstream.received).toHaveLength(attempts);
  });

  it('ends without a result when the caller goes away, and says goodbye', async () => {
    const goodbye = Promise.withResolvers<undefined>();
    const server = await startGraphQlWs(
      counter(async function* (from) {
        try {
          yield from;
          yield from + 1;
        } finally {
          goodbye.resolve(undefined);
        }
      }),
    );
    opened.push(server);
    const controller = new AbortController();
    const results: FetchResult[] = [];
    for await (const result of streamerOf('graphql-ws', server.url).subscribe(
      PAYLOAD,
      createScope({ signal: controller.signal }),
    )) {
      results.push(result);
      controller.abort();
    }
    expect(counts(results)).toEqual([1]);
    await goodbye.promise;
  });

  it('ends when the caller goes away while nothing comes', async () => {
    const started = Promise.withResolvers<undefined>();
    const server = await startGraphQlWs(
      counter(async function* () {
        started.resolve(undefined);
        yield await forever();
      }),
    );
    opened.push(server);
    const controller = new AbortController();
    const results = all(
      streamerOf('graphql-ws', server.url).subscribe(PAYLOAD, createScope({ signal: controller.signal })),
    );
    await started.promise;
    controller.abort();
    expect(await results).toEqual([]);
  });
});

describe('a subscription over subscriptions-transport-ws', () => {
  it('yields events until the source completes', async () => {
    const server = await startLegacyWs((send, payload) => {
      for (let i = 0; i < 2; i += 1)
        send({ type: 'data', payload: { data: { count: Number(payload.variables.from) + i } } });
      send({ type: 'complete' });
    });
    opened.push(server);
    const streamer = streamerOf('subscriptions-transport-ws', server.url, {
      auth: { header: { name: 'X-Key', value: 'k' } },
    });
    expect(counts(await all(streamer.subscribe(PAYLOAD, createScope())))).toEqual([1, 2]);
    expect(server.inits).toEqual([{ 'x-key': 'k' }]);
    expect(server.opened[0]?.headers['sec-websocket-protocol']).toBe('graphql-ws');
  });

  it('ends with the errors of an operation, or of the connection', async () => {
    const server = await startLegacyWs((send) => send({ type: 'error', payload: { message: 'no such field' } }));
    opened.push(server);
    const refused = await all(streamerOf('subscriptions-transport-ws', server.url).subscribe(PAYLOAD, createScope()));
    expect(refused[0]?.errors?.[0]).toMatchObject({ message: 'no such field' });
    const unknown = await all(
      streamerOf('subscriptions-transport-ws', server.url, { auth: { bearer: { token: 'refused' } } }).subscribe(
        PAYLOAD,
        createScope(),
      ),
    );
    expect(unknown[0]?.errors?.[0]).toMatchObject({ message: 'who are you?' });
  });

  it('connects again where the connection is cut', async () => {
    let attempts = 0;
    const server = await startLegacyWs((send, _payload, socket) => {
      attempts += 1;
      send({ type: 'data', payload: { data: { count: attempts } } });
      if (attempts < 3) socket.close(1011);
      else send({ type: 'complete' });
    });
    opened.push(server);
    const streamer = streamerOf('subscriptions-transport-ws', server.url);
    expect(counts(await all(streamer.subscribe(PAYLOAD, createScope())))).toEqual([1, 2, 3]);
  });

  it('ends with a fault where a message is garbage', async () => {
    const server = await startLegacyWs((_send, _payload, socket) => socket.send('{"type":'));
    opened.push(server);
    const streamer = streamerOf('subscriptions-transport-ws', server.url);
    expect(codes(await all(streamer.subscribe(PAYLOAD, createScope())))).toEqual(['HUB_UPSTREAM_MALFORMED']);
  });

  it('stops the subscription when the caller goes away', async () => {
    const server = await startLegacyWs((send) => send({ type: 'data', payload: { data: { count: 1 } } }));
    opened.push(server);
    const controller = new AbortController();
    const events = streamerOf('subscriptions-transport-ws', server.url).subscribe(
      PAYLOAD,
      createScope({ signal: controller.signal }),
    );
    const iterator = events[Symbol.asyncIterator]();
    expect(await iterator.next()).toEqual({ done: false, value: { data: { count: 1 } } });
    controller.abort();
    expect((await iterator.next()).done).toBe(true);
    while (server.received.length < 4) await new Promise((resolve) => setImmediate(resolve));
    expect(server.received.map(({ type }) => type)).toEqual([
      'connection_init',
      'start',
      'stop',
      'connection_terminate',
    ]);
  });
});

describe('a subscription over server-sent events', () => {
  it('yields events until the source completes, however the bytes are cut', async () => {
    const upstream = await startSse(async (response) => {
      stream(response);
      const text = `:\n\n${event(1)}event: next\r\ndata: {"data":\r\ndata: {"count":2,"ü":"ö"}}\r\n\r\n${event(3)}event: complete\ndata:\n\n`;
      for (const byte of Buffer.from(text)) {
        if (!response.write(Buffer.of(byte))) await once(response, 'drain');
      }
      response.end();
    });
    const streamer = streamerOf('sse', upstream.url, { auth: { bearer: { token: 'abc' } } });
    const results = await all(streamer.subscribe(PAYLOAD, createScope()));
    expect(counts(results)).toEqual([1, 2, 3]);
    expect(upstream.received[0]?.headers).toMatchObject({ accept: 'text/event-stream', authorization: 'Bearer abc' });
    expect(JSON.parse(upstream.received[0]?.body ?? '')).toEqual(PAYLOAD);
  });

  it('connects again where the stream ends without completing', async () => {
    const upstream = await startSse((response, attempt) => {
      stream(response).write(event(attempt));
      if (attempt < 3) response.destroy();
      else response.end('event: complete\ndata:\n\n');
    });
    const results = await all(streamerOf('sse', upstream.url).subscribe(PAYLOAD, createScope()));
    expect(counts(results).filter((count) => count !== undefined)).toContain(3);
    expect(codes(results)).toEqual([]);
  });

  it('gives a source up that cuts every connection it accepts', async () => {
    const upstream = await startSse((response) => stream(response).end());
    const results = await all(streamerOf('sse', upstream.url).subscribe(PAYLOAD, createScope()));
    expect(codes(results)).toEqual(['HUB_UPSTREAM_UNREACHABLE']);
    expect(upstream.received).toHaveLength(3);
  });

  it.each<[string, Answer, string]>([
    [
      'GraphQL errors',
      (_request, response) => {
        response.writeHead(400, { 'content-type': 'application/json' }).end('{"errors":[{"message":"no such field"}]}');
      },
      'HUB_UPSTREAM_FAULT',
    ],
    [
      'HTML',
      (_request, response) => void response.writeHead(200, { 'content-type': 'text/html' }).end('<p>'),
      'HUB_UPSTREAM_MALFORMED',
    ],
    ['status 403', (_request, response) => void response.writeHead(403).end(), 'HUB_UPSTREAM_REJECTED'],
    [
      'an event that is not JSON',
      (_request, response) => void stream(response).end('data: {\n\n'),
      'HUB_UPSTREAM_MALFORMED',
    ],
    [
      'an event that is no response',
      (_request, response) => void stream(response).end('data: []\n\n'),
      'HUB_UPSTREAM_MALFORMED',
    ],
    [
      'an event that is too large',
      (_request, response) => void stream(response).end(`data: "${'x'.repeat(2000)}"\n\n`),
      'HUB_UPSTREAM_TOO_LARGE',
    ],
  ])('ends with a fault of its own at %s', async (_name, answer, code) => {
    const upstream = await startUpstream(answer);
    opened.push(upstream);
    const streamer = streamerOf('sse', upstream.url, { maxResponseBytes: 1000 });
    expect(codes(await all(streamer.subscribe(PAYLOAD, createScope())))).toEqual([code]);
    expect(upstream.received).toHaveLength(1);
  });
});

describe('the figures of a source', () => {
  it('count each connection of a stream, and each that could not be made', async () => {
    const server = await startGraphQlWs(counter(three));
    opened.push(server);
    const stats = createSourceStats();
    await all(streamerOf('graphql-ws', server.url, {}, 256, stats).subscribe(PAYLOAD, createScope()));
    expect(stats.snapshot()).toMatchObject({ calls: 1, failures: 0, health: 'up' });

    const gone = await startUpstream(() => undefined);
    await gone.close();
    await all(streamerOf('sse', gone.url, {}, 256, stats).subscribe(PAYLOAD, createScope()));
    expect(stats.snapshot()).toMatchObject({ calls: 4, failures: 3, lastFault: 'HUB_UPSTREAM_UNREACHABLE' });
  });
});
