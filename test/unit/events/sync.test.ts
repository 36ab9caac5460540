// Sync rules over both stores: which events start them, in what order they run, and what becomes of those that fail.
import { afterAll, describe, expect, it } from '@jest/globals';
import { buildSchema } from 'graphql';
import { pino } from 'pino';
import { syncSchema } from '../../../src/config/sync-settings.ts';
import type { EntityChange } from '../../../src/contract/events.ts';
import type { GraphResponse } from '../../../src/contract/graph.ts';
import type { HubOperation } from '../../../src/contract/hub-call.ts';
import { createStoreEventLog } from '../../../src/events/log/store-event-log.ts';
import { createMemoryBus } from '../../../src/events/memory-bus.ts';
import type { Store } from '../../../src/contract/store.ts';
import { claimRuns, LEASE_MS } from '../../../src/events/sync/claim-runs.ts';
import { listDead, redrive } from '../../../src/events/sync/dead-runs.ts';
import { compileRule } from '../../../src/events/sync/compile-rule.ts';
import { planRuns } from '../../../src/events/sync/plan-runs.ts';
import { runRules } from '../../../src/events/sync/run-rules.ts';
import { embeddedStores, hasPostgres, postgresStores, type TestStores } from '../../kit/stores.ts';

const SCHEMA = buildSchema(`
  type Query { order(id: ID!): Order }
  type Order { id: ID! paid: Boolean }
  type Mutation { reserve(id: ID!): Boolean }
`);
const logger = pino({ level: 'silent' });

const order = (id: string, more: Partial<EntityChange> = {}): EntityChange => ({
  source: 'shop',
  type: 'Order',
  operation: 'UPDATED',
  key: { id },
  payload: { paid: true },
  ...more,
});

const rule = (settings: Record<string, unknown> = {}) => {
  const parsed = syncSchema.parse({
    r: {
      on: { type: 'Order', when: 'payload.paid' },
      query: 'query($id: ID!) { order(id: $id) { id paid } }',
      apply: 'mutation($id: ID!) { reserve(id: $id) }',
      input: 'data.order.paid ? { "id": data.order.id }',
      retry: { attempts: 3, backoffMs: 1, maxBackoffMs: 2 },
      ...settings,
    },
  });
  return compileRule('r', parsed.r!, SCHEMA);
};

type Answer = (operation: HubOperation) => GraphResponse;
const answers: Answer = ({ text, variables }) =>
  text.startsWith('query')
    ? { data: { order: { id: variables.id, paid: variables.id !== 'unpaid' } } }
    : { data: { reserve: true } };
const failed = (code: string): GraphResponse => ({ errors: [{ message: 'no', extensions: { code } }] });

function describeSync(name: string, stores: TestStores): void {
  afterAll(() => stores.close());

  /** Runs until nothing waits any more; resolves with the mutations that were made and what became of the runs. */
  async function run(
    changes: readonly EntityChange[],
    answer: Answer = answers,
    settings = {},
    look: (store: Store) => Promise<void> = () => Promise.resolve(),
  ) {
    const store = await stores.open();
    const log = createStoreEventLog({ store, maxEvents: 1_000 });
    const bus = createMemoryBus();
    const compiled = rule(settings);
    const db = await store.open();
    await planRuns(compiled, { store, log, logger });
    const events = await log.append(changes);
    const stop = new AbortController();
    const made: HubOperation[] = [];
    const running = runRules({
      store,
      log,
      bus,
      logger,
      rules: () => [compiled],
      call: async (operation) => {
        const result = answer(operation);
        if (operation.text.startsWith('mutation')) made.push(operation);
        return Promise.resolve(result);
      },
      signal: stop.signal,
      pollMs: 5,
    });
    for (;;) {
      const place = await db.selectFrom('sync_places').select('cursor').executeTakeFirst();
      const waiting = await db.selectFrom('sync_runs').select('id').where('state', '=', 'waiting').execute();
      if (waiting.length === 0 && place?.cursor === events.at(-1)?.cursor) break;
      await new Promise((resolve) => setImmediate(resolve));
    }
    stop.abort();
    await running;
    const runs = await db.selectFrom('sync_runs').selectAll().orderBy('position').execute();
    await look(store);
    stores.giveBack(store);
    return { made, runs, events };
  }

  describe(`sync rules over ${name}`, () => {
    it('are for the events that they say, and do nothing where their input is nothing', async () => {
      const { made, runs } = await run([
        order('1'),
        order('2', { payload: { paid: false } }),
        order('3', { type: 'Customer' }),
        order('unpaid'),
      ]);
      expect(made.map(({ variables }) => variables)).toEqual([{ id: '1' }]);
      expect(runs.map(({ state, reason }) => [state, reason])).toEqual([
        ['done', null],
        ['ignored', 'there is nothing to do'],
      ]);
    });

    it('try again what may pass, with the same key and what the query brought, and keep the order of an entity', async () => {
      let failures = 2;
      const { made, runs, events } = await run([order('1'), order('1'), order('2')], (operation) => {
        if (operation.text.startsWith('mutation') && operation.variables.id === '1' && failures-- > 0) {
          return failed('HUB_UPSTREAM_TIMEOUT');
        }
        return answers(operation);
      });
      const ofOne = made.filter(({ variables }) => variables.id === '1').map(({ idempotencyKey }) => idempotencyKey);
      expect(ofOne).toEqual([0, 0, 0, 1].map((index) => `r:${events[index]?.id}:0`));
      expect(runs.map(({ state, attempts }) => [state, attempts])).toEqual([
        ['done', 3],
        ['done', 1],
        ['done', 1],
      ]);
    });

    it('are dead after the last attempt, or at once where it is hopeless, and let the next one have its turn', async () => {
      const { runs } = await run([order('1'), order('2'), order('1')], (operation) => {
        if (operation.text.startsWith('query')) return answers(operation);
        return failed(operation.variables.id === '1' ? 'HUB_UPSTREAM_TIMEOUT' : 'HUB_UPSTREAM_REJECTED');
      });
      expect(runs.map(({ state, attempts }) => [state, attempts])).toEqual([
        ['dead', 3],
        ['dead', 1],
        ['dead', 3],
      ]);
      expect(runs[0]?.reason).toBe('apply: no (HUB_UPSTREAM_TIMEOUT)');
    });

    it('are listed when they are dead, and can be tried again', async () => {
      const refuse: Answer = (operation) =>
        operation.text.startsWith('query') ? answers(operation) : failed('HUB_UPSTREAM_REJECTED');
      await run([order('1'), order('2')], refuse, {}, async (store) => {
        const dead = await listDead(store, { rule: 'r' }, 10);
        expect(dead).toMatchObject([
          { rule: 'r', partition: 'Order id=1', reason: 'apply: no (HUB_UPSTREAM_REJECTED)', attempts: 1 },
          { partition: 'Order id=2' },
        ]);
        expect(await redrive(store, { id: dead[1]!.id }, 10)).toBe(1);
        expect(await redrive(store, { rule: 'other' }, 10)).toBe(0);
        expect((await listDead(store, {}, 10)).map(({ id }) => id)).toEqual([dead[0]!.id]);
      });
    });

    it('do not start themselves again, by whatever way', async () => {
      const store = await stores.open();
      const log = createStoreEventLog({ store, maxEvents: 1_000 });
      const compiled = rule();
      const db = await store.open();
      await planRuns(compiled, { store, log, logger });
      const [first] = await log.append([order('1')]);
      await planRuns(compiled, { store, log, logger });
      const [caused] = await log.append([order('1', { type: 'Stock', causationId: first!.id })]);
      await log.append([order('1', { causationId: caused!.id }), order('1', { causationId: 'elsewhere' })]);
      await planRuns(compiled, { store, log, logger });
      const runs = await db.selectFrom('sync_runs').select('event_id').orderBy('position').execute();
      expect(runs).toHaveLength(2);
      expect(runs[0]?.event_id).toBe(first?.id);
      stores.giveBack(store);
    });

    it('apply a list one after the other, and go on where they were', async () => {
      let failures = 1;
      const { made, runs, events } = await run(
        [order('1')],
        (operation) =>
          operation.variables.id === 'b' && failures-- > 0 ? failed('HUB_UPSTREAM_TIMEOUT') : answers(operation),
        { input: '["a", "b", "c"].{ "id": $ }' },
      );
      const keys = made.map(({ variables, idempotencyKey }) => `${String(variables.id)} ${idempotencyKey}`);
      expect(keys).toEqual(['a:0', 'b:1', 'b:1', 'c:2'].map((one) => `${one[0]} r:${events[0]?.id}${one.slice(1)}`));
      expect(runs).toMatchObject([{ state: 'done', attempts: 2 }]);
    });

    it('leave alone what was changed after the event', async () => {
      const { made, runs } = await run([order('1', { occurredAt: '2026-01-01T00:00:00Z' })], answers, {
        conflict: { ignoreIfModifiedAfter: '"2026-01-02T00:00:00Z"' },
      });
      expect(made).toEqual([]);
      expect(runs[0]).toMatchObject({ state: 'ignored', reason: expect.stringContaining('changed after the event') });
    });

    it('are not held up by a clock that was set back, nor take from each other what is not over', async () => {
      await run([order('1')], answers, {}, async (store) => {
        const db = await store.open();
        const claimable = async (aheadMs: number) => {
          const at = Date.now() + aheadMs;
          await db.updateTable('sync_runs').set({ state: 'waiting', owner: 'other', next_at: 0, lease_until: at }).execute(); // prettier-ignore
          return (await claimRuns(db, [rule()], 'me', 1)).length;
        };
        expect([await claimable(LEASE_MS), await claimable(3_600_000), await claimable(-1)]).toEqual([0, 1, 1]);
        await db
          .updateTable('sync_runs')
          .set({ lease_until: null, next_at: Date.now() + 3_600_000 })
          .execute();
        expect(await claimRuns(db, [rule()], 'me', 1)).toHaveLength(1);
      });
    });
  });
}

describeSync('SQLite', embeddedStores());
if (await hasPostgres()) describeSync('PostgreSQL', postgresStores());

describe('a sync rule', () => {
  it.each([
    [{ apply: 'mutation { nothing }' }, /^sync\.r\.apply: Cannot query field "nothing"/],
    [{ apply: '{ order(id: 1) { id } }' }, /^sync\.r\.apply: must be one mutation$/],
    [{ query: 'query {' }, /^sync\.r\.query: Syntax Error/],
    [{ input: '{ "id": ' }, /^sync\.r\.input is not JSONata/],
  ])('that does not fit the graph is refused (%#)', (settings, message) => {
    expect(() => rule(settings)).toThrow(expect.objectContaining({ code: 'HUB_CONFIG_INVALID' }));
    expect(() => rule(settings)).toThrow(message);
  });
});
