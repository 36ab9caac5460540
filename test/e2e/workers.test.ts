// `serve --workers`: several processes that are one hub to whoever asks it.
import { execFileSync } from 'node:child_process';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ask, connect } from '../kit/ask.ts';
import { temporaryFolder } from '../kit/folder.ts';
import { startManifold, runManifold, type Program } from '../kit/manifold.ts';
import { json, startUpstream } from '../kit/upstream.ts';

const SDL = /* GraphQL */ `
  type Query {
    order(id: ID!): Order @rest(get: "/orders/{id}") @lookup
  }
  type Mutation {
    updateOrder(id: ID!, total: Int!): Order @rest(put: "/orders/{id}")
  }
  type Order @key(fields: "id") {
    id: ID!
    total: Int
  }
`;
const WORKERS = 3;

describe('a hub of several workers', () => {
  const stack = new AsyncDisposableStack();
  let program: Program;
  let url = '';
  const asked: string[] = [];
  const totals = new Map<string, number>([['1', 10]]);

  beforeAll(async () => {
    const upstream = await startUpstream(({ method, url: path, body }, response) => {
      asked.push(`${method} ${path}`);
      const id = path.split('/')[2] ?? '';
      if (method === 'PUT') totals.set(id, (JSON.parse(body) as { total: number }).total);
      json(response, { id, total: totals.get(id) ?? 0 });
    });
    stack.defer(() => upstream.close());
    const folder = stack.use(
      await temporaryFolder({
        'manifold.yaml': `sources: { shop: { kind: rest, url: "${upstream.url}", cache: { ttlMs: 600000 } } }`,
        'schema/shop/orders.graphql': SDL,
      }),
    );
    const args = ['serve', '--workers', String(WORKERS), '--port', '0', '--config', folder.path, '--log-level', 'warn'];
    program = stack.use(startManifold(args));
    [, url = ''] = await program.said(/is serving at (\S+) with 3 workers/);
  }, 60_000);
  afterAll(() => stack.disposeAsync(), 60_000);

  /** On a connection of its own, so that the workers take turns. */
  const askAnew = (query: string) => ask(url, query, { headers: { connection: 'close' } });

  it('tells every subscriber of a change, whichever worker made it and whichever holds the socket', async () => {
    const clients = Array.from({ length: WORKERS * 2 }, () => connect(url));
    const seen = clients.map(
      (client) =>
        new Promise<unknown>((resolve, reject) => {
          client.subscribe(
            { query: 'subscription { orderChanged { cursor entity { id total } } }' },
            { next: ({ data }) => resolve(data), error: reject, complete: () => undefined },
          );
        }),
    );
    const all = Promise.all(seen);
    const change = () => askAnew('mutation { updateOrder(id: "1", total: 11) { id } }').then(() => undefined);
    // Nothing tells a client that its subscription has begun.
    let events;
    do events = await Promise.race([all, change()]);
    while (events === undefined);
    expect(events).toEqual(
      clients.map(() => ({ orderChanged: { cursor: expect.any(String), entity: { id: '1', total: 11 } } })),
    );
    for (const client of clients) await client.dispose();
  }, 30_000);

  it('has one log, with one order, on all of them', async () => {
    await askAnew('mutation { updateOrder(id: "7", total: 1) { id } }');
    const cursors = async () =>
      (await askAnew('{ syncEvents { cursor } }')).data.syncEvents.map(({ cursor }: { cursor: string }) => cursor);
    // The mutation was answered before its event was in the log.
    let before: string[] = [];
    for (let same = 0; same < WORKERS * 2;) {
      const list: string[] = await cursors();
      expect(list.slice(0, before.length)).toEqual(before);
      same = list.length === before.length ? same + 1 : 0;
      before = list;
    }
    expect(before.length).toBeGreaterThan(1);
  });

  it('keeps no answer on one worker that a change through another made untrue', async () => {
    for (let i = 0; i < WORKERS * 2; i += 1) await askAnew('{ order(id: "9") { total } }');
    asked.length = 0;
    for (let i = 0; i < WORKERS * 2; i += 1) await askAnew('{ order(id: "9") { total } }');
    expect(asked).toEqual([]);
    await askAnew('mutation { updateOrder(id: "9", total: 90) { id } }');
    // The others hear of it from the log, a moment later.
    const right = new Set<number>();
    for (let run = 0; run < WORKERS * 2;) {
      const { data } = await askAnew('{ order(id: "9") { total } }');
      run = data.order.total === 90 ? run + 1 : 0;
      right.add(data.order.total);
    }
    expect([...right].at(-1)).toBe(90);
  });

  it('adds up what its workers did', async () => {
    const before = asked.length;
    expect(before).toBeGreaterThan(0);
    const calls = async () => (await askAnew('{ hub { sources { calls health } } }')).data.hub.sources[0].calls;
    // Each tells the others once a second.
    const made = new Set<number>();
    while (made.size < 1 || [...made].at(-1)! < before) made.add(await calls());
    expect((await askAnew('{ hub { sources { health } } }')).data.hub.sources[0].health).toBe('UP');
  }, 20_000);

  it('answers on, with another worker, when one is killed', async () => {
    const children = execFileSync('ps', ['-o', 'pid=', '--ppid', String(program.pid)], { encoding: 'utf8' });
    process.kill(Number(children.trim().split(/\s+/)[0]), 'SIGKILL');
    await program.said(/a worker ended; another takes its place/);
    for (let i = 0; i < WORKERS * 2; i += 1) {
      expect((await askAnew('{ order(id: "1") { id } }')).data.order.id).toBe('1');
    }
  }, 20_000);

  it('ends with all of its workers, and says so once', async () => {
    program.signal('SIGTERM');
    expect(await program.ended).toBe(0);
    expect(program.stderr().match(/answering what is in flight/g)).toHaveLength(1);
  }, 20_000);
});

it('a hub of several workers that cannot start says why once, and ends', async () => {
  await using folder = await temporaryFolder({
    'manifold.yaml': 'sources: { shop: { kind: rest, url: "http://127.0.0.1:9" } }',
    'schema/shop/orders.graphql': 'type Query { order: Order @rest(get: "/o") }',
  });
  const { code, stderr } = await runManifold(['serve', '--workers', '3', '--port', '0', '--config', folder.path]);
  expect(code).toBe(1);
  expect(stderr.match(/Unknown type "Order"/g)).toHaveLength(1);
}, 30_000);
