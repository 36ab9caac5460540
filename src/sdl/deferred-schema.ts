// A document in, a GraphQLSchema out whose types, fields, arguments and enum values are made when they are asked for. Like
// graphql-js's own buildASTSchema, of what is known to be valid; types come in the order of the document.
import {
  GraphQLDeprecatedDirective,
  GraphQLDirective,
  GraphQLEnumType,
  GraphQLInputObjectType,
  GraphQLInterfaceType,
  GraphQLList,
  GraphQLNonNull,
  GraphQLObjectType,
  GraphQLScalarType,
  GraphQLSchema,
  GraphQLSpecifiedByDirective,
  GraphQLUnionType,
  getDirectiveValues,
  isType,
  isTypeDefinitionNode,
  Kind,
  specifiedDirectives,
  specifiedScalarTypes,
  valueFromAST,
  type ConstDirectiveNode,
  type DirectiveDefinitionNode,
  type DocumentNode,
  type EnumValueDefinitionNode,
  type FieldDefinitionNode,
  type GraphQLArgument,
  type GraphQLEnumValueConfigMap,
  type GraphQLField,
  type GraphQLFieldMap,
  type GraphQLInputFieldConfigMap,
  type GraphQLInputType,
  type GraphQLNamedType,
  type GraphQLOutputType,
  type GraphQLType,
  type InputValueDefinitionNode,
  type NamedTypeNode,
  type ObjectTypeExtensionNode,
  type TypeDefinitionNode,
  type TypeNode,
} from 'graphql';
import { factsOf } from './deferred-node.ts';

export interface DeferredSchemaHooks {
  /** The internal value of an enum value; its name by default. */
  readonly internalValueOf?: (node: EnumValueDefinitionNode) => unknown;
  /** Told of each type once, before anybody else has it. */
  readonly onType?: (type: GraphQLNamedType) => void;
  /** Told of each field of an object type once, before anybody else has it. */
  readonly onField?: (type: GraphQLObjectType, field: GraphQLField<unknown, unknown>) => void;
}

/** Of extensions, those of object types alone are taken. */
export function buildDeferredSchema(document: DocumentNode, hooks: DeferredSchemaHooks = {}): GraphQLSchema {
  const extensions = new Map<string, ObjectTypeExtensionNode[]>();
  for (const node of document.definitions) {
    if (node.kind !== Kind.OBJECT_TYPE_EXTENSION) continue;
    extensions.set(node.name.value, [...(extensions.get(node.name.value) ?? []), node]);
  }
  // What graphql-js's constructor finds by reading all fields of all types is said to it afterwards.
  const schema = new GraphQLSchema({ assumeValid: true, directives: [] });
  const nodes = document.definitions.filter(isTypeDefinitionNode);
  const given = new Map<string, GraphQLNamedType | TypeDefinitionNode>();
  for (const type of specifiedScalarTypes) given.set(type.name, type);
  for (const node of nodes) given.set(node.name.value, node);
  for (const type of Object.values(schema.getTypeMap())) given.set(type.name, type);
  const types: Readonly<Record<string, GraphQLNamedType>> = deferMap(given, (one) =>
    isType(one) ? one : build.type(one, extensions.get(one.name.value) ?? []),
  );
  const build = createBuilder(types, hooks);
  const own = document.definitions.filter((node) => node.kind === Kind.DIRECTIVE_DEFINITION).map(build.directive);
  const implementations = once(() => implementationsOf(nodes, types));
  Object.assign(schema, {
    _directives: [...own, ...specifiedDirectives.filter(({ name }) => own.every((one) => one.name !== name))],
    _typeMap: types,
    _queryType: types.Query,
    _mutationType: types.Mutation,
    _subscriptionType: types.Subscription,
  });
  Object.defineProperty(schema, '_implementationsMap', { get: implementations });
  return schema;
}

/** Interface → what implements it, as graphql-js keeps it. */
function implementationsOf(nodes: readonly TypeDefinitionNode[], types: Readonly<Record<string, GraphQLNamedType>>) {
  const all: Record<string, { readonly objects: GraphQLNamedType[]; readonly interfaces: GraphQLNamedType[] }> = {};
  for (const node of nodes.filter(implementsAny)) {
    const type = types[node.name.value];
    for (const { name } of node.interfaces ?? []) {
      const known = (all[name.value] ??= { objects: [], interfaces: [] });
      if (type instanceof GraphQLObjectType) known.objects.push(type);
      else if (type instanceof GraphQLInterfaceType) known.interfaces.push(type);
    }
  }
  return all;
}

function implementsAny(node: TypeDefinitionNode): node is Extract<TypeDefinitionNode, { interfaces?: unknown }> {
  if (node.kind !== Kind.OBJECT_TYPE_DEFINITION && node.kind !== Kind.INTERFACE_TYPE_DEFINITION) return false;
  return factsOf(node)?.hasInterfaces ?? (node.interfaces ?? []).length > 0;
}

/** Types with more fields are given to their readers field by field. */
const MAX_WHOLE_FIELDS = 500;

function createBuilder(types: Readonly<Record<string, GraphQLNamedType>>, hooks: DeferredSchemaHooks) {
  const named = ({ name }: NamedTypeNode): GraphQLNamedType => {
    const type = types[name.value];
    if (type === undefined) throw new Error(`Unknown type: "${name.value}".`);
    return type;
  };
  const wrapped = (node: TypeNode): GraphQLType => {
    if (node.kind === Kind.NAMED_TYPE) return named(node);
    if (node.kind === Kind.LIST_TYPE) return new GraphQLList(wrapped(node.type));
    return new GraphQLNonNull(wrapped(node.type) as never);
  };
  const input = (node: InputValueDefinitionNode): GraphQLArgument => {
    const type = wrapped(node.type) as GraphQLInputType;
    return {
      name: node.name.value,
      description: node.description?.value,
      type,
      defaultValue: valueFromAST(node.defaultValue, type),
      deprecationReason: deprecationOf(node),
      extensions: {},
      astNode: node,
    };
  };
  const field = (owner: GraphQLObjectType | GraphQLInterfaceType, node: FieldDefinitionNode) => {
    const made: GraphQLField<unknown, unknown> = {
      name: node.name.value,
      description: node.description?.value,
      type: wrapped(node.type) as GraphQLOutputType,
      args: (node.arguments ?? []).map(input),
      deprecationReason: deprecationOf(node),
      extensions: {},
      astNode: node,
    };
    if (owner instanceof GraphQLObjectType) hooks.onField?.(owner, made);
    return made;
  };
  /** In place of what graphql-js makes of configurations. */
  const withFields = <T extends GraphQLObjectType | GraphQLInterfaceType>(
    type: T,
    nodes: readonly { readonly fields?: readonly FieldDefinitionNode[] }[],
  ): T => {
    const getFields = once((): GraphQLFieldMap<unknown, unknown> => {
      const fields = nodes.flatMap((node) => node.fields ?? []);
      if (fields.length <= MAX_WHOLE_FIELDS) return toMap(fields, (node) => field(type, node));
      return deferMap(new Map(fields.map((node) => [node.name.value, node])), (node) => field(type, node));
    });
    return Object.assign(type, { getFields });
  };

  const type = (astNode: TypeDefinitionNode, extensionASTNodes: readonly ObjectTypeExtensionNode[]) => {
    const name = astNode.name.value;
    switch (astNode.kind) {
      case Kind.OBJECT_TYPE_DEFINITION: {
        const interfaces = () => (implementsAny(astNode) ? (astNode.interfaces ?? []).map(named) : []);
        const config = { name, astNode, extensionASTNodes, interfaces: interfaces as () => GraphQLInterfaceType[] };
        return withFields(new GraphQLObjectType({ ...config, fields: {} }), [astNode, ...extensionASTNodes]);
      }
      case Kind.INTERFACE_TYPE_DEFINITION: {
        const interfaces = () => (implementsAny(astNode) ? (astNode.interfaces ?? []).map(named) : []);
        const config = { name, astNode, interfaces: interfaces as () => GraphQLInterfaceType[] };
        return withFields(new GraphQLInterfaceType({ ...config, fields: {} }), [astNode]);
      }
      case Kind.UNION_TYPE_DEFINITION:
        return new GraphQLUnionType({
          name,
          astNode,
          types: () => (astNode.types ?? []).map(named) as GraphQLObjectType[],
        });
      case Kind.ENUM_TYPE_DEFINITION: {
        const values = (): GraphQLEnumValueConfigMap =>
          toMap(astNode.values ?? [], (node) => ({
            description: node.description?.value,
            deprecationReason: deprecationOf(node),
            value: hooks.internalValueOf?.(node),
            astNode: node,
          }));
        return new GraphQLEnumType({ name, astNode, values });
      }
      case Kind.INPUT_OBJECT_TYPE_DEFINITION: {
        const fields = (): GraphQLInputFieldConfigMap => toMap(astNode.fields ?? [], input);
        return new GraphQLInputObjectType({ name, astNode, fields, isOneOf: bears(astNode, 'oneOf') });
      }
      case Kind.SCALAR_TYPE_DEFINITION: {
        const url = getDirectiveValues(GraphQLSpecifiedByDirective, astNode)?.url as string | undefined;
        return new GraphQLScalarType({ name, astNode, specifiedByURL: url });
      }
    }
  };
  return {
    type(...of: Parameters<typeof type>): GraphQLNamedType {
      const made = withDescription(type(...of), of[0]);
      hooks.onType?.(made);
      return made;
    },
    directive: (node: DirectiveDefinitionNode) =>
      new GraphQLDirective({
        name: node.name.value,
        description: node.description?.value,
        locations: node.locations.map(({ value }) => value as never),
        isRepeatable: node.repeatable,
        args: toMap(node.arguments ?? [], input),
        astNode: node,
      }),
  };
}

/** An object whose values are made when they are asked for. */
function deferMap<N, T>(given: ReadonlyMap<string, N>, make: (one: N) => T): Record<string, T> {
  const names = [...given.keys()];
  const made = Object.create(null) as Record<string, T>;
  const valueOf = (name: string | symbol): T | undefined => {
    if (typeof name !== 'string') return undefined;
    const one = name in made ? undefined : given.get(name);
    if (one !== undefined) made[name] = make(one);
    return made[name];
  };
  return new Proxy(made, {
    get: (_, name) => valueOf(name),
    has: (_, name) => name in made || given.has(String(name)),
    ownKeys: () => names,
    getOwnPropertyDescriptor(_, name) {
      valueOf(name);
      return Object.getOwnPropertyDescriptor(made, name);
    },
  });
}

/** A description is read with the rest of the type. */
function withDescription<T extends GraphQLNamedType>(type: T, node: TypeDefinitionNode): T {
  Object.defineProperty(type, 'description', {
    enumerable: true,
    configurable: true,
    get: () => node.description?.value,
    set: (value: unknown) => Object.defineProperty(type, 'description', { value, writable: true }),
  });
  return type;
}

function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined;
  return () => (made ??= { value: make() }).value;
}

function toMap<N extends { readonly name: { readonly value: string } }, T>(
  nodes: readonly N[],
  make: (node: N) => T,
): Record<string, T> {
  const map = Object.create(null) as Record<string, T>;
  for (const node of nodes) map[node.name.value] = make(node);
  return map;
}

function bears(node: TypeDefinitionNode, directive: string): boolean {
  return (
    factsOf(node)?.directives.has(directive) ?? node.directives?.some(({ name }) => name.value === directive) === true
  );
}

const deprecationOf = (node: { readonly directives?: readonly ConstDirectiveNode[] }): string | undefined =>
  getDirectiveValues(GraphQLDeprecatedDirective, node)?.reason as string | undefined;
