// Runs that were given up, and another try at them. Called by the command line.
import type { Store } from '../../contract/store.ts';
import { toStoreFault } from '../store/store-fault.ts';

export interface DeadRunFilter {
  readonly rule?: string;
  readonly id?: string;
}

export interface DeadRun {
  readonly id: string;
  readonly rule: string;
  readonly partition: string;
  readonly reason: string;
  readonly attempts: number;
  /** ISO 8601. */
  readonly diedAt: string;
  readonly event: unknown;
}

/** The oldest first. Rejects with HUB_EVENT_STORE_UNAVAILABLE. */
export async function listDead(store: Store, { rule, id }: DeadRunFilter, limit: number): Promise<readonly DeadRun[]> {
  try {
    const db = await store.open();
    let query = db.selectFrom('sync_runs').selectAll().where('state', '=', 'dead').orderBy('position').limit(limit);
    if (rule !== undefined) query = query.where('rule', '=', rule);
    if (id !== undefined) query = query.where('id', '=', id);
    return (await query.execute()).map((run) => ({
      id: run.id,
      rule: run.rule,
      partition: run.partition,
      reason: run.reason ?? '',
      attempts: run.attempts,
      diedAt: new Date(run.finished_at ?? 0).toISOString(),
      event: JSON.parse(run.event) as unknown,
    }));
  } catch (thrown) {
    throw toStoreFault(thrown);
  }
}

/**
 * What their queries brought is asked for anew; upstreams know them by the same key as before. Resolves with how many there
 * are. Rejects with HUB_EVENT_STORE_UNAVAILABLE.
 */
export async function redrive(store: Store, filter: DeadRunFilter, limit: number): Promise<number> {
  const dead = await listDead(store, filter, limit);
  if (dead.length === 0) return 0;
  try {
    const db = await store.open();
    const [waiting] = await db
      .updateTable('sync_runs')
      .set({ state: 'waiting', attempts: 0, next_at: 0, data: null, reason: null, finished_at: null })
      .where(
        'id',
        'in',
        dead.map(({ id }) => id),
      ) // prettier-ignore
      .where('state', '=', 'dead')
      .execute();
    return Number(waiting?.numUpdatedRows ?? 0n);
  } catch (thrown) {
    throw toStoreFault(thrown);
  }
}
