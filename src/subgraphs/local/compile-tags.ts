// The entities that a field's payload is made of, as tags for the answer cache. Compiled per field by the type model.
import {
  getNamedType,
  getNullableType,
  isAbstractType,
  isListType,
  isObjectType,
  type GraphQLField,
  type GraphQLObjectType,
  type GraphQLOutputType,
  type GraphQLSchema,
} from 'graphql';
import { entityTag, listTag, someTag } from '../../transport/entity-tags.ts';
import { directiveArgs, upstreamName } from './hub-directives.ts';
import { bindBatch, bindSingle } from './key-binding.ts';

type Entities = ReadonlyMap<string, readonly (readonly string[])[]>;
type Args = Readonly<Record<string, unknown>>;
export type TagsOf = (payload: unknown, args: Args) => readonly string[];

/** Adds what one value of a type is derived from. */
type Collect = (value: unknown, tags: Set<string>) => void;

/**
 * `args` are those of the call, under their upstream names: what was asked for and not found is derived from them too.
 * A field is compiled when its first answer is kept.
 */
export function createTagsOf(
  schema: GraphQLSchema,
  entities: Entities,
): (field: GraphQLField<unknown, unknown>) => TagsOf {
  const collectorOf = createCollectors(schema, entities);
  return (field) => {
    let compiled: readonly Collect[] | undefined;
    return (payload, args) => {
      compiled ??= [collectorOf(field.type), compileAsked(field, entities)];
      const tags = new Set<string>();
      compiled[0]?.(payload, tags);
      if (payload === null && entities.has(getNamedType(field.type).name))
        tags.add(someTag(getNamedType(field.type).name));
      compiled[1]?.(args, tags);
      return [...tags];
    };
  };
}

function createCollectors(schema: GraphQLSchema, entities: Entities): (type: GraphQLOutputType) => Collect {
  const objects = new Map<GraphQLObjectType, Collect>();

  const ofObject = (type: GraphQLObjectType): Collect => {
    const known = objects.get(type);
    if (known !== undefined) return known;
    // Types refer to each other in circles; values do not.
    const parts: { readonly raw: string; readonly collect: Collect }[] = [];
    const keys = entities
      .get(type.name)
      ?.map((key) => key.map((name) => ({ name, raw: upstreamName(type.getFields()[name]?.astNode, name) })));
    const collect: Collect = (value, tags) => {
      if (typeof value !== 'object' || value === null) return;
      const record = value as Args;
      const named = (keys ?? []).flatMap((key) => tagOf(type, key, record));
      if (keys !== undefined && named.length === 0) tags.add(someTag(type.name));
      for (const tag of named) tags.add(tag);
      for (const part of parts) if (Object.hasOwn(record, part.raw)) part.collect(record[part.raw], tags);
    };
    objects.set(type, collect);
    for (const inner of Object.values(type.getFields())) {
      // A stub holds a key of the other entity and nothing that may change.
      if (getNamedType(inner.type).astNode === undefined || directiveArgs(inner.astNode, 'derive') !== undefined)
        continue;
      const part = of(inner.type);
      if (part !== nothing) parts.push({ raw: upstreamName(inner.astNode, inner.name), collect: part });
    }
    return collect;
  };

  const ofNamed = (type: GraphQLOutputType): Collect => {
    if (isObjectType(type)) return ofObject(type);
    if (!isAbstractType(type)) return nothing;
    const some = schema.getPossibleTypes(type).filter((one) => entities.has(one.name));
    return some.length === 0 ? nothing : (_value, tags) => some.forEach((one) => tags.add(someTag(one.name)));
  };

  const of = (outer: GraphQLOutputType): Collect => {
    const type = getNullableType(outer);
    if (!isListType(type)) return ofNamed(type);
    const each = of(type.ofType);
    if (each === nothing) return nothing;
    const named = getNamedType(type).name;
    return (value, tags) => {
      if (entities.has(named)) tags.add(listTag(named));
      for (const item of Array.isArray(value) ? (value as unknown[]) : [value]) each(item, tags);
    };
  };

  return of;
}

const nothing: Collect = () => undefined;

interface KeyField {
  readonly name: string;
  readonly raw: string;
}

function tagOf(type: GraphQLObjectType, key: readonly KeyField[], record: Args): string[] {
  const values = key.map(({ name, raw }): [string, unknown] => [name, record[raw]]);
  if (values.some(([, value]) => value === undefined || value === null || typeof value === 'object')) return [];
  return [entityTag(type.name, Object.fromEntries(values))];
}

/** The keys that a lookup was asked for. A lookup names every entity that it holds, so its list is none that grows. */
function compileAsked(field: GraphQLField<unknown, unknown>, entities: Entities): Collect {
  if (directiveArgs(field.astNode, 'lookup') === undefined) return nothing;
  const { name } = getNamedType(field.type);
  const keys = entities.get(name) ?? [];
  const batch = isListType(getNullableType(field.type));
  const binding = batch ? bindBatch(field.args, keys) : bindSingle(field.args, keys);
  if (binding === undefined) return nothing;
  const sent = binding.keyArguments.map((argument) =>
    upstreamName(field.args.find((one) => one.name === argument)?.astNode, argument),
  );
  return (args, tags) => {
    tags.delete(listTag(name));
    const values = sent.map((argument) => (args as Args)[argument]);
    const all = batch && Array.isArray(values[0]) ? (values[0] as unknown[]).map(keyValues) : [values];
    for (const key of all) {
      tags.add(entityTag(name, Object.fromEntries(binding.keyFields.map((one, i) => [one, key[i]]))));
    }
  };
}

const keyValues = (key: unknown): readonly unknown[] =>
  typeof key === 'object' && key !== null ? Object.values(key) : [key];
