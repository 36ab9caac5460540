// The schema of a GraphQL server as SDL of the hub: under its names there, with @map and @mapType telling those here.
import {
  getNamedType,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isListType,
  isNonNullType,
  isObjectType,
  Kind,
  parse,
  print,
  printSchema,
  visit,
  type ConstDirectiveNode,
  type ConstValueNode,
  type DefinitionNode,
  type EnumValueDefinitionNode,
  type FieldDefinitionNode,
  type GraphQLInputType,
  type GraphQLNamedType,
  type GraphQLSchema,
  type InputValueDefinitionNode,
  type NamedTypeNode,
  type TypeDefinitionNode,
} from 'graphql';
import { MACHINERY } from './parse-schema-text.ts';
import type { SchemaNames } from './schema-names.ts';

/** Types by which a server that is also a federation subgraph serves gateways. */
const MACHINERY_TYPE = /^(?:_Any|_Entity|_Service|_FieldSet|link__.*|federation__.*)$/;

/** Definitions of types alone, in the order of the schema. */
export function printRenamed(schema: GraphQLSchema, names: SchemaNames): string {
  const { definitions } = parse(printSchema(schema), { noLocation: true });
  const renamed = definitions.flatMap((definition) => {
    if (!isTypeDefinition(definition) || MACHINERY_TYPE.test(definition.name.value)) return [];
    const type = schema.getType(definition.name.value);
    return type === undefined ? [] : [renameType(definition, type, names)];
  });
  const withReferences = visit(
    { kind: Kind.DOCUMENT, definitions: renamed },
    { NamedType: (node: NamedTypeNode) => ({ ...node, name: { ...node.name, value: names.type(node.name.value) } }) },
  );
  return `${print(withReferences)}\n`;
}

const isTypeDefinition = (definition: DefinitionNode): definition is TypeDefinitionNode =>
  definition.kind.endsWith('TypeDefinition');

function renameType(node: TypeDefinitionNode, type: GraphQLNamedType, names: SchemaNames): TypeDefinitionNode {
  const name = names.type(node.name.value);
  const renamed = {
    ...node,
    name: { ...node.name, value: name },
    directives: [...(node.directives ?? []), ...mapping('mapType', node.name.value, name)],
  };
  switch (renamed.kind) {
    case Kind.OBJECT_TYPE_DEFINITION:
    case Kind.INTERFACE_TYPE_DEFINITION:
      return { ...renamed, fields: (renamed.fields ?? []).flatMap((field) => renameField(field, type, names)) };
    case Kind.INPUT_OBJECT_TYPE_DEFINITION:
      return {
        ...renamed,
        fields: (renamed.fields ?? []).map((field) =>
          renameInput(field, names.member(type, field.name.value), inputTypeOf(type, field.name.value), names),
        ),
      };
    case Kind.ENUM_TYPE_DEFINITION:
      return {
        ...renamed,
        values: (renamed.values ?? []).map((value) => called(value, names.member(type, value.name.value))),
      };
    case Kind.UNION_TYPE_DEFINITION:
    case Kind.SCALAR_TYPE_DEFINITION:
      return renamed;
  }
}

function renameField(field: FieldDefinitionNode, type: GraphQLNamedType, names: SchemaNames): FieldDefinitionNode[] {
  const { value } = field.name;
  if (MACHINERY.has(value)) return [];
  const renamed = called(field, names.member(type, value));
  const args = (field.arguments ?? []).map((argument) =>
    renameInput(
      argument,
      names.argument(type, value, argument.name.value),
      argumentTypeOf(type, value, argument.name.value),
      names,
    ),
  );
  return [{ ...renamed, arguments: args }];
}

function renameInput(
  node: InputValueDefinitionNode,
  name: string,
  type: GraphQLInputType | undefined,
  names: SchemaNames,
): InputValueDefinitionNode {
  const renamed = called(node, name);
  if (node.defaultValue === undefined || type === undefined) return renamed;
  return { ...renamed, defaultValue: renameValue(node.defaultValue, type, names) };
}

/** Defaults name enum values and input fields. */
function renameValue(value: ConstValueNode, type: GraphQLInputType, names: SchemaNames): ConstValueNode {
  const inner = isNonNullType(type) ? type.ofType : type;
  if (value.kind === Kind.LIST) {
    const item = isListType(inner) ? inner.ofType : inner;
    return { ...value, values: value.values.map((one) => renameValue(one, item, names)) };
  }
  const named = getNamedType(inner);
  if (value.kind === Kind.ENUM && isEnumType(named)) return { ...value, value: names.member(named, value.value) };
  if (value.kind !== Kind.OBJECT || !isInputObjectType(named)) return value;
  return {
    ...value,
    fields: value.fields.map((field) => {
      const fieldType = inputTypeOf(named, field.name.value);
      return {
        ...field,
        name: { ...field.name, value: names.member(named, field.name.value) },
        value: fieldType === undefined ? field.value : renameValue(field.value, fieldType, names),
      };
    }),
  };
}

function inputTypeOf(type: GraphQLNamedType, field: string): GraphQLInputType | undefined {
  return isInputObjectType(type) ? type.getFields()[field]?.type : undefined;
}

function argumentTypeOf(type: GraphQLNamedType, field: string, argument: string): GraphQLInputType | undefined {
  if (!isObjectType(type) && !isInterfaceType(type)) return undefined;
  return type.getFields()[field]?.args.find((one) => one.name === argument)?.type;
}

function called<T extends FieldDefinitionNode | InputValueDefinitionNode | EnumValueDefinitionNode>(
  node: T,
  name: string,
): T {
  return {
    ...node,
    name: { ...node.name, value: name },
    directives: [...(node.directives ?? []), ...mapping('map', node.name.value, name)],
  };
}

function mapping(directive: 'map' | 'mapType', upstream: string, name: string): ConstDirectiveNode[] {
  if (upstream === name) return [];
  return [
    {
      kind: Kind.DIRECTIVE,
      name: { kind: Kind.NAME, value: directive },
      arguments: [
        {
          kind: Kind.ARGUMENT,
          name: { kind: Kind.NAME, value: 'name' },
          value: { kind: Kind.STRING, value: upstream },
        },
      ],
    },
  ];
}
