// Steps of an import in, lines for a person out, once it takes long enough for somebody to wonder. Called by
// `manifold import`.
import type { ImportProgress } from '../config/import-report.ts';

/** Injected, so that a test need not wait. */
export interface ProgressClock {
  /** Milliseconds; only goes forward. */
  now(): number;
  /** Runs `then` once after that time, until the returned function is called. */
  after(ms: number, then: () => void): () => void;
}

export interface ShownProgress {
  readonly step: ImportProgress;
  /** Says how long it took where it said anything. Call it in any case: it ends the waiting too. */
  readonly end: () => void;
}

/** Nothing is said of what takes less, nor of the same step more often than this. */
const QUIET_MS = 2_000;

export function showProgress(say: (line: string) => void, clock: ProgressClock): ShownProgress {
  const startedAt = clock.now();
  let saidAt = startedAt;
  let current: string | undefined;
  let held: string[] = [];
  const hold = (text: string): void => {
    held.push(`${((clock.now() - startedAt) / 1000).toFixed(1)} s: ${text}`);
  };
  const isLong = (): boolean => clock.now() - startedAt >= QUIET_MS;
  const flush = (): void => {
    if (held.length === 0 || !isLong()) return;
    for (const line of held) say(line);
    held = [];
    saidAt = clock.now();
  };
  // Most steps keep the thread busy, so that it is the next one that says them; but a server that is slow to answer does not.
  const cancel = clock.after(QUIET_MS, flush);
  return {
    step(step, done) {
      if (step !== current) hold(step);
      else if (done !== undefined && clock.now() - saidAt >= QUIET_MS) hold(`${step}: ${done}`);
      current = step;
      flush();
    },
    end() {
      cancel();
      if (!isLong()) return;
      hold('done');
      flush();
    },
  };
}
