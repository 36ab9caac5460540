import { once } from 'node:events';
import { afterEach, describe, expect, it } from '@jest/globals';
import type { Client, SubscribePayload } from 'graphql-ws';
import { WebSocket } from 'ws';
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

/** A graph whose `wait` never yields; `waiting` resolves with the scope of each subscriber. */
function testGraph(overrides: Partial<FakeGraphOptions> = {}) {
  const waiting: Scope[] = [];
  let notify = (): void => undefined;
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
        waiting.push(scope);
        notify();
        await new Promise((resolve) => scope.signal.addEventListener('abort', resolve, { once: true }));
        yield* [];
      },
      // eslint-disable-next-line require-yield
      async *fail() {
        await Promise.resolve();
        throw new Error('password=hunter2');
      },
    },
    ...overrides,
  });
  const waitFor = async (count: number): Promise<readonly Scope[]> => {
    while (waiting.length < count) await new Promise<void>((resolve) => (notify = resolve));
    return waiting;
  };
  return { graph, waitFor };
}

async function collect(client: Client, query: string, extra: Partial<SubscribePayload> = {}): Promise<any[]> {
  const results: any[] = [];
  for await (const result of client.iterate({ query, ...extra })) results.push(result);
  return results;
}

/** Subscribes and resolves with how it ended: the results, or the error (a close event, or a list of errors). */
function ending(client: Client, query: string): { readonly end: Promise<unknown>; readonly stop: () => void } {
  const { promise, resolve } = Promise.withResolvers<unknown>();
  const stop = client.subscribe(
    { query },
    { next: () => undefined, error: resolve, complete: () => resolve('complete') },
  );
  return { end: promise, stop };
}

const closeOf = async (socket: WebSocket): Promise<number> => ((await once(socket, 'close')) as [number])[0];
const socketTo = (url: string, options = {}): WebSocket =>
  new WebSocket(url.replace('http', 'ws'), 'graphql-transport-ws', options);

describe('the server over websockets', () => {
  it('runs queries, mutations and subscriptions', async () => {
    hub = await startHub({ graph: testGraph().graph });
    const client = hub.client();
    expect(await collect(client, '{ hello }')).toEqual([{ data: { hello: 'hello anonymous' } }]);
    expect(await collect(client, 'mutation { change }')).toEqual([{ data: { change: 1 } }]);
    expect(await collect(client, 'subscription($to: Int!) { count(to: $to) }', { variables: { to: 3 } })).toEqual(
      [1, 2, 3].map((count) => ({ data: { count } })),
    );
  });

  it('sends faults in their outward form', async () => {
    hub = await startHub({ graph: testGraph().graph });
    expect(await collect(hub.client(), '{ hello fail }')).toEqual([
      {
        data: { hello: 'hello anonymous', fail: null },
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
    ['{ nope }', 'GRAPHQL_VALIDATION_FAILED'],
    ['subscription { nope }', 'GRAPHQL_VALIDATION_FAILED'],
    ['query a { hello } query b { hello }', 'OPERATION_RESOLUTION_FAILURE'],
  ])('answers %s with a code of its table', async (query, code) => {
    hub = await startHub({ graph: testGraph().graph });
    expect(await ending(hub.client(), query).end).toMatchObject([{ extensions: { code } }]);
  });

  it('masks a stream that breaks, and logs why', async () => {
    hub = await startHub({ graph: testGraph().graph });
    expect(await ending(hub.client(), 'subscription { fail }').end).toEqual([
      { message: 'Something went wrong inside the hub.', extensions: { code: 'HUB_INTERNAL' } },
    ]);
    expect(JSON.stringify(hub.logs)).toContain('password=hunter2');
  });

  it('ends the scope of a subscription that the client completes', async () => {
    const { graph, waitFor } = testGraph();
    hub = await startHub({ graph });
    const { stop } = ending(hub.client(), 'subscription { wait }');
    const [scope] = await waitFor(1);
    expect(scope?.deadlineAt).toBe(Infinity);
    const aborted = once(scope!.signal, 'abort');
    stop();
    await aborted;
  });

  it('ends the scopes of a client that goes away', async () => {
    const { graph, waitFor } = testGraph();
    hub = await startHub({ graph });
    const client = hub.client();
    const endings = [ending(client, 'subscription { wait }'), ending(client, 'subscription { wait }')];
    const scopes = await waitFor(2);
    const aborted = Promise.all(scopes.map((scope) => once(scope.signal, 'abort')));
    client.terminate();
    await aborted;
    await Promise.all(endings.map(({ end }) => end));
  });

  it('limits how many operations a connection runs at once', async () => {
    const { graph, waitFor } = testGraph();
    hub = await startHub({ graph }, { maxSubscriptionsPerConnection: 2 });
    const client = hub.client();
    const running = [ending(client, 'subscription { wait }'), ending(client, 'subscription { wait }')];
    await waitFor(2);
    expect(await ending(client, '{ hello }').end).toMatchObject([{ extensions: { code: 'HUB_CAPACITY_EXCEEDED' } }]);
    running[0]?.stop();
    await running[0]?.end;
    expect(await collect(client, '{ hello }')).toHaveLength(1);
  });

  it('closes a connection that sends too much at once', async () => {
    hub = await startHub({ graph: testGraph().graph }, { maxBodyBytes: 1_000 });
    const socket = socketTo(hub.graphql);
    await once(socket, 'open');
    socket.send('x'.repeat(2_000));
    expect(await closeOf(socket)).toBe(1009);
  });

  it.each([
    ['no JSON', 'nonsense', 4400],
    [
      'an operation before the connection is acknowledged',
      JSON.stringify({ id: '1', type: 'subscribe', payload: { query: '{ hello }' } }),
      4401,
    ],
  ])('closes a connection that sends %s', async (_title, message, code) => {
    hub = await startHub({ graph: testGraph().graph });
    const socket = socketTo(hub.graphql);
    await once(socket, 'open');
    socket.send(message);
    expect(await closeOf(socket)).toBe(code);
  });

  it('does not upgrade on any other path', async () => {
    hub = await startHub();
    const [error] = await once(socketTo(`${hub.url}/other`), 'error');
    expect(String(error)).toContain('404');
  });

  it.each([
    ['https://evil.example', undefined],
    ['null', undefined],
  ])('does not let a page of %s connect', async (origin) => {
    hub = await startHub();
    const [error] = await once(socketTo(hub.graphql, { origin }), 'error');
    expect(String(error)).toContain('403');
  });

  it('lets its own pages and those of configured origins connect', async () => {
    hub = await startHub({}, { cors: { origins: ['https://app.example'] } });
    for (const origin of [hub.url, 'https://app.example']) {
      const socket = socketTo(hub.graphql, { origin });
      await once(socket, 'open');
      socket.close();
    }
  });
});

describe('authentication over websockets', () => {
  it('reads the connection parameters and the headers of the upgrade', async () => {
    const seen: unknown[] = [];
    hub = await startHub({
      graph: testGraph().graph,
      authenticate: (credentials) => {
        seen.push(credentials);
        return Promise.resolve({ ...ANONYMOUS, kind: 'api-key', id: 'ada' });
      },
    });
    const client = hub.client({ 'X-Api-Key': 'k', headers: { 'X-Tenant': 'one' } });
    expect(await collect(client, '{ hello }')).toEqual([{ data: { hello: 'hello ada' } }]);
    expect(seen).toMatchObject([
      { headers: { upgrade: 'websocket' }, connectionParams: { 'X-Api-Key': 'k', headers: { 'X-Tenant': 'one' } } },
    ]);
  });

  it('gives operations the headers of the connection parameters', async () => {
    let headers: unknown;
    const { graph } = testGraph({ query: { hello: (_args, scope) => void (headers = scope.headers) } });
    hub = await startHub({ graph });
    await collect(hub.client({ 'X-Tenant': 'one', nested: { a: 1 }, headers: { 'X-Other': 'two' } }), '{ hello }');
    expect(headers).toMatchObject({ 'x-tenant': 'one', 'x-other': 'two', upgrade: 'websocket' });
  });

  it.each([
    ['HUB_AUTH_UNAUTHENTICATED', 4401],
    ['HUB_AUTH_INVALID', 4401],
    ['HUB_AUTH_FORBIDDEN', 4403],
  ] as const)('closes with the code of %s', async (code, closeCode) => {
    hub = await startHub({ authenticate: () => Promise.reject(new HubFault(code, 'no entry'.repeat(50))) });
    expect(await ending(hub.client(), '{ hello }').end).toMatchObject({ code: closeCode });
  });

  it('masks and logs an authenticator that breaks', async () => {
    hub = await startHub({ authenticate: () => Promise.reject(new Error('ldap://secret')) });
    expect(await ending(hub.client(), '{ hello }').end).toMatchObject({
      code: 4500,
      reason: 'Something went wrong inside the hub.',
    });
    expect(JSON.stringify(hub.logs)).toContain('ldap://secret');
  });

  it('closes the connection when the token that opened it expires', async () => {
    const { graph } = testGraph();
    hub = await startHub({
      graph,
      authenticate: () => Promise.resolve({ ...ANONYMOUS, kind: 'jwt', claims: { exp: Date.now() / 1_000 + 0.1 } }),
    });
    expect(await ending(hub.client(), 'subscription { wait }').end).toMatchObject({ code: 4401 });
  });
});
