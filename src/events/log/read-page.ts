// One query for the state of the log and the events after a position. Called by store-event-log.ts.
import { sql } from 'kysely';
import type { SyncEvent } from '../../contract/events.ts';
import type { EventsTable, Store } from '../../contract/store.ts';
import { HubFault } from '../../faults/hub-fault.ts';
import { toSyncEvent } from './event-row.ts';

export interface Page {
  readonly logId: string;
  readonly head: number;
  /** Position of the newest event that is no longer kept. */
  readonly horizon: number;
  readonly events: readonly SyncEvent[];
}

/** The outer side of the join, where the log holds nothing that was asked for. */
interface NoEvent {
  readonly position: null;
}

/**
 * The newest `maxEvents` count as kept, whether or not older ones were dropped yet. The limits tell PostgreSQL's planner
 * that these tables have one row; it guesses thousands, and compiles the query for them.
 * Rejects with what the database threw.
 */
export async function readPage(store: Store, after: number, limit: number, maxEvents: number): Promise<Page> {
  const name = (table: string) => sql.id(store.schema, table);
  const db = await store.open();
  const { rows } = await sql<(EventsTable | NoEvent) & { log_id: string; head: number; dropped: number }>`
    select h.log_id, h.position as head, z.position as dropped, e.*
    from (select * from ${name('event_head')} limit 1) h
    cross join (select * from ${name('event_horizon')} limit 1) z
    left join (
      select * from ${name('events')}
      where position > ${after} and position > (select position from ${name('event_head')} limit 1) - ${maxEvents}
      order by position limit ${limit}
    ) e on true
    order by e.position`.execute(db);
  const [first] = rows;
  if (first === undefined) {
    throw new HubFault('HUB_INTERNAL', 'the event log has lost its head: restore the database');
  }
  return {
    logId: first.log_id,
    head: first.head,
    horizon: Math.max(first.dropped, first.head - maxEvents),
    events: rows.flatMap((row) => (row.position === null ? [] : [toSyncEvent(row, first.log_id)])),
  };
}
