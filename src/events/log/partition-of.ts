// What an event has to keep its order with: by default the entity that it is about.
import type { EntityChange } from '../../contract/events.ts';

/** The same for every change of one entity, whatever the order of its key fields: `Order id=42`. */
export function partitionOf({ type, key, partition }: EntityChange): string {
  if (partition !== undefined) return partition;
  const fields = Object.entries(key).map(
    ([name, value]) => `${name}=${encodeURIComponent(String(value).toWellFormed())}`,
  );
  return [type, ...fields.sort()].join(' ');
}
