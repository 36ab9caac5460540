// Identical calls in flight share one: the first to ask starts it, the others wait for the same answer.
import { createFlightMap } from '../contract/flight-map.ts';
import type { Scope } from '../contract/scope.ts';

/** What bounds a call: one request's scope, or all the requests that wait for a shared call. */
export interface Lifetime {
  /** Aborts with a HubFault as its reason. */
  readonly signal: AbortSignal;
  /** In milliseconds of `performance.now()`; a shared call's grows as callers with more time join. */
  deadlineAt(): number;
}

export interface InFlight<T> {
  /**
   * `start` is called only where nobody has asked for `key` yet. A caller whose scope ends leaves at once with its own
   * reason; the call itself is aborted when the last one has left. A fault goes to everyone who waits.
   */
  join(key: string, scope: Scope, start: (lifetime: Lifetime) => Promise<T>): { answer: Promise<T>; shared: boolean };
}

interface Flight<T> {
  readonly controller: AbortController;
  readonly result: Promise<T>;
  waiting: number;
  deadlineAt: number;
}

export function createInFlight<T>(): InFlight<T> {
  const flights = createFlightMap<Flight<T>>();

  const launch = (key: string, scope: Scope, start: (lifetime: Lifetime) => Promise<T>): Flight<T> => {
    const controller = new AbortController();
    const lifetime: Lifetime = {
      signal: controller.signal,
      deadlineAt: () => Math.max(flight.deadlineAt, scope.deadlineAt),
    };
    // `start` runs a tick later, when `flight` can be read.
    const result = Promise.resolve()
      .then(() => start(lifetime))
      .finally(() => flights.remove(key, flight));
    const flight: Flight<T> = { controller, result, waiting: 0, deadlineAt: scope.deadlineAt };
    flights.set(key, flight);
    return flight;
  };

  const wait = async (key: string, flight: Flight<T>, scope: Scope): Promise<T> => {
    flight.waiting += 1;
    flight.deadlineAt = Math.max(flight.deadlineAt, scope.deadlineAt);
    try {
      return await untilAborted(flight.result, scope.signal);
    } finally {
      flight.waiting -= 1;
      if (flight.waiting === 0) {
        // Whoever asks from now on gets a call of its own, not one that is being aborted.
        flights.remove(key, flight);
        if (scope.signal.aborted) flight.controller.abort(scope.signal.reason);
      }
    }
  };

  return {
    join(key, scope, start) {
      const running = flights.get(key);
      const flight = running ?? launch(key, scope, start);
      return { answer: wait(key, flight, scope), shared: running !== undefined };
    },
  };
}

/** The promise, or the signal's reason as soon as it aborts; what the promise does afterwards is ignored. */
export function untilAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors -- the reason is a HubFault
    const onAbort = () => reject(signal.reason);
    if (signal.aborted) onAbort();
    else signal.addEventListener('abort', onAbort, { once: true });
    promise.then(
      (value) => {
        signal.removeEventListener('abort', onAbort);
        resolve(value);
      },
      (error: unknown) => {
        signal.removeEventListener('abort', onAbort);
        // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors -- it is passed on as it is
        reject(error);
      },
    );
  });
}
