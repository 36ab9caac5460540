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
import type { FieldCall, PreparedField } from '../../contract/connector.ts';
import type { Scope } from '../../contract/scope.ts';
import { HubFault, toHubFault } from '../../faults/hub-fault.ts';
import { JsonValue, toRaw } from '../../transport/json-text.ts';
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
  /** The same, as JSON where the upstream's answer can be left so. What one of the two has loaded the other has too. */
  loadJson(scope: Scope, key: readonly unknown[]): Promise<Found | null>;
}

/** A record as it was found. */
export type Found = Raw | JsonValue;

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
  const names = rawKeys.map((raw) => Buffer.from(raw));
  const keysOf = (record: Found): unknown[] => {
    if (!(record instanceof JsonValue)) return rawKeys.map((raw) => record[raw]);
    return names.map((name) => record.property(name)?.raw());
  };
  const loadKeys: LoadKeys = listed
    ? (scope, keys, asJson) =>
        loadBatch(lookup, { args: binding.toArguments(keys), parent: {}, asJson }, keysOf, scope, keys)
    : (scope, keys, asJson) => loadEach(lookup, binding, scope, keys, asJson);
  const load = async (scope: Scope, key: readonly unknown[], asJson: boolean): Promise<Found | null> => {
    const [outcome = null] = await loadKeys(scope, [key], asJson);
    if (outcome instanceof Error) throw outcome;
    return outcome;
  };
  const maxKeys = listed ? options.maxKeysPerBatch : undefined;
  const loaderOf = (scope: Scope, asJson: boolean): RecordLoader =>
    scope.loaders.of(lookup, () => ({ asJson, loader: loaderFor(scope, loadKeys, maxKeys, asJson) }));
  return {
    ...lookup,
    load(scope, key) {
      if (!options.shared) return load(scope, key, false) as Promise<Raw | null>;
      const { loader, asJson } = loaderOf(scope, false);
      return (asJson ? loader.load(key).then(toRaw) : loader.load(key)) as Promise<Raw | null>;
    },
    loadJson: (scope, key) => (options.shared ? loaderOf(scope, true).loader.load(key) : load(scope, key, true)),
  };
}

interface RecordLoader {
  readonly loader: DataLoader<readonly unknown[], Found | null, string>;
  /** Whether it leaves records as JSON. */
  readonly asJson: boolean;
}

type LoadKeys = (
  scope: Scope,
  keys: readonly (readonly unknown[])[],
  asJson: boolean,
) => Promise<(Found | null | Error)[]>;

function loaderFor(
  scope: Scope,
  loadKeys: LoadKeys,
  maxBatchSize: number | undefined,
  asJson: boolean,
): RecordLoader['loader'] {
  // DataLoader forgets a batch that was rejected; as the fault of each of its keys it is not asked for again.
  const load = (keys: readonly (readonly unknown[])[]) =>
    loadKeys(scope, keys, asJson).catch((thrown: unknown) => keys.map(() => toHubFault(thrown)));
  return new DataLoader(load, {
    cacheKeyFn: identityOf,
    ...(maxBatchSize === undefined ? {} : { maxBatchSize }),
  });
}

async function loadEach(
  lookup: Pick<Lookup, 'prepared'>,
  binding: Binding,
  scope: Scope,
  keys: readonly (readonly unknown[])[],
  asJson: boolean,
): Promise<(Found | null | Error)[]> {
  const outcomes = await lookup.prepared.run(
    scope,
    keys.map((key) => ({ args: binding.toArguments([key]), parent: {}, asJson })),
  );
  return keys.map((_, i) => toRecord(outcomes[i]));
}

async function loadBatch(
  lookup: Omit<Lookup, 'load' | 'loadJson'>,
  call: FieldCall,
  keysOf: (record: Found) => unknown[],
  scope: Scope,
  keys: readonly (readonly unknown[])[],
): Promise<(Found | null | Error)[]> {
  const [outcome] = await lookup.prepared.run(scope, [call]);
  if (outcome instanceof Error) throw outcome;
  const items: unknown = outcome instanceof JsonValue ? (outcome.items() ?? outcome.raw()) : outcome;
  if (items !== null && items !== undefined && !Array.isArray(items))
    throw malformed(lookup, 'did not answer with a list');
  const byKey = new Map<string, Found | null | Error>();
  for (const item of (items ?? []) as readonly unknown[]) {
    const record = toRecord(item);
    if (record === null || record instanceof Error) continue;
    const key = keysOf(record);
    if (key.includes(undefined))
      throw malformed(lookup, `answered with a record that lacks its key (${lookup.rawKeys.join(', ')})`);
    byKey.set(identityOf(key), record);
  }
  return keys.map((key) => byKey.get(identityOf(key)) ?? null);
}

function toRecord(outcome: unknown): Found | null | Error {
  if (outcome instanceof Error) return outcome;
  if (outcome instanceof JsonValue) return outcome.isRecord ? outcome : null;
  return typeof outcome === 'object' && outcome !== null ? (outcome as Raw) : null;
}

const malformed = (lookup: Omit<Lookup, 'load' | 'loadJson'>, what: string): HubFault =>
  new HubFault('HUB_UPSTREAM_MALFORMED', `the lookup ${lookup.prepared.operation} ${what}`, {
    details: { source: lookup.source },
  });
