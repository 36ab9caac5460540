// The time as far as it can be believed: what drops old events must not believe a clock that jumps ahead. Used by keep-trimmed.ts.

/** More than clocks are put right by while they run. */
const JUMP_MS = 300_000;
/** A clock that stays ahead for so long is right: a machine that slept has one. */
const BELIEVE_AFTER_MS = 3_600_000;

/**
 * Milliseconds since 1970. Where the clock jumps ahead, time goes on as before until the clock has stayed there for an hour; where
 * it is set back, it is believed at once. @param steady milliseconds of a clock that nobody sets.
 */
export function createTrustedClock(
  clock: () => number = Date.now,
  steady: () => number = () => performance.now(),
): () => number {
  let offset = clock() - steady();
  let aheadSince: number | undefined;
  return () => {
    const elapsed = steady();
    const now = clock();
    if (now - (elapsed + offset) > JUMP_MS) {
      aheadSince ??= elapsed;
      if (elapsed - aheadSince < BELIEVE_AFTER_MS) return elapsed + offset;
    }
    aheadSince = undefined;
    offset = now - elapsed;
    return now;
  };
}
