// The tables of the store and the two functions that change the event log. Run by whoever opens the store first.
import { sql, type Kysely, type Transaction } from 'kysely';

type Migration = (db: Transaction<unknown>, schema: string) => Promise<void>;

/** In the order they are run. What was released never changes: a later change is a further entry. */
const MIGRATIONS: readonly (readonly [name: string, run: Migration])[] = [
  ['0001_event_log', createEventLog],
  ['0002_dead_letters', createDeadLetters],
];

/** Any number that no other program takes an advisory lock on. */
const LOCK_ID = 7_310_566_001;

/**
 * Brings the schema up to date, in one transaction. Several hubs may do so at once: an advisory lock lets one of them work
 * and the others wait. Kysely's own Migrator reads the columns of every table of the database to find out whether it has
 * run before, and fails where another program drops a schema meanwhile; hence these few lines.
 * Rejects with what the database threw.
 */
export async function migrate(db: Kysely<unknown>, schema: string): Promise<void> {
  const table = sql.id(schema, 'migrations');
  await db.transaction().execute(async (transaction) => {
    await sql`select pg_advisory_xact_lock(${LOCK_ID}::bigint)`.execute(transaction);
    const { rows: found } = await sql<{ made: boolean }>`
      select to_regclass(${`${quote(schema)}.migrations`}) is not null as made`.execute(transaction);
    if (found[0]?.made !== true) {
      await sql`create schema if not exists ${sql.id(schema)}`.execute(transaction);
      await sql`create table ${table} (name text primary key, run_at timestamptz not null default now())`.execute(
        transaction,
      );
    }
    const { rows } = await sql<{ name: string }>`select name from ${table}`.execute(transaction);
    const done = new Set(rows.map(({ name }) => name));
    for (const [name, run] of MIGRATIONS) {
      if (done.has(name)) continue;
      await run(transaction, schema);
      await sql`insert into ${table} (name) values (${name})`.execute(transaction);
    }
  });
}

function quote(identifier: string): string {
  return `"${identifier.replaceAll('"', '""')}"`;
}

async function createEventLog(db: Kysely<unknown>, schema: string): Promise<void> {
  const name = (table: string) => sql.id(schema, table);
  await sql`
    create table ${name('events')} (
      position bigint primary key,
      id uuid not null,
      source text not null,
      type text not null,
      operation text not null,
      key jsonb not null,
      partition text not null,
      occurred_at timestamptz,
      arrived_at timestamptz not null,
      payload jsonb,
      causation_id text,
      correlation_id text,
      delivery_id text
    )`.execute(db);
  await sql`create unique index events_id on ${name('events')} (id)`.execute(db);
  await sql`create index events_arrived_at on ${name('events')} (arrived_at)`.execute(db);
  await sql`
    create table ${name('deliveries')} (
      source text not null,
      delivery_id text not null,
      arrived_at timestamptz not null,
      primary key (source, delivery_id)
    )`.execute(db);
  await sql`create index deliveries_arrived_at on ${name('deliveries')} (arrived_at)`.execute(db);
  // One row each. Updated at every append and every trim: room on the page keeps the updates in place.
  await sql`create table ${name('event_head')} (log_id text not null, position bigint not null) with (fillfactor = 10)`.execute(db); // prettier-ignore
  await sql`create table ${name('event_horizon')} (position bigint not null) with (fillfactor = 10)`.execute(db);
  await sql`insert into ${name('event_head')} values (replace(gen_random_uuid()::text, '-', ''), 0)`.execute(db);
  await sql`insert into ${name('event_horizon')} values (0)`.execute(db);
  await createAppend(db, schema);
  await createTrim(db, schema);
}

/**
 * The row of event_head is locked first and until the commit, so that positions are given in the order of commit. Every
 * statement after the lock has a snapshot of its own, in which all earlier appends are. A batch holds several appends
 * (`part`): where two of them bring the same delivery, the first one counts.
 */
async function createAppend(db: Kysely<unknown>, schema: string): Promise<void> {
  const name = (table: string) => sql.id(schema, table);
  await sql`
    create function ${name('append_events')}(batch jsonb)
    returns table (ordinal bigint, at_position bigint, at_time timestamptz)
    language plpgsql as $function$
    declare
      base bigint;
      now_is timestamptz;
    begin
      select h.position into strict base from ${name('event_head')} h for update;
      now_is := clock_timestamp();
      return query
      with given as materialized (
        select * from rows from (
          jsonb_to_recordset(batch) as (
            id uuid, source text, type text, operation text, key jsonb, partition text, "occurredAt" timestamptz,
            payload jsonb, "causationId" text, "correlationId" text, "deliveryId" text, part integer
          )
        ) with ordinality as t(id, source, type, operation, key, partition, occurred_at, payload, causation_id,
          correlation_id, delivery_id, part, nr)
      ), delivered as (
        insert into ${name('deliveries')} as d (source, delivery_id, arrived_at)
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
        insert into ${name('events')} (position, id, source, type, operation, key, partition, occurred_at, arrived_at,
          payload, causation_id, correlation_id, delivery_id)
        select a.new_position, a.id, a.source, a.type, a.operation, a.key, a.partition, a.occurred_at, now_is,
          a.payload, a.causation_id, a.correlation_id, a.delivery_id
        from accepted a
      ), moved as (
        update ${name('event_head')} set position = base + (select count(*) from accepted)
      )
      select a.nr, a.new_position, now_is from accepted a order by a.nr;
    end
    $function$`.execute(db);
}

/**
 * Drops at most `batch` of the oldest events that are too old or too many, and as many old deliveries; returns how many
 * events. One hub trims at a time, the others return 0; appends do not wait for it.
 */
async function createTrim(db: Kysely<unknown>, schema: string): Promise<void> {
  const name = (table: string) => sql.id(schema, table);
  await sql`
    create function ${name('trim_events')}(max_age interval, max_events bigint, delivery_age interval, batch bigint)
    returns bigint
    language plpgsql as $function$
    declare
      old_horizon bigint;
      head bigint;
      by_age bigint;
      horizon bigint;
    begin
      select z.position into old_horizon from ${name('event_horizon')} z for update skip locked;
      if not found then return 0; end if;
      select h.position into strict head from ${name('event_head')} h;
      select coalesce(min(e.position) - 1, least(head, old_horizon + batch)) into by_age
        from ${name('events')} e
        where e.position > old_horizon and e.position <= old_horizon + batch
          and e.arrived_at >= clock_timestamp() - max_age;
      horizon := greatest(old_horizon, least(old_horizon + batch, greatest(by_age, head - max_events)));
      delete from ${name('events')} where position > old_horizon and position <= horizon;
      update ${name('event_horizon')} set position = horizon where horizon > old_horizon;
      delete from ${name('deliveries')} d using (
        select source, delivery_id from ${name('deliveries')}
        where arrived_at < clock_timestamp() - delivery_age limit batch
      ) old where d.source = old.source and d.delivery_id = old.delivery_id;
      return horizon - old_horizon;
    end
    $function$`.execute(db);
}

async function createDeadLetters(db: Kysely<unknown>, schema: string): Promise<void> {
  const table = sql.id(schema, 'dead_letters');
  await sql`
    create table ${table} (
      id uuid primary key default gen_random_uuid(),
      webhook text not null,
      source text not null,
      delivery_id text,
      reason text not null,
      headers jsonb not null,
      body bytea not null,
      received_at timestamptz not null default clock_timestamp(),
      replayed_at timestamptz
    )`.execute(db);
  await sql`create unique index dead_letters_delivery on ${table} (webhook, delivery_id)`.execute(db);
  await sql`create index dead_letters_received_at on ${table} (received_at)`.execute(db);
}
