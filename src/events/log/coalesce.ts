// Many calls at once → few round trips: while one is under way, those that come meanwhile wait and then go together.
import { setImmediate as turn } from 'node:timers/promises';

export interface CoalesceOptions<Item, Result> {
  /** One result per item, same order. Where it rejects, all items of the batch are rejected with it. */
  run(batch: readonly Item[]): Promise<readonly Result[]>;
  /** What an item counts towards `maxBatch` and `maxWaiting`. */
  weigh(item: Item): number;
  readonly maxBatch: number;
  readonly maxWaiting: number;
  /** Made where more than `maxWaiting` waits already. */
  refuse(): Error;
}

interface Waiting<Item, Result> {
  readonly item: Item;
  readonly weight: number;
  readonly resolve: (result: Result) => void;
  readonly reject: (reason: unknown) => void;
}

/** Batches run one after the other, so items are in the order of the calls. One item may weigh more than `maxBatch`. */
export function coalesce<Item, Result>(options: CoalesceOptions<Item, Result>): (item: Item) => Promise<Result> {
  const waiting: Waiting<Item, Result>[] = [];
  let weighed = 0;
  let running = false;

  function takeBatch(): readonly Waiting<Item, Result>[] {
    let count = 0;
    let weight = 0;
    for (const next of waiting) {
      if (count > 0 && weight + next.weight > options.maxBatch) break;
      weight += next.weight;
      count += 1;
    }
    weighed -= weight;
    return waiting.splice(0, count);
  }

  async function drain(): Promise<void> {
    while (waiting.length > 0) {
      // What this turn of the event loop brings goes together, also where `run` takes no turn of it by itself: SQLite
      // works within the process, and its promises are settled before the next request is even looked at.
      await turn();
      const batch = takeBatch();
      try {
        const results = await options.run(batch.map(({ item }) => item));
        for (const [index, { resolve, reject }] of batch.entries()) {
          const result = results[index];
          if (result === undefined) reject(new Error('a batch has fewer results than items'));
          else resolve(result);
        }
      } catch (thrown) {
        for (const { reject } of batch) reject(thrown);
      }
    }
    running = false;
  }

  return (item) =>
    new Promise((resolve, reject) => {
      const weight = options.weigh(item);
      if (weighed > options.maxWaiting) {
        reject(options.refuse());
        return;
      }
      weighed += weight;
      waiting.push({ item, weight, resolve, reject });
      if (running) return;
      running = true;
      void drain();
    });
}
