// Runs that can be worked on now → those that this hub has taken, each until its lease is over. Called by run-rules.ts.
import type { Kysely } from 'kysely';
import type { StoreTables, SyncRunsTable } from '../../contract/store.ts';
import { isOver } from '../is-over.ts';
import type { SyncRule } from './compile-rule.ts';

export type SyncRun = SyncRunsTable;

/** How long a hub that has died keeps a run from the others. */
export const LEASE_MS = 15_000;

/**
 * Of each rule and partition only the oldest run that waits: the next one's turn comes when that one is done or dead. What
 * a hub had taken that was killed is taken over once its lease is over. Rejects with what the database threw.
 */
export async function claimRuns(
  db: Kysely<StoreTables>,
  rules: readonly SyncRule[],
  owner: string,
  limit: number,
): Promise<readonly SyncRun[]> {
  if (rules.length === 0 || limit < 1) return [];
  const now = Date.now();
  const free = await db
    .selectFrom('sync_runs as run')
    .selectAll()
    .where('run.state', '=', 'waiting')
    .where(
      'run.rule',
      'in',
      rules.map(({ name }) => name),
    ) // prettier-ignore
    .where(isOver('run.next_at', now, Math.max(...rules.map(({ settings }) => settings.retry.maxBackoffMs))))
    .where((where) => where.or([where('run.lease_until', 'is', null), isOver('run.lease_until', now, LEASE_MS)]))
    .where((where) =>
      where.not(
        where.exists(
          where
            .selectFrom('sync_runs as before')
            .select('before.id')
            .where('before.state', '=', 'waiting')
            .whereRef('before.rule', '=', 'run.rule')
            .whereRef('before.partition', '=', 'run.partition')
            .whereRef('before.position', '<', 'run.position'),
        ),
      ),
    )
    .orderBy('run.position')
    .limit(limit)
    .execute();
  const claimed: SyncRun[] = [];
  for (const run of free) {
    const [taken] = await db
      .updateTable('sync_runs')
      .set({ owner, lease_until: now + LEASE_MS, attempts: run.attempts + 1 })
      .where('id', '=', run.id)
      .where('state', '=', 'waiting')
      .where('attempts', '=', run.attempts)
      .execute();
    if (taken?.numUpdatedRows === 1n) claimed.push({ ...run, attempts: run.attempts + 1 });
  }
  return claimed;
}

/** What this hub's own process before had taken: a store that belongs to one hub has nobody else who could be at it. */
export async function freeRuns(db: Kysely<StoreTables>): Promise<void> {
  await db.updateTable('sync_runs').set({ owner: null, lease_until: null }).where('state', '=', 'waiting').execute();
}
