// Events by what a person looks for: id, source, time. Called by the command line.
import { sql } from 'kysely';
import type { SyncEvent } from '../../contract/events.ts';
import type { Store } from '../../contract/store.ts';
import type { KeptFilter } from '../../contract/webhooks.ts';
import { toStoreFault } from '../store/store-fault.ts';
import { toSyncEvent } from './event-row.ts';

/** The newest that match, oldest first. Rejects with HUB_EVENT_STORE_UNAVAILABLE. */
export async function listEvents(
  store: Store,
  { id, source, from, to }: KeptFilter,
  limit: number,
): Promise<readonly SyncEvent[]> {
  try {
    const db = await store.open();
    let query = db.selectFrom('events').selectAll().orderBy('position', 'desc').limit(limit);
    if (id !== undefined) query = query.where(sql<string>`id::text`, '=', id);
    if (source !== undefined) query = query.where('source', '=', source);
    if (from !== undefined) query = query.where('arrived_at', '>=', from);
    if (to !== undefined) query = query.where('arrived_at', '<', to);
    const rows = await query.execute();
    const { rows: heads } = await sql<{ log_id: string }>`
      select log_id from ${sql.id(store.schema, 'event_head')}`.execute(db);
    return rows.map((row) => toSyncEvent(row, heads[0]?.log_id ?? '')).reverse();
  } catch (thrown) {
    throw toStoreFault(thrown);
  }
}
