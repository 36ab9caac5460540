// The state of reading one answer of a GraphQL server: where the reader is, and what it found that is not whole yet.
import type { GraphQLObjectType, SelectionSetNode } from 'graphql';

export type Data = Record<string, unknown>;

/** What one answer leaves to be done: where it stands while it is read, and the stubs that were found in it. */
export interface Reading {
  readonly path: (string | number)[];
  readonly found: FoundStub[];
}

/** A stub that a derived field makes: `owner[slot]` is to become the entity. */
export interface FoundStub {
  readonly type: GraphQLObjectType;
  readonly sets: readonly SelectionSetNode[];
  /** By field of the hub. */
  readonly known: Readonly<Record<string, unknown>>;
  readonly owner: Data | unknown[];
  readonly slot: string | number;
  readonly path: readonly (string | number)[];
}

/** Changes a record in place. */
export type Convert = (record: Data, reading: Reading) => void;

/** Visits the records of a value that may be a list of lists, keeping the path. */
export function eachRecord(value: unknown, key: string | number, convert: Convert, reading: Reading): void {
  if (value === null || typeof value !== 'object') return;
  reading.path.push(key);
  if (Array.isArray(value)) value.forEach((item: unknown, i) => eachRecord(item, i, convert, reading));
  else convert(value as Data, reading);
  reading.path.pop();
}

export const isData = (value: unknown): value is Data =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
