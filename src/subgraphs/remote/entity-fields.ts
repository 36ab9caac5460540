// The aliased `_entities` fields of an entity fetch: which response key answers which variable.
import { Kind, type FieldNode } from 'graphql';
import type { PlannedFetch } from '../../contract/fetch.ts';

export interface EntityField {
  /** Under which the list of entities stands in `data`. */
  readonly responseKey: string;
  /** That carries its representations. */
  readonly variable: string;
  readonly node: FieldNode;
}

/** In the order of the document; empty for a root fetch. */
export function entityFields(fetch: PlannedFetch): readonly EntityField[] {
  if (fetch.representationVariables.length === 0) return [];
  return fetch.document.definitions.flatMap((definition) =>
    definition.kind !== Kind.OPERATION_DEFINITION
      ? []
      : definition.selectionSet.selections.flatMap((node) => {
          if (node.kind !== Kind.FIELD) return [];
          const value = node.arguments?.find((argument) => argument.name.value === 'representations')?.value;
          if (value?.kind !== Kind.VARIABLE) return [];
          return [{ responseKey: (node.alias ?? node.name).value, variable: value.name.value, node }];
        }),
  );
}
