// The fields of a selection on a type, merged by response key (GraphQL spec, section 6.3.2).
import {
  isAbstractType,
  isUnionType,
  Kind,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLCompositeType,
  type GraphQLSchema,
  type SelectionSetNode,
} from 'graphql';
import { isIncluded } from './conditions.ts';

export interface CollectedField {
  readonly node: FieldNode;
  /** Sub-selections of all occurrences. */
  readonly selected: readonly SelectionSetNode[];
}

export interface CollectContext {
  readonly schema: GraphQLSchema;
  readonly fragments: ReadonlyMap<string, FragmentDefinitionNode>;
}

/** Conditions are decided: what is excluded is not there. On an abstract type only what all its types have is there. */
export function collectFields(
  type: GraphQLCompositeType,
  selections: readonly SelectionSetNode[],
  context: CollectContext,
): ReadonlyMap<string, CollectedField> {
  const occurrences = new Map<string, [FieldNode, ...FieldNode[]]>();
  const visit = (selectionSet: SelectionSetNode): void => {
    for (const selection of selectionSet.selections) {
      if (!isIncluded(selection)) continue;
      if (selection.kind === Kind.FIELD) {
        const key = (selection.alias ?? selection.name).value;
        const known = occurrences.get(key);
        if (known === undefined) occurrences.set(key, [selection]);
        else known.push(selection);
        continue;
      }
      const fragment =
        selection.kind === Kind.INLINE_FRAGMENT ? selection : context.fragments.get(selection.name.value);
      if (fragment !== undefined && applies(fragment.typeCondition?.name.value, type, context.schema)) {
        visit(fragment.selectionSet);
      }
    }
  };
  for (const selectionSet of selections) visit(selectionSet);
  return new Map([...occurrences].map(([key, nodes]) => [key, toCollected(nodes)]));
}

const toCollected = (nodes: readonly [FieldNode, ...FieldNode[]]): CollectedField => ({
  node: nodes[0],
  selected: nodes.flatMap((node) => node.selectionSet ?? []),
});

function applies(condition: string | undefined, type: GraphQLCompositeType, schema: GraphQLSchema): boolean {
  if (condition === undefined || condition === type.name) return true;
  const conditional = schema.getType(condition);
  return isAbstractType(conditional) && !isUnionType(type) && schema.isSubType(conditional, type);
}
