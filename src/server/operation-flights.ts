// Executions in flight that several callers wait for: identical queries run once, and the one answer goes to all of them.
// Used by the fast lane; what makes two queries identical is in the key, which is the lane's to make.
import { createFlightMap } from '../contract/flight-map.ts';
import type { Lifetime } from '../engine/create-scope.ts';
import { HubFault } from '../faults/hub-fault.ts';
import { createPacedStarts } from './paced-starts.ts';

export interface Waiting<T> {
  /** In milliseconds of `performance.now()`. */
  readonly deadlineAt: number;
  /** Called once, unless it leaves before. Never throws. */
  answer(answer: T): void;
}

export interface OperationFlights<T> {
  /**
   * `start` is called only where nobody waits for `key` yet; without a key always. It never rejects. The execution belongs
   * to nobody: it is aborted when the last one who waits has left, and goes on while anyone waits. It ends when the time of
   * the one who began it is over, and what it has by then is the answer of all: nobody joins who would lose much of its
   * time by that.
   * @returns leaves: the caller went away and wants no answer; twice is safe
   */
  join(key: string | undefined, waiting: Waiting<T>, start: (lifetime: Lifetime) => Promise<T>): () => void;
  /** Keys that can be joined. */
  readonly size: number;
}

export function createOperationFlights<T>(): OperationFlights<T> {
  const flights = createFlightMap<Flight<T>>();
  const begin = createPacedStarts();
  return {
    join(key, waiting, start) {
      const known = key === undefined ? undefined : flights.get(key);
      if (known?.suits(waiting) === true) return known.join(waiting);
      const flight: Flight<T> = new Flight<T>(waiting.deadlineAt, () => {
        if (key !== undefined) flights.remove(key, flight);
      });
      if (key !== undefined) flights.set(key, flight);
      const leave = flight.join(waiting);
      // What came in over other connections at the same moment is read before this, and joins.
      begin(() => flight.run(start));
      return leave;
    },
    get size() {
      return flights.size;
    },
  };
}

/** The part of its own time that a caller may lose by joining. */
const LOSS = 0.1;

const OVER = new HubFault('HUB_REQUEST_ABORTED', 'the request has been answered');

class Flight<T> implements Lifetime {
  readonly #controller = new AbortController();
  readonly #waiting = new Set<Waiting<T>>();
  readonly deadlineAt: number;
  readonly #ended: () => void;
  readonly #timer: NodeJS.Timeout | undefined;

  constructor(deadlineAt: number, ended: () => void) {
    this.deadlineAt = deadlineAt;
    this.#ended = ended;
    if (deadlineAt === Infinity) return;
    const stop = (): void => this.#abort(new HubFault('HUB_REQUEST_TIMEOUT', 'the time for this request is over'));
    this.#timer = setTimeout(stop, deadlineAt - performance.now()).unref();
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  suits({ deadlineAt }: Waiting<T>): boolean {
    if (deadlineAt === this.deadlineAt) return true;
    return deadlineAt - this.deadlineAt <= (deadlineAt - performance.now()) * LOSS;
  }

  join(waiting: Waiting<T>): () => void {
    this.#waiting.add(waiting);
    return () => {
      if (!this.#waiting.delete(waiting) || this.#waiting.size > 0) return;
      this.#abort(new HubFault('HUB_REQUEST_ABORTED', 'the caller went away'));
    };
  }

  async run(start: (lifetime: Lifetime) => Promise<T>): Promise<void> {
    const answer = await start(this);
    clearTimeout(this.#timer);
    this.#ended();
    for (const waiting of this.#waiting) waiting.answer(answer);
    this.#waiting.clear();
    // Nothing that was begun for an answer outlives it.
    this.#controller.abort(OVER);
  }

  #abort(fault: HubFault): void {
    // Whoever asks from now on gets an execution of its own, not one that is being stopped.
    this.#ended();
    this.#controller.abort(fault);
  }
}
