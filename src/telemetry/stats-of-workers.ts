// Figures of the sources over all workers of a hub: each tells the others how its own have been doing. Made by compose.ts.
import type { SourceSnapshot, SourceStats } from '../contract/source-stats.ts';
import type { DeliveryCount } from '../contract/webhooks.ts';
import type { WorkerFigures, WorkerLink } from '../contract/worker-link.ts';

const EVERY_MS = 1_000;
/** From good to bad. */
const HEALTHS = ['unknown', 'up', 'degraded', 'down'] as const;

export interface StatsOfWorkers {
  /** Of a source on all workers: sums of calls and failures; the worst health; the median weighted by calls, the highest p99. */
  merged(source: string, own: SourceSnapshot): SourceSnapshot;
  /** Counts of all workers, added up. */
  deliveries(): readonly DeliveryCount[];
  /** Of the subscribers of all workers. */
  positions(): readonly number[];
}

/** What this worker has counted, read once a second. */
export interface OwnFigures {
  readonly sources: ReadonlyMap<string, SourceStats>;
  readonly deliveries: () => readonly DeliveryCount[];
  readonly positions: () => readonly number[];
}

/** Lives as long as the process. @param own sent to the others once a second. */
export function createStatsOfWorkers(link: WorkerLink, own: OwnFigures): StatsOfWorkers {
  const others = new Map<number, WorkerFigures>();
  link.listen((message) => {
    if (message.kind === 'stats') others.set(message.worker, message);
    if (message.kind === 'gone') others.delete(message.worker);
  });
  setInterval(() => {
    const sources = new Map([...own.sources].map(([name, stats]) => [name, stats.snapshot()]));
    link.send({ kind: 'stats', sources, deliveries: own.deliveries(), positions: own.positions() });
  }, EVERY_MS).unref();
  return {
    merged(source, mine) {
      const theirs = [...others.values()].flatMap(({ sources }) => sources.get(source) ?? []);
      return theirs.length === 0 ? mine : mergeAll([mine, ...theirs]);
    },
    deliveries: () => addUp([own.deliveries(), ...[...others.values()].map(({ deliveries }) => deliveries)].flat()),
    positions: () => [own.positions(), ...[...others.values()].map(({ positions }) => positions)].flat().sort((a, b) => a - b), // prettier-ignore
  };
}

function addUp(counts: readonly DeliveryCount[]): readonly DeliveryCount[] {
  const sums = new Map<string, DeliveryCount>();
  for (const one of counts) {
    const key = `${one.webhook} ${one.outcome}`;
    sums.set(key, { ...one, count: one.count + (sums.get(key)?.count ?? 0) });
  }
  return [...sums.values()];
}

function mergeAll(all: readonly SourceSnapshot[]): SourceSnapshot {
  const calls = all.reduce((sum, one) => sum + one.calls, 0);
  const measured = all.filter((one) => one.p50Ms !== null);
  const weights = measured.reduce((sum, one) => sum + one.calls, 0);
  const p50 = measured.reduce((sum, one) => sum + (one.p50Ms ?? 0) * (one.calls / weights), 0);
  return {
    health: HEALTHS[Math.max(...all.map(({ health }) => HEALTHS.indexOf(health)))] ?? 'unknown',
    calls,
    failures: all.reduce((sum, one) => sum + one.failures, 0),
    p50Ms: measured.length === 0 ? null : Math.round(p50 * 1_000) / 1_000,
    p99Ms: measured.length === 0 ? null : Math.max(...measured.map((one) => one.p99Ms ?? 0)),
    lastFault: all.find(({ lastFault }) => lastFault !== null)?.lastFault ?? null,
  };
}
