// Reading the join directives of a supergraph.
import { Kind, type ConstDirectiveNode, type TypeNode } from 'graphql';

interface Directed {
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

/** Without lists and non-nulls. */
export const namedType = (type: TypeNode): string =>
  type.kind === Kind.NAMED_TYPE ? type.name.value : namedType(type.type);
