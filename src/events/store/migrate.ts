// Brings the tables of a store up to date. Called by whoever opens it first.
import { sql, type Kysely } from 'kysely';
import type { StoreDialect } from '../../contract/store.ts';
import { createDeadLetters } from './migrations/dead-letters.ts';
import { createEventLog } from './migrations/event-log.ts';
import { createFeeds } from './migrations/feeds.ts';
import { addPollStart } from './migrations/poll-start.ts';
import { createPolls } from './migrations/polls.ts';
import { createSync } from './migrations/sync.ts';
import type { Migration, MigrationSql } from './migrations/migration.ts';

/** In the order they are run. What was released never changes: a later change is a further entry. */
const MIGRATIONS: readonly (readonly [name: string, run: Migration])[] = [
  ['0001_event_log', createEventLog],
  ['0002_dead_letters', createDeadLetters],
  ['0003_sync', createSync],
  ['0004_polls', createPolls],
  ['0005_poll_start', addPollStart],
  ['0006_feeds', createFeeds],
];

/** Any number that no other program takes an advisory lock on. */
const LOCK_ID = 7_310_566_001;

/**
 * In one transaction. Several hubs may do so at once: an advisory lock lets one of them work and the others wait. Kysely's
 * own Migrator reads the columns of every table of the database to find out whether it has run before, and fails where
 * another program drops a schema meanwhile; hence these few lines.
 * Rejects with what the database threw.
 */
export async function migrate(db: Kysely<unknown>, dialect: StoreDialect, schema: string): Promise<void> {
  const words = wordsOf(dialect, schema);
  const table = words.table('migrations');
  await db.transaction().execute(async (transaction) => {
    if (dialect === 'postgres') {
      await sql`select pg_advisory_xact_lock(${LOCK_ID}::bigint)`.execute(transaction);
      // Made only where it is not there: to make one needs a right that may have been taken away since.
      const { rows } = await sql`select 1 from pg_namespace where nspname = ${schema}`.execute(transaction);
      if (rows.length === 0) await sql`create schema ${sql.id(schema)}`.execute(transaction);
    }
    await sql`create table if not exists ${table} (name text primary key, run_at ${words.integer} not null)`.execute(
      transaction,
    );
    const { rows } = await sql<{ name: string }>`select name from ${table}`.execute(transaction);
    const done = new Set(rows.map(({ name }) => name));
    for (const [name, run] of MIGRATIONS) {
      if (done.has(name)) continue;
      await run(transaction, words);
      await sql`insert into ${table} (name, run_at) values (${name}, ${Date.now()})`.execute(transaction);
    }
  });
}

function wordsOf(dialect: StoreDialect, schema: string): MigrationSql {
  const table = (name: string) => sql.id(schema, name);
  return {
    dialect,
    table,
    // SQLite's are where their table is.
    indexed: (name) => (dialect === 'postgres' ? table(name) : sql.id(name)),
    integer: dialect === 'postgres' ? sql`bigint` : sql`integer`,
    bytes: dialect === 'postgres' ? sql`bytea` : sql`blob`,
  };
}
