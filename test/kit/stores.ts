// Stores for tests: schemas of their own in the PostgreSQL of DATABASE_URL (or of this machine), dropped again, and in
// SQLite in memory.
import { randomBytes } from 'node:crypto';
import { Kysely } from 'kysely';
import { Client } from 'pg';
import type { Store, StoreTables } from '../../src/contract/store.ts';
import { openOnce } from '../../src/events/store/open-once.ts';
import { createPostgresStore } from '../../src/events/store/postgres-store.ts';
import { createSqliteDialect } from '../../src/events/store/sqlite-dialect.ts';

export const POSTGRES_URL = process.env.DATABASE_URL ?? 'postgres://postgres@127.0.0.1:5432/postgres';

export interface TestStores {
  /** An empty store, whose schema may have been that of one that was given back. */
  open(): Promise<Store>;
  giveBack(store: Store): void;
  /** Closes all of them and drops what they left. */
  close(): Promise<void>;
}

/** Whether there is a PostgreSQL to test with. Where CI is true there must be one. */
export async function hasPostgres(): Promise<boolean> {
  const client = new Client({ connectionString: POSTGRES_URL, connectionTimeoutMillis: 2_000 });
  try {
    await client.connect();
    await client.end();
    return true;
  } catch (error) {
    if (process.env.CI === 'true') throw new Error('CI needs a PostgreSQL: set DATABASE_URL', { cause: error });
    console.warn('no PostgreSQL at 127.0.0.1:5432 or DATABASE_URL: its tests are skipped');
    return false;
  }
}

export function testSchema(): string {
  return `test_${randomBytes(6).toString('hex')}`;
}

export async function dropSchema(schema: string): Promise<void> {
  const client = new Client({ connectionString: POSTGRES_URL });
  await client.connect();
  await client.query(`drop schema if exists ${client.escapeIdentifier(schema)} cascade`);
  await client.end();
}

export function postgresStores(): TestStores {
  const stores: Store[] = [];
  return reusing({
    make: async () => {
      const store = createPostgresStore({ url: POSTGRES_URL, schema: testSchema(), maxConnections: 4 });
      stores.push(store);
      return store;
    },
    close: async () => {
      await Promise.all(stores.map((store) => store.close()));
      for (const { schema } of stores) await dropSchema(schema);
    },
  });
}

function reusing(stores: { make(): Promise<Store>; close(): Promise<void> }): TestStores {
  const free: Store[] = [];
  return {
    open: async () => {
      const store = free.pop();
      if (store === undefined) return stores.make();
      await empty(store);
      return store;
    },
    giveBack: (store) => void free.push(store),
    close: () => stores.close(),
  };
}

/** As new: the log has another id, too. */
async function empty(store: Store): Promise<void> {
  const db = await store.open();
  for (const table of [
    'events',
    'deliveries',
    'dead_letters',
    'sync_places',
    'sync_runs',
    'polls',
    'poll_records',
    'feeds',
  ] as const)
    await db.deleteFrom(table).execute();
  await db
    .updateTable('event_head')
    .set({ position: 0, log_id: randomBytes(16).toString('hex') })
    .execute();
  await db.updateTable('event_horizon').set({ position: 0 }).execute();
}

export function embeddedStores(): TestStores {
  const stores: Store[] = [];
  return reusing({
    make: async () => {
      const store = openOnce({
        dialect: 'sqlite',
        schema: 'main',
        connect: () => new Kysely<StoreTables>({ dialect: createSqliteDialect(':memory:') }),
        release: () => undefined,
      });
      stores.push(store);
      return store;
    },
    close: async () => {
      await Promise.all(stores.map((store) => store.close()));
    },
  });
}
