// Where an operation of another gateway asks for entities. Read where the hub serves as a subgraph.
import { getOperationAST, Kind, type DocumentNode, type SelectionSetNode } from 'graphql';

/** Response keys of `_entities`. */
export function entityKeys(document: DocumentNode, operationName: string | undefined): ReadonlySet<string> {
  const keys = new Set<string>();
  const seen = new Set<string>();
  const collect = (set: SelectionSetNode | undefined): void => {
    for (const selection of set?.selections ?? []) {
      if (selection.kind === Kind.FIELD) {
        if (selection.name.value === '_entities') keys.add((selection.alias ?? selection.name).value);
      } else if (selection.kind === Kind.INLINE_FRAGMENT) collect(selection.selectionSet);
      else if (!seen.has(selection.name.value)) {
        seen.add(selection.name.value);
        for (const definition of document.definitions) {
          if (definition.kind === Kind.FRAGMENT_DEFINITION && definition.name.value === selection.name.value)
            collect(definition.selectionSet);
        }
      }
    }
  };
  collect(getOperationAST(document, operationName)?.selectionSet);
  return keys;
}
