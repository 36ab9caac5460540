// SDL texts → subgraphs that can only be composed.
import { buildASTSchema, parse, print, validateSchema, visit, type DocumentNode } from 'graphql';
import { validateSDL } from 'graphql/validation/validate.js';
import type { SubgraphSdl } from '../../src/graph/compose-supergraph.ts';

/** Named s0, s1, … @param link put before each */
export function sdlSubgraphs(texts: readonly string[], link: string): readonly SubgraphSdl[] {
  return texts.map((text, i) => ({
    name: `s${i}`,
    sdl: parse(`${link}\n${text}`, { noLocation: true }),
    isValid: () => isValid(parse(text, { noLocation: true })),
  }));
}

/** As GraphQL without Federation. */
function isValid(sdl: DocumentNode): boolean {
  const plain = visit(sdl, {
    Directive: ({ name }) => (['deprecated', 'specifiedBy', 'oneOf'].includes(name.value) ? undefined : null),
  });
  return (
    validateSDL(plain).length === 0 && validateSchema(buildASTSchema(plain, { assumeValidSDL: true })).length === 0
  );
}

/** Everything in the order of its name: in which it comes is no matter of composition. */
export const sortSdl = (sdl: DocumentNode): string =>
  print(
    visit(sdl, {
      ObjectTypeDefinition: (node) => ({ ...node, fields: byName(node.fields ?? []) }),
      Document: { leave: (node) => ({ ...node, definitions: [...node.definitions].sort(compareNames) }) },
    }),
  );

interface Named {
  readonly kind: string;
  readonly name?: { readonly value: string } | undefined;
}
const compareNames = (a: object, b: object): number => nameOf(a).localeCompare(nameOf(b));
const nameOf = (node: object): string => `${(node as Named).kind} ${(node as Named).name?.value ?? ''}`;
const byName = <T extends object>(nodes: readonly T[]): T[] => [...nodes].sort(compareNames);
