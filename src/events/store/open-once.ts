// Opens a database when it is first needed, once, and again after a failure. What both kinds of store have in common.
import type { Kysely } from 'kysely';
import type { Store, StoreDialect, StoreTables } from '../../contract/store.ts';
import { HubFault } from '../../faults/hub-fault.ts';
import { migrate } from './migrate.ts';
import { toStoreFault } from './store-fault.ts';

export interface OpenOnceOptions {
  readonly dialect: StoreDialect;
  readonly schema: string;
  /** Makes the database anew; it need not connect yet. */
  readonly connect: () => Kysely<StoreTables>;
  /** After the database was closed, and also where it was never opened. */
  readonly release: () => void;
}

export function openOnce({ dialect, schema, connect, release }: OpenOnceOptions): Store {
  let opening: Promise<Kysely<StoreTables>> | undefined;
  let closed = false;

  async function open(): Promise<Kysely<StoreTables>> {
    let db: Kysely<StoreTables> | undefined;
    try {
      db = connect();
      await migrate(db as unknown as Kysely<unknown>, dialect, schema);
      return db.withSchema(schema);
    } catch (thrown) {
      opening = undefined;
      await db?.destroy().catch(() => undefined);
      throw toStoreFault(thrown);
    }
  }

  return {
    dialect,
    schema,
    open() {
      if (closed) return Promise.reject(new HubFault('HUB_EVENT_STORE_UNAVAILABLE', 'the event store is closed'));
      return (opening ??= open());
    },
    async close() {
      if (closed) return;
      closed = true;
      const db = await opening?.catch(() => undefined);
      await db?.destroy();
      release();
    },
  };
}
