// What is in flight, by key: shared calls of the transport, shared queries of the server.
import { randomInt } from 'node:crypto';

export interface FlightMap<V> {
  get(key: string): V | undefined;
  set(key: string, flight: V): void;
  /** Where it is still this one. */
  remove(key: string, flight: V): void;
  readonly size: number;
}

interface Entry<V> {
  readonly key: string;
  readonly hash: number;
  /** Undefined once it is removed. */
  flight: V | undefined;
  next: Entry<V> | undefined;
}

type Buckets<V> = (Entry<V> | undefined)[];

const FEWEST_BUCKETS = 256;
/** Another one in each process, so that nobody can send keys that all meet in one bucket. */
const SEED = randomInt(2 ** 32);

/**
 * V8 makes a Map anew every few entries where it is always being filled and emptied, and each of its old tables keeps the
 * keys that it had, and the table after it, until a full collection of memory. Here nothing is made but the entry itself,
 * which knows of what is over only that it is.
 */
export function createFlightMap<V>(): FlightMap<V> {
  let buckets: Buckets<V> = emptyBuckets(FEWEST_BUCKETS);
  let size = 0;

  /** The key that was asked for last: one is looked up and then put in, and taken out by each who waits for it. */
  let lastKey = '';
  let lastHash = hashOf(lastKey);

  function hashed(key: string): number {
    if (key !== lastKey) {
      lastKey = key;
      lastHash = hashOf(key);
    }
    return lastHash;
  }

  const bucketOf = (hash: number): number => hash & (buckets.length - 1);

  function find(key: string, hash: number): Entry<V> | undefined {
    let entry = buckets[bucketOf(hash)];
    while (entry !== undefined && (entry.hash !== hash || entry.key !== key)) entry = entry.next;
    return entry;
  }

  function put(entry: Entry<V>): void {
    const at = bucketOf(entry.hash);
    entry.next = buckets[at];
    buckets[at] = entry;
  }

  /** There are as many as were ever in flight at once. */
  function grow(): void {
    const before = buckets;
    buckets = emptyBuckets(before.length * 2);
    for (const first of before) {
      for (let entry = first; entry !== undefined;) {
        const { next } = entry;
        put(entry);
        entry = next;
      }
    }
  }

  return {
    get: (key) => find(key, hashed(key))?.flight,
    set(key, flight) {
      const hash = hashed(key);
      const known = find(key, hash);
      if (known !== undefined) {
        known.flight = flight;
        return;
      }
      if (size === buckets.length) grow();
      put({ key, hash, flight, next: undefined });
      size += 1;
    },
    remove(key, flight) {
      const hash = hashed(key);
      const entry = find(key, hash);
      if (entry?.flight !== flight) return;
      const first = buckets[bucketOf(hash)];
      if (first === entry) buckets[bucketOf(hash)] = entry.next;
      for (let before = first; before !== undefined; before = before.next) {
        if (before.next === entry) before.next = entry.next;
      }
      entry.flight = undefined;
      entry.next = undefined;
      size -= 1;
    },
    get size() {
      return size;
    },
  };
}

function emptyBuckets<V>(length: number): Buckets<V> {
  return Array.from<Entry<V> | undefined>({ length }).fill(undefined);
}

/** FNV-1a over UTF-16 units; its upper bits are the better ones. */
function hashOf(key: string): number {
  let hash = SEED;
  for (let at = 0; at < key.length; at += 1) hash = Math.imul(hash ^ key.charCodeAt(at), 0x0100_0193);
  return hash ^ (hash >>> 15);
}
