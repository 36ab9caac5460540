// One entity type and what a fetch selects of it: which lookups can bring it, and whether any is needed.
import { Kind, print, visit, type GraphQLObjectType, type SelectionSetNode } from 'graphql';
import { sourceAlias } from './derived-stubs.ts';
import type { Data, Reading } from './reading.ts';
import type { RemoteLookup, RemoteModel } from './remote-model.ts';
import { field, keyAlias, type Selections } from './selections.ts';

export interface EntityPlan {
  readonly type: GraphQLObjectType;
  /** What upstream is asked for, the key fields of batch lookups beside it: `{ name _hub_key_id: id }`. */
  readonly text: string;
  /** Names of the variables in it. */
  readonly variables: readonly string[];
  /** The first lookup whose key is known; undefined where none is. */
  lookupFor(known: Readonly<Record<string, unknown>>): RemoteLookup | undefined;
  /** The entity, where everything that is selected is known already; then no call is needed. */
  fromKnown(known: Readonly<Record<string, unknown>>, reading: Reading): Data | undefined;
  /** Turns upstream's record into the hub's, in place; `known` has what fields that are external here are derived from. */
  read(record: Data, known: Readonly<Record<string, unknown>>, reading: Reading): void;
}

export type PlanOf = (type: GraphQLObjectType, sets: readonly SelectionSetNode[]) => EntityPlan;

/** The same selection of the same type is the same plan. */
export function createEntityPlans(model: RemoteModel, selections: Selections): PlanOf {
  const made = new Map<GraphQLObjectType, { sets: readonly SelectionSetNode[]; plan: EntityPlan }[]>();
  return (type, sets) => {
    const known = made.get(type) ?? [];
    made.set(type, known);
    const same = known.find((one) => one.sets.length === sets.length && one.sets.every((set, i) => set === sets[i]));
    if (same !== undefined) return same.plan;
    const plan = createPlan(model, selections, type, sets);
    known.push({ sets, plan });
    return plan;
  };
}

function createPlan(
  model: RemoteModel,
  selections: Selections,
  type: GraphQLObjectType,
  sets: readonly SelectionSetNode[],
): EntityPlan {
  const lookups = model.lookups.get(type.name) ?? [];
  const keys = new Set(lookups.flatMap((lookup) => (lookup.batch ? lookup.keyNames : [])));
  const translated = sets.flatMap((set) => selections.translate(set, type).selections);
  const selection: SelectionSetNode = {
    kind: Kind.SELECTION_SET,
    selections: [...translated, ...[...keys].map((name) => field(name, keyAlias(name)))],
  };
  const selected = selections.collect(sets, type);
  const convert = selections.converter(sets, type);
  const external = Object.keys(type.getFields()).filter((name) => model.isExternal(type, name));

  const seed = (record: Data, known: Readonly<Record<string, unknown>>): void => {
    for (const name of external) if (Object.hasOwn(known, name)) record[sourceAlias(type.name, name)] = known[name];
  };

  return {
    type,
    text: print(selection),
    variables: variablesOf(selection),
    lookupFor: (known) =>
      lookups.find((lookup) => lookup.keyFields.every((name) => known[name] !== undefined && known[name] !== null)),
    fromKnown(known, reading) {
      const entity: Data = {};
      for (const [key, { name, sets: inner }] of selected) {
        const derivation = model.derivation(type, name);
        if (name === '__typename') entity[key] = type.name;
        else if (derivation !== undefined) {
          const sources = derivation.sources.map(([root = '', ...rest]) =>
            rest.length === 0 ? known[root] : undefined,
          );
          if (sources.includes(undefined)) return undefined;
          derivation.sources.forEach(([root = ''], i) => (entity[sourceAlias(type.name, root)] = sources[i]));
        } else if (inner.length === 0 && Object.hasOwn(known, name)) entity[key] = known[name];
        else return undefined;
      }
      convert?.(entity, reading);
      return entity;
    },
    read(record, known, reading) {
      if (external.length > 0) seed(record, known);
      convert?.(record, reading);
    },
  };
}

function variablesOf(selection: SelectionSetNode): readonly string[] {
  const names = new Set<string>();
  visit(selection, { Variable: (node) => void names.add(node.name.value) });
  return [...names];
}
