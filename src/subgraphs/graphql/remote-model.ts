// What the annotated SDL of a GraphQL source says: its names upstream, its lookups, and the stubs it derives. Made once.
import {
  GraphQLError,
  getNamedType,
  getNullableType,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isListType,
  isObjectType,
  type GraphQLField,
  type GraphQLInputType,
  type GraphQLNamedType,
  type GraphQLObjectType,
  type GraphQLSchema,
} from 'graphql';
import { parseFieldSelection } from '../local/field-selection.ts';
import { directiveArgs, upstreamName } from '../local/hub-directives.ts';
import { bindBatch, bindSingle, type Binding } from '../local/key-binding.ts';
import { invalidSdl, type LocalSchema } from '../local/local-schema.ts';
import { readDerive, SdlMistake, type StubModel } from '../local/type-model.ts';

export interface RemoteLookup extends Binding {
  /** Name of the root field upstream. */
  readonly field: string;
  /** Whether one call takes many keys. */
  readonly batch: boolean;
  /** Upstream names of the key fields, in the order of key values. */
  readonly keyNames: readonly string[];
  /** Types of the arguments that carry the key, as upstream writes them, by their names there. */
  readonly argumentTypes: ReadonlyMap<string, string>;
}

export interface Derivation extends StubModel {
  /** For each key where its value lies, as fields of the hub. */
  readonly sources: readonly (readonly string[])[];
}

export interface RemoteModel {
  readonly source: string;
  readonly schema: GraphQLSchema;
  readonly entities: LocalSchema['entities'];
  /** By entity type; those for many keys first. */
  readonly lookups: ReadonlyMap<string, readonly RemoteLookup[]>;
  /** Whether documents or answers differ from upstream's in any way. */
  readonly translates: boolean;
  derivation(type: GraphQLNamedType, field: string): Derivation | undefined;
  /** Whether the field only ever comes with a representation. */
  isExternal(type: GraphQLNamedType, field: string): boolean;
  /** Name of a type upstream. */
  upstreamType(name: string): string;
  /** Name in the hub of a type upstream; its own where the hub does not know it. */
  hubType(name: string): string;
}

/** Throws HUB_COMPOSE_SDL naming file, line and field. */
export function createRemoteModel(source: string, { schema, entities }: LocalSchema): RemoteModel {
  const upstream = new Map<string, string>();
  const hub = new Map<string, string>();
  for (const type of Object.values(schema.getTypeMap())) {
    const name = directiveArgs(type.astNode, 'mapType')?.name;
    if (typeof name !== 'string') continue;
    upstream.set(type.name, name);
    hub.set(name, type.name);
  }
  const upstreamType = (name: string): string => upstream.get(name) ?? name;
  const { derivations, externals } = readFields(source, schema);
  return {
    source,
    schema,
    entities,
    lookups: readLookups(source, schema, entities, upstreamType),
    translates: upstream.size > 0 || derivations.size > 0 || externals.size > 0 || hasMappedNames(schema),
    derivation: (type, field) => derivations.get(`${type.name}.${field}`),
    isExternal: (type, field) => externals.has(`${type.name}.${field}`),
    upstreamType,
    hubType: (name) => hub.get(name) ?? name,
  };
}

/** A type as upstream writes it: `[ProductInput!]!`. */
function upstreamTypeText(type: GraphQLInputType, upstreamType: (name: string) => string): string {
  return String(type).replace(/\w+/, upstreamType);
}

function readFields(source: string, schema: GraphQLSchema) {
  const derivations = new Map<string, Derivation>();
  const externals = new Set<string>();
  const problems: GraphQLError[] = [];
  for (const type of Object.values(schema.getTypeMap())) {
    if (!isObjectType(type)) continue;
    for (const field of Object.values(type.getFields())) {
      const coordinate = `${type.name}.${field.name}`;
      if (directiveArgs(field.astNode, 'external') !== undefined) externals.add(coordinate);
      try {
        const derivation = readDerivation(type, field, coordinate);
        if (derivation !== undefined) derivations.set(coordinate, derivation);
      } catch (thrown) {
        if (!(thrown instanceof SdlMistake)) throw thrown;
        problems.push(new GraphQLError(thrown.message, { nodes: field.astNode ?? null }));
      }
    }
  }
  if (problems.length > 0) throw invalidSdl(source, problems);
  return { derivations, externals };
}

function readDerivation(
  type: GraphQLObjectType,
  field: GraphQLField<unknown, unknown>,
  coordinate: string,
): Derivation | undefined {
  if (directiveArgs(field.astNode, 'map')?.expr !== undefined) {
    throw new SdlMistake(`${coordinate}: @map(expr) is for in-process sources; a GraphQL source can only rename`);
  }
  const from = directiveArgs(field.astNode, 'derive')?.from;
  if (typeof from !== 'string') return undefined;
  const stub = readDerive(type, field, from, coordinate);
  return { ...stub, sources: (parseFieldSelection(from) ?? []).map((key) => key.from) };
}

function hasMappedNames(schema: GraphQLSchema): boolean {
  const isMapped = (node: Parameters<typeof directiveArgs>[0]) => directiveArgs(node, 'map') !== undefined;
  return Object.values(schema.getTypeMap()).some((type) => {
    if (isEnumType(type)) return type.getValues().some((value) => isMapped(value.astNode));
    if (isInputObjectType(type)) return Object.values(type.getFields()).some((field) => isMapped(field.astNode));
    if (!isObjectType(type) && !isInterfaceType(type)) return false;
    return Object.values(type.getFields()).some(
      (field) => isMapped(field.astNode) || field.args.some((argument) => isMapped(argument.astNode)),
    );
  });
}

function readLookups(
  source: string,
  schema: GraphQLSchema,
  entities: LocalSchema['entities'],
  upstreamType: (name: string) => string,
): ReadonlyMap<string, readonly RemoteLookup[]> {
  const lookups = new Map<string, RemoteLookup[]>();
  const problems: GraphQLError[] = [];
  for (const field of Object.values(schema.getQueryType()?.getFields() ?? {})) {
    if (directiveArgs(field.astNode, 'lookup') === undefined) continue;
    const type = getNamedType(field.type);
    const lookup = isObjectType(type)
      ? readLookup(field, type, entities.get(type.name) ?? [], upstreamType)
      : undefined;
    if (lookup !== undefined) {
      lookups.set(type.name, [...(lookups.get(type.name) ?? []), lookup]);
      continue;
    }
    const keys = (entities.get(type.name) ?? []).map((key) => `"${key.join(' ')}"`).join(', ');
    const has = !isObjectType(type) ? 'is no object type' : keys === '' ? 'has no @key' : `has the keys ${keys}`;
    const message = `Query.${field.name}: @lookup cannot tell which arguments are the key of ${type.name}: it ${has}`;
    problems.push(new GraphQLError(message, { nodes: field.astNode ?? null }));
  }
  if (problems.length > 0) throw invalidSdl(source, problems);
  for (const all of lookups.values()) all.sort((a, b) => Number(b.batch) - Number(a.batch));
  return lookups;
}

function readLookup(
  field: GraphQLField<unknown, unknown>,
  type: GraphQLObjectType,
  keys: readonly (readonly string[])[],
  upstreamType: (name: string) => string,
): RemoteLookup | undefined {
  const batch = isListType(getNullableType(field.type));
  const binding = batch ? bindBatch(field.args, keys) : bindSingle(field.args, keys);
  if (binding === undefined) return undefined;
  const bound = field.args.filter((argument) => binding.keyArguments.includes(argument.name));
  return {
    ...binding,
    field: upstreamName(field.astNode, field.name),
    batch,
    keyNames: binding.keyFields.map((name) => upstreamName(type.getFields()[name]?.astNode, name)),
    argumentTypes: new Map(
      bound.map((argument) => [
        upstreamName(argument.astNode, argument.name),
        upstreamTypeText(argument.type, upstreamType),
      ]),
    ),
  };
}
