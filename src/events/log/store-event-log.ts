// The event log over a database: positions in the order of commit, one round trip per append. Made by open-state.ts.
import { sql, type Kysely } from 'kysely';
import type { EventLog, SyncEvent } from '../../contract/events.ts';
import type { Store, StoreTables } from '../../contract/store.ts';
import { HubFault } from '../../faults/hub-fault.ts';
import { toStoreFault } from '../store/store-fault.ts';
import { coalesce } from './coalesce.ts';
import { fromCursor, gapAfter, invalidCursor, toCursor } from './cursor.ts';
import { toSyncEvent, type EventRow } from './event-row.ts';
import { shareReads } from './share-reads.ts';
import { toStorable, type Storable } from './storable.ts';

export interface StoreEventLogOptions {
  readonly store: Store;
  /** How many events are kept; older ones cannot be read, whether or not they were dropped yet. */
  readonly maxEvents: number;
}

/** Events in one statement, and events that may wait for their turn. */
const MAX_BATCH = 1_000;
const MAX_WAITING = 20_000;

interface LogState {
  readonly logId: string;
  readonly head: number;
  /** Position of the newest event that is no longer kept. */
  readonly horizon: number;
}

interface Page extends LogState {
  readonly events: readonly SyncEvent[];
}

/** Does not close the store. Why a reader cannot miss an event: docs/decisions/0003-event-log-order.md. */
export function createStoreEventLog({ store, maxEvents }: StoreEventLogOptions): EventLog {
  const name = (table: string) => sql.id(store.schema, table);
  let logId: string | undefined;

  async function readState(db: Kysely<StoreTables>): Promise<string> {
    const { rows } = await sql<{ log_id: string }>`select log_id from ${name('event_head')}`.execute(db);
    logId = one(rows).log_id;
    return logId;
  }

  async function appendAll(groups: readonly (readonly Storable[])[]): Promise<readonly (readonly SyncEvent[])[]> {
    // Each `json` is an object that is not empty; `part` tells the database which append it belongs to.
    const batch = `[${groups.flatMap((group, part) => group.map(({ json }) => `{"part":${part},${json.slice(1)}`)).join(',')}]`;
    const db = await store.open();
    const id = logId ?? (await readState(db));
    const { rows } = await sql<{ ordinal: string; at_position: string; at_time: Date }>`
      select ordinal, at_position, at_time from ${name('append_events')}(${batch}::jsonb)`.execute(db);
    const placed = new Map(rows.map((row) => [Number(row.ordinal), row]));
    let ordinal = 0;
    return groups.map((group) =>
      group.flatMap(({ change, id: eventId, partition }): SyncEvent[] => {
        const row = placed.get((ordinal += 1));
        if (row === undefined) return [];
        const cursor = toCursor(id, Number(row.at_position));
        return [{ ...change, key: { ...change.key }, id: eventId, partition, cursor, at: row.at_time.toISOString() }];
      }),
    );
  }

  /** One change that the database refuses must not take those of others with it. */
  async function appendSafely(groups: readonly (readonly Storable[])[]): Promise<readonly AppendOutcome[]> {
    try {
      return (await appendAll(groups)).map((events) => ({ events }));
    } catch (thrown) {
      const fault = toStoreFault(thrown);
      if (fault.code !== 'HUB_INTERNAL' || groups.length === 1) return groups.map(() => ({ fault }));
      const outcomes: AppendOutcome[] = [];
      for (const group of groups) outcomes.push(...(await appendSafely([group])));
      return outcomes;
    }
  }

  const enqueue = coalesce<readonly Storable[], AppendOutcome>({
    run: appendSafely,
    weigh: (group) => group.length,
    maxBatch: MAX_BATCH,
    maxWaiting: MAX_WAITING,
    refuse: () =>
      new HubFault('HUB_CAPACITY_EXCEEDED', `more than ${MAX_WAITING} events wait to be appended to the event log`),
  });

  /** The limits tell the planner that these tables have one row; it guesses thousands, and compiles the query for them. */
  async function queryPage(after: number | undefined, limit: number): Promise<Page> {
    try {
      const db = await store.open();
      const { rows } = await sql<(EventRow | NoEvent) & { log_id: string; head: string; horizon: string }>`
        select h.log_id, h.position as head, greatest(z.position, h.position - ${maxEvents}::bigint) as horizon, e.*
        from (select * from ${name('event_head')} limit 1) h
        cross join (select * from ${name('event_horizon')} limit 1) z
        left join lateral (
          select * from ${name('events')}
          where position > greatest(${after ?? 0}::bigint, h.position - ${maxEvents}::bigint)
          order by position limit ${limit}::bigint
        ) e on true
        order by e.position`.execute(db);
      const { log_id: id, head, horizon } = one(rows);
      const events = rows.flatMap((row) => (row.position === null ? [] : [toSyncEvent(row, id)]));
      return { logId: id, head: Number(head), horizon: Number(horizon), events };
    } catch (thrown) {
      throw toStoreFault(thrown);
    }
  }

  const readPage = shareReads(queryPage);

  return {
    async append(changes) {
      if (changes.length === 0) return [];
      const outcome = await enqueue(changes.map(toStorable));
      if ('fault' in outcome) throw outcome.fault;
      return outcome.events;
    },
    async read(cursor, limit) {
      const from = cursor === undefined ? undefined : fromCursor(cursor);
      const page = await readPage(from?.position, limit);
      if (from === undefined) return page.events;
      if (from.logId !== page.logId || from.position > page.head) throw invalidCursor();
      if (from.position < page.horizon) throw gapAfter(page.logId, from.position, page.horizon);
      return page.events;
    },
    async tail() {
      const page = await readPage(undefined, 0);
      return toCursor(page.logId, page.head);
    },
    close: () => Promise.resolve(),
  };
}

/** The outer side of the join, where the log holds nothing that was asked for. */
interface NoEvent {
  readonly position: null;
}

type AppendOutcome = { readonly events: readonly SyncEvent[] } | { readonly fault: HubFault };

/** The row that is always there. */
function one<Row>(rows: readonly Row[]): Row {
  const [row] = rows;
  if (row === undefined) throw new HubFault('HUB_INTERNAL', 'the event log has lost its head: restore the database');
  return row;
}
