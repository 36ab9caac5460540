// A definition of one subgraph in, the same of the supergraph out, as the composition library writes what one subgraph alone
// defines. Called by put-back.ts.
import {
  Kind,
  type ConstDirectiveNode,
  type EnumValueDefinitionNode,
  type FieldDefinitionNode,
  type InputValueDefinitionNode,
  type StringValueNode,
  type TypeDefinitionNode,
} from 'graphql';

/** @param graph its value in `enum join__Graph` */
export function joinType(node: TypeDefinitionNode, graph: string): TypeDefinitionNode {
  const type = directive('join__type', graph);
  switch (node.kind) {
    case Kind.OBJECT_TYPE_DEFINITION:
    case Kind.INTERFACE_TYPE_DEFINITION:
      return { ...written(node, [type]), fields: (node.fields ?? []).map((field) => joinField(field, [])) };
    case Kind.UNION_TYPE_DEFINITION: {
      const members = (node.types ?? []).map(({ name }) => directive('join__unionMember', graph, name.value));
      return written(node, [type, ...members]);
    }
    case Kind.ENUM_TYPE_DEFINITION: {
      const toValue = (value: EnumValueDefinitionNode) => written(value, [directive('join__enumValue', graph)]);
      return { ...written(node, [type]), values: (node.values ?? []).map(toValue) };
    }
    case Kind.INPUT_OBJECT_TYPE_DEFINITION:
      return { ...written(node, [type]), fields: (node.fields ?? []).map(toInput) };
    case Kind.SCALAR_TYPE_DEFINITION:
      return written(node, [type]);
  }
}

/** @param joins its `@join__field` directives, where it has any */
export const joinField = (field: FieldDefinitionNode, joins: readonly ConstDirectiveNode[]): FieldDefinitionNode => ({
  ...written(field, joins),
  arguments: (field.arguments ?? []).map(toInput),
});

const toInput = (node: InputValueDefinitionNode): InputValueDefinitionNode => written(node, []);

interface Written {
  readonly description?: StringValueNode | undefined;
  readonly directives?: readonly ConstDirectiveNode[] | undefined;
}

/** In the order that the library has. */
const HANDED_ON = ['deprecated', 'specifiedBy', 'oneOf'];

function written<T extends Written>(node: T, joins: readonly ConstDirectiveNode[]): T {
  const own = HANDED_ON.flatMap((name) => node.directives?.find((one) => one.name.value === name) ?? []);
  const description = node.description && { ...node.description, block: true };
  return { ...node, description, directives: [...joins, ...own] };
}

function directive(name: string, graph: string, member?: string): ConstDirectiveNode {
  const argument = (called: string, value: NonNullable<ConstDirectiveNode['arguments']>[number]['value']) =>
    ({ kind: Kind.ARGUMENT, name: { kind: Kind.NAME, value: called }, value }) as const;
  return {
    kind: Kind.DIRECTIVE,
    name: { kind: Kind.NAME, value: name },
    arguments: [
      argument('graph', { kind: Kind.ENUM, value: graph }),
      ...(member === undefined ? [] : [argument('member', { kind: Kind.STRING, value: member })]),
    ],
  };
}
