// The enums of a supergraph in the order of the composition library: where something first refers to them. To know it, all
// of the subgraphs has to be read, so it is only done for a supergraph that is printed. Called by put-back.ts.
import { Kind, type DefinitionNode, type DocumentNode, type InputValueDefinitionNode } from 'graphql';
import type { SubgraphSdl } from './compose-supergraph.ts';
import { namedType } from './join-directives.ts';

export function orderEnums(supergraph: DocumentNode, subgraphs: readonly SubgraphSdl[]): DocumentNode {
  const known = new Map(
    supergraph.definitions.flatMap((node) =>
      node.kind === Kind.ENUM_TYPE_DEFINITION ? [[node.name.value, node] as const] : [],
    ),
  );
  const ordered = [...new Set(subgraphs.flatMap(({ sdl }) => [...mentions(sdl)]))].filter((name) => known.has(name));
  const moved = new Set(ordered);
  const next = ordered.values();
  return {
    ...supergraph,
    definitions: supergraph.definitions.map((node) => {
      if (node.kind !== Kind.ENUM_TYPE_DEFINITION || !moved.has(node.name.value)) return node;
      return known.get(next.next().value ?? '') ?? node;
    }),
  };
}

function* mentions({ definitions }: DocumentNode): Generator<string> {
  for (const node of definitions) yield* mentionsOf(node);
}

function* mentionsOf(node: DefinitionNode): Generator<string> {
  switch (node.kind) {
    case Kind.OBJECT_TYPE_DEFINITION:
    case Kind.OBJECT_TYPE_EXTENSION:
    case Kind.INTERFACE_TYPE_DEFINITION:
    case Kind.INTERFACE_TYPE_EXTENSION:
      for (const field of node.fields ?? []) {
        yield namedType(field.type);
        yield* typesOf(field.arguments);
      }
      return;
    case Kind.INPUT_OBJECT_TYPE_DEFINITION:
    case Kind.INPUT_OBJECT_TYPE_EXTENSION:
      yield* typesOf(node.fields);
      return;
    case Kind.ENUM_TYPE_DEFINITION:
      yield node.name.value;
      return;
    default:
  }
}

function* typesOf(inputs: readonly InputValueDefinitionNode[] | undefined): Generator<string> {
  for (const { type } of inputs ?? []) yield namedType(type);
}
