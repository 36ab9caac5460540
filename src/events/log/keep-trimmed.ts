// Retention: drops what is too old or too many from the database, a little at a time. Started by open-state.ts.
import { sql } from 'kysely';
import type { Store } from '../../contract/store.ts';

export interface Retention {
  readonly maxAgeMs: number;
  readonly maxEvents: number;
}

export interface KeepTrimmedOptions extends Retention {
  readonly store: Store;
  /** Told of a round that failed; the next one tries again. */
  readonly onError: (thrown: unknown) => void;
  /** Pause between rounds. Default a minute. */
  readonly intervalMs?: number;
}

const BATCH = 5_000;
/** Senders repeat a delivery for days; an id that is forgotten too early would make it a second event. */
const MIN_DELIVERY_AGE_MS = 7 * 24 * 3_600_000;

const MIN_LETTER_AGE_MS = 30 * 24 * 3_600_000;
/** More than a person looks at: it is one mistake, over and over. */
const MAX_LETTERS = 10_000;

/** Drops everything that is over the limits now, old dead letters too; resolves with how many events those were. */
export async function trimEvents(store: Store, { maxAgeMs, maxEvents }: Retention): Promise<number> {
  const db = await store.open();
  const letters = sql.id(store.schema, 'dead_letters');
  await sql`
    delete from ${letters} where received_at < now() - make_interval(secs => ${Math.max(maxAgeMs, MIN_LETTER_AGE_MS) / 1000}::float8)
      or id in (select id from ${letters} order by received_at desc offset ${MAX_LETTERS}::bigint)`.execute(db);
  let dropped = 0;
  for (;;) {
    const { rows } = await sql<{ dropped: string }>`
      select ${sql.id(store.schema, 'trim_events')}(
        make_interval(secs => ${maxAgeMs / 1000}::float8), ${maxEvents}::bigint,
        make_interval(secs => ${Math.max(maxAgeMs, MIN_DELIVERY_AGE_MS) / 1000}::float8), ${BATCH}::bigint
      ) as dropped`.execute(db);
    const count = Number(rows[0]?.dropped ?? 0);
    dropped += count;
    if (count < BATCH) return dropped;
  }
}

/** Ends with the returned function, which waits for the round under way. */
export function keepTrimmed(options: KeepTrimmedOptions): () => Promise<void> {
  let round: Promise<unknown> = Promise.resolve();
  const timer = setInterval(() => {
    round = round.then(() => trimEvents(options.store, options)).catch(options.onError);
  }, options.intervalMs ?? 60_000);
  timer.unref();
  return async () => {
    clearInterval(timer);
    await round;
  };
}
