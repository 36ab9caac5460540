// Where polls are, and what they know of each record.
import { sql } from 'kysely';
import type { Migration } from './migration.ts';

export const createPolls: Migration = async (db, { table, integer }) => {
  await sql`
    create table ${table('polls')} (
      name text primary key,
      pass ${integer} not null,
      "full" ${integer} not null,
      page text,
      since ${integer},
      newest ${integer},
      full_at ${integer},
      next_at ${integer} not null,
      owner text,
      lease_until ${integer}
    )`.execute(db);
  await sql`
    create table ${table('poll_records')} (
      poll text not null,
      key text not null,
      hash text not null,
      pass ${integer} not null,
      primary key (poll, key)
    )`.execute(db);
};
