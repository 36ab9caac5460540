// Which hub follows each feed, and where the feed goes on.
import { sql } from 'kysely';
import type { Migration } from './migration.ts';

export const createFeeds: Migration = async (db, { table, integer }) => {
  await sql`
    create table ${table('feeds')} (
      name text primary key,
      place text,
      owner text,
      lease_until ${integer}
    )`.execute(db);
};
