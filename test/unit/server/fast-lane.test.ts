// The short way for known queries: it answers as Apollo Server does, and what is in flight is shared only by the same.
import { connect } from 'node:net';
import { afterEach, describe, expect, it } from '@jest/globals';
import type { Principal } from '../../../src/contract/principal.ts';
import { HubFault } from '../../../src/faults/hub-fault.ts';
import { createFakeGraph, type FakeGraph, type FakeGraphOptions } from '../../kit/fake-graph.ts';
import { startHub, type HubOptions, type StartedHub } from './start-hub.ts';

const SDL = `
  type Query { hello(name: String): String slow(at: Int): Int! maybe: Int text(length: Int): String hidden: Int }
  type Mutation { change: Int }
`;

let hub: StartedHub;
afterEach(() => hub.close());

interface Started {
  readonly graph: FakeGraph;
  /** How often Apollo Server's way was taken: it alone prepares operations. */
  readonly prepared: () => number;
  /** How often `slow` was executed. */
  readonly runs: () => number;
  /** Ends the executions of `slow` that have begun. */
  release(): void;
  /** Resolves when an execution of `slow` has been stopped before it was released. */
  readonly stopped: Promise<void>;
  /** Resolves when `count` executions of `slow` have begun. */
  begun(count: number): Promise<void>;
}

async function start(
  options: HubOptions = {},
  graphOptions: FakeGraphOptions = {},
  settings: Parameters<typeof startHub>[1] = {},
): Promise<Started> {
  let prepared = 0;
  let runs = 0;
  let gates: (() => void)[] = [];
  let looks: (() => void)[] = [];
  const stopped = Promise.withResolvers<undefined>();
  const graph: FakeGraph = createFakeGraph({
    sdl: SDL,
    query: {
      hello: ({ name }) => `hello ${name ?? 'world'}`,
      slow: async ({ at }, scope) => {
        runs += 1;
        for (const look of looks) look();
        const run = runs;
        await new Promise<void>((resolve, reject) => {
          const open = (): void => resolve();
          gates.push(open);
          scope.signal.addEventListener('abort', () => {
            if (gates.includes(open)) stopped.resolve(undefined);
            reject(scope.signal.reason as Error);
          });
        });
        return at ?? run;
      },
      maybe: () => Promise.reject(new HubFault('HUB_UPSTREAM_FAILED', 'broken', { details: { source: 'shop' } })),
      text: ({ length }) => 'x'.repeat(length ?? 1),
      hidden: () => Promise.reject(new Error('secret')),
    },
    mutation: { change: () => 1 },
    ...graphOptions,
  });
  const prepare = graph.prepare.bind(graph);
  hub = await startHub(
    {
      graph: Object.assign(graph, {
        prepare: (source: Parameters<typeof prepare>[0]) => {
          prepared += 1;
          return prepare(source);
        },
      }),
      ...options,
    },
    settings,
  );
  const started: Started = {
    graph,
    prepared: () => prepared,
    runs: () => runs,
    stopped: stopped.promise,
    release: () => {
      for (const open of gates) open();
      gates = [];
    },
    begun: (count) =>
      new Promise((resolve) => {
        const look = (): void => {
          if (runs < count) return;
          looks = looks.filter((one) => one !== look);
          resolve();
        };
        looks.push(look);
        look();
      }),
  };
  return started;
}

/** Asks once on Apollo Server's way, so that the next time is known. */
async function teach(started: Started, query: string, headers: Record<string, string> = {}): Promise<void> {
  const before = started.runs();
  const first = hub.post(query, { headers });
  if (query.includes('slow')) {
    await started.begun(before + 1);
    started.release();
  }
  expect((await first).status).toBe(200);
}

const caller = (id: string, scopes: readonly string[] = []): Principal => ({
  kind: 'api-key',
  id,
  scopes: new Set(scopes),
  claims: {},
});

const byHeader: HubOptions = {
  authenticate: ({ headers }) => Promise.resolve(caller(headers['x-api-key'] ?? 'nobody')),
};

describe('a query that was let in before', () => {
  const raw = async (query: string, accept: string | undefined, more: Record<string, string> = {}) => {
    const response = await fetch(hub.graphql, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...(accept === undefined ? {} : { accept }), ...more },
      body: JSON.stringify({ query }),
    });
    const headers = Object.fromEntries(response.headers);
    return {
      status: response.status,
      headers: { ...headers, date: '', 'x-request-id': '' },
      text: await response.text(),
    };
  };

  it.each([
    ['a plain answer', '{ hello }', undefined],
    ['an answer in the newer type', '{ hello(name: "é") }', 'application/graphql-response+json'],
    ['a failed field', '{ hello maybe }', 'application/json'],
    ['a failed field that may not be null', '{ slow(at: 3000000000000) }', '*/*'],
    ['a fault inside', '{ hidden }', 'application/graphql-response+json, application/json;q=0.9'],
  ])('gets the same answer on both ways, to the byte: %s', async (_name, query, accept) => {
    const started = await start({}, {}, { cors: { origins: ['https://app.example'] } });
    const releasing = setInterval(() => started.release(), 5);
    for (const origin of ['https://app.example', 'https://other.example']) {
      const first = await raw(query, accept, { origin });
      const before = started.prepared();
      const second = await raw(query, accept, { origin });
      expect(second).toEqual(first);
      if (!first.text.includes('"code":"HUB_REQUEST_INVALID"')) expect(started.prepared()).toBe(before);
    }
    clearInterval(releasing);
  });

  it.each([
    ['GET', (url: string) => fetch(`${url}?query=${encodeURIComponent('{ hello }')}`)],
    ['another type of content', (url: string) => send(url, '{"query":"{ hello }"}', { 'content-type': 'text/plain' })],
    ['a body that is no object', (url: string) => send(url, '[{"query":"{ hello }"}]')],
    ['a body that is no JSON', (url: string) => send(url, '{"query":"{ hello }"')],
    ['parameters of the wrong kind', (url: string) => send(url, '{"query":"{ hello }","variables":[]}')],
    ['extensions', (url: string) => send(url, '{"query":"{ hello }","extensions":{}}')],
    ['a type that nobody writes', (url: string) => send(url, '{"query":"{ hello }"}', { accept: 'text/html' })],
    ['a key that poisons', (url: string) => send(url, '{"query":"{ hello }","__proto__":{}}')],
    ['a body too large', (url: string) => send(url, JSON.stringify({ query: `{ hello #${'x'.repeat(2_000)}\n }` }))],
  ])('leaves what is out of the ordinary to Apollo Server, whose answer does not change: %s', async (_name, ask) => {
    const answers = [];
    for (const warm of [false, true]) {
      const started = await start({}, {}, { maxBodyBytes: 1_000 });
      if (warm) await teach(started, '{ hello }');
      const response = await ask(hub.graphql);
      answers.push({ status: response.status, text: await response.text() });
      if (!warm) await hub.close();
    }
    expect(answers[1]).toEqual(answers[0]);
  });

  it('is refused like any other where the credential is', async () => {
    const started = await start({
      authenticate: ({ headers }) =>
        headers['x-api-key'] === 'good'
          ? Promise.resolve(caller('a'))
          : Promise.reject(new HubFault('HUB_AUTH_INVALID', 'no')),
    });
    await teach(started, '{ hello }', { 'x-api-key': 'good' });
    const { status, body } = await hub.post('{ hello }', { headers: { 'x-api-key': 'bad' } });
    expect([status, body.errors[0].extensions.code]).toEqual([401, 'HUB_AUTH_INVALID']);
  });
});

function send(url: string, body: string, headers: Record<string, string> = {}): Promise<Response> {
  return fetch(url, { method: 'POST', headers: { 'content-type': 'application/json', ...headers }, body });
}

describe('identical queries in flight', () => {
  it('run once, and everyone gets the answer', async () => {
    const started = await start();
    await teach(started, '{ slow }');
    const all = Array.from({ length: 20 }, () => hub.post('{ slow }'));
    await arrived(started, 2, all.length);
    started.release();
    const answers = await Promise.all(all);
    expect(started.runs()).toBe(2);
    expect(answers.map(({ body }) => body)).toEqual(all.map(() => ({ data: { slow: 2 } })));
    expect(new Set(answers.map(({ headers }) => headers.get('x-request-id'))).size).toBe(all.length);
  });

  it('run each for itself where sharing is switched off', async () => {
    const started = await start({ shareOperations: false });
    await teach(started, '{ slow }');
    const all = Array.from({ length: 3 }, () => hub.post('{ slow }'));
    await started.begun(4);
    started.release();
    expect((await Promise.all(all)).map(({ body }) => body.data.slow).sort()).toEqual([2, 3, 4]);
  });

  it.each([
    ['principals', byHeader, {}, { 'x-api-key': 'a' }, { 'x-api-key': 'b' }],
    [
      'scopes of one principal',
      {
        authenticate: ({ headers }) => Promise.resolve(caller('a', (headers['x-scopes'] ?? '').split(' '))),
      } satisfies HubOptions,
      {},
      { 'x-scopes': 'read' },
      { 'x-scopes': 'read write' },
    ],
    ['headers that reach a source', {}, { forwards: ['x-tenant'] }, { 'x-tenant': 'a' }, { 'x-tenant': 'b' }],
  ] satisfies [string, HubOptions, FakeGraphOptions, Record<string, string>, Record<string, string>][])(
    'are never one for different %s',
    async (_name, options, graphOptions, a, b) => {
      const started = await start(options, graphOptions);
      await teach(started, '{ slow }', a);
      const all = [hub.post('{ slow }', { headers: a }), hub.post('{ slow }', { headers: b })];
      await started.begun(3);
      started.release();
      expect((await Promise.all(all)).map(({ body }) => body.data.slow).sort()).toEqual([2, 3]);
    },
  );

  it('are one for headers that reach no source', async () => {
    const started = await start({}, { forwards: ['x-tenant'] });
    await teach(started, '{ slow }');
    const all = ['a', 'b'].map((agent) => hub.post('{ slow }', { headers: { 'user-agent': agent } }));
    await arrived(started, 2, 2);
    started.release();
    expect((await Promise.all(all)).map(({ body }) => body.data.slow)).toEqual([2, 2]);
  });

  it('are never answered from before a mutation that was answered meanwhile', async () => {
    const started = await start();
    await teach(started, '{ slow }');
    const before = hub.post('{ slow }');
    await started.begun(2);
    await hub.post('mutation { change }');
    const after = hub.post('{ slow }');
    await started.begun(3);
    started.release();
    expect([(await before).body.data.slow, (await after).body.data.slow]).toEqual([2, 3]);
  });

  it('keep their graph open until they are answered, though another has taken its place', async () => {
    const started = await start();
    await teach(started, '{ slow }');
    const asked = hub.post('{ slow }');
    await started.begun(2);
    await hub.server.replaceGraph(createFakeGraph());
    expect((await hub.post('{ hello }')).body).toEqual({ data: { hello: 'hello world' } });
    expect(started.graph.closed).toBe(false);
    started.release();
    expect((await asked).body).toEqual({ data: { slow: 2 } });
  });

  it('go on for the others when the one who asked first goes away', async () => {
    const started = await start();
    await teach(started, '{ slow }');
    const leaving = new AbortController();
    const first = hub.post('{ slow }', { signal: leaving.signal });
    await started.begun(2);
    const second = hub.post('{ slow }');
    await arrived(started, 2, 2);
    leaving.abort();
    await expect(first).rejects.toThrow();
    started.release();
    expect((await second).body).toEqual({ data: { slow: 2 } });
  });

  it('are stopped when nobody waits any more, and the next caller begins anew', async () => {
    const started = await start();
    await teach(started, '{ slow }');
    const leaving = new AbortController();
    const first = hub.post('{ slow }', { signal: leaving.signal });
    await started.begun(2);
    leaving.abort();
    await expect(first).rejects.toThrow();
    await started.stopped;
    const next = hub.post('{ slow }');
    await started.begun(3);
    started.release();
    expect((await next).body).toEqual({ data: { slow: 3 } });
  });

  it('end for each when its own time is over', async () => {
    const started = await start({}, {}, { requestTimeoutMs: 200 });
    await teach(started, '{ slow }');
    const answers = await Promise.all([hub.post('{ slow }'), hub.post('{ slow }')]);
    expect(answers.map(({ body }) => body.errors[0].extensions.code)).toEqual([
      'HUB_REQUEST_TIMEOUT',
      'HUB_REQUEST_TIMEOUT',
    ]);
  });

  it('share what there is by then when the time is over, and later ones keep their own time', async () => {
    const started = await start({}, {}, { requestTimeoutMs: 1_000 });
    const query = '{ hello slow }';
    await teach(started, query);
    const early = [hub.post(query), hub.post(query)];
    await started.begun(2);
    await new Promise((resolve) => setTimeout(resolve, 400));
    const later = hub.post(query);
    await started.begun(3);
    for (const { body } of await Promise.all(early)) {
      expect(body.errors).toMatchObject([{ path: ['slow'], extensions: { code: 'HUB_REQUEST_TIMEOUT' } }]);
    }
    started.release();
    expect((await later).body).toEqual({ data: { hello: 'hello world', slow: 3 } });
  });

  it('answer everyone else while one caller does not read', async () => {
    const started = await start();
    const query = '{ slow text(length: 5000000) }';
    await teach(started, query);
    const { port, pathname } = new URL(hub.graphql);
    const socket = connect(Number(port), '127.0.0.1').pause();
    const body = JSON.stringify({ query });
    const head = ['accept: application/graphql-response+json', 'content-type: application/json', 'host: hub'];
    socket.write(`POST ${pathname} HTTP/1.1\r\n${head.join('\r\n')}\r\ncontent-length: ${body.length}\r\n\r\n${body}`);
    await started.begun(2);
    const other = hub.post(query);
    await arrived(started, 2, 2);
    started.release();
    expect((await other).body.data.text).toHaveLength(5_000_000);
    socket.destroy();
  });
});

/** All of `count` requests have come in, if `runs` executions are all that they begin: what came after them is answered. */
async function arrived(started: Started, runs: number, count: number): Promise<void> {
  await started.begun(runs);
  // Each connection is served in its order of arrival; these come after all of them.
  for (let i = 0; i < count; i += 1) await hub.post('{ hello }');
}
