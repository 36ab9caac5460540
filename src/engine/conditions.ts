// `@skip` and `@include`, decided before planning: the planner and the projection only ever see what is included.
// Their variables have few values, so an operation is prepared once for each combination that is asked for.
import {
  Kind,
  visit,
  type DirectiveNode,
  type DocumentNode,
  type FragmentDefinitionNode,
  type SelectionNode,
  type SelectionSetNode,
} from 'graphql';
import type { Variables } from '../contract/fetch.ts';

const isCondition = (directive: DirectiveNode): boolean =>
  directive.name.value === 'skip' || directive.name.value === 'include';

/** Names of the variables that decide what is included. */
export function conditionVariables(document: DocumentNode): readonly string[] {
  const names = new Set<string>();
  visit(document, {
    Directive(directive) {
      const value = isCondition(directive) ? directive.arguments?.[0]?.value : undefined;
      if (value?.kind === Kind.VARIABLE) names.add(value.name.value);
    },
  });
  return [...names];
}

/** The document with the variables of its conditions replaced by their values. */
export function decideConditions(document: DocumentNode, variables: Variables): DocumentNode {
  return visit(document, {
    Directive(directive) {
      if (!isCondition(directive)) return false;
      return {
        ...directive,
        arguments: (directive.arguments ?? []).map((argument) =>
          argument.value.kind === Kind.VARIABLE
            ? { ...argument, value: { kind: Kind.BOOLEAN, value: variables[argument.value.name.value] === true } }
            : argument,
        ),
      };
    },
  });
}

/** By its decided conditions. */
export function isIncluded(selection: SelectionNode): boolean {
  return (selection.directives ?? []).every((directive) => {
    const value = isCondition(directive) ? directive.arguments?.[0]?.value : undefined;
    return value?.kind !== Kind.BOOLEAN || value.value === (directive.name.value === 'include');
  });
}

const TYPENAME: SelectionNode = { kind: Kind.FIELD, name: { kind: Kind.NAME, value: '__typename' } };

/** Only what is included, its conditions gone; a selection of which nothing is left asks for `__typename`. */
export function dropExcluded<T extends SelectionSetNode | FragmentDefinitionNode>(node: T): T {
  return visit<SelectionSetNode | FragmentDefinitionNode>(node, {
    SelectionSet(set) {
      const selections = set.selections.filter(isIncluded).map((selection) => ({
        ...selection,
        directives: (selection.directives ?? []).filter(
          (directive) => !isCondition(directive) || isUndecided(directive),
        ),
      }));
      return { ...set, selections: selections.length === 0 ? [TYPENAME] : selections };
    },
  }) as T;
}

const isUndecided = (directive: DirectiveNode): boolean => directive.arguments?.[0]?.value.kind === Kind.VARIABLE;
