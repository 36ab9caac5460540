// Answers that are one thing in an object of its own (`{ "data": … }`): what is inside, and where. Called by the mapping of
// answers.
import { plainName, singular } from '../graphql-names.ts';
import type { Schema } from './document-model.ts';
import type { Shape } from './schema-shape.ts';

export interface Unwrapped {
  readonly schema: Schema;
  /** Name of the property it is in; undefined where there is no envelope. */
  readonly at: string | undefined;
}

/** What APIs call the one property of an envelope. */
const NAMES = new Set([
  ...['data', 'result', 'results', 'response', 'payload', 'resource', 'resources', 'collection'],
  ...['items', 'records', 'entities', 'objects', 'values'],
]);

/** An envelope holds nothing else, and is called what all are called, or what the path asks for: `{ "server": … }`. */
export function unwrap(schema: Schema, path: string, shapeOf: (schema: Schema) => Shape): Unwrapped {
  const whole = { schema, at: undefined };
  const shape = shapeOf(schema);
  if (shape.kind !== 'object' || shape.additional !== undefined || shape.fields.size !== 1) return whole;
  const [field] = shape.fields.values();
  // A dot would lead deeper.
  if (field === undefined || field.name.includes('.')) return whole;
  const plain = (name: string): string => singular(plainName(name));
  const asked = path.split('/').filter((segment) => segment !== '' && !segment.includes('{'));
  if (!NAMES.has(field.name.toLowerCase()) && plain(asked.at(-1) ?? '') !== plain(field.name)) return whole;
  const inner = shapeOf(field.schema);
  const isThing = inner.kind === 'object' || inner.kind === 'union' || inner.kind === 'list';
  return isThing ? { schema: field.schema, at: field.name } : whole;
}
