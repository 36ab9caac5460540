// What sync rules have done, and have to do.
import { sql } from 'kysely';
import type { Migration } from './migration.ts';

export const createSync: Migration = async (db, { table, indexed, integer }) => {
  await sql`create table ${table('sync_places')} (rule text primary key, cursor text not null)`.execute(db);
  await sql`
    create table ${table('sync_runs')} (
      id text primary key,
      rule text not null,
      event_id text not null,
      position ${integer} not null,
      partition text not null,
      event text not null,
      state text not null,
      attempts ${integer} not null,
      next_at ${integer} not null,
      owner text,
      lease_until ${integer},
      data text,
      reason text,
      finished_at ${integer}
    )`.execute(db);
  await sql`
    create index sync_runs_waiting on ${indexed('sync_runs')} (rule, partition, position)
    where state = 'waiting'`.execute(db);
  await sql`create index sync_runs_state on ${indexed('sync_runs')} (state, position)`.execute(db);
};
