// Changes → the rows that the database's append takes.
import { randomUUID } from 'node:crypto';
import type { EntityChange, SyncEvent } from '../../contract/events.ts';
import { HubFault } from '../../faults/hub-fault.ts';
import { partitionOf } from './partition-of.ts';

/** An event before the log gave it its place. Names are those of an event; JSON is text, and what is absent is not there. */
export interface StorableRow {
  readonly id: string;
  readonly source: string;
  readonly type: string;
  readonly operation: string;
  readonly key: string;
  readonly partition: string;
  readonly occurredAt?: number;
  readonly payload?: string;
  readonly causationId?: string;
  readonly correlationId?: string;
  readonly deliveryId?: string;
}

/** A change with what the log adds to it before the database sees it. */
export interface Storable {
  /** As it will be read from the log, without its place. */
  readonly event: Omit<SyncEvent, 'cursor' | 'at'>;
  readonly row: StorableRow;
}

/** Throws HUB_INTERNAL for a change that is no JSON, or whose time is none. */
export function toStorable(change: EntityChange): Storable {
  const id = randomUUID();
  const text = (value: string | undefined, name: string) =>
    value === undefined ? {} : { [name]: toStorableText(value) };
  const texts = {
    id,
    source: toStorableText(change.source),
    type: toStorableText(change.type),
    operation: change.operation,
    partition: toStorableText(partitionOf(change)),
    ...text(change.causationId, 'causationId'),
    ...text(change.correlationId, 'correlationId'),
    ...text(change.deliveryId, 'deliveryId'),
  };
  const occurredAt = change.occurredAt === undefined ? undefined : Date.parse(change.occurredAt);
  if (Number.isNaN(occurredAt)) throw new HubFault('HUB_INTERNAL', 'a change has an `occurredAt` that is no time');
  const payload = change.payload === undefined ? undefined : stringify(change.payload);
  return {
    event: {
      ...texts,
      key: { ...change.key },
      ...(occurredAt === undefined ? {} : { occurredAt: new Date(occurredAt).toISOString() }),
      ...(payload === undefined ? {} : { payload: change.payload }),
    },
    row: {
      ...texts,
      key: stringify(change.key),
      ...(occurredAt === undefined ? {} : { occurredAt }),
      ...(payload === undefined ? {} : { payload }),
    },
  };
}

function stringify(value: unknown): string {
  try {
    return JSON.stringify(value);
  } catch (thrown) {
    throw new HubFault('HUB_INTERNAL', 'a change cannot be written as JSON', { cause: thrown });
  }
}

/** As PostgreSQL can hold it: NUL, and surrogates that are no pair, become U+FFFD. */
export function toStorableText(text: string): string {
  return text.toWellFormed().replaceAll('\0', '\uFFFD');
}
