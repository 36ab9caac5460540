// Between a stream that pushes and a reader that pulls: a bounded queue of results.
import type { FetchResult } from '../../contract/fetch.ts';
import { HubFault } from '../../faults/hub-fault.ts';

/** What wakes the reader up beside results; `wake` with the same kind of value that the reader waits for. */
export interface EventQueue<End> {
  push(result: FetchResult): void;
  /** Read after all results that are waiting. */
  end(end: End): void;
  /** One reader at a time. */
  next(): Promise<{ readonly result: FetchResult } | { readonly end: End }>;
}

/**
 * A reader that is slower than its source loses the oldest results: what is current matters more than what is complete.
 * It is told so before the next result: an answer without data and one HUB_CAPACITY_EXCEEDED, whose `details.lost` is
 * how many results are missing at this point.
 */
export function createEventQueue<End>(source: string, maxLength: number): EventQueue<End> {
  const waiting: FetchResult[] = [];
  const ends: End[] = [];
  let lost = 0;
  let wake: (() => void) | undefined;

  return {
    push(result) {
      if (waiting.push(result) > maxLength) {
        waiting.shift();
        lost += 1;
      }
      wake?.();
    },
    end(end) {
      ends.push(end);
      wake?.();
    },
    async next() {
      for (;;) {
        if (lost > 0) {
          const result = { data: null, errors: [{ fault: lossOf(source, lost) }] };
          lost = 0;
          return { result };
        }
        const result = waiting.shift();
        if (result !== undefined) return { result };
        const [end] = ends.splice(0, 1);
        if (end !== undefined) return { end };
        await new Promise<void>((resolve) => (wake = resolve));
        wake = undefined;
      }
    },
  };
}

function lossOf(source: string, lost: number): HubFault {
  const events = lost === 1 ? 'one event' : `${lost} events`;
  const message = `the subscriber was slower than source "${source}" and lost ${events}`;
  return new HubFault('HUB_CAPACITY_EXCEEDED', message, { details: { source, lost } });
}
