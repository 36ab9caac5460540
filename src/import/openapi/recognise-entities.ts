// Which operations look an entity up by its key: `GET /things/{id}` and `GET /things?ids=`. Called by `mapToSdl` before
// the fields are made final, since the key gives its argument a name and its type a `@key`.
import { singular } from '../graphql-names.ts';
import type { ApiParameter, Schema, TakeNote } from './document-model.ts';
import type { MappedOperation } from './map-operation.ts';
import type { SchemaTypes } from './schema-types.ts';
import type { ObjectShape } from './schema-shape.ts';
import { namedTypeOf } from './sdl-model.ts';

export interface Entities {
  /** Upstream name of the key property of each entity type. */
  readonly keys: ReadonlyMap<string, string>;
  /** Lookups by field name, with the parameter that carries the key. */
  readonly lookups: ReadonlyMap<string, Lookup>;
}

export interface Lookup {
  readonly typeName: string;
  readonly parameter: string;
  readonly batch: boolean;
}

export function recogniseEntities(
  operations: readonly MappedOperation[],
  types: SchemaTypes,
  note: TakeNote,
): Entities {
  const keys = new Map<string, string>();
  const lookups = new Map<string, Lookup>();
  const claimed = new Set<string>();
  const reads = operations.filter((one) => one.root === 'Query');
  for (const mapped of reads) {
    const found = singleLookup(mapped, types);
    if (found === undefined) continue;
    const { typeName, key, parameter } = found;
    const known = keys.get(typeName);
    if (known !== undefined && known !== key) {
      note(
        mapped.operation.at,
        `not a lookup: the key of ${typeName} is already "${known}", this one would be "${key}"`,
        'advice',
      );
    } else if (claimed.has(typeName)) {
      note(mapped.operation.at, `not a lookup: another operation before it looks ${typeName} up by "${key}"`, 'advice');
    } else {
      keys.set(typeName, key);
      claimed.add(typeName);
      lookups.set(mapped.field.name, { typeName, parameter, batch: false });
    }
  }
  const batched = new Set<string>();
  for (const mapped of reads) {
    const found = batchLookup(mapped, keys);
    if (found === undefined || batched.has(found.typeName)) continue;
    batched.add(found.typeName);
    lookups.set(mapped.field.name, found);
  }
  return { keys, lookups };
}

interface Found {
  readonly typeName: string;
  readonly key: string;
  readonly parameter: string;
}

/** `GET …/things/{thingId}` that needs nothing else and answers with one object that has that id. */
function singleLookup(mapped: MappedOperation, types: SchemaTypes): Found | undefined {
  const { operation, field } = mapped;
  const match = /(?:^|\/)([^/{}]*)\/\{([^{}]+)\}(?:\.json)?$/.exec(operation.path.replace(/\/$/, ''));
  const [, segment, parameter] = match ?? [];
  const required = field.args.filter((argument) => argument.type.endsWith('!'));
  if (segment === undefined || parameter === undefined || required.length !== 1) return undefined;
  const shape = types.shapeOfType(field.type);
  if (shape === undefined || mapped.answer === undefined) return undefined;
  const key = keyProperty(shape, parameter, [singular(segment), field.type], types);
  return key === undefined ? undefined : { typeName: field.type, key, parameter };
}

/** The property of the same name, or `id` for `{id}`, `{thingId}`, `{thing_id}` and `{thing}`. */
function keyProperty(
  shape: ObjectShape,
  parameter: string,
  owners: readonly string[],
  types: SchemaTypes,
): string | undefined {
  const plain = (name: string): string => name.replaceAll(/[^A-Za-z0-9]/g, '').toLowerCase();
  const usable = [...shape.fields.values()]
    .filter((field) => isKeyable(field.schema, types))
    .map((field) => field.name);
  const exact = usable.find((name) => name === parameter) ?? usable.find((name) => plain(name) === plain(parameter));
  if (exact !== undefined) return exact;
  const wanted = plain(parameter);
  const owner = owners.map(plain).find((name) => name !== '' && wanted.startsWith(name));
  const rest = owner === undefined ? (/id$/.exec(wanted)?.[0] ?? '') : wanted.slice(owner.length) || 'id';
  return usable.find((name) => rest !== '' && plain(name) === rest);
}

function isKeyable(schema: Schema, types: SchemaTypes): boolean {
  const shape = types.shapeOf(schema);
  if (schema.writeOnly || shape.kind !== 'scalar') return false;
  return ['String', 'Int', 'Long', 'Float'].includes(shape.scalar);
}

/** `GET /things?ids=1,2` that needs nothing else and answers with a list of what a single lookup knows. */
function batchLookup(mapped: MappedOperation, keys: ReadonlyMap<string, string>): Lookup | undefined {
  const { field } = mapped;
  const typeName = namedTypeOf(field.type);
  const key = keys.get(typeName);
  if (key === undefined || !field.type.startsWith('[') || field.type.startsWith('[[')) return undefined;
  for (const argument of field.args) {
    const parameter = mapped.sources.get(argument.name);
    if (parameter?.in !== 'query' || !argument.type.startsWith('[') || !isKeyList(parameter, key, typeName)) continue;
    const others = field.args.filter((one) => one !== argument && one.type.endsWith('!'));
    if (others.length === 0) {
      return { typeName, parameter: argument.upstream ?? argument.name, batch: true };
    }
  }
  return undefined;
}

function isKeyList({ name }: ApiParameter, key: string, typeName: string): boolean {
  const plain = (text: string): string => text.replaceAll(/[^A-Za-z0-9]/g, '').toLowerCase();
  const given = plain(name);
  return [key, `${key}s`, `${typeName}${key}`, `${typeName}${key}s`].some((one) => plain(one) === given);
}
