// Keeps the sync rules going: plans runs of new events, works on those whose turn it is. Started by compose-background.ts.
import { randomUUID } from 'node:crypto';
import type { Bus, EventLog } from '../../contract/events.ts';
import type { HubCall } from '../../contract/hub-call.ts';
import type { Store } from '../../contract/store.ts';
import { toHubFault } from '../../faults/hub-fault.ts';
import type { Logger } from '../../telemetry/logger.ts';
import { wakeOrAfter } from '../wake-or-after.ts';
import { claimRuns, freeRuns, LEASE_MS, type SyncRun } from './claim-runs.ts';
import type { SyncRule } from './compile-rule.ts';
import { planRuns } from './plan-runs.ts';
import { workRun, type RunOutcome, type RunProgress } from './work-run.ts';

export interface RunRulesOptions {
  readonly store: Store;
  readonly log: EventLog;
  readonly bus: Bus;
  /** The rules as they are now: a reload changes them. */
  readonly rules: () => readonly SyncRule[];
  readonly call: HubCall;
  readonly logger: Logger;
  readonly signal: AbortSignal;
  /** How long to wait for a wake-up before looking anyway. Default 1,000. */
  readonly pollMs?: number;
}

/** Runs that one hub works on at once. */
const CONCURRENCY = 16;

/** Resolves when the signal has aborted and what was being worked on is over. Never rejects. */
export async function runRules(options: RunRulesOptions): Promise<void> {
  const { store, bus, call, logger, signal, pollMs = 1_000 } = options;
  const owner = randomUUID();
  const working = new Set<Promise<void>>();
  let told = false;

  async function work(run: SyncRun, rule: SyncRule): Promise<void> {
    const db = await store.open();
    const own = () => db.updateTable('sync_runs').where('id', '=', run.id).where('owner', '=', owner);
    const renewal = setInterval(() => {
      own().set({ lease_until: Date.now() + LEASE_MS }).execute().catch(() => undefined); // prettier-ignore
    }, LEASE_MS / 3);
    try {
      const keep = async (progress: RunProgress): Promise<void> => {
        await own()
          .set({ data: JSON.stringify(progress) })
          .execute();
      };
      const outcome = await workRun(run, rule, call, keep);
      await own()
        .set(settled(run, rule, outcome))
        .execute();
      if (outcome.state === 'failed') {
        logger.warn(
          { rule: rule.name, run: run.id, attempt: run.attempts, reason: outcome.reason },
          'a sync run failed',
        );
      }
    } finally {
      clearInterval(renewal);
    }
  }

  let freed = store.dialect === 'postgres';

  async function round(): Promise<void> {
    const rules = options.rules();
    if (!freed) await freeRuns(await store.open());
    freed = true;
    for (const rule of rules) await planRuns(rule, options);
    const byName = new Map(rules.map((rule) => [rule.name, rule]));
    const runs = await claimRuns(await store.open(), rules, owner, CONCURRENCY - working.size);
    for (const run of runs) {
      const rule = byName.get(run.rule);
      if (rule === undefined) continue;
      const job = work(run, rule)
        .catch((thrown: unknown) =>
          logger.error({ err: toHubFault(thrown), run: run.id }, 'a sync run was interrupted'),
        )
        .finally(() => {
          working.delete(job);
          // The next one of its partition may have its turn now.
          turn.abort();
        });
      working.add(job);
    }
  }

  let turn = new AbortController();
  while (!signal.aborted) {
    turn = new AbortController();
    // Waiting starts before the look: what happens in between wakes this round up.
    const wake = wakeOrAfter(bus, AbortSignal.any([signal, turn.signal]), pollMs);
    try {
      await round();
      told = false;
    } catch (thrown) {
      if (!told) logger.error({ err: toHubFault(thrown) }, 'sync rules wait for the event store');
      told = true;
    }
    await wake;
  }
  await Promise.all(working);
}

function settled(run: SyncRun, { settings: { retry } }: SyncRule, outcome: RunOutcome) {
  const now = Date.now();
  const free = { owner: null, lease_until: null };
  if (outcome.state !== 'failed') {
    return { ...free, state: outcome.state, reason: 'reason' in outcome ? outcome.reason : null, finished_at: now };
  }
  const { reason } = outcome;
  if (outcome.hopeless || run.attempts >= retry.attempts) return { ...free, state: 'dead' as const, reason, finished_at: now }; // prettier-ignore
  const backoffMs = Math.min(retry.maxBackoffMs, retry.backoffMs * 2 ** (run.attempts - 1));
  return { ...free, reason, next_at: now + Math.round(backoffMs * (0.75 + Math.random() / 2)) };
}
