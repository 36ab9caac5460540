// Lookups of many entities as one document: each an aliased root field, their selections as fragments.
import type { EntityPlan } from './entity-plans.ts';
import type { Wanted } from './load-entities.ts';
import type { RemoteLookup, RemoteModel } from './remote-model.ts';
import type { TranslatedVariables } from './translate-inputs.ts';

/** One root field: a lookup of one key, or of several where it takes a list. */
export interface LookupCall {
  readonly plan: EntityPlan;
  readonly lookup: RemoteLookup;
  /** Never empty. */
  readonly entries: readonly KeyEntry[];
}

/** A key, and everything that waits for its entity. */
export interface KeyEntry {
  readonly key: readonly unknown[];
  readonly wanted: readonly Wanted[];
}

export interface LookupDocument {
  readonly text: string;
  readonly variables: Readonly<Record<string, unknown>>;
  /** "query product, productsByIds" */
  readonly label: string;
}

/** Response key of the call at this index. */
export const callAlias = (index: number): string => `_${index}`;

/** `given`: values of the client's variables, already translated. */
export function writeLookups(
  calls: readonly LookupCall[],
  model: RemoteModel,
  inputs: TranslatedVariables,
  given: Readonly<Record<string, unknown>>,
): LookupDocument {
  const plans = [...new Set(calls.map((call) => call.plan))];
  const used = new Set(plans.flatMap((plan) => plan.variables));
  const variables: Record<string, unknown> = {};
  const definitions = [...used].flatMap((name) => inputs.definitions.get(name) ?? []);
  for (const name of used) if (Object.hasOwn(given, name)) variables[name] = given[name];
  const fields = calls.map(({ plan, lookup, entries }, i) => {
    const args = Object.entries(lookup.toArguments(entries.map((entry) => entry.key))).map(([name, value], j) => {
      const variable = `_hub_${i}_${j}`;
      variables[variable] = value;
      definitions.push(`$${variable}: ${lookup.argumentTypes.get(name) ?? 'ID'}`);
      return `${name}: $${variable}`;
    });
    return `  ${callAlias(i)}: ${lookup.field}(${args.join(', ')}) { ...${fragmentName(plans.indexOf(plan))} }`;
  });
  const fragments = plans.map(
    (plan, i) => `fragment ${fragmentName(i)} on ${model.upstreamType(plan.type.name)} ${plan.text}`,
  );
  return {
    text: `query (${definitions.join(', ')}) {\n${fields.join('\n')}\n}\n${fragments.join('\n')}`,
    variables,
    label: `query ${[...new Set(calls.map((call) => call.lookup.field))].join(', ')}`,
  };
}

const fragmentName = (index: number): string => `_F${index}`;
