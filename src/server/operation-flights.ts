// Executions in flight that several callers wait for: identical queries run once, and the one answer goes to all of them.
// Used by the fast lane; what makes two queries identical is in the key, which is the lane's to make.
import type { Lifetime } from '../engine/create-scope.ts';
import { HubFault } from '../faults/hub-fault.ts';

export interface Waiting<T> {
  /** In milliseconds of `performance.now()`. */
  readonly deadlineAt: number;
  /** Called once, unless it leaves before. Never throws. */
  answer(answer: T): void;
  /** Called in the place of `answer` where its time is over and the execution goes on for others. Never throws. */
  late(fault: HubFault): void;
}

export interface OperationFlights<T> {
  /**
   * `start` is called only where nobody waits for `key` yet; without a key always. It never rejects. The execution belongs
   * to nobody: it is aborted when the last one who waits has left, and goes on while anyone waits.
   * @returns leaves: the caller went away and wants no answer; twice is safe
   */
  join(key: string | undefined, waiting: Waiting<T>, start: (lifetime: Lifetime) => Promise<T>): () => void;
  /** Keys that can be joined. */
  readonly size: number;
}

export function createOperationFlights<T>(): OperationFlights<T> {
  const flights = new Map<string, Flight<T>>();
  return {
    join(key, waiting, start) {
      const known = key === undefined ? undefined : flights.get(key);
      if (known !== undefined) return known.join(waiting);
      const flight: Flight<T> = new Flight<T>(() => {
        if (key !== undefined && flights.get(key) === flight) flights.delete(key);
      });
      if (key !== undefined) flights.set(key, flight);
      const leave = flight.join(waiting);
      if (key === undefined) flight.run(start);
      // What came in over other connections at the same moment is read before this, and joins.
      else setImmediate(() => flight.run(start));
      return leave;
    },
    get size() {
      return flights.size;
    },
  };
}

const OVER = new HubFault('HUB_REQUEST_ABORTED', 'the request has been answered');

class Flight<T> implements Lifetime {
  readonly #controller = new AbortController();
  readonly #waiting = new Set<Waiting<T>>();
  readonly #ended: () => void;
  #deadlineAt = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(ended: () => void) {
    this.#ended = ended;
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** Of the caller with the most time: those with less leave before. */
  deadlineAt(): number {
    return this.#deadlineAt;
  }

  join(waiting: Waiting<T>): () => void {
    this.#waiting.add(waiting);
    this.#deadlineAt = Math.max(this.#deadlineAt, waiting.deadlineAt);
    this.#timer ??= this.#arm(waiting.deadlineAt);
    return () => {
      if (!this.#waiting.delete(waiting) || this.#waiting.size > 0) return;
      this.#abort(new HubFault('HUB_REQUEST_ABORTED', 'the caller went away'));
    };
  }

  run(start: (lifetime: Lifetime) => Promise<T>): void {
    void start(this).then((answer) => {
      clearTimeout(this.#timer);
      this.#ended();
      for (const waiting of this.#waiting) waiting.answer(answer);
      this.#waiting.clear();
      // Nothing that was begun for an answer outlives it.
      this.#controller.abort(OVER);
    });
  }

  #arm(deadlineAt: number): NodeJS.Timeout | undefined {
    if (deadlineAt === Infinity) return undefined;
    return setTimeout(() => this.#dismissLate(), deadlineAt - performance.now()).unref();
  }

  /** The last one to be late is not sent away: the execution stops, and what it has by then is the answer. */
  #dismissLate(): void {
    const now = performance.now() + 1;
    const fault = new HubFault('HUB_REQUEST_TIMEOUT', 'the time for this request is over');
    let next = Infinity;
    for (const waiting of this.#waiting) {
      if (waiting.deadlineAt > now) next = Math.min(next, waiting.deadlineAt);
      else if (this.#waiting.size > 1) {
        this.#waiting.delete(waiting);
        waiting.late(fault);
      } else this.#abort(fault);
    }
    this.#timer = this.#arm(next);
  }

  #abort(fault: HubFault): void {
    // Whoever asks from now on gets an execution of its own, not one that is being stopped.
    this.#ended();
    this.#controller.abort(fault);
  }
}
