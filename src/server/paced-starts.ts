// Executions that are ready to begin → begun in that order, a few in a turn of the event loop, so that what is under way
// goes on first. Else all of a burst would be half done at once, each with its parsed answers in memory, which is what costs
// a garbage collector most. An idle loop turns within microseconds, so nothing waits for a slow source. Used by the flights.

/** Begun in one turn while they take no longer than this together. */
const TURN_MS = 0.2;

/** @returns puts `begin`, which never throws, at the end of the queue */
export function createPacedStarts(turnMs = TURN_MS): (begin: () => void) => void {
  let waiting: (() => void)[] = [];
  let batch: (() => void)[] = [];
  let next = 0;
  let turning = false;

  const turn = (): void => {
    const until = performance.now() + turnMs;
    do {
      if (next === batch.length) [batch, waiting, next] = [waiting, [], 0];
      batch[next]?.();
      next += 1;
      turning = next < batch.length || waiting.length > 0;
    } while (turning && performance.now() < until);
    if (turning) setImmediate(turn);
  };

  return (begin) => {
    waiting.push(begin);
    if (turning) return;
    turning = true;
    setImmediate(turn);
  };
}
