// Hubs are killed at random while webhooks come in: each that was acknowledged reaches a resuming subscriber once, in order.
// CHAOS_WEBHOOKS, CHAOS_KILLS, CHAOS_RUNS and CHAOS_SEED make it longer: 20,000 webhooks, 30 kills and 20 seeds are what `npm run test:chaos` is for.
import { describe, expect, it } from '@jest/globals';
import { temporaryFolder } from '../kit/folder.ts';
import { dropSchema, hasPostgres, POSTGRES_URL, testSchema } from '../kit/stores.ts';
import { startMortalHub, type MortalHub } from './mortal-hub.ts';
import { findPostgres, startOwnPostgres } from './own-postgres.ts';
import { subscribe } from './resuming-subscriber.ts';
import { seeded } from './seeded.ts';
import { SECRET, sendWebhooks, type Delivery } from './webhook-sender.ts';

const WEBHOOKS = Number(process.env.CHAOS_WEBHOOKS ?? 600);
const KILLS = Number(process.env.CHAOS_KILLS ?? 2);
const RUNS = Number(process.env.CHAOS_RUNS ?? 1);
const SEED = Number(process.env.CHAOS_SEED ?? Math.floor(Math.random() * 1e6));
const TIMEOUT_MS = 60_000 + WEBHOOKS * 50 + KILLS * 15_000;

const yaml = (state: string) => `
sources: { shop: { kind: rest, url: "http://127.0.0.1:9" } }
server: { drainMs: 500 }
state: ${state}
webhooks:
  shop:
    source: shop
    scheme: standard-webhooks
    secrets: [${SECRET}]
    map: '{ "type": "Order", "operation": "UPDATED", "key": { "id": entity }, "occurredAt": $fromMillis(sequence) }'
`;
const SDL =
  'type Query { order(id: ID!): Order @rest(get: "/orders/{id}") @lookup } type Order @key(fields: "id") { id: ID! }';

interface Scenario {
  readonly state: string;
  readonly replicas: number;
  readonly restartDatabase?: () => Promise<void>;
}

async function survive({ state, replicas, restartDatabase }: Scenario, seed: number): Promise<void> {
  const random = seeded(seed);
  await using folder = await temporaryFolder({ 'manifold.yaml': yaml(state), 'schema/shop/order.graphql': SDL });
  await using stack = new AsyncDisposableStack();
  const hubs: MortalHub[] = [];
  for (let count = 0; count < replicas; count++) hubs.push(stack.use(await startMortalHub(folder.path)));
  const urls = hubs.map(({ url }) => url);
  const subscriber = await subscribe(() => urls[Math.floor(random() * urls.length)] ?? '');
  stack.defer(() => subscriber.stop());

  const step = WEBHOOKS / (KILLS + 1);
  const killsAt = Array.from({ length: KILLS }, (_, index) => Math.floor((index + 0.5 + random()) * step));
  const disasters: Promise<void>[] = [];
  let busy: Promise<void> = Promise.resolve();
  const attempts = await sendWebhooks({
    urls,
    count: WEBHOOKS,
    random,
    onAcknowledged: (count) => {
      if (!killsAt.includes(count)) return;
      const hub = hubs[Math.floor(random() * hubs.length)];
      busy = busy.then(() => hub?.kill());
      disasters.push(busy);
      if (restartDatabase !== undefined) disasters.push(restartDatabase());
    },
  });
  await Promise.all(disasters);
  await subscriber.until(WEBHOOKS, 30_000);
  expect(disasters.length).toBeGreaterThanOrEqual(KILLS);
  expect(attempts).toBeGreaterThanOrEqual(WEBHOOKS);
  expect(subscriber.trouble).toEqual([]);
  expect(problems(subscriber.seen)).toEqual([]);
  expect(subscriber.seen).toHaveLength(WEBHOOKS);
  expect(await Promise.all(hubs.map((hub) => hub.stop()))).toEqual(hubs.map(() => 0));
}

/** Of one entity they come as they were sent, one by one: what is out of order, twice or missing shows. */
function problems(seen: readonly Delivery[]): string[] {
  const next = new Map<string, number>();
  return seen.flatMap(({ entity, sequence }) => {
    const expected = next.get(entity) ?? 1;
    next.set(entity, sequence + 1);
    return sequence === expected ? [] : [`${entity}: ${sequence} came where ${expected} was next`];
  });
}

const withPostgres = await hasPostgres();
const bin = await findPostgres();
const onPostgres = (url: string, schema: string, redis = false) =>
  `{ store: { postgres: { url: "${url}", schema: ${schema} } }${redis ? `, bus: { redis: { url: "redis://127.0.0.1:6379", channel: ${schema} } }` : ''} }`;

describe.each(Array.from({ length: RUNS }, (_, run) => SEED + run))(
  'hubs that are killed while webhooks come in (seed %d)',
  (seed) => {
    it(
      'lose and double nothing on the embedded store',
      () => survive({ state: '{ store: embedded }', replicas: 1 }, seed),
      TIMEOUT_MS,
    );

    (withPostgres ? it : it.skip)(
      'lose and double nothing on PostgreSQL, two replicas with Redis between them',
      async () => {
        const schema = testSchema();
        await survive({ state: onPostgres(POSTGRES_URL, schema, true), replicas: 2 }, seed);
        await dropSchema(schema);
      },
      TIMEOUT_MS,
    );

    (bin === undefined ? it.skip : it)(
      'lose and double nothing while PostgreSQL itself is restarted',
      async () => {
        await using postgres = await startOwnPostgres(bin ?? '');
        const restartDatabase = () => postgres.restart();
        await survive({ state: onPostgres(postgres.url, 'manifold'), replicas: 1, restartDatabase }, seed);
      },
      TIMEOUT_MS,
    );
  },
);
