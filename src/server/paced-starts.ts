// Executions that are ready to begin → begun in that order, while no more are under way than keep the event loop busy. Else
// all of a burst would be half done at once, each with its parsed answers in memory, which is what costs a garbage collector
// most: the same work takes twice the CPU time. Used by the flights.
import { performance } from 'node:perf_hooks';

/** Under way at once, before anything is known of how long they wait for their sources. */
const ROOM = 8;
/** Begun in one turn of the loop while they take no longer than this together. */
const TURN_MS = 0.2;
/** While some are held back, it is looked this often whether the loop has time for more. */
const TICK_MS = 1;
/** The part of the time that a busy loop works. */
const BUSY = 0.8;
const GROWTH = 1.25;
const SHRINKAGE = 0.95;
/** Weight of the newest in the average of how long they take. */
const NEWEST = 0.1;

/** @returns puts an execution, which never rejects, at the end of the queue */
export function createPacedStarts(): (execution: () => Promise<void>) => void {
  let waiting: (() => Promise<void>)[] = [];
  /** Those before `next` have begun: they are nobody's business here any more. */
  let batch: ((() => Promise<void>) | undefined)[] = [];
  let next = 0;
  let underWay = 0;
  let room = ROOM;
  let turning = false;
  /** When this turn has begun enough. */
  let until = 0;
  let tick: NodeJS.Timeout | undefined;
  let load = performance.eventLoopUtilization();
  /** How long they take, on average. */
  let usualMs = Infinity;
  let endedAt = 0;
  let grownAt = 0;

  const isEmpty = (): boolean => next === batch.length && waiting.length === 0;

  const begin = (): void => {
    if (next === batch.length) [batch, waiting, next] = [waiting, [], 0];
    const execution = batch[next];
    batch[next] = undefined;
    next += 1;
    if (execution === undefined) return;
    underWay += 1;
    const begunAt = performance.now();
    void execution().then(() => {
      underWay -= 1;
      endedAt = performance.now();
      const tookMs = endedAt - begunAt;
      usualMs = usualMs === Infinity ? tookMs : usualMs + (tookMs - usualMs) * NEWEST;
      // Those that wait for nothing make room within the turn.
      if (!isEmpty()) fill();
    });
  };

  const fill = (): void => {
    while (!isEmpty() && underWay < room && performance.now() < until) begin();
    schedule();
  };

  const turn = (): void => {
    turning = false;
    until = performance.now() + TURN_MS;
    fill();
    if (isEmpty() || tick !== undefined) return;
    load = performance.eventLoopUtilization();
    tick = setTimeout(adjust, TICK_MS).unref();
  };

  /** More where the loop has time for more, fewer where it has not. */
  const adjust = (): void => {
    tick = undefined;
    if (isEmpty()) return;
    const now = performance.now();
    if (performance.eventLoopUtilization(load).utilization > BUSY) room = Math.max(ROOM, room * SHRINKAGE);
    // Where they wait longer than they use to, a source has stopped for a moment: most of what is begun now would meet when
    // it goes on.
    else if (now - endedAt < usualMs || now - grownAt > usualMs) {
      room = Math.max(room, now - endedAt < usualMs ? underWay * GROWTH : underWay + 1);
      grownAt = now;
    }
    turn();
  };

  const schedule = (): void => {
    if (turning || isEmpty() || underWay >= room) return;
    turning = true;
    setImmediate(turn);
  };

  return (execution) => {
    waiting.push(execution);
    schedule();
    if (!turning && tick === undefined) turn();
  };
}
