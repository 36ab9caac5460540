// A bounded map whose entries end at a time of their own: verified credentials. Used by the verifiers.

export interface ExpiringCache<V> {
  /** Undefined where it is unknown or its time is over. */
  get(key: string, nowMs: number): V | undefined;
  set(key: string, value: V, untilMs: number): void;
}

/** Holds at most `size` entries; the one that was least recently read goes first. */
export function createExpiringCache<V>(size: number): ExpiringCache<V> {
  const entries = new Map<string, { readonly value: V; readonly untilMs: number }>();
  return {
    get(key, nowMs) {
      const entry = entries.get(key);
      if (entry === undefined) return undefined;
      entries.delete(key);
      if (entry.untilMs <= nowMs) return undefined;
      entries.set(key, entry);
      return entry.value;
    },
    set(key, value, untilMs) {
      entries.delete(key);
      if (entries.size >= size) {
        for (const oldest of entries.keys()) {
          entries.delete(oldest);
          break;
        }
      }
      entries.set(key, { value, untilMs });
    },
  };
}
