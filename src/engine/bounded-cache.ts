// A map that forgets what was not used lately; what grows with callers or documents is kept in one of these.

export interface BoundedCache<V> {
  get(key: string): V | undefined;
  set(key: string, value: V): void;
  readonly size: number;
}

/**
 * Keeps at least the half of `capacity` (two or more) that was used last, and never more than all of it. A map in which
 * every read moves its entry to the end is made anew by V8 every few reads, in memory that only a full collection frees:
 * here a read of what is used often moves nothing.
 */
export function createBoundedCache<V>(capacity: number): BoundedCache<V> {
  const half = Math.floor(capacity / 2);
  let recent = new Map<string, V>();
  let before = new Map<string, V>();

  function set(key: string, value: V): void {
    if (recent.size === half && !recent.has(key)) {
      before = recent;
      recent = new Map();
    }
    before.delete(key);
    recent.set(key, value);
  }

  return {
    get(key) {
      const value = recent.get(key);
      if (value !== undefined) return value;
      const known = before.get(key);
      if (known !== undefined) set(key, known);
      return known;
    },
    set,
    get size() {
      return recent.size + before.size;
    },
  };
}
