// Who may see which field, from the access directives of the supergraph. Made once per composed graph; the engine asks it
// for every operation before it plans, and for every request before it runs.
import { getOperationAST, type DocumentNode, type GraphQLSchema, type OperationDefinitionNode } from 'graphql';
import type { Denial, Denials, FieldPolicy, OperationPolicy } from '../contract/field-policy.ts';
import type { Principal } from '../contract/principal.ts';
import { HubFault } from '../faults/hub-fault.ts';
import { createGuardIndex, type Guard } from './guard-index.ts';
import { findGuardedSelections, type GuardedField, type GuardedSelection } from './guarded-selections.ts';
import { createMayRead } from './may-read.ts';
import { isSatisfied, describeRequirement, type Requirement } from './requirement.ts';
import { withoutDenied } from './without-denied.ts';

/**
 * A field asks what it says itself, what its type says and what the type it returns says. Selected through an interface,
 * it asks what it asks on every type that may come. `__typename` and introspection ask nothing.
 *
 * @param supergraph as composed; its `@authenticated`, `@requiresScopes` and `@policy` are read
 * @param publicSchema what operations were validated against
 */
export function createFieldPolicy(supergraph: DocumentNode, publicSchema: GraphQLSchema): FieldPolicy {
  const index = createGuardIndex(supergraph, publicSchema);
  return {
    compile(document, operationName) {
      const operation = getOperationAST(document, operationName);
      // Never "nothing is protected" for what was not looked at.
      if (!operation) throw new HubFault('HUB_REQUEST_INVALID', 'the document has no such operation');
      const selections = findGuardedSelections(document, operation, publicSchema, index);
      return selections.length === 0 ? undefined : createOperationPolicy(document, operation, selections);
    },
    mayRead: createMayRead(index, publicSchema),
  };
}

/** What a principal lacks, by guard. */
type Failing = ReadonlyMap<Guard, readonly Requirement[]>;

/** A denied field as it stands in the operation. */
interface DeniedPlace {
  readonly field: GuardedField;
  readonly requirements: readonly Requirement[];
  readonly responsePath: readonly string[];
}

/** Sets of denials kept for one operation, so that their faults are not made anew for every request. */
const MAX_KEPT = 64;

function createOperationPolicy(
  document: DocumentNode,
  operation: OperationDefinitionNode,
  selections: readonly GuardedSelection[],
): OperationPolicy {
  const guards = [...guardsIn(selections)];
  const kept = new Map<string, Denials>();
  const failingBehind = new WeakMap<Denials, Failing>();

  return {
    check(principal, variables) {
      const failing: Failing = new Map(
        guards.flatMap((guard) => {
          const lacking = guard.requirements.filter((requirement) => !isSatisfied(requirement, principal));
          return lacking.length === 0 ? [] : [[guard, lacking]];
        }),
      );
      if (failing.size === 0) return undefined;
      const { places, skipped } = findDenied(selections, failing, variables);
      const key = `${keyOf(principal, guards, failing)}/${skipped.join(',')}`;
      const known = kept.get(key);
      if (known !== undefined) return known;
      const denials: Denials = { key, fields: toDenials(places, principal) };
      failingBehind.set(denials, failing);
      for (const oldest of kept.size < MAX_KEPT ? [] : kept.keys().take(1)) kept.delete(oldest);
      kept.set(key, denials);
      return denials;
    },
    reduce(denials) {
      const failing = failingBehind.get(denials);
      if (failing === undefined) throw new HubFault('HUB_INTERNAL', 'these denials are not of this operation');
      const isDenied = ({ guard }: GuardedField) => guard !== undefined && failing.has(guard);
      return withoutDenied(document, operation, selections, isDenied);
    },
  };
}

function guardsIn(selections: readonly GuardedSelection[]): ReadonlySet<Guard> {
  const guards = new Set<Guard>();
  const seen = new Set<readonly GuardedSelection[]>();
  const visit = (list: readonly GuardedSelection[]): void => {
    if (seen.has(list)) return;
    seen.add(list);
    for (const selection of list) {
      if (selection.kind === 'field' && selection.guard !== undefined) guards.add(selection.guard);
      visit(selection.inside);
    }
  };
  visit(selections);
  return guards;
}

/** Guards in their order of appearance, so the key is the same for the same document in any process. */
function keyOf(principal: Principal, guards: readonly Guard[], failing: Failing): string {
  const parts = guards.flatMap((guard, position) => {
    const lacking = failing.get(guard);
    if (lacking === undefined) return [];
    return [`${position}:${lacking.map((requirement) => guard.requirements.indexOf(requirement)).join('.')}`];
  });
  return `${principal.kind === 'anonymous' ? 'anonymous' : 'known'}/${parts.join(',')}`;
}

/** `skipped` numbers, in walking order, the selections that the variables switch off. */
function findDenied(
  selections: readonly GuardedSelection[],
  failing: Failing,
  variables: Readonly<Record<string, unknown>>,
): { readonly places: readonly DeniedPlace[]; readonly skipped: readonly number[] } {
  const places: DeniedPlace[] = [];
  const skipped: number[] = [];
  let position = 0;
  const visit = (list: readonly GuardedSelection[], path: readonly string[]): void => {
    for (const selection of list) {
      position += 1;
      // A variable without a value never gets as far as running: it is taken for "counts".
      const off = selection.conditions.some(({ name, expected }) => variables[name] === !expected);
      if (off) {
        skipped.push(position);
        continue;
      }
      if (selection.kind === 'fragment') {
        visit(selection.inside, path);
        continue;
      }
      const responsePath = [...path, selection.responseKey];
      const lacking = selection.guard === undefined ? undefined : failing.get(selection.guard);
      if (lacking === undefined) visit(selection.inside, responsePath);
      else places.push({ field: selection, requirements: lacking, responsePath });
    }
  };
  visit(selections, []);
  return { places, skipped };
}

/** One denial per place and type: a field that is selected twice at the same place is denied once. */
function toDenials(places: readonly DeniedPlace[], principal: Principal): readonly Denial[] {
  const denials = new Map<string, Denial>();
  for (const { field, requirements, responsePath } of places) {
    for (const typeName of field.typeNames) {
      const key = JSON.stringify([responsePath, typeName]);
      if (denials.has(key)) continue;
      const { fieldName } = field;
      denials.set(key, {
        responsePath,
        typeName,
        fieldName,
        fault: toFault(typeName, fieldName, requirements, principal),
      });
    }
  }
  return [...denials.values()];
}

function toFault(
  typeName: string,
  fieldName: string,
  requirements: readonly Requirement[],
  principal: Principal,
): HubFault {
  const coordinate = `${typeName}.${fieldName}`;
  const anonymous = principal.kind === 'anonymous';
  const scopes = requirements.flatMap((requirement) => (requirement.kind === 'scopes' ? [requirement.anyOf] : []));
  const named = requirements.filter(({ kind }) => kind !== 'authenticated').map(describeRequirement);
  const signedIn = anonymous ? ['a caller who is signed in'] : [];
  return new HubFault(
    anonymous ? 'HUB_AUTH_UNAUTHENTICATED' : 'HUB_AUTH_FORBIDDEN',
    `${coordinate} needs ${[...signedIn, ...named].join('; and ')}`,
    { details: { coordinate, ...(scopes.length === 0 ? {} : { requiredScopes: scopes }) } },
  );
}
