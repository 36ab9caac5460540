// Hubs are killed while a sync rule applies changes: each reaches an upstream that honours idempotency keys once, in order.
import { describe, expect, it } from '@jest/globals';
import { temporaryFolder } from '../kit/folder.ts';
import { dropSchema, hasPostgres, POSTGRES_URL, testSchema } from '../kit/stores.ts';
import { startKeyedUpstream } from './keyed-upstream.ts';
import { startMortalHub, type MortalHub } from './mortal-hub.ts';
import { seeded } from './seeded.ts';
import { SECRET, sendWebhooks } from './webhook-sender.ts';

const WEBHOOKS = Number(process.env.CHAOS_CHANGES ?? 150);
const KILLS = Number(process.env.CHAOS_KILLS ?? 2);
const RUNS = Number(process.env.CHAOS_RUNS ?? 1);
const SEED = Number(process.env.CHAOS_SEED ?? Math.floor(Math.random() * 1e6));
// A kill costs a start, and where it is another hub that goes on, a lease.
const TIMEOUT_MS = 150_000 + WEBHOOKS * 200 + KILLS * 30_000;

const yaml = (state: string, url: string) => `
sources: { shop: { kind: rest, url: "${url}", timeoutMs: 2000 } }
server: { drainMs: 500 }
state: ${state}
webhooks:
  shop:
    source: shop
    scheme: standard-webhooks
    secrets: [${SECRET}]
    map: '{ "type": "Order", "operation": "UPDATED", "key": { "id": entity } }'
sync:
  reserve:
    on: { type: Order, source: shop }
    apply: 'mutation($input: ReservationInput!) { reserve(input: $input) { entity } }'
    input: '{ "input": event.payload }'
    retry: { attempts: 30, backoffMs: 20, maxBackoffMs: 500 }
`;
const SDL = `
type Query { order(id: ID!): Order @rest(get: "/orders/{id}") @lookup }
type Order @key(fields: "id") { id: ID! }
type Reservation { entity: ID! sequence: Int! }
input ReservationInput { entity: ID! sequence: Int! }
type Mutation { reserve(input: ReservationInput!): Reservation @rest(post: "/reservations", body: "input") }
`;

async function survive(state: string, replicas: number, seed: number): Promise<void> {
  const random = seeded(seed);
  await using upstream = await startKeyedUpstream(random);
  await using folder = await temporaryFolder({
    'manifold.yaml': yaml(state, upstream.url),
    'schema/shop/order.graphql': SDL,
  });
  await using stack = new AsyncDisposableStack();
  const hubs: MortalHub[] = [];
  for (let count = 0; count < replicas; count++) hubs.push(stack.use(await startMortalHub(folder.path)));
  const step = WEBHOOKS / (KILLS + 1);
  const killsAt = Array.from({ length: KILLS }, (_, index) => Math.floor((index + 0.5 + random()) * step));
  let kills: Promise<void> = Promise.resolve();
  await sendWebhooks({
    urls: hubs.map(({ url }) => url),
    count: WEBHOOKS,
    random,
    onAcknowledged: (count) => {
      const hub = hubs[Math.floor(random() * hubs.length)];
      if (killsAt.includes(count)) kills = kills.then(() => hub?.kill());
    },
  });
  await kills;
  let since = performance.now();
  let before = 0;
  while (upstream.applied.length < WEBHOOKS) {
    if (upstream.applied.length > before) [before, since] = [upstream.applied.length, performance.now()];
    // Longer than the lease of a run whose hub was killed.
    if (performance.now() - since > 60_000) throw new Error(`only ${before} of ${WEBHOOKS} were applied`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  const next = new Map<string, number>();
  for (const { entity, sequence } of upstream.applied) {
    expect(`${entity}: ${sequence}`).toBe(`${entity}: ${next.get(entity) ?? 1}`);
    next.set(entity, sequence + 1);
  }
  expect(upstream.applied).toHaveLength(WEBHOOKS);
  expect(upstream.calls()).toBeGreaterThan(WEBHOOKS);
}

const withPostgres = await hasPostgres();

describe.each(Array.from({ length: RUNS }, (_, run) => SEED + run))(
  'sync rules whose hubs are killed (seed %d)',
  (seed) => {
    it(
      'apply each change once and in order on the embedded store',
      () => survive('{ store: embedded }', 1, seed),
      TIMEOUT_MS,
    );

    (withPostgres ? it : it.skip)(
      'apply each change once and in order on PostgreSQL, where another replica takes over',
      async () => {
        const schema = testSchema();
        await survive(`{ store: { postgres: { url: "${POSTGRES_URL}", schema: ${schema} } } }`, 2, seed);
        await dropSchema(schema);
      },
      TIMEOUT_MS,
    );
  },
);
