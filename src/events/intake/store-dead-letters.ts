// Dead letters over a database: kept until they are too old, or until more have come than anybody will look at.
import { sql } from 'kysely';
import type { Selectable } from 'kysely';
import type { DeadLettersTable, Store } from '../../contract/store.ts';
import type { DeadLetter, DeadLetters } from '../../contract/webhooks.ts';
import { toStorableText } from '../log/storable.ts';
import { toStoreFault } from '../store/store-fault.ts';

/** Does not close the store. */
export function createStoreDeadLetters(store: Store): DeadLetters {
  return {
    async keep({ webhook, source, deliveryId, reason, headers, body }) {
      await guarded(async () => {
        const db = await store.open();
        await db
          .insertInto('dead_letters')
          .values({
            webhook,
            source,
            delivery_id: deliveryId === undefined ? null : toStorableText(deliveryId),
            reason: toStorableText(reason),
            headers: toStorableText(JSON.stringify(headers)),
            body,
            replayed_at: null,
          })
          .onConflict((conflict) => conflict.doNothing())
          .execute();
      });
    },
    list: ({ id, source, from, to }, limit, replayed = false) =>
      guarded(async () => {
        const db = await store.open();
        let query = db.selectFrom('dead_letters').selectAll().orderBy('received_at').orderBy('id').limit(limit);
        if (id !== undefined) query = query.where(sql<string>`id::text`, '=', id);
        if (source !== undefined) query = query.where('source', '=', source);
        if (from !== undefined) query = query.where('received_at', '>=', from);
        if (to !== undefined) query = query.where('received_at', '<', to);
        if (!replayed) query = query.where('replayed_at', 'is', null);
        return (await query.execute()).map(toLetter);
      }),
    markReplayed: (id) =>
      guarded(async () => {
        const db = await store.open();
        await db.updateTable('dead_letters').set({ replayed_at: new Date() }).where('id', '=', id).execute();
      }),
  };
}

async function guarded<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (thrown) {
    throw toStoreFault(thrown);
  }
}

function toLetter(row: Selectable<DeadLettersTable>): DeadLetter {
  return {
    id: row.id,
    webhook: row.webhook,
    source: row.source,
    reason: row.reason,
    headers: row.headers,
    body: Buffer.from(row.body),
    receivedAt: row.received_at.toISOString(),
    ...(row.delivery_id === null ? {} : { deliveryId: row.delivery_id }),
    ...(row.replayed_at === null ? {} : { replayedAt: row.replayed_at.toISOString() }),
  };
}
