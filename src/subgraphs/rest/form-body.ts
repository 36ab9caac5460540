// The value of a form → its fields, in order: for urlencoded and for multipart bodies.
import { deepPairs, isGiven, isRecord, serializePairs, type Pair, type Serialization } from './serialize.ts';
import { toText } from './to-text.ts';

/**
 * Without a `@serialize` of its own, a list repeats its name, and what is nested is written `address[city]=…`, as form APIs
 * that nest at all expect it.
 */
export function formPairs(value: unknown, styles: ReadonlyMap<string, Serialization>): Pair[] {
  if (!isRecord(value)) return isGiven(value) ? [['', toText(value)]] : [];
  return Object.entries(value).flatMap(([name, item]) => {
    const own = styles.get(name);
    return own === undefined ? usualPairs(name, item) : serializePairs(name, item, own.style);
  });
}

function usualPairs(name: string, value: unknown): Pair[] {
  if (!Array.isArray(value)) return deepPairs(name, value);
  return value.flatMap((item, index) =>
    isRecord(item) ? deepPairs(`${name}[${index}]`, item) : usualPairs(name, item),
  );
}

export function toUrlEncoded(pairs: readonly Pair[]): string {
  const form = new URLSearchParams();
  for (const [name, value] of pairs) form.append(name, value);
  return form.toString();
}
