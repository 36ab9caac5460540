// Executable directives of the sources: composition keeps one only where every subgraph defines it, so those that cannot
// define any (in-process sources, the hub's own subgraphs) are given it.
import {
  Kind,
  specifiedScalarTypes,
  type DefinitionNode,
  type DirectiveDefinitionNode,
  type DocumentNode,
  type InputValueDefinitionNode,
  type TypeNode,
} from 'graphql';
import type { SubgraphSdl } from './compose-supergraph.ts';

const EXECUTABLE: ReadonlySet<string> = new Set([
  'QUERY',
  'MUTATION',
  'SUBSCRIPTION',
  'FIELD',
  'FRAGMENT_DEFINITION',
  'FRAGMENT_SPREAD',
  'INLINE_FRAGMENT',
  'VARIABLE_DEFINITION',
]);

const BUILT_IN: ReadonlySet<string> = new Set(specifiedScalarTypes.map((type) => type.name));

/** Adds what all subgraphs that define executable directives agree on to those that define none. */
export function shareDirectives(subgraphs: readonly SubgraphSdl[]): readonly SubgraphSdl[] {
  const defined = subgraphs.map(({ sdl }) => executableDirectives(sdl));
  const [source, ...others] = subgraphs.filter((_, i) => defined[i]?.size !== 0);
  if (source === undefined) return subgraphs;
  const agreed = [...executableDirectives(source.sdl)].filter(([name]) =>
    others.every((other) => executableDirectives(other.sdl).has(name)),
  );
  const shared = agreed.flatMap(([, directive]) => withTypes(directive, source.sdl));
  return subgraphs.map((subgraph, i) => {
    if (defined[i]?.size !== 0) return subgraph;
    const known = new Set(subgraph.sdl.definitions.map(nameOf));
    const added = shared.filter((one) => !known.has(nameOf(one)));
    return { ...subgraph, sdl: { ...subgraph.sdl, definitions: [...subgraph.sdl.definitions, ...new Set(added)] } };
  });
}

function executableDirectives(sdl: DocumentNode): ReadonlyMap<string, DirectiveDefinitionNode> {
  return new Map(
    sdl.definitions.flatMap((definition) =>
      definition.kind === Kind.DIRECTIVE_DEFINITION && definition.locations.some(({ value }) => EXECUTABLE.has(value))
        ? [[definition.name.value, definition]]
        : [],
    ),
  );
}

/** A directive and the input types that its arguments are made of. */
function withTypes(directive: DirectiveDefinitionNode, sdl: DocumentNode): readonly DefinitionNode[] {
  const found = new Set<DefinitionNode>([directive]);
  const visit = (inputs: readonly InputValueDefinitionNode[] | undefined): void => {
    for (const name of (inputs ?? []).map((input) => namedType(input.type)).filter((one) => !BUILT_IN.has(one))) {
      const type = sdl.definitions.find((one) => one.kind.endsWith('TypeDefinition') && nameOf(one) === name);
      if (type === undefined || found.has(type)) continue;
      found.add(type);
      if (type.kind === Kind.INPUT_OBJECT_TYPE_DEFINITION) visit(type.fields);
    }
  };
  visit(directive.arguments);
  return [...found];
}

const nameOf = (definition: DefinitionNode): string | undefined =>
  'name' in definition ? definition.name.value : undefined;

const namedType = (type: TypeNode): string => (type.kind === Kind.NAMED_TYPE ? type.name.value : namedType(type.type));
