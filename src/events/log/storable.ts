// Changes → the JSON text that the database's append takes.
import { randomUUID } from 'node:crypto';
import type { EntityChange } from '../../contract/events.ts';
import { HubFault } from '../../faults/hub-fault.ts';
import { partitionOf } from './partition-of.ts';

/** A change with what the log adds to it before the database sees it. */
export interface Storable {
  readonly change: EntityChange;
  readonly id: string;
  readonly partition: string;
  /** One element of the batch. */
  readonly json: string;
}

/** What JSON text may hold and `jsonb` may not: NUL, and surrogates that are no pair. */
const UNSTORABLE = /\\u(?:0000|d[89a-f])/i;

/** Throws HUB_INTERNAL for a change that is no JSON. Characters that PostgreSQL cannot hold become U+FFFD. */
export function toStorable(change: EntityChange): Storable {
  const id = randomUUID();
  const partition = partitionOf(change);
  const json = stringify({ ...change, id, partition });
  return { change, id, partition, json: UNSTORABLE.test(json) ? JSON.stringify(JSON.parse(json), replacer) : json };
}

function stringify(value: unknown): string {
  try {
    return JSON.stringify(value);
  } catch (thrown) {
    throw new HubFault('HUB_INTERNAL', 'a change cannot be written as JSON', { cause: thrown });
  }
}

function replacer(_name: string, value: unknown): unknown {
  if (typeof value === 'string') return toStorableText(value);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [toStorableText(name), inner]));
}

/** As PostgreSQL can hold it. */
export function toStorableText(text: string): string {
  return text.toWellFormed().replaceAll('\0', '\uFFFD');
}
