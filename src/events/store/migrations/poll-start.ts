// When the pass of a poll began.
import { sql } from 'kysely';
import type { Migration } from './migration.ts';

export const addPollStart: Migration = async (db, { table, integer }) => {
  await sql`alter table ${table('polls')} add column started_at ${integer}`.execute(db);
};
