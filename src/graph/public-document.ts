// A supergraph in, what clients may see of it out. Called wherever a public schema is made.
import { transformSupergraphToPublicSchema } from '@theguild/federation-composition';
import { isTypeDefinitionNode, Kind, type DocumentNode } from 'graphql';

/** The composition library takes out what is `@inaccessible`, but leaves it among the members of unions. */
export function toPublicDocument(supergraph: DocumentNode): DocumentNode {
  const document = transformSupergraphToPublicSchema(supergraph);
  const hidden = typeNames(supergraph);
  for (const name of typeNames(document)) hidden.delete(name);
  return {
    ...document,
    definitions: document.definitions.map((one) => {
      if (one.kind !== Kind.UNION_TYPE_DEFINITION || !one.types?.some(({ name }) => hidden.has(name.value))) return one;
      return { ...one, types: one.types.filter(({ name }) => !hidden.has(name.value)) };
    }),
  };
}

/** Names of the unions that clients may see without any of their members. */
export function emptyUnions({ definitions }: DocumentNode): string[] {
  const hidden = new Set(
    definitions.filter(isTypeDefinitionNode).flatMap(({ name, directives = [] }) => {
      return directives.some((one) => one.name.value === 'inaccessible') ? [name.value] : [];
    }),
  );
  if (hidden.size === 0) return [];
  return definitions.flatMap((one) => {
    if (one.kind !== Kind.UNION_TYPE_DEFINITION || hidden.has(one.name.value)) return [];
    return (one.types ?? []).every(({ name }) => hidden.has(name.value)) ? [one.name.value] : [];
  });
}

function typeNames({ definitions }: DocumentNode): Set<string> {
  return new Set(definitions.filter(isTypeDefinitionNode).map(({ name }) => name.value));
}
