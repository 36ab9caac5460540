// Types with `@event` → what the source sends by itself: a delivery's body is held against its type, and its entities found.
import {
  getNamedType,
  isAbstractType,
  isLeafType,
  isListType,
  isNonNullType,
  isObjectType,
  Kind,
  type DocumentNode,
  type GraphQLNamedType,
  type GraphQLObjectType,
  type GraphQLOutputType,
} from 'graphql';
import type { SourceEvent } from '../../contract/subgraph.ts';
import { factsOf } from '../../sdl/deferred-node.ts';
import type { ResolverContext } from './attach-resolvers.ts';
import { directiveArgs, upstreamName } from './hub-directives.ts';
import { compileTypeResolver } from './resolve-type.ts';
import { compileFromUpstream } from './upstream-shapes.ts';

type Context = Pick<ResolverContext, 'schema' | 'entities' | 'models'>;

/** By the upstream's name of the event. */
export function readSourceEvents({ definitions }: DocumentNode, context: Context): ReadonlyMap<string, SourceEvent> {
  const events = new Map<string, SourceEvent>();
  for (const node of definitions) {
    if (node.kind !== Kind.OBJECT_TYPE_DEFINITION || factsOf(node)?.directives.has('event') === false) continue;
    const name = directiveArgs(node, 'event')?.name;
    const type = context.schema.getType(node.name.value);
    const body = isObjectType(type) ? type.getFields().body : undefined;
    if (typeof name !== 'string' || body === undefined) continue;
    const places = findPlaces(context, body.type);
    const check = createCheck(context);
    events.set(name, {
      entityTypes: places.map(({ type: entity }) => entity.name),
      entities(given) {
        check(body.type, given, 'the body');
        const [place, other] = places;
        if (place === undefined || other !== undefined) return [];
        return recordsAt(place.path, given).flatMap((record) => toEntity(context, place.type, record));
      },
    });
  }
  return events;
}

/** Where in a body an entity is. */
interface Place {
  readonly path: readonly string[];
  /** The entity, or a union or interface with entities among its members. */
  readonly type: GraphQLNamedType;
}

/** The places that are nearest to the top, and none below those. */
function findPlaces({ schema, entities, models }: Context, body: GraphQLOutputType): readonly Place[] {
  const seen = new Set<GraphQLNamedType>();
  let level: Place[] = [{ path: [], type: getNamedType(body) }];
  while (level.length > 0) {
    const found = level.filter(({ type }) =>
      isAbstractType(type) ? schema.getPossibleTypes(type).some(({ name }) => entities.has(name)) : entities.has(type.name),
    ); // prettier-ignore
    if (found.length > 0) return found;
    level = level.flatMap(({ path, type }): Place[] => {
      if (!isObjectType(type) || seen.has(type)) return [];
      seen.add(type);
      return Object.values(type.getFields()).flatMap((field) => {
        const model = models.get(type.name)?.get(field.name);
        if (model?.kind !== 'property' || model.external) return [];
        return [{ path: [...path, model.raw], type: getNamedType(field.type) }];
      });
    });
  }
  return [];
}

function recordsAt(path: readonly string[], value: unknown): readonly object[] {
  if (Array.isArray(value)) return value.flatMap((one: unknown) => recordsAt(path, one));
  if (typeof value !== 'object' || value === null) return [];
  const [name, ...rest] = path;
  return name === undefined ? [value] : recordsAt(rest, own(value, name));
}

/** None where it is a member of a union that is no entity. Throws where a key is missing. */
function toEntity(
  { schema, entities }: Context,
  type: GraphQLNamedType,
  record: object,
): ReturnType<SourceEvent['entities']> {
  const name = isAbstractType(type) ? compileTypeResolver(type, schema, new WeakMap())(record) : type.name;
  const entity = name === undefined ? undefined : schema.getType(name);
  const [key] = entities.get(name ?? '') ?? [];
  if (key === undefined || !isObjectType(entity)) return [];
  const values = key.map((field): [string, string] => {
    const value = own(record, upstreamName(entity.getFields()[field]?.astNode, field));
    if (typeof value !== 'string' && typeof value !== 'number') throw new Error(`${entity.name} has no "${field}"`);
    return [field, String(value)];
  });
  return [{ type: entity.name, key: Object.fromEntries(values), record }];
}

type Check = (type: GraphQLOutputType, value: unknown, at: string) => void;

/** Throws an Error that names the place, and nothing of what stands there. */
function createCheck({ schema, models }: Context): Check {
  const check: Check = (type, value, at) => {
    if (isNonNullType(type)) {
      if (value === null || value === undefined) throw new Error(`${at} is missing`);
      check(type.ofType, value, at);
      return;
    }
    if (value === null || value === undefined) return;
    const shaped = compileFromUpstream(type)?.(value) ?? value;
    if (isListType(type)) {
      if (!Array.isArray(shaped)) throw new Error(`${at} is no list`);
      for (const [index, item] of shaped.entries()) check(type.ofType, item, `${at}[${index}]`);
    } else if (isLeafType(type)) {
      if (!isWritable(() => type.serialize(shaped))) throw new Error(`${at} is no ${type.name}`);
    } else if (isObjectType(type)) {
      checkFields(type, shaped, at);
    } else {
      const member = schema.getType(compileTypeResolver(type, schema, new WeakMap())(shaped) ?? '');
      if (!isObjectType(member)) throw new Error(`${at} is no ${type.name}`);
      checkFields(member, shaped, at);
    }
  };

  function checkFields(type: GraphQLObjectType, value: unknown, at: string): void {
    for (const field of Object.values(type.getFields())) {
      const model = models.get(type.name)?.get(field.name);
      if (model?.kind === 'whole') check(field.type, value, at);
      if (model?.kind !== 'property' || model.external) continue;
      if (typeof value !== 'object' || value === null) throw new Error(`${at} is no ${type.name}`);
      check(field.type, own(value, model.raw), `${at}.${model.raw}`);
    }
  }
  return check;
}

function isWritable(serialize: () => unknown): boolean {
  try {
    serialize();
    return true;
  } catch {
    return false;
  }
}

function own(value: object, name: string): unknown {
  return Object.hasOwn(value, name) ? Reflect.get(value, name) : undefined;
}
