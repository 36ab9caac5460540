// What is in flight, by key: shared calls of the transport, shared queries of the server.

export interface FlightMap<V> {
  get(key: string): V | undefined;
  set(key: string, flight: V): void;
  /** Where it is still this one. */
  remove(key: string, flight: V): void;
  readonly size: number;
}

/**
 * A Map that grows and shrinks leaves its old tables, with all that was in them, to the next full collection of memory. These
 * know of what is over only that it is.
 */
export function createFlightMap<V>(): FlightMap<V> {
  const entries = new Map<string, { flight: V | undefined }>();
  return {
    get: (key) => entries.get(key)?.flight,
    set: (key, flight) => void entries.set(key, { flight }),
    remove(key, flight) {
      const entry = entries.get(key);
      if (entry?.flight !== flight) return;
      entry.flight = undefined;
      entries.delete(key);
    },
    get size() {
      return entries.size;
    },
  };
}
