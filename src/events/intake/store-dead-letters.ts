// Dead letters over a database: kept until they are too old, or until more have come than anybody will look at.
import { randomUUID } from 'node:crypto';
import type { DeadLettersTable, Store } from '../../contract/store.ts';
import type { DeadLetter, DeadLetters } from '../../contract/webhooks.ts';
import { toStorableText } from '../log/storable.ts';
import { toStoreFault } from '../store/store-fault.ts';

/** Does not close the store. */
export function createStoreDeadLetters(store: Store): DeadLetters {
  let newest = 0;
  return {
    async keep({ webhook, source, deliveryId, reason, headers, body }) {
      await guarded(async () => {
        const db = await store.open();
        // Those of one millisecond keep their order, too.
        newest = Math.max(Date.now(), newest + 1);
        await db
          .insertInto('dead_letters')
          .values({
            id: randomUUID(),
            webhook,
            source,
            delivery_id: deliveryId === undefined ? null : toStorableText(deliveryId),
            reason: toStorableText(reason),
            headers: JSON.stringify(headers),
            body,
            received_at: newest,
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
        if (id !== undefined) query = query.where('id', '=', id);
        if (source !== undefined) query = query.where('source', '=', source);
        if (from !== undefined) query = query.where('received_at', '>=', from.getTime());
        if (to !== undefined) query = query.where('received_at', '<', to.getTime());
        if (!replayed) query = query.where('replayed_at', 'is', null);
        return (await query.execute()).map(toLetter);
      }),
    markReplayed: (id) =>
      guarded(async () => {
        const db = await store.open();
        await db.updateTable('dead_letters').set({ replayed_at: Date.now() }).where('id', '=', id).execute();
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

function toLetter(row: DeadLettersTable): DeadLetter {
  return {
    id: row.id,
    webhook: row.webhook,
    source: row.source,
    reason: row.reason,
    headers: JSON.parse(row.headers) as Record<string, string>,
    body: Buffer.from(row.body),
    receivedAt: new Date(row.received_at).toISOString(),
    ...(row.delivery_id === null ? {} : { deliveryId: row.delivery_id }),
    ...(row.replayed_at === null ? {} : { replayedAt: new Date(row.replayed_at).toISOString() }),
  };
}
