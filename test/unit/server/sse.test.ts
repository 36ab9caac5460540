import { once } from 'node:events';
import { afterEach, describe, expect, it } from '@jest/globals';
import { createClient, NetworkError, type ClientOptions } from 'graphql-sse';
import { ANONYMOUS } from '../../../src/contract/principal.ts';
import type { Scope } from '../../../src/contract/scope.ts';
import { HubFault } from '../../../src/faults/hub-fault.ts';
import { createFakeGraph, type FakeGraphOptions } from '../../kit/fake-graph.ts';
import { startHub, type StartedHub } from './start-hub.ts';

let hub: StartedHub;
afterEach(() => hub.close());

const SDL = `
  type Query { hello: String fail: Int }
  type Mutation { change: Int }
  type Subscription { count(to: Int!): Int wait: Int fail: Int }
`;

/** A graph whose \`wait\` yields once, then waits for the end; \`started\` resolves with the scope of its subscriber. */
function testGraph(overrides: Partial<FakeGraphOptions> = {}) {
  const started = Promise.withResolvers<Scope>();
  const graph = createFakeGraph({
    sdl: SDL,
    query: {
      hello: (_args, scope) => `hello ${scope.principal.id}`,
      fail: () => {
        throw new HubFault('HUB_UPSTREAM_TIMEOUT', 'secret', { details: { source: 'shop' } });
      },
    },
    mutation: { change: () => 1 },
    subscription: {
      async *count({ to }) {
        for (let value = 1; value <= to; value++) yield await Promise.resolve(value);
      },
      async *wait(_args, scope) {
        started.resolve(scope);
        yield 0;
        if (!scope.signal.aborted) await once(scope.signal, 'abort');
      },
      // eslint-disable-next-line require-yield
      async *fail() {
        await Promise.resolve();
        throw new Error('password=hunter2');
      },
    },
    ...overrides,
  });
  return { graph, started: started.promise };
}

/** The results of an operation, as the library's client reads them. */
async function collect(query: string, options: Partial<ClientOptions> = {}, variables = {}): Promise<any[]> {
  const client = createClient({ url: `${hub.graphql}/stream`, retryAttempts: 0, ...options });
  const results: any[] = [];
  for await (const result of client.iterate({ query, variables })) results.push(result);
  return results;
}

const open = (query: string, init: RequestInit = {}, path = '/stream'): Promise<Response> =>
  fetch(`${hub.graphql}${path}`, {
    method: 'POST',
    body: JSON.stringify({ query }),
    ...init,
    headers: { 'content-type': 'application/json', accept: 'text/event-stream', ...(init.headers as object) },
  });

/** Reads on until the text matches; the end of the stream otherwise. */
async function readUntil(response: Response, pattern: RegExp): Promise<string> {
  let text = '';
  const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
  for (;;) {
    const { done, value } = await reader.read();
    text += value ?? '';
    if (done || pattern.test(text)) break;
  }
  reader.releaseLock();
  return text;
}

const NEVER = /(?!)/;

describe('the server over event streams', () => {
  it('runs queries, mutations and subscriptions', async () => {
    hub = await startHub({ graph: testGraph().graph });
    expect(await collect('{ hello }')).toEqual([{ data: { hello: 'hello anonymous' } }]);
    expect(await collect('mutation { change }')).toEqual([{ data: { change: 1 } }]);
    expect(await collect('subscription($to: Int!) { count(to: $to) }', {}, { to: 3 })).toEqual(
      [1, 2, 3].map((count) => ({ data: { count } })),
    );
  });

  it('speaks the distinct connections mode, with what browsers and proxies want', async () => {
    hub = await startHub({ graph: testGraph().graph }, { cors: { origins: ['https://app.example'] } });
    const response = await open('subscription { count(to: 1) }', { headers: { 'x-request-id': 'r-1' } });
    expect(response.status).toBe(200);
    expect(Object.fromEntries(response.headers)).toMatchObject({
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-cache',
      'x-accel-buffering': 'no',
      'x-request-id': 'r-1',
      'x-content-type-options': 'nosniff',
    });
    expect((await response.text()).replace(/^retry: \d{4}\n/, '')).toBe(
      ':\n\nevent: next\ndata: {"data":{"count":1}}\n\nevent: complete\ndata:\n\n',
    );
  });

  it('serves an event source that can only GET', async () => {
    hub = await startHub({ graph: testGraph().graph });
    const parameters = new URLSearchParams({
      query: 'subscription($to: Int!) { count(to: $to) }',
      variables: '{"to":1}',
      operationName: '',
    });
    const response = await fetch(`${hub.graphql}/stream?${parameters.toString()}`);
    expect(await response.text()).toContain('{"count":1}');
  });

  it('streams on the path of the graph for callers who prefer it, and answers JSON to the others', async () => {
    hub = await startHub({ graph: testGraph().graph });
    const streamed = await open('{ hello }', {}, '');
    expect(streamed.headers.get('content-type')).toMatch(/^text\/event-stream/);
    expect(await streamed.text()).toContain('event: complete');
    const plain = await open('{ hello }', { headers: { accept: 'application/json, text/event-stream' } }, '');
    expect(await plain.json()).toEqual({ data: { hello: 'hello anonymous' } });
  });

  it('sends faults in their outward form', async () => {
    hub = await startHub({ graph: testGraph().graph });
    expect(await collect('{ fail }')).toEqual([
      {
        data: { fail: null },
        errors: [
          {
            message: 'The source "shop" did not answer in time.',
            path: ['fail'],
            extensions: { code: 'HUB_UPSTREAM_TIMEOUT', source: 'shop' },
          },
        ],
      },
    ]);
  });

  it.each([
    ['{', 'GRAPHQL_PARSE_FAILED'],
    ['subscription { nope }', 'GRAPHQL_VALIDATION_FAILED'],
    ['query a { hello } query b { hello }', 'OPERATION_RESOLUTION_FAILURE'],
    ['{ a: hello b: hello c: hello }', 'HUB_REQUEST_TOO_MANY_ALIASES'],
  ])('says in the stream what is wrong with %s', async (query, code) => {
    hub = await startHub({ graph: testGraph().graph, limits: { maxAliases: 2 } });
    expect(await collect(query)).toMatchObject([{ errors: [{ extensions: { code } }] }]);
  });

  it('masks a stream that breaks, and logs why', async () => {
    hub = await startHub({ graph: testGraph().graph });
    expect(await collect('subscription { fail }')).toEqual([
      { errors: [{ message: 'Something went wrong inside the hub.', extensions: { code: 'HUB_INTERNAL' } }] },
    ]);
    expect(JSON.stringify(hub.logs)).toContain('password=hunter2');
  });

  it.each([
    ['no query', '{}', 400],
    ['a query that is no string', '{"query":1}', 400],
    ['variables that are a list', '{"query":"{ hello }","variables":[]}', 400],
    ['a list', '[]', 400],
    ['no JSON', 'x', 400],
  ])('refuses %s', async (_title, body, status) => {
    hub = await startHub({ graph: testGraph().graph });
    const response = await open('', { body });
    expect(response.status).toBe(status);
    expect(await response.json()).toMatchObject({ errors: [{ extensions: { code: 'HUB_REQUEST_MALFORMED' } }] });
  });

  it('refuses what a form or a page of another site can send', async () => {
    hub = await startHub({ graph: testGraph().graph });
    expect((await open('{ hello }', { headers: { 'content-type': 'text/plain' } })).status).toBe(415);
    const url = `${hub.graphql}/stream?query=%7Bhello%7D`;
    expect((await fetch(url, { headers: { referer: 'https://evil.example/' } })).status).toBe(400);
  });

  it('refuses a mutation by GET', async () => {
    const changed: unknown[] = [];
    hub = await startHub({ graph: testGraph({ mutation: { change: () => changed.push(1) } }).graph });
    const response = await fetch(`${hub.graphql}/stream?query=${encodeURIComponent('mutation { change }')}`);
    expect([response.status, response.headers.get('allow'), changed]).toEqual([405, 'POST', []]);
  });

  it('answers other methods, and preflights, as the graph does', async () => {
    hub = await startHub({ graph: testGraph().graph });
    expect((await fetch(`${hub.graphql}/stream`, { method: 'PUT' })).status).toBe(405);
    expect((await fetch(`${hub.graphql}/stream`, { method: 'OPTIONS' })).status).toBe(204);
  });
});

describe('authentication over event streams', () => {
  it('passes caller, headers and request id on to the operation', async () => {
    const { graph, started } = testGraph();
    hub = await startHub({
      graph,
      authenticate: ({ headers }) => Promise.resolve({ ...ANONYMOUS, kind: 'api-key', id: headers['x-api-key'] ?? '' }),
    });
    const headers = { 'x-api-key': 'ada', 'x-tenant': 'one', 'x-request-id': 'r-2' };
    await readUntil(await open('subscription { wait }', { headers }), /next/);
    expect(await started).toMatchObject({ id: 'r-2', partition: 'api-key:ada', headers: { 'x-tenant': 'one' } });
  });

  it.each([
    ['HUB_AUTH_INVALID', 401, 'Bearer'],
    ['HUB_AUTH_FORBIDDEN', 403, null],
  ] as const)('answers %s with %d before anything is streamed', async (code, status, challenge) => {
    hub = await startHub({ authenticate: () => Promise.reject(new HubFault(code, 'no entry')) });
    const response = await open('{ hello }');
    expect([response.status, response.headers.get('www-authenticate')]).toEqual([status, challenge]);
    expect(await response.json()).toEqual({ errors: [{ message: 'no entry', extensions: { code } }] });
    await expect(collect('{ hello }')).rejects.toBeInstanceOf(NetworkError);
  });

  it('masks an authenticator that breaks', async () => {
    hub = await startHub({ authenticate: () => Promise.reject(new Error('ldap://secret')) });
    const response = await open('{ hello }');
    expect(response.status).toBe(500);
    expect(await response.text()).not.toContain('ldap');
  });

  it('ends the stream, incomplete, when the token expires', async () => {
    hub = await startHub({
      graph: testGraph().graph,
      authenticate: () => Promise.resolve({ ...ANONYMOUS, kind: 'jwt', claims: { exp: Date.now() / 1_000 + 0.1 } }),
    });
    expect(await readUntil(await open('subscription { wait }'), NEVER)).not.toContain('complete');
  });
});

describe('the life of an event stream', () => {
  it('ends the scope of a client that goes away', async () => {
    const { graph, started } = testGraph();
    hub = await startHub({ graph });
    const leave = new AbortController();
    await readUntil(await open('subscription { wait }', { signal: leave.signal }), /next/);
    const { signal } = await started;
    leave.abort();
    if (!signal.aborted) await once(signal, 'abort');
  });

  it('ends subscriptions of a replaced graph, incomplete, so that clients connect again', async () => {
    const { graph, started } = testGraph();
    hub = await startHub({ graph }, { drainMs: 10 });
    const response = await open('subscription { wait }');
    await started;
    await hub.server.replaceGraph(createFakeGraph());
    expect(await readUntil(response, NEVER)).not.toContain('complete');
    while (!graph.closed) await new Promise((resolve) => setImmediate(resolve));
  });

  it('ends subscriptions, incomplete, and queries with their answer when the hub stops', async () => {
    const asked = Promise.withResolvers<undefined>();
    const release = Promise.withResolvers<string>();
    const { graph, started } = testGraph({
      query: {
        hello: () => {
          asked.resolve(undefined);
          return release.promise;
        },
      },
    });
    hub = await startHub({ graph }, { drainMs: 5_000 });
    const [subscription, query] = await Promise.all([open('subscription { wait }'), open('{ hello }')]);
    await Promise.all([started, asked.promise]);
    const closed = hub.close();
    expect(await readUntil(subscription, NEVER)).not.toContain('complete');
    release.resolve('late');
    expect(await readUntil(query, NEVER)).toMatch(/late.*complete/s);
    await closed;
  });
});
