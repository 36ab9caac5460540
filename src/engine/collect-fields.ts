// The fields of a selection on a concrete type, merged by response key (GraphQL spec, section 6.3.2), with their conditions.
import {
  isAbstractType,
  Kind,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLObjectType,
  type GraphQLSchema,
  type SelectionNode,
  type SelectionSetNode,
} from 'graphql';
import type { Variables } from '../contract/fetch.ts';

/** Undefined: always. */
export type Condition = ((variables: Variables) => boolean) | undefined;

/** A selection set and when it counts. */
export interface Selected {
  readonly selectionSet: SelectionSetNode;
  readonly condition: Condition;
}

export interface CollectedField {
  readonly node: FieldNode;
  readonly condition: Condition;
  /** Sub-selections of all occurrences. */
  readonly selected: readonly Selected[];
}

export interface CollectContext {
  readonly schema: GraphQLSchema;
  readonly fragments: ReadonlyMap<string, FragmentDefinitionNode>;
}

export function collectFields(
  type: GraphQLObjectType,
  selections: readonly Selected[],
  context: CollectContext,
): ReadonlyMap<string, CollectedField> {
  const occurrences = new Map<string, { node: FieldNode; condition: Condition }[]>();
  const visit = (selectionSet: SelectionSetNode, outer: Condition): void => {
    for (const selection of selectionSet.selections) {
      const own = conditionOf(selection);
      if (own === false) continue;
      const condition = both(outer, own);
      if (selection.kind === Kind.FIELD) {
        const key = (selection.alias ?? selection.name).value;
        const known = occurrences.get(key);
        if (known === undefined) occurrences.set(key, [{ node: selection, condition }]);
        else known.push({ node: selection, condition });
        continue;
      }
      const fragment =
        selection.kind === Kind.INLINE_FRAGMENT ? selection : context.fragments.get(selection.name.value);
      if (fragment === undefined || !applies(fragment.typeCondition?.name.value, type, context.schema)) continue;
      visit(fragment.selectionSet, condition);
    }
  };
  for (const { selectionSet, condition } of selections) visit(selectionSet, condition);
  return new Map([...occurrences].flatMap(([key, all]) => toCollected(key, all)));
}

function toCollected(
  key: string,
  all: readonly { node: FieldNode; condition: Condition }[],
): [string, CollectedField][] {
  const [first] = all;
  if (first === undefined) return [];
  const selected = all.flatMap(({ node, condition }) =>
    node.selectionSet === undefined ? [] : [{ selectionSet: node.selectionSet, condition }],
  );
  return [[key, { node: first.node, condition: either(all.map(({ condition }) => condition)), selected }]];
}

function applies(condition: string | undefined, type: GraphQLObjectType, schema: GraphQLSchema): boolean {
  if (condition === undefined || condition === type.name) return true;
  const conditional = schema.getType(condition);
  return isAbstractType(conditional) && schema.isSubType(conditional, type);
}

/** `false`: never included, whatever the variables are. */
export function conditionOf(selection: SelectionNode): Condition | false {
  let condition: Condition;
  for (const directive of selection.directives ?? []) {
    const wanted = directive.name.value === 'include' ? true : directive.name.value === 'skip' ? false : undefined;
    const value = directive.arguments?.find((argument) => argument.name.value === 'if')?.value;
    if (wanted === undefined || value === undefined) continue;
    if (value.kind === Kind.BOOLEAN) {
      if (value.value !== wanted) return false;
    } else if (value.kind === Kind.VARIABLE) {
      const name = value.name.value;
      condition = both(condition, (variables) => (variables[name] === true) === wanted);
    }
  }
  return condition;
}

function both(a: Condition, b: Condition): Condition {
  if (a === undefined) return b;
  if (b === undefined) return a;
  return (variables) => a(variables) && b(variables);
}

function either(conditions: readonly Condition[]): Condition {
  if (conditions.some((condition) => condition === undefined)) return undefined;
  return (variables) => conditions.some((condition) => condition?.(variables) === true);
}
