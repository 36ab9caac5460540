// Retention: drops what is too old or too many from the database, a little at a time. Started by open-state.ts.
import type { Kysely } from 'kysely';
import type { Store, StoreTables } from '../../contract/store.ts';
import { createTrustedClock } from './trusted-clock.ts';

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
export async function trimEvents(
  store: Store,
  { maxAgeMs, maxEvents }: Retention,
  now: number = Date.now(),
): Promise<number> {
  const db = await store.open();
  await trimLetters(db, now - Math.max(maxAgeMs, MIN_LETTER_AGE_MS));
  await trimDeliveries(db, now - Math.max(maxAgeMs, MIN_DELIVERY_AGE_MS));
  await db.deleteFrom('sync_runs').where('state', 'in', ['done', 'ignored']).where('finished_at', '<', now - maxAgeMs).execute(); // prettier-ignore
  let dropped = 0;
  for (;;) {
    const count = await trimOnce(db, now - maxAgeMs, maxEvents);
    dropped += count;
    if (count < BATCH) return dropped;
  }
}

/** From the front only. Where two hubs trim at once, one of them finds the horizon moved, and has dropped nothing. */
async function trimOnce(db: Kysely<StoreTables>, oldest: number, maxEvents: number): Promise<number> {
  return db.transaction().execute(async (transaction) => {
    const { position: before } = await transaction.selectFrom('event_horizon').select('position').executeTakeFirstOrThrow(); // prettier-ignore
    const { position: head } = await transaction.selectFrom('event_head').select('position').executeTakeFirstOrThrow();
    const last = Math.min(head, before + BATCH);
    const { first } = await transaction
      .selectFrom('events')
      .select(({ fn }) => fn.min('position').as('first'))
      .where('position', '>', before)
      .where('position', '<=', last)
      .where('arrived_at', '>=', oldest)
      .executeTakeFirstOrThrow();
    const byAge = (first as number | null) === null ? last : first - 1;
    const horizon = Math.max(before, Math.min(last, Math.max(byAge, head - maxEvents)));
    if (horizon === before) return 0;
    const [moved] = await transaction.updateTable('event_horizon').set({ position: horizon }).where('position', '=', before).execute(); // prettier-ignore
    if (moved?.numUpdatedRows !== 1n) return 0;
    await transaction.deleteFrom('events').where('position', '>', before).where('position', '<=', horizon).execute();
    return horizon - before;
  });
}

async function trimDeliveries(db: Kysely<StoreTables>, oldest: number): Promise<void> {
  await db.deleteFrom('deliveries').where('arrived_at', '<', oldest).execute();
}

async function trimLetters(db: Kysely<StoreTables>, oldest: number): Promise<void> {
  const newest = db.selectFrom('dead_letters').select('id').orderBy('received_at', 'desc').limit(MAX_LETTERS);
  await db
    .deleteFrom('dead_letters')
    .where((where) => where.or([where('received_at', '<', oldest), where('id', 'not in', newest)]))
    .execute();
}

/** Ends with the returned function, which waits for the round under way. */
export function keepTrimmed(options: KeepTrimmedOptions): () => Promise<void> {
  let round: Promise<unknown> = Promise.resolve();
  const now = createTrustedClock();
  const timer = setInterval(() => {
    round = round.then(() => trimEvents(options.store, options, now())).catch(options.onError);
  }, options.intervalMs ?? 60_000);
  timer.unref();
  return async () => {
    clearInterval(timer);
    await round;
  };
}
