// A definition of one subgraph in, the same of the supergraph out, as the composition library writes what one subgraph alone
// defines, or others have a stub of. Called by put-back.ts.
import {
  Kind,
  type ConstDirectiveNode,
  type ConstValueNode,
  type EnumValueDefinitionNode,
  type FieldDefinitionNode,
  type InputValueDefinitionNode,
  type StringValueNode,
  type TypeDefinitionNode,
} from 'graphql';
import { argumentText, directivesOf } from './join-directives.ts';

/** What a subgraph has of a type. */
export interface Part {
  /** Its value in `enum join__Graph`. */
  readonly graph: string;
  readonly node: TypeDefinitionNode;
}

/** @param parts in the order of the enum: of the subgraph that has the type whole, and of those that have a stub of it */
export function joinType(node: TypeDefinitionNode, parts: readonly Part[]): TypeDefinitionNode {
  const types = parts.flatMap(joinTypes);
  const joins = (name: string, ...more: Parameters<typeof directive>[2][]): readonly ConstDirectiveNode[] =>
    parts.map(({ graph }) => directive(name, graph, ...more));
  switch (node.kind) {
    case Kind.OBJECT_TYPE_DEFINITION:
    case Kind.INTERFACE_TYPE_DEFINITION: {
      const toField = (field: FieldDefinitionNode): FieldDefinitionNode => {
        const having = parts.filter((part) => hasField(part.node, field.name.value));
        const some = having.length === parts.length ? [] : having;
        return joinField(
          field,
          some.map(({ graph }) => directive('join__field', graph)),
        );
      };
      return { ...written(node, types), fields: (node.fields ?? []).map(toField) };
    }
    case Kind.UNION_TYPE_DEFINITION: {
      const members = (node.types ?? []).flatMap(({ name }) =>
        joins('join__unionMember', { member: { kind: Kind.STRING, value: name.value } }),
      );
      return written(node, [...types, ...members]);
    }
    case Kind.ENUM_TYPE_DEFINITION: {
      const toValue = (value: EnumValueDefinitionNode) => written(value, joins('join__enumValue'));
      return { ...written(node, types), values: (node.values ?? []).map(toValue) };
    }
    case Kind.INPUT_OBJECT_TYPE_DEFINITION:
      return { ...written(node, types), fields: (node.fields ?? []).map(toInput) };
    case Kind.SCALAR_TYPE_DEFINITION:
      return written(node, types);
  }
}

const hasField = (node: TypeDefinitionNode, name: string): boolean =>
  'fields' in node && (node.fields ?? []).some((field) => field.name.value === name);

/** One for each key, or one. */
function joinTypes({ graph, node }: Part): readonly ConstDirectiveNode[] {
  const keys = directivesOf(node, 'key').map((key) => {
    const fields = argumentText(key, 'fields') ?? '';
    const closed = argumentText(key, 'resolvable') === 'false';
    return directive('join__type', graph, {
      key: { kind: Kind.STRING, value: fields },
      ...(closed ? { resolvable: { kind: Kind.BOOLEAN, value: false } } : {}),
    });
  });
  return keys.length === 0 ? [directive('join__type', graph)] : keys;
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

function directive(
  name: string,
  graph: string,
  more: Readonly<Record<string, ConstValueNode>> = {},
): ConstDirectiveNode {
  const values: readonly (readonly [string, ConstValueNode])[] = [
    ['graph', { kind: Kind.ENUM, value: graph }],
    ...Object.entries(more),
  ];
  return {
    kind: Kind.DIRECTIVE,
    name: { kind: Kind.NAME, value: name },
    arguments: values.map(([called, value]) => ({
      kind: Kind.ARGUMENT,
      name: { kind: Kind.NAME, value: called },
      value,
    })),
  };
}
