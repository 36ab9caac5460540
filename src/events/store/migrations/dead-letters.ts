// Deliveries that could not be made into events.
import { sql } from 'kysely';
import type { Migration } from './migration.ts';

export const createDeadLetters: Migration = async (db, { table, indexed, integer, bytes }) => {
  await sql`
    create table ${table('dead_letters')} (
      id text primary key,
      webhook text not null,
      source text not null,
      delivery_id text,
      reason text not null,
      headers text not null,
      body ${bytes} not null,
      received_at ${integer} not null,
      replayed_at ${integer}
    )`.execute(db);
  await sql`create unique index dead_letters_delivery on ${indexed('dead_letters')} (webhook, delivery_id)`.execute(db);
  await sql`create index dead_letters_received_at on ${indexed('dead_letters')} (received_at)`.execute(db);
};
