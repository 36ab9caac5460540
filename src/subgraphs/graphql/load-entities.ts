// Entities by key through the lookups of a GraphQL server: as few documents as its limit allows, each failure kept to its key.
import type { FetchError, FetchResult, Variables } from '../../contract/fetch.ts';
import type { Scope } from '../../contract/scope.ts';
import { HubFault, toHubFault } from '../../faults/hub-fault.ts';
import { identityOf } from '../local/key-binding.ts';
import type { GraphQlCaller } from '../remote/graphql-caller.ts';
import type { TagsOfFetch } from '../remote/touched-entities.ts';
import type { EntityPlan } from './entity-plans.ts';
import { callAlias, writeLookups, type KeyEntry, type LookupCall } from './lookup-document.ts';
import { isData, type Data, type FoundStub, type Reading } from './reading.ts';
import type { RemoteModel } from './remote-model.ts';
import { keyAlias } from './selections.ts';
import type { TranslatedVariables } from './translate-inputs.ts';

/** An entity that is to be put into a place of the answer. */
export interface Wanted {
  readonly plan: EntityPlan;
  /** What is known of it, by field of the hub. */
  readonly known: Readonly<Record<string, unknown>>;
  readonly owner: Data | unknown[];
  readonly slot: string | number;
  readonly path: readonly (string | number)[];
}

export interface LoadOptions {
  readonly model: RemoteModel;
  readonly caller: GraphQlCaller;
  readonly inputs: TranslatedVariables;
  readonly maxKeysPerBatch: number;
  /** Of the planned fetch, given its own variables. */
  readonly tagsOf: TagsOfFetch;
}

/**
 * Puts each entity into its place; one that is not there stays null. Returns the errors, and the stubs that the records
 * brought with them. Never rejects.
 */
export type LoadEntities = (
  scope: Scope,
  variables: Variables,
  wanted: readonly Wanted[],
) => Promise<{ readonly errors: readonly FetchError[]; readonly found: readonly FoundStub[] }>;

export function createEntityLoader({ model, caller, inputs, maxKeysPerBatch, tagsOf }: LoadOptions): LoadEntities {
  const send = async (
    scope: Scope,
    planned: Variables,
    given: Readonly<Record<string, unknown>>,
    calls: readonly LookupCall[],
  ): Promise<FetchResult> => {
    const { text, variables, label } = writeLookups(calls, model, inputs, given);
    try {
      return await caller.prepare({ kind: 'query', text, label, tags: () => tagsOf(planned) })(scope, variables);
    } catch (thrown) {
      return { data: null, errors: [{ fault: toHubFault(thrown) }] };
    }
  };

  return async (scope, variables, wanted) => {
    const outcome: Outcome = { errors: [], found: [] };
    const names = new Set(wanted.flatMap((one) => one.plan.variables));
    const given = inputs.convert(variables, names);
    /** Attempts: all calls together, those that others took down with them together, and then each by itself. */
    const run = async (calls: readonly LookupCall[], attempt: number): Promise<void> => {
      const again = deliver(calls, await send(scope, variables, given, calls), model.source, outcome);
      if (again.length === 0) return;
      const documents = attempt === 0 ? pack(again, maxKeysPerBatch) : again.map((call) => [call]);
      await Promise.all(documents.map((document) => run(document, attempt + 1)));
    };
    const calls = toCalls(wanted, model.source, maxKeysPerBatch, outcome);
    await Promise.all(pack(calls, maxKeysPerBatch).map((document) => run(document, 0)));
    return outcome;
  };
}

interface Outcome {
  readonly errors: FetchError[];
  readonly found: FoundStub[];
}

interface Group {
  readonly plan: EntityPlan;
  readonly lookup: LookupCall['lookup'];
  readonly entries: Map<string, { readonly key: readonly unknown[]; readonly wanted: Wanted[] }>;
}

/** What needs no call is settled here. */
function toCalls(wanted: readonly Wanted[], source: string, max: number, outcome: Outcome): LookupCall[] {
  const groups = new Map<string, Group>();
  const plans: EntityPlan[] = [];
  for (const one of wanted) {
    const ready = one.plan.fromKnown(one.known, readingAt(one, outcome));
    if (ready !== undefined) {
      put(one, ready);
      continue;
    }
    const lookup = one.plan.lookupFor(one.known);
    if (lookup === undefined) {
      outcome.errors.push({ path: one.path, fault: noLookup(source, one) });
      continue;
    }
    if (!plans.includes(one.plan)) plans.push(one.plan);
    const id = `${plans.indexOf(one.plan)} ${lookup.field}`;
    const group: Group = groups.get(id) ?? { plan: one.plan, lookup, entries: new Map() };
    groups.set(id, group);
    const key = lookup.keyFields.map((name) => one.known[name]);
    const identity = identityOf(key);
    const same = group.entries.get(identity);
    if (same === undefined) group.entries.set(identity, { key, wanted: [one] });
    else same.wanted.push(one);
  }
  return [...groups.values()].flatMap(({ plan, lookup, entries }) => {
    const all = [...entries.values()];
    const size = lookup.batch ? max : 1;
    return Array.from({ length: Math.ceil(all.length / size) }, (_, i) => ({
      plan,
      lookup,
      entries: all.slice(i * size, (i + 1) * size),
    }));
  });
}

/** Calls side by side in one document, up to so many keys. */
function pack(calls: readonly LookupCall[], max: number): LookupCall[][] {
  const documents: LookupCall[][] = [];
  let room = 0;
  for (const call of calls) {
    const last = documents.at(-1);
    if (last !== undefined && call.entries.length <= room) last.push(call);
    else {
      documents.push([call]);
      room = max;
    }
    room -= call.entries.length;
  }
  return documents;
}

/** Puts what came into its places. Returns the calls that are to be made again because others failed beside them. */
function deliver(calls: readonly LookupCall[], result: FetchResult, source: string, outcome: Outcome): LookupCall[] {
  const again: LookupCall[] = [];
  const errors = result.errors ?? [];
  // Most servers say where an error is. What one says without a place is about the document, or about whatever is null.
  const placeless = errors.filter((error) => error.path === undefined || error.path.length === 0);
  const valueOf = (i: number): unknown => result.data?.[callAlias(i)] ?? null;
  const everywhere = calls.every((_, i) => valueOf(i) !== null);
  calls.forEach((call, i) => {
    const value = valueOf(i);
    const own = errors.filter((error) => error.path?.[0] === callAlias(i));
    if (value !== null) {
      if (call.lookup.batch) takeList(call, value, own, source, outcome);
      else takeRecord(call.entries[0], value, own, source, outcome);
      if (everywhere) failAll(call.entries, placeless, outcome);
    } else if (own.length > 0) {
      if (call.entries.length > 1) again.push(...call.entries.map((entry) => ({ ...call, entries: [entry] })));
      else failAll(call.entries, own, outcome);
    } else if (placeless.length > 0) failAll(call.entries, placeless, outcome);
    else if (!isData(result.data)) {
      if (calls.length > 1) again.push(call);
      else failAll(call.entries, errors, outcome);
    }
  });
  return again;
}

function takeRecord(
  entry: KeyEntry | undefined,
  value: unknown,
  errors: readonly FetchError[],
  source: string,
  outcome: Outcome,
): void {
  if (entry === undefined) return;
  if (!isData(value)) {
    failAll([entry], [{ fault: malformed(source, 'a lookup answered with something that is no object') }], outcome);
    return;
  }
  place(entry, value, outcome);
  for (const error of errors) for (const one of entry.wanted) outcome.errors.push(moved(error, one, 1));
}

/** Matched by key, never by position; only an item that is lost in an error is known by its place. */
function takeList(
  call: LookupCall,
  value: unknown,
  errors: readonly FetchError[],
  source: string,
  outcome: Outcome,
): void {
  const { lookup, entries } = call;
  const items: readonly unknown[] = Array.isArray(value) ? value : [];
  const byKey = new Map(entries.map((entry) => [identityOf(entry.key), entry]));
  const ofItem = items.map((item) =>
    isData(item) ? byKey.get(identityOf(lookup.keyNames.map((name) => item[keyAlias(name)]))) : undefined,
  );
  const placed = new Set<KeyEntry>();
  ofItem.forEach((entry, i) => {
    if (entry === undefined || placed.has(entry)) return;
    placed.add(entry);
    place(entry, items[i] as Data, outcome);
  });
  const missing = entries.filter((entry) => !placed.has(entry));
  if (!Array.isArray(value)) {
    failAll(entries, [{ fault: malformed(source, `${lookup.field} did not answer with a list`) }], outcome);
  }
  for (const error of errors) {
    const index = error.path?.[1];
    const entry = typeof index === 'number' ? (ofItem[index] ?? lostAt(index, items, entries, missing)) : undefined;
    if (entry === undefined) failAll(missing, [error], outcome);
    else for (const one of entry.wanted) outcome.errors.push(moved(error, one, 2));
  }
}

function lostAt(
  index: number,
  items: readonly unknown[],
  entries: readonly KeyEntry[],
  missing: readonly KeyEntry[],
): KeyEntry | undefined {
  const entry = items.length === entries.length ? entries[index] : undefined;
  return entry !== undefined && missing.includes(entry) ? entry : undefined;
}

/** Everyone who waits for a key gets a record of their own: the engine writes into what it gets. */
function place(entry: KeyEntry, record: Data, outcome: Outcome): void {
  const copies = entry.wanted.map((_, i) => (i === 0 ? record : structuredClone(record)));
  entry.wanted.forEach((one, i) => {
    const copy = copies[i] ?? record;
    one.plan.read(copy, one.known, readingAt(one, outcome));
    put(one, copy);
  });
}

function put({ owner, slot }: Wanted, value: Data): void {
  (owner as Record<string | number, unknown>)[slot] = value;
}

const readingAt = (one: Wanted, { found }: Outcome): Reading => ({ path: [...one.path], found });

function failAll(entries: readonly KeyEntry[], errors: readonly FetchError[], outcome: Outcome): void {
  for (const error of errors) {
    for (const one of entries.flatMap((entry) => entry.wanted)) outcome.errors.push({ ...error, path: one.path });
  }
}

/** From its place below a call to its place below the entity; `depth` steps of it lead to the record. */
function moved(error: FetchError, one: Wanted, depth: number): FetchError {
  return { ...error, path: [...one.path, ...(error.path ?? []).slice(depth)] };
}

function noLookup(source: string, one: Wanted): HubFault {
  const keys = Object.keys(one.known).filter((name) => name !== '__typename');
  const message = `source "${source}" has no @lookup for ${one.plan.type.name} by ${keys.join(', ')}`;
  return new HubFault('HUB_INTERNAL', message, { details: { source } });
}

const malformed = (source: string, what: string): HubFault =>
  new HubFault('HUB_UPSTREAM_MALFORMED', `source "${source}": ${what}`, { details: { source } });
