// Counts what an upstream is asked, by operation, so that anyone can see that a query was batched: GET /__calls.

export interface CallCounter {
  count(operation: string): void;
  /** Operations in the order of their first call; empty after a reset. */
  snapshot(): Record<string, number>;
  reset(): void;
}

export function createCallCounter(): CallCounter {
  const calls = new Map<string, number>();
  return {
    count: (operation) => void calls.set(operation, (calls.get(operation) ?? 0) + 1),
    snapshot: () => Object.fromEntries(calls),
    reset: () => calls.clear(),
  };
}
