// How much the database holds, and how far its readers of the hub itself have come. Called where metrics are scraped.
import { sql } from 'kysely';
import type { Store } from '../../contract/store.ts';
import { toStoreFault } from '../store/store-fault.ts';
import { fromCursor } from './cursor.ts';

export interface LogFigures {
  readonly events: number;
  /** Of the events with their indexes; of the embedded store, the whole file. */
  readonly bytes: number;
  /** Milliseconds since 1970; absent while the log is empty. */
  readonly oldestAt?: number;
  /** Position of the newest event. */
  readonly head: number;
  readonly deadLetters: number;
  readonly rules: readonly RuleFigures[];
}

export interface RuleFigures {
  readonly rule: string;
  /** Events since the oldest one that it has not done with. */
  readonly behind: number;
  readonly waiting: number;
  readonly dead: number;
}

/** Rejects with HUB_EVENT_STORE_UNAVAILABLE. */
export async function measureLog(store: Store): Promise<LogFigures> {
  try {
    const db = await store.open();
    const { position: head } = await db.selectFrom('event_head').select('position').executeTakeFirstOrThrow();
    const { position: horizon } = await db.selectFrom('event_horizon').select('position').executeTakeFirstOrThrow();
    const oldest = await db.selectFrom('events').select('arrived_at').orderBy('position').limit(1).executeTakeFirst();
    const { rows } = await (
      store.dialect === 'postgres'
        ? sql<{ bytes: number }>`select pg_total_relation_size(${`${store.schema}.events`}::regclass) as bytes`
        : sql<{ bytes: number }>`select page_count * page_size as bytes from pragma_page_count(), pragma_page_size()`
    ).execute(db);
    const { letters } = await db
      .selectFrom('dead_letters')
      .select(({ fn }) => fn.countAll().as('letters'))
      .where('replayed_at', 'is', null)
      .executeTakeFirstOrThrow();
    const places = await db.selectFrom('sync_places').selectAll().orderBy('rule').execute();
    const runs = await db
      .selectFrom('sync_runs')
      .select(({ fn }) => ['rule', 'state', fn.countAll().as('count'), fn.min('position').as('first')])
      .where('state', 'in', ['waiting', 'dead'])
      .groupBy(['rule', 'state'])
      .execute();
    return {
      events: head - horizon,
      bytes: rows[0]?.bytes ?? 0,
      ...(oldest === undefined ? {} : { oldestAt: oldest.arrived_at }),
      head,
      deadLetters: Number(letters),
      rules: places.map(({ rule, cursor }) => {
        const of = (state: string) => runs.find((run) => run.rule === rule && run.state === state);
        const waiting = of('waiting');
        const done = waiting === undefined ? fromCursor(cursor).position : waiting.first - 1;
        const count = (run: typeof waiting) => Number(run?.count ?? 0);
        return { rule, behind: Math.max(0, head - done), waiting: count(waiting), dead: count(of('dead')) };
      }),
    };
  } catch (thrown) {
    throw toStoreFault(thrown);
  }
}
