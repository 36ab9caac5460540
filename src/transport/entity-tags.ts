// What an answer is derived from, as tags: which entities, lists of which type. Written by whoever reads answers, purged
// by whoever learns of a change.
import type { EntityChange } from '../contract/events.ts';

/** One entity. Keys are compared as text, in any order: an upstream may say 42 where GraphQL says "42". */
export function entityTag(type: string, key: Readonly<Record<string, unknown>>): string {
  const fields = Object.keys(key).sort();
  return JSON.stringify([type, ...fields.map((name) => [name, String(key[name])])]);
}

/** A list of entities of the type: any change of one may change who is in it. */
export const listTag = (type: string): string => `${type}[]`;

/** Entities of the type that the answer does not name. */
export const someTag = (type: string): string => type;

/** Every tag of what may be out of date once the entity has changed. */
export const tagsOfChange = ({ type, key }: Pick<EntityChange, 'type' | 'key'>): readonly string[] => [
  entityTag(type, key),
  listTag(type),
  someTag(type),
];
