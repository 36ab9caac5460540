// Events by what a person looks for: id, source, time. Called by the command line.
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
    if (id !== undefined) query = query.where('id', '=', id);
    if (source !== undefined) query = query.where('source', '=', source);
    if (from !== undefined) query = query.where('arrived_at', '>=', from.getTime());
    if (to !== undefined) query = query.where('arrived_at', '<', to.getTime());
    const rows = await query.execute();
    const head = await db.selectFrom('event_head').select('log_id').executeTakeFirstOrThrow();
    return rows.map((row) => toSyncEvent(row, head.log_id)).reverse();
  } catch (thrown) {
    throw toStoreFault(thrown);
  }
}
