// Which operations look an entity up by its key: `GET /things/{id}` and `GET /things?ids=`. Called by `mapToSdl` before
// the fields are made final, since the key gives its argument a name and its type a `@key`.
import { plainName, singular } from '../graphql-names.ts';
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
  const keysOf = createKeyFinder(types);
  const reads = operations.filter((one) => one.root === 'Query');
  for (const mapped of reads) {
    const found = singleLookup(mapped, types, keysOf);
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
function singleLookup(mapped: MappedOperation, types: SchemaTypes, keysOf: KeyFinder): Found | undefined {
  const { operation, field } = mapped;
  const match = /(?:^|\/)([^/{}]*)\/\{([^{}]+)\}(?:\.json)?$/.exec(operation.path.replace(/\/$/, ''));
  const [, segment, parameter] = match ?? [];
  const required = field.args.filter((argument) => argument.type.endsWith('!'));
  if (segment === undefined || parameter === undefined || required.length !== 1) return undefined;
  const shape = types.shapeOfType(field.type);
  if (shape === undefined || mapped.answer === undefined) return undefined;
  const key = keyProperty(keysOf(shape), parameter, [singular(segment), field.type]);
  return key === undefined ? undefined : { typeName: field.type, key, parameter };
}

/** Properties of an object that may be its key: by name, and by what is left of it without its punctuation and its case. */
interface PossibleKeys {
  readonly names: ReadonlySet<string>;
  readonly plain: ReadonlyMap<string, string>;
}

type KeyFinder = (shape: ObjectShape) => PossibleKeys;

/** Many operations answer with the same object, and it may be large. */
function createKeyFinder(types: SchemaTypes): KeyFinder {
  const known = new Map<ObjectShape, PossibleKeys>();
  return (shape) => {
    const before = known.get(shape);
    if (before !== undefined) return before;
    const names = [...shape.fields.values()].filter(({ schema }) => isKeyable(schema, types)).map(({ name }) => name);
    // Of several that differ in punctuation or case alone, the first counts.
    const found = { names: new Set(names), plain: new Map(names.toReversed().map((name) => [plainName(name), name])) };
    known.set(shape, found);
    return found;
  };
}

/** The property of the same name, or `id` for `{id}`, `{thingId}`, `{thing_id}` and `{thing}`. */
function keyProperty(keys: PossibleKeys, parameter: string, owners: readonly string[]): string | undefined {
  const wanted = plainName(parameter);
  const exact = keys.names.has(parameter) ? parameter : keys.plain.get(wanted);
  if (exact !== undefined) return exact;
  const owner = owners.map(plainName).find((name) => name !== '' && wanted.startsWith(name));
  const rest = owner === undefined ? (/id$/.exec(wanted)?.[0] ?? '') : wanted.slice(owner.length) || 'id';
  return rest === '' ? undefined : keys.plain.get(rest);
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
  const given = plainName(name);
  return [key, `${key}s`, `${typeName}${key}`, `${typeName}${key}s`].some((one) => plainName(one) === given);
}
