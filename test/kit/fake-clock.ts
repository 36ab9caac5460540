// A clock that stands still until the test moves it.
import type { ProgressClock } from '../../src/cli/import-progress.ts';

export interface FakeClock extends ProgressClock {
  now: ProgressClock['now'];
  /** Runs what is due by then, in the order in which it is due. */
  advance(ms: number): void;
  /** How many calls are still to come. */
  waiting(): number;
}

export function fakeClock(): FakeClock {
  let time = 0;
  const timers = new Set<{ readonly at: number; readonly then: () => void }>();
  return {
    now: () => time,
    after(ms, then) {
      const timer = { at: time + ms, then };
      timers.add(timer);
      return () => timers.delete(timer);
    },
    advance(ms) {
      time += ms;
      for (const timer of [...timers].filter(({ at }) => at <= time).toSorted((a, b) => a.at - b.at)) {
        timers.delete(timer);
        timer.then();
      }
    },
    waiting: () => timers.size,
  };
}
