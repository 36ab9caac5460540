// Joins what fetches bring into the one response tree.

export type Data = Record<string, unknown>;

export const isData = (value: unknown): value is Data =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Merges `source` into `target`, deeply; lists of equal length are merged item by item. A null never erases a value. */
export function mergeData(target: Data, source: Data): void {
  for (const key in source) {
    // JSON.parse makes `__proto__` an own property; assigning it here would replace the prototype.
    if (key === '__proto__') continue;
    const incoming = source[key];
    const present = target[key];
    if (present === undefined || present === null) target[key] = incoming;
    else if (incoming !== null && incoming !== undefined) target[key] = mergeValues(present, incoming);
  }
}

function mergeValues(present: unknown, incoming: unknown): unknown {
  if (present === incoming) return present;
  if (Array.isArray(present) && Array.isArray(incoming) && present.length === incoming.length) {
    return present.map((item: unknown, index) => mergeValues(item, incoming[index] ?? item));
  }
  if (isData(present) && isData(incoming)) {
    mergeData(present, incoming);
    return present;
  }
  return incoming;
}
