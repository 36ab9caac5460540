// Stubs that derived fields make out of an answer: found while it is read, completed afterwards.
import type { GraphQLObjectType, SelectionSetNode } from 'graphql';
import { isData, type Convert, type Data } from './reading.ts';
import type { Derivation } from './remote-model.ts';

/** Alias under which a selection asks for what a field of this type is derived from. */
export const sourceAlias = (type: string, name: string): string => `_hub_from_${type}_${name}`;

/** @param sets what is selected of the stub. A list of keys makes a list of stubs. */
export function deriveStub(
  key: string,
  derivation: Derivation,
  type: GraphQLObjectType,
  sets: readonly SelectionSetNode[],
): Convert {
  const readers = derivation.keys.map(({ field, from }, i) => {
    const alias = sourceAlias(type.name, derivation.sources[i]?.[0] ?? '');
    return { field, read: (record: Data) => readPath(record[alias], from.slice(1)) };
  });
  return (record, reading) => {
    const columns = readers.map(({ read }) => read(record));
    // Not asked for, because of @skip or @include.
    if (columns.every((column) => column === undefined)) return;
    record[key] = null;
    const find = (owner: Data | unknown[], slot: string | number, values: readonly unknown[]) => {
      if (values.some((value) => value === null || value === undefined)) return;
      const known = Object.fromEntries(readers.map(({ field }, i) => [field, values[i]]));
      const path = [...reading.path, key, ...(typeof slot === 'number' ? [slot] : [])];
      reading.found.push({ type: derivation.type, sets, known, owner, slot, path });
    };
    if (!derivation.list) {
      find(record, key, columns);
      return;
    }
    const rows = columns.find((column) => Array.isArray(column));
    if (rows === undefined) return;
    const list: unknown[] = rows.map(() => null);
    record[key] = list;
    list.forEach((_, i) =>
      find(
        list,
        i,
        columns.map((column) => (Array.isArray(column) ? (column as unknown[])[i] : column)),
      ),
    );
  };
}

function readPath(value: unknown, path: readonly string[]): unknown {
  let current = value;
  for (const step of path) current = isData(current) && Object.hasOwn(current, step) ? current[step] : undefined;
  return current ?? (value === undefined ? undefined : null);
}
