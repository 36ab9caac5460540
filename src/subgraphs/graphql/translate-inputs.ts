// Arguments on their way to the server: enum values, input fields and types under its names, in variables and literals.
import {
  getNamedType,
  isEnumType,
  isInputObjectType,
  isListType,
  isNonNullType,
  Kind,
  print,
  typeFromAST,
  visit,
  type GraphQLEnumType,
  type GraphQLInputObjectType,
  type GraphQLInputType,
  type OperationDefinitionNode,
  type ValueNode,
  type VariableDefinitionNode,
} from 'graphql';
import type { Variables } from '../../contract/fetch.ts';
import { upstreamName } from '../local/hub-directives.ts';
import type { RemoteModel } from './remote-model.ts';

export interface TranslatedVariables {
  /** `$first: Int = 10`, by variable. */
  readonly definitions: ReadonlyMap<string, string>;
  /** The named variables that were given, under upstream's names of values and fields. */
  convert(variables: Variables, names: Iterable<string>): Record<string, unknown>;
}

export function translateVariables(operation: OperationDefinitionNode, model: RemoteModel): TranslatedVariables {
  const definitions = new Map<string, string>();
  const converters = new Map<string, Convert>();
  const convertersOf = createConverters();
  for (const definition of operation.variableDefinitions ?? []) {
    const name = definition.variable.name.value;
    definitions.set(name, definitionText(definition, model));
    const type = inputTypeOf(definition, model);
    const convert = type === undefined ? undefined : convertersOf(type);
    if (convert !== undefined) converters.set(name, convert);
  }
  return {
    definitions,
    convert(variables, names) {
      const sent: Record<string, unknown> = {};
      for (const name of names) {
        if (!Object.hasOwn(variables, name)) continue;
        const convert = converters.get(name);
        sent[name] = convert === undefined ? variables[name] : convert(variables[name]);
      }
      return sent;
    },
  };
}

function inputTypeOf(definition: VariableDefinitionNode, model: RemoteModel): GraphQLInputType | undefined {
  // The planner writes types of the subgraph's own schema.
  return typeFromAST(model.schema, definition.type) as GraphQLInputType | undefined;
}

function definitionText(definition: VariableDefinitionNode, model: RemoteModel): string {
  const type = inputTypeOf(definition, model);
  const { defaultValue } = definition;
  return print({
    ...definition,
    type: visit(definition.type, {
      NamedType: (node) => ({ ...node, name: { ...node.name, value: model.upstreamType(node.name.value) } }),
    }),
    ...(defaultValue === undefined || type === undefined ? {} : { defaultValue: translateValue(defaultValue, type) }),
  } as VariableDefinitionNode);
}

/** A literal; variables inside of it stay. */
export function translateValue(value: ValueNode, type: GraphQLInputType): ValueNode {
  const inner = isNonNullType(type) ? type.ofType : type;
  if (value.kind === Kind.LIST) {
    const item = isListType(inner) ? inner.ofType : inner;
    return { ...value, values: value.values.map((one) => translateValue(one, item)) };
  }
  const named = getNamedType(inner);
  if (value.kind === Kind.ENUM && isEnumType(named)) return { ...value, value: upstreamValue(named, value.value) };
  if (value.kind !== Kind.OBJECT || !isInputObjectType(named)) return value;
  const fields = named.getFields();
  return {
    ...value,
    fields: value.fields.map((node) => {
      const field = fields[node.name.value];
      if (field === undefined) return node;
      const name = upstreamName(field.astNode, field.name);
      return { ...node, name: { ...node.name, value: name }, value: translateValue(node.value, field.type) };
    }),
  };
}

type Convert = (value: unknown) => unknown;

/** Undefined where values go out as they are. Nulls, and lists given as single values, are passed through. */
function createConverters(): (type: GraphQLInputType) => Convert | undefined {
  const objects = new Map<GraphQLInputObjectType, Convert>();
  const compile = (type: GraphQLInputType): Convert | undefined => {
    const named = getNamedType(type);
    const convert = isEnumType(named) ? enumConverter(named) : isInputObjectType(named) ? objectOf(named) : undefined;
    if (convert === undefined) return undefined;
    const deep: Convert = (value) => {
      if (value === null || value === undefined) return value;
      return Array.isArray(value) ? value.map(deep) : convert(value);
    };
    return deep;
  };
  const objectOf = (type: GraphQLInputObjectType): Convert => {
    const known = objects.get(type);
    if (known !== undefined) return known;
    const fields = new Map<string, { readonly name: string; readonly convert: Convert | undefined }>();
    const convert: Convert = (value) => {
      if (typeof value !== 'object' || value === null) return value;
      const sent: Record<string, unknown> = {};
      for (const [key, inner] of Object.entries(value)) {
        const field = fields.get(key);
        if (field !== undefined) sent[field.name] = field.convert === undefined ? inner : field.convert(inner);
      }
      return sent;
    };
    // Registered before its fields are compiled: input types may refer to themselves.
    objects.set(type, convert);
    for (const field of Object.values(type.getFields())) {
      fields.set(field.name, { name: upstreamName(field.astNode, field.name), convert: compile(field.type) });
    }
    return convert;
  };
  return compile;
}

function enumConverter(type: GraphQLEnumType): Convert | undefined {
  if (!isRenamed(type)) return undefined;
  return (value) => (typeof value === 'string' ? upstreamValue(type, value) : value);
}

/** Whether upstream calls some of its values differently. */
export function isRenamed(type: GraphQLEnumType): boolean {
  return type.getValues().some((value) => value.value !== value.name);
}

const upstreamValue = (type: GraphQLEnumType, name: string): string => String(type.getValue(name)?.value ?? name);
