// Reading the join directives of a supergraph.
import { Kind, type ConstDirectiveNode, type DocumentNode, type FieldDefinitionNode, type TypeNode } from 'graphql';
import { factsOf } from '../sdl/deferred-node.ts';

export interface Directed {
  readonly directives?: readonly ConstDirectiveNode[] | undefined;
}

export const directivesOf = (node: Directed | undefined, name: string): readonly ConstDirectiveNode[] =>
  (node?.directives ?? []).filter((directive) => directive.name.value === name);

/** The value of an argument that is an enum value, a string or a boolean, as text. */
export function argumentText(directive: ConstDirectiveNode, name: string): string | undefined {
  const value = directive.arguments?.find((argument) => argument.name.value === name)?.value;
  if (value?.kind === Kind.ENUM || value?.kind === Kind.STRING) return value.value;
  return value?.kind === Kind.BOOLEAN ? String(value.value) : undefined;
}

/** Subgraph name → its value in `enum join__Graph`. */
export function readGraphs({ definitions }: DocumentNode): ReadonlyMap<string, string> {
  const graphs = definitions.find((one) => one.kind === Kind.ENUM_TYPE_DEFINITION && one.name.value === 'join__Graph');
  const values = graphs?.kind === Kind.ENUM_TYPE_DEFINITION ? (graphs.values ?? []) : [];
  return new Map(
    values.flatMap((value) =>
      directivesOf(value, 'join__graph').flatMap((join) => {
        const name = argumentText(join, 'name');
        return name === undefined ? [] : [[name, value.name.value] as const];
      }),
    ),
  );
}

/** Without lists and non-nulls. */
export const namedType = (type: TypeNode): string =>
  type.kind === Kind.NAMED_TYPE ? type.name.value : namedType(type.type);

/** Fields of objects and interfaces that may be joined by more than where they are: what was put back is not. */
export function* composedFields({ definitions }: DocumentNode): Generator<FieldDefinitionNode> {
  for (const node of definitions) {
    if (node.kind !== Kind.OBJECT_TYPE_DEFINITION && node.kind !== Kind.INTERFACE_TYPE_DEFINITION) continue;
    if (factsOf(node) !== undefined) continue;
    for (const field of node.fields ?? []) if (factsOf(field) === undefined) yield field;
  }
}
