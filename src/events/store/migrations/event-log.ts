// The event log: its tables, and the function that PostgreSQL appends with.
import { randomBytes } from 'node:crypto';
import { sql, type Transaction } from 'kysely';
import type { Migration, MigrationSql } from './migration.ts';

export const createEventLog: Migration = async (db, words) => {
  const { table, indexed, integer, dialect } = words;
  await sql`
    create table ${table('events')} (
      position ${integer} primary key,
      id text not null,
      source text not null,
      type text not null,
      operation text not null,
      key text not null,
      partition text not null,
      occurred_at ${integer},
      arrived_at ${integer} not null,
      payload text,
      causation_id text,
      correlation_id text,
      delivery_id text
    )`.execute(db);
  await sql`create unique index events_id on ${indexed('events')} (id)`.execute(db);
  await sql`create index events_arrived_at on ${indexed('events')} (arrived_at)`.execute(db);
  await sql`
    create table ${table('deliveries')} (
      source text not null,
      delivery_id text not null,
      arrived_at ${integer} not null,
      primary key (source, delivery_id)
    )`.execute(db);
  await sql`create index deliveries_arrived_at on ${indexed('deliveries')} (arrived_at)`.execute(db);
  // One row each. Updated at every append and every trim: in PostgreSQL, room on the page keeps the updates in place.
  const roomy = dialect === 'postgres' ? sql`with (fillfactor = 10)` : sql``;
  await sql`create table ${table('event_head')} (log_id text not null, position ${integer} not null) ${roomy}`.execute(
    db,
  );
  await sql`create table ${table('event_horizon')} (position ${integer} not null) ${roomy}`.execute(db);
  await sql`insert into ${table('event_head')} values (${randomBytes(16).toString('hex')}, 0)`.execute(db);
  await sql`insert into ${table('event_horizon')} values (0)`.execute(db);
  if (dialect === 'postgres') await createAppend(db, words);
};

/**
 * The row of event_head is locked first and until the commit, so that positions are given in the order of commit. Every
 * statement after the lock has a snapshot of its own, in which all earlier appends are. A batch holds several appends
 * (`part`): where two of them bring the same delivery, the first one counts.
 */
async function createAppend(db: Transaction<unknown>, { table }: MigrationSql): Promise<void> {
  await sql`
    create function ${table('append_events')}(batch json)
    returns table (ordinal bigint, at_position bigint, at_time bigint)
    language plpgsql as $function$
    declare
      base bigint;
      now_is bigint;
    begin
      select h.position into strict base from ${table('event_head')} h for update;
      now_is := (extract(epoch from clock_timestamp()) * 1000)::bigint;
      return query
      with given as materialized (
        select * from rows from (
          json_to_recordset(batch) as (
            id text, source text, type text, operation text, key text, partition text, "occurredAt" bigint,
            payload text, "causationId" text, "correlationId" text, "deliveryId" text, part integer
          )
        ) with ordinality as t(id, source, type, operation, key, partition, occurred_at, payload, causation_id,
          correlation_id, delivery_id, part, nr)
      ), delivered as (
        insert into ${table('deliveries')} as d (source, delivery_id, arrived_at)
        select distinct g.source, g.delivery_id, now_is from given g where g.delivery_id is not null
        on conflict do nothing
        returning d.source, d.delivery_id
      ), fresh as (
        select d.source, d.delivery_id, min(g.part) as part
        from delivered d join given g on d.source = g.source and d.delivery_id = g.delivery_id
        group by d.source, d.delivery_id
      ), accepted as materialized (
        select g.*, base + row_number() over (order by g.nr) as new_position
        from given g left join fresh f on f.source = g.source and f.delivery_id = g.delivery_id and f.part = g.part
        where g.delivery_id is null or f.delivery_id is not null
      ), inserted as (
        insert into ${table('events')} (position, id, source, type, operation, key, partition, occurred_at, arrived_at,
          payload, causation_id, correlation_id, delivery_id)
        select a.new_position, a.id, a.source, a.type, a.operation, a.key, a.partition, a.occurred_at, now_is,
          a.payload, a.causation_id, a.correlation_id, a.delivery_id
        from accepted a
      ), moved as (
        update ${table('event_head')} set position = base + (select count(*) from accepted)
      )
      select a.nr, a.new_position, now_is from accepted a order by a.nr;
    end
    $function$`.execute(db);
}
