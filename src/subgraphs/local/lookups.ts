// Lookups: root fields marked @lookup, each with one DataLoader per request. Answers are matched by key, never by position.
import DataLoader from 'dataloader';
import {
  getNamedType,
  getNullableType,
  isListType,
  isObjectType,
  type GraphQLField,
  type GraphQLObjectType,
} from 'graphql';
import type { PreparedField } from '../../contract/connector.ts';
import type { Scope } from '../../contract/scope.ts';
import { HubFault, toHubFault } from '../../faults/hub-fault.ts';
import { upstreamName } from './hub-directives.ts';
import { bindBatch, bindSingle, identityOf, type Binding } from './key-binding.ts';

export type Raw = Readonly<Record<string, unknown>>;

export interface Lookup {
  readonly source: string;
  readonly field: string;
  readonly type: GraphQLObjectType;
  /** GraphQL names of the key fields, in the order of key values. */
  readonly keyFields: readonly string[];
  /** Upstream names of the same fields. */
  readonly rawKeys: readonly string[];
  readonly batch: boolean;
  /** Whether a request looks up the records that it waits for together, each once; else each on its own. */
  readonly shared: boolean;
  /** GraphQL names of the arguments that carry the key. */
  readonly keyArguments: readonly string[];
  readonly prepared: PreparedField;
  /** Null where the upstream says there is no such record. Rejects with the HubFault of this key alone. */
  load(scope: Scope, key: readonly unknown[]): Promise<Raw | null>;
}

export interface LookupOptions {
  readonly source: string;
  readonly field: GraphQLField<unknown, unknown>;
  readonly keys: readonly (readonly string[])[];
  readonly prepared: PreparedField;
  readonly maxKeysPerBatch: number;
  readonly shared: boolean;
}

/** Undefined where arguments and keys do not fit together; then the caller reports `explainMismatch`. */
export function createLookup(options: LookupOptions): Lookup | undefined {
  const { field, source, prepared } = options;
  const type = getNamedType(field.type);
  if (!isObjectType(type)) return undefined;
  const listed = isListType(getNullableType(field.type));
  const binding = listed ? bindBatch(field.args, options.keys) : bindSingle(field.args, options.keys);
  if (binding === undefined) return undefined;
  const rawKeys = binding.keyFields.map((name) => upstreamName(type.getFields()[name]?.astNode, name));
  const lookup = {
    source,
    field: field.name,
    type,
    keyFields: binding.keyFields,
    rawKeys,
    batch: listed,
    shared: options.shared,
    keyArguments: binding.keyArguments,
    prepared,
  };
  const loadKeys = listed
    ? (scope: Scope, keys: readonly (readonly unknown[])[]) => loadBatch(lookup, binding.toArguments(keys), scope, keys)
    : (scope: Scope, keys: readonly (readonly unknown[])[]) => loadEach(lookup, binding, scope, keys);
  return {
    ...lookup,
    load: options.shared
      ? (scope, key) =>
          scope.loaders
            .of(lookup, () => loaderFor(scope, loadKeys, listed ? options.maxKeysPerBatch : undefined))
            .load(key)
      : async (scope, key) => {
          const [outcome = null] = await loadKeys(scope, [key]);
          if (outcome instanceof Error) throw outcome;
          return outcome;
        },
  };
}

type LoadKeys = (scope: Scope, keys: readonly (readonly unknown[])[]) => Promise<(Raw | null | Error)[]>;

function loaderFor(scope: Scope, loadKeys: LoadKeys, maxBatchSize: number | undefined) {
  // DataLoader forgets a batch that was rejected; as the fault of each of its keys it is not asked for again.
  const load = (keys: readonly (readonly unknown[])[]) =>
    loadKeys(scope, keys).catch((thrown: unknown) => keys.map(() => toHubFault(thrown)));
  return new DataLoader<readonly unknown[], Raw | null, string>(load, {
    cacheKeyFn: identityOf,
    ...(maxBatchSize === undefined ? {} : { maxBatchSize }),
  });
}

async function loadEach(
  lookup: Pick<Lookup, 'prepared'>,
  binding: Binding,
  scope: Scope,
  keys: readonly (readonly unknown[])[],
): Promise<(Raw | null | Error)[]> {
  const outcomes = await lookup.prepared.run(
    scope,
    keys.map((key) => ({ args: binding.toArguments([key]), parent: {} })),
  );
  return keys.map((_, i) => toRecord(outcomes[i]));
}

async function loadBatch(
  lookup: Omit<Lookup, 'load'>,
  args: Record<string, unknown>,
  scope: Scope,
  keys: readonly (readonly unknown[])[],
): Promise<(Raw | null | Error)[]> {
  const [outcome] = await lookup.prepared.run(scope, [{ args, parent: {} }]);
  if (outcome instanceof Error) throw outcome;
  if (outcome !== null && outcome !== undefined && !Array.isArray(outcome))
    throw malformed(lookup, 'did not answer with a list');
  const byKey = new Map<string, Raw | null | Error>();
  for (const item of (outcome ?? []) as readonly unknown[]) {
    const record = toRecord(item);
    if (record === null || record instanceof Error) continue;
    const key = lookup.rawKeys.map((name) => record[name]);
    if (key.includes(undefined))
      throw malformed(lookup, `answered with a record that lacks its key (${lookup.rawKeys.join(', ')})`);
    byKey.set(identityOf(key), record);
  }
  return keys.map((key) => byKey.get(identityOf(key)) ?? null);
}

function toRecord(outcome: unknown): Raw | null | Error {
  if (outcome instanceof Error) return outcome;
  return typeof outcome === 'object' && outcome !== null ? (outcome as Raw) : null;
}

const malformed = (lookup: Omit<Lookup, 'load'>, what: string): HubFault =>
  new HubFault('HUB_UPSTREAM_MALFORMED', `the lookup ${lookup.prepared.operation} ${what}`, {
    details: { source: lookup.source },
  });
