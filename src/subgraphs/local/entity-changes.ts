// What a successful mutation says to the event log: which entity it created, updated or deleted.
import { getNamedType, isObjectType, type GraphQLField, type GraphQLSchema } from 'graphql';
import type { PreparedField } from '../../contract/connector.ts';
import type { ChangeOperation, EntityChange } from '../../contract/events.ts';
import { directiveArgs, upstreamName } from './hub-directives.ts';
import type { Raw } from './lookups.ts';

export type ReadChanges = (payload: unknown, args: Readonly<Record<string, unknown>>) => readonly EntityChange[];

type Entities = ReadonlyMap<string, readonly (readonly string[])[]>;

/**
 * Finds the entity in this order: the payload itself, a field of the payload, the type that the mutation is named after
 * (`deleteOrder(id)`). Undefined where the mutation concerns no entity.
 */
export function compileChanges(
  source: string,
  schema: GraphQLSchema,
  field: GraphQLField<unknown, unknown>,
  prepared: PreparedField,
  entities: Entities,
): ReadChanges | undefined {
  const declared = directiveArgs(field.astNode, 'changes')?.operation;
  const operation = (typeof declared === 'string' ? declared : prepared.change) as ChangeOperation | undefined;
  if (operation === undefined) return undefined;
  const find = compileFinder(schema, field, entities);
  if (find === undefined) return undefined;
  const { typeName, recordsOf } = find;
  const [keyFields] = entities.get(typeName) ?? [];
  const type = schema.getType(typeName);
  if (keyFields === undefined || !isObjectType(type)) return undefined;
  const keys = keyFields.map((name) => ({ name, raw: upstreamName(type.getFields()[name]?.astNode, name) }));
  return (payload, args) =>
    recordsOf(payload).flatMap((record): EntityChange[] => {
      const values = keys.map(({ name, raw }): [string, unknown] => [name, record[raw] ?? args[name] ?? args[raw]]);
      if (values.some(([, value]) => value === undefined || value === null)) return [];
      return [
        {
          source,
          type: typeName,
          operation,
          key: Object.fromEntries(values.map(([name, value]) => [name, String(value)])),
        },
      ];
    });
}

interface Finder {
  readonly typeName: string;
  readonly recordsOf: (payload: unknown) => readonly Raw[];
}

function compileFinder(
  schema: GraphQLSchema,
  field: GraphQLField<unknown, unknown>,
  entities: Entities,
): Finder | undefined {
  const payload = getNamedType(field.type);
  if (entities.has(payload.name)) return { typeName: payload.name, recordsOf: toRecords };
  if (isObjectType(payload)) {
    for (const inner of Object.values(payload.getFields())) {
      const { name } = getNamedType(inner.type);
      if (!entities.has(name)) continue;
      const raw = upstreamName(inner.astNode, inner.name);
      return { typeName: name, recordsOf: (value) => toRecords(value).flatMap((record) => toRecords(record[raw])) };
    }
  }
  const named = [...entities.keys()].find(
    (name) => field.name.toLowerCase().endsWith(name.toLowerCase()) && schema.getType(name) !== undefined,
  );
  return named === undefined ? undefined : { typeName: named, recordsOf: () => [{}] };
}

function toRecords(value: unknown): readonly Raw[] {
  if (Array.isArray(value)) return value.flatMap(toRecords);
  return typeof value === 'object' && value !== null ? [value as Raw] : [];
}
