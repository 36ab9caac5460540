// Lookups: root fields marked @lookup, each with one DataLoader per request. Answers are matched by key, never by position.
import DataLoader from 'dataloader';
import {
  getNamedType,
  getNullableType,
  isInputObjectType,
  isListType,
  isNonNullType,
  isObjectType,
  type GraphQLArgument,
  type GraphQLField,
  type GraphQLObjectType,
} from 'graphql';
import type { PreparedField } from '../../contract/connector.ts';
import type { Scope } from '../../contract/scope.ts';
import { HubFault } from '../../faults/hub-fault.ts';
import { upstreamName } from './hub-directives.ts';

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
    keyArguments: binding.keyArguments,
    prepared,
  };
  const loadKeys = listed
    ? (scope: Scope, keys: readonly (readonly unknown[])[]) => loadBatch(lookup, binding.toArguments(keys), scope, keys)
    : (scope: Scope, keys: readonly (readonly unknown[])[]) => loadEach(lookup, binding, scope, keys);
  return {
    ...lookup,
    load: (scope, key) =>
      scope.loaders
        .of(lookup, () => loaderFor(scope, loadKeys, listed ? options.maxKeysPerBatch : undefined))
        .load(key),
  };
}

type LoadKeys = (scope: Scope, keys: readonly (readonly unknown[])[]) => Promise<(Raw | null | Error)[]>;

function loaderFor(scope: Scope, loadKeys: LoadKeys, maxBatchSize: number | undefined) {
  return new DataLoader<readonly unknown[], Raw | null, string>((keys) => loadKeys(scope, keys), {
    cacheKeyFn: identityOf,
    ...(maxBatchSize === undefined ? {} : { maxBatchSize }),
  });
}

/** Keys are compared as text: an upstream may say 42 where GraphQL says "42". */
const identityOf = (key: readonly unknown[]): string => JSON.stringify(key.map(String));

interface Binding {
  readonly keyFields: readonly string[];
  readonly keyArguments: readonly string[];
  readonly toArguments: (keys: readonly (readonly unknown[])[]) => Record<string, unknown>;
}

function bindSingle(args: readonly GraphQLArgument[], keys: readonly (readonly string[])[]): Binding | undefined {
  const required = args.filter((argument) => isNonNullType(argument.type) && argument.defaultValue === undefined);
  for (const keyFields of keys) {
    const named = keyFields.map((name) => args.find((argument) => argument.name === name));
    const only = required.length === 1 ? required[0] : args.length === 1 ? args[0] : undefined;
    const bound = named.every((argument) => argument !== undefined)
      ? named
      : keyFields.length === 1 && only !== undefined
        ? [only]
        : undefined;
    if (bound === undefined || !required.every((argument) => bound.includes(argument))) continue;
    const sent = bound.map((argument) => upstreamName(argument.astNode, argument.name));
    return {
      keyFields,
      keyArguments: bound.map((argument) => argument.name),
      toArguments: ([key]) => Object.fromEntries(sent.map((name, i) => [name, key?.[i]])),
    };
  }
  return undefined;
}

function bindBatch(args: readonly GraphQLArgument[], keys: readonly (readonly string[])[]): Binding | undefined {
  const lists = args.filter((argument) => isListType(getNullableType(argument.type)));
  const required = args.filter((argument) => isNonNullType(argument.type) && argument.defaultValue === undefined);
  for (const keyFields of keys) {
    const argument =
      lists.find((one) => isPluralOf(one.name, keyFields)) ?? (lists.length === 1 ? lists[0] : undefined);
    if (argument === undefined || required.some((one) => one !== argument)) continue;
    const sent = upstreamName(argument.astNode, argument.name);
    const item = getNamedType(argument.type);
    if (!isInputObjectType(item)) {
      if (keyFields.length !== 1) continue;
      return {
        keyFields,
        keyArguments: [argument.name],
        toArguments: (all) => ({ [sent]: all.map(([value]) => value) }),
      };
    }
    const fields = keyFields.map((name) => item.getFields()[name]);
    if (fields.includes(undefined)) continue;
    const names = keyFields.map((name, i) => upstreamName(fields[i]?.astNode, name));
    return {
      keyFields,
      keyArguments: [argument.name],
      toArguments: (all) => ({ [sent]: all.map((key) => Object.fromEntries(names.map((name, i) => [name, key[i]]))) }),
    };
  }
  return undefined;
}

function isPluralOf(argument: string, keyFields: readonly string[]): boolean {
  const [key] = keyFields;
  if (key === undefined || keyFields.length > 1) return false;
  const name = argument.toLowerCase();
  return [key, `${key}s`, `${key}list`].some((plural) => name.endsWith(plural.toLowerCase()));
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
