// Gives every field of a local schema its resolver, made from its model. The context of every resolver is the Scope.
import DataLoader from 'dataloader';
import {
  getNamedType,
  getNullableType,
  isAbstractType,
  isListType,
  isNonNullType,
  isObjectType,
  type GraphQLField,
  type GraphQLFieldResolver,
  type GraphQLNamedType,
  type GraphQLObjectType,
  type GraphQLSchema,
} from 'graphql';
import type { PreparedField } from '../../contract/connector.ts';
import type { Representation } from '../../contract/fetch.ts';
import type { Scope } from '../../contract/scope.ts';
import { compileChanges } from './entity-changes.ts';
import { isMachinery } from './hub-directives.ts';
import type { LocalSchema } from './local-schema.ts';
import type { Lookup, Raw } from './lookups.ts';
import { readAt } from './read-at.ts';
import { compileFromUpstream } from './upstream-shapes.ts';
import { compileTypeResolver, type KnownTypes } from './resolve-type.ts';
import { RootOutcomes } from './root-outcomes.ts';
import type { Stubs } from './stubs.ts';
import type { FieldModel, TypeModels } from './type-model.ts';

type Resolver = GraphQLFieldResolver<unknown, unknown>;
export type Call = Extract<FieldModel, { kind: 'call' }>;

export interface ResolverContext {
  readonly source: string;
  readonly schema: GraphQLSchema;
  readonly models: TypeModels;
  readonly entities: ReadonlyMap<string, readonly (readonly string[])[]>;
  readonly lookups: ReadonlyMap<string, readonly Lookup[]>;
  readonly stubs: Stubs;
  readonly known: KnownTypes;
}

export function attachResolvers(context: ResolverContext): void {
  const { schema, models } = context;
  for (const type of Object.values(schema.getTypeMap())) {
    attachTypeResolver(type, context);
    if (!isObjectType(type)) continue;
    for (const field of Object.values(type.getFields())) {
      const model = models.get(type.name)?.get(field.name);
      if (model === undefined) continue;
      const resolve = compileResolver(field, model, context);
      field.resolve = type === schema.getQueryType() ? onceOnly(resolve) : resolve;
    }
  }
  const entities = schema.getQueryType()?.getFields()._entities;
  if (entities !== undefined) entities.resolve = resolveEntities(context);
}

function attachTypeResolver(type: GraphQLNamedType, { schema, known }: ResolverContext): void {
  if (!isAbstractType(type)) return;
  let resolve: ReturnType<typeof compileTypeResolver> | undefined;
  type.resolveType = (value) => (resolve ??= compileTypeResolver(type, schema, known))(value);
}

/** To a schema whose fields are not there yet: each gets its resolver when it comes, which is made when it is called. */
export function attachResolversLater(context: ResolverContext, whenMade: NonNullable<LocalSchema['whenMade']>): void {
  whenMade({
    onType: (type) => attachTypeResolver(type, context),
    onField(type, field) {
      const query = type === context.schema.getQueryType();
      if (query && field.name === '_entities') field.resolve = resolveEntities(context);
      if (isMachinery(type.name) || isMachinery(field.name)) return;
      let made: Resolver | undefined;
      const make = (): Resolver => {
        const model = context.models.get(type.name)?.get(field.name);
        if (model === undefined) throw new TypeError(`${type.name}.${field.name} is no field of the source`);
        const resolve = compileResolver(field, model, context);
        return query ? onceOnly(resolve) : resolve;
      };
      field.resolve = (...of) => (made ??= make())(...of);
    },
  });
}

/** The outcome that the root field already has in this execution, where it has one. */
function onceOnly(resolve: Resolver): Resolver {
  return (root, args, scope, info) =>
    root instanceof RootOutcomes
      ? root.of(info.path.key, () => resolve({}, args, scope, info))
      : resolve(root, args, scope, info);
}

function compileResolver(field: GraphQLField<unknown, unknown>, model: FieldModel, context: ResolverContext): Resolver {
  switch (model.kind) {
    case 'property':
      return readProperty(model.raw, compileFromUpstream(field.type));
    case 'whole': {
      const convert = compileFromUpstream(field.type) ?? ((value: unknown) => value);
      return (record) => convert(record);
    }
    case 'rest':
      return readRest(model.others, compileFromUpstream(field.type));
    case 'expression':
      return model.root ? (_root, args) => model.evaluate(args) : (record) => model.evaluate(record);
    case 'stub':
      return resolveStub(model, context.stubs);
    case 'call':
      return model.root === undefined ? callPerParent(model) : callAtRoot(field, model, context);
  }
}

/** Only own properties: a field called "constructor" must not find the prototype's. */
function readProperty(raw: string, convert: ((value: unknown) => unknown) | undefined): Resolver {
  if (convert !== undefined) {
    return (record) => (Object.hasOwn(record as object, raw) ? convert((record as Raw)[raw]) : undefined);
  }
  return (record) => (Object.hasOwn(record as object, raw) ? (record as Raw)[raw] : undefined);
}

function readRest(others: ReadonlySet<string>, convert: ((value: unknown) => unknown) | undefined): Resolver {
  return (record) => {
    if (Array.isArray(record)) {
      const items: unknown[] = record.filter((_, index) => !others.has(String(index)));
      return convert === undefined ? items : convert(items);
    }
    const rest = Object.entries(record as object).filter(([key]) => !others.has(key));
    if (rest.length === 0) return null;
    const object: unknown = Object.fromEntries(rest);
    return convert === undefined ? object : convert(object);
  };
}

function resolveStub(model: Extract<FieldModel, { kind: 'stub' }>, stubs: Stubs): Resolver {
  const keys = model.keys.map(({ raw, from }) => ({ raw, read: readAt(from.join('.')) }));
  const complete = (values: readonly unknown[], scope: Scope, info: Parameters<Resolver>[3]) => {
    if (values.some((value) => value === undefined || value === null)) return null;
    const stub = Object.fromEntries(keys.map(({ raw }, i) => [raw, values[i]]));
    return stubs.complete(scope, model.type, stub, info);
  };
  if (!model.list) {
    return (record, _args, scope, info) =>
      complete(
        keys.map(({ read }) => read(record)),
        scope as Scope,
        info,
      );
  }
  return (record, _args, scope, info) => {
    const columns = keys.map(({ read }) => read(record));
    const rows = columns.find((column) => Array.isArray(column));
    if (rows === undefined) return null;
    return rows.map((_: unknown, i: number) =>
      complete(
        columns.map((column) => (Array.isArray(column) ? (column as unknown[])[i] : column)),
        scope as Scope,
        info,
      ),
    );
  };
}

/** The calls of all parents that are ready together go to the connector as one run. */
function callPerParent(model: Call): Resolver {
  const owner = {};
  return (parent, args, context) => {
    const scope = context as Scope;
    const loaders = scope.loaders.of(owner, () => new Map<string, DataLoader<Raw, unknown>>());
    const sent = model.toArguments(args as Raw);
    const key = JSON.stringify(sent);
    const loader = loaders.get(key) ?? runLoader(scope, model.prepared, sent);
    loaders.set(key, loader);
    return loader.load(parent as Raw);
  };
}

function runLoader(scope: Scope, prepared: PreparedField, args: Record<string, unknown>): DataLoader<Raw, unknown> {
  return new DataLoader(async (parents) => {
    const outcomes = await prepared.run(
      scope,
      parents.map((parent) => ({ args, parent })),
    );
    return parents.map((_, i) => outcomes[i] ?? null);
  });
}

/** @param asJson whether what it resolves to may be left as JSON; then it is not converted */
export function callAtRoot(
  field: GraphQLField<unknown, unknown>,
  model: Call,
  context: ResolverContext,
  asJson = false,
): Resolver {
  const lookup = context.lookups.get(getNamedType(field.type).name)?.find((one) => one.prepared === model.prepared);
  const changes =
    model.root === 'mutation'
      ? compileChanges(context.source, context.schema, field, model.prepared, context.entities)
      : undefined;
  const convert = (asJson ? undefined : compileFromUpstream(field.type)) ?? ((outcome: unknown) => outcome);
  const call = async (args: Record<string, unknown>, scope: Scope): Promise<unknown> => {
    const [outcome] = await model.prepared.run(scope, [{ args, parent: {}, asJson }]);
    if (outcome instanceof Error) throw outcome;
    for (const change of changes?.(outcome, args) ?? []) scope.changed(change);
    return outcome === undefined || outcome === null ? null : convert(outcome);
  };
  const plain: Resolver = (_root, args, scope) => call(model.toArguments(args as Raw), scope as Scope);
  return lookup === undefined ? plain : lookupAtRoot(field, lookup, plain, asJson);
}

/** A lookup asked for by a client goes through the same loader as the stubs, if nothing but its key is given. */
function lookupAtRoot(
  field: GraphQLField<unknown, unknown>,
  lookup: Lookup,
  plain: Resolver,
  asJson: boolean,
): Resolver {
  const load: Lookup['loadJson'] = (scope, key) => (asJson ? lookup.loadJson(scope, key) : lookup.load(scope, key));
  const onlyKeys = (args: Raw) => Object.keys(args).every((name) => lookup.keyArguments.includes(name));
  if (!lookup.batch) {
    return (root, args, context, info) =>
      onlyKeys(args as Raw)
        ? load(
            context as Scope,
            lookup.keyArguments.map((name) => (args as Raw)[name]),
          )
        : plain(root, args, context, info);
  }
  const [argument] = lookup.keyArguments;
  const list = getNullableType(field.type);
  const keepsMissing = isListType(list) && !isNonNullType(list.ofType);
  return async (root, args, context, info) => {
    const keys = argument === undefined ? undefined : (args as Raw)[argument];
    if (!Array.isArray(keys) || !onlyKeys(args as Raw)) return plain(root, args, context, info);
    const records = await Promise.all(keys.map((key: unknown) => load(context as Scope, toKey(key, lookup))));
    return keepsMissing ? records : records.filter((record) => record !== null);
  };
}

const toKey = (key: unknown, lookup: Lookup): readonly unknown[] =>
  typeof key === 'object' && key !== null ? lookup.keyFields.map((name) => (key as Raw)[name]) : [key];

function resolveEntities(context: ResolverContext): Resolver {
  const types = new Map<string, GraphQLObjectType>();
  for (const name of context.entities.keys()) {
    const type = context.schema.getType(name);
    if (isObjectType(type)) types.set(name, type);
  }
  return (_root, args, scope, info) =>
    (args as { representations: readonly Representation[] }).representations.map((representation) => {
      const type = types.get(representation.__typename);
      if (type === undefined) return null;
      return context.stubs.complete(scope as Scope, type, context.stubs.fromRepresentation(representation, type), info);
    });
}
