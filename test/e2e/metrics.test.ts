// Metrics of the real program: what happened to it shows at /metrics, and nowhere where callers are.
import { createServer } from 'node:http';
import { describe, expect, it } from '@jest/globals';
import { temporaryFolder } from '../kit/folder.ts';
import { freePort } from '../kit/free-port.ts';
import { startManifold } from '../kit/manifold.ts';
import { dropSchema, hasPostgres, POSTGRES_URL, testSchema } from '../kit/stores.ts';

const yaml = (store: string, port: number) => `
sources: { shop: { kind: rest, url: "http://127.0.0.1:9", retry: { attempts: 1 } } }
server: { metrics: { port: ${port} } }
state: { store: ${store} }
webhooks:
  shop:
    source: shop
    scheme: token
    secrets: [s3cret]
    header: x-token
    map: 'id ? { "type": "Order", "operation": "UPDATED", "key": { "id": id } } : { "type": 1 }'
sync:
  reserve:
    on: { type: Order, source: shop }
    apply: 'mutation($id: ID!) { reserve(id: $id) { id } }'
    input: '$error("no")'
`;
const SDL = `
type Query { order(id: ID!): Order @rest(get: "/orders/{id}") @lookup }
type Order @key(fields: "id") { id: ID! }
type Mutation { reserve(id: ID!): Order @rest(post: "/reservations") }
`;

async function measure(store: string): Promise<void> {
  const port = await freePort();
  await using folder = await temporaryFolder({ 'manifold.yaml': yaml(store, port), 'schema/shop/order.graphql': SDL });
  await using hub = startManifold(['serve', '--port', '0', '--config', folder.path, '--log-level', 'silent']);
  const [, url = ''] = await hub.said(/serving at (\S+)/);
  const post = (body: unknown, secret = 's3cret', name = 'shop') =>
    fetch(new URL(`/webhooks/${name}`, url), {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-token': secret },
      body: JSON.stringify(body),
    });
  const scrape = async () => (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
  const until = async (line: string) => {
    for (;;) {
      const text = await scrape();
      if (text.split('\n').includes(line)) return text;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  };
  const leaving = new AbortController();
  const query = encodeURIComponent('subscription { syncEvents { cursor } }');
  await fetch(new URL(`/graphql/stream?query=${query}`, url), {
    headers: { accept: 'text/event-stream' },
    signal: leaving.signal,
  });
  await until('manifold_subscribers 1');
  // The rule begins with what comes once it has its place.
  await until('manifold_sync_lag_events{rule="reserve"} 0');
  await post({ id: '1' });
  await post({ id: '2' });
  await post({});
  await post({ id: '3' }, 'wrong');
  await post({ id: '3' }, 's3cret', 'nobody"s');
  await fetch(new URL('/graphql?query={order(id:1){id}}', url), { headers: { 'apollo-require-preflight': '1' } });

  const text = await until('manifold_sync_runs_dead{rule="reserve"} 2');
  expect(text.split('\n')).toEqual(
    expect.arrayContaining([
      'manifold_webhook_deliveries_total{webhook="shop",outcome="stored"} 2',
      'manifold_webhook_deliveries_total{webhook="shop",outcome="dead-letter"} 1',
      'manifold_webhook_deliveries_total{webhook="shop",outcome="bad-signature"} 1',
      'manifold_webhook_deliveries_total{webhook="(unknown)",outcome="unknown-name"} 1',
      'manifold_source_calls_total{source="shop"} 1',
      'manifold_source_failures_total{source="shop"} 1',
      'manifold_event_store_up 1',
      'manifold_event_log_events 2',
      'manifold_event_log_appended_total 2',
      'manifold_dead_letters 1',
      'manifold_sync_runs_waiting{rule="reserve"} 0',
      'manifold_subscribers 1',
      expect.stringMatching(/^manifold_subscriber_lag_events\{quantile="1"\} [0-2]$/),
      expect.stringMatching(/^manifold_event_log_bytes [1-9]\d+$/),
      expect.stringMatching(/^manifold_event_log_oldest_age_seconds \d/),
    ]),
  );
  const sample =
    /^(?:# (?:HELP|TYPE) [a-z_]+ .+|[a-z_]+(?:\{[a-z]+="[^"\\]*"(?:,[a-z]+="[^"\\]*")*\})? \d+(?:\.\d+)?(?:e[+-]\d+)?)$/;
  expect(
    text
      .trimEnd()
      .split('\n')
      .filter((line) => !sample.test(line)),
  ).toEqual([]);
  leaving.abort();
  await until('manifold_subscribers 0');
  expect((await fetch(new URL('/metrics', url))).status).toBe(404);
  expect((await fetch(`http://127.0.0.1:${port}/`)).status).toBe(404);
  hub.signal('SIGTERM');
  expect(await hub.ended).toBe(0);
}

const withPostgres = await hasPostgres();

describe('metrics', () => {
  it(
    'tell of sources, deliveries, subscribers, rules and the log, on the embedded store',
    () => measure('embedded'),
    60_000,
  );

  (withPostgres ? it : it.skip)(
    'tell of the same on PostgreSQL',
    async () => {
      const schema = testSchema();
      await measure(`{ postgres: { url: "${POSTGRES_URL}", schema: ${schema} } }`);
      await dropSchema(schema);
    },
    60_000,
  );

  it('are served while the database is away, which is one of them', async () => {
    const port = await freePort();
    const store = '{ postgres: { url: "postgres://u@127.0.0.1:9/none" } }';
    await using folder = await temporaryFolder({
      'manifold.yaml': yaml(store, port),
      'schema/shop/order.graphql': SDL,
    });
    await using hub = startManifold(['serve', '--port', '0', '--config', folder.path, '--log-level', 'silent']);
    await hub.said(/serving at (\S+)/);
    const text = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
    expect(text).toMatch(/^manifold_event_store_up 0$/m);
    expect(text).not.toMatch(/manifold_event_log_events/);
  }, 60_000);

  it('refuse to start where their port is taken', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => other.once('listening', resolve));
    const { port } = other.address() as { readonly port: number };
    await using folder = await temporaryFolder({ 'manifold.yaml': yaml('embedded', port), 'schema/shop/order.graphql': SDL }); // prettier-ignore
    await using hub = startManifold(['serve', '--port', '0', '--config', folder.path]);
    expect(await hub.ended).toBe(1);
    expect(hub.stderr()).toMatch(/metrics cannot be served on 127\.0\.0\.1:\d+: check server\.metrics/);
    other.close();
  }, 60_000);
});
