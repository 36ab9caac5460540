// Selections on raw records, compiled: a record in, what the operation asks of it out, without a promise or a resolver per
// item. What has to be looked up first is left waiting in the run, a whole list at a time. Compiled by list-operation.ts.
import {
  getNamedType,
  isAbstractType,
  isLeafType,
  isListType,
  isNonNullType,
  isObjectType,
  Kind,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLObjectType,
  type GraphQLOutputType,
  type GraphQLSchema,
  type SelectionSetNode,
} from 'graphql';
import type { ResolverContext } from './attach-resolvers.ts';
import { compileLeaf, EXCEPTIONAL } from './compile-leaf.ts';
import { identityOf } from './key-binding.ts';
import type { Lookup, Raw } from './lookups.ts';
import { readAt } from './read-at.ts';
import type { StubModel } from './type-model.ts';
import { compileFromUpstream } from './upstream-shapes.ts';

/** An operation that is beyond this: it is run by graphql-jit. */
export class Unsupported extends Error {}

export interface PlanContext extends ResolverContext {
  readonly fragments: Readonly<Record<string, FragmentDefinitionNode>>;
  /** Present where the operation is a client's: the schema that it was written for. */
  readonly published?: GraphQLSchema;
}

/** Records that one place of the operation waits for. */
export interface Waiting {
  readonly lookup: Lookup;
  readonly complete: (record: Raw | null, run: ListRun) => unknown;
  /** By the key as text or as it is: most repeats are found, the loader finds all. */
  readonly keys: Map<unknown, WaitingKey>;
}

export interface WaitingKey {
  readonly key: readonly unknown[];
  readonly slots: WaitingSlot[];
}

/** Where a completed record belongs. */
interface WaitingSlot {
  readonly holder: Record<string | number, unknown>;
  readonly slot: string | number;
  /** What a representation brought beside its key: it stays beside what the lookup finds. */
  readonly beside: Raw | undefined;
}

/** The state of one execution. */
export interface ListRun {
  readonly waiting: Map<object, Waiting>;
}

/** Throws EXCEPTIONAL where graphql would report an error. */
export type Complete = (value: unknown, run: ListRun) => unknown;

export interface CompiledField {
  readonly key: string;
  /** Puts the field of the record into its place. */
  readonly put: (record: Raw, into: Record<string, unknown>, run: ListRun) => void;
}

/** The fields of a selection on a concrete type, merged by response key. Throws Unsupported for conditions. */
export function collectNodes(
  type: GraphQLObjectType,
  sets: readonly SelectionSetNode[],
  context: PlanContext,
): ReadonlyMap<string, readonly [FieldNode, ...FieldNode[]]> {
  const nodes = new Map<string, [FieldNode, ...FieldNode[]]>();
  const applies = (condition: string | undefined): boolean => {
    if (condition === undefined || condition === type.name) return true;
    const here = isOne(type.name, condition, context.schema);
    if (context.published !== undefined && isOne(type.name, condition, context.published) !== here)
      throw new Unsupported();
    return here;
  };
  const visit = (set: SelectionSetNode): void => {
    for (const selection of set.selections) {
      if (selection.directives !== undefined && selection.directives.length > 0) throw new Unsupported();
      if (selection.kind === Kind.FIELD) {
        const key = (selection.alias ?? selection.name).value;
        const known = nodes.get(key);
        if (known === undefined) nodes.set(key, [selection]);
        else known.push(selection);
        continue;
      }
      const fragment = selection.kind === Kind.INLINE_FRAGMENT ? selection : context.fragments[selection.name.value];
      if (fragment === undefined) throw new Unsupported();
      if (applies(fragment.typeCondition?.name.value)) visit(fragment.selectionSet);
    }
  };
  for (const set of sets) visit(set);
  return nodes;
}

function isOne(name: string, condition: string, schema: GraphQLSchema): boolean {
  const [type, conditional] = [schema.getType(name), schema.getType(condition)];
  return isAbstractType(conditional) && isObjectType(type) && schema.isSubType(conditional, type);
}

export const setsOf = (nodes: readonly FieldNode[]): readonly SelectionSetNode[] =>
  nodes.flatMap((node) => node.selectionSet ?? []);

/** Throws Unsupported. */
export function compileRecord(
  type: GraphQLObjectType,
  sets: readonly SelectionSetNode[],
  context: PlanContext,
): (record: Raw, run: ListRun) => Record<string, unknown> {
  const fields = [...collectNodes(type, sets, context)].map(([key, nodes]) => compileField(type, key, nodes, context));
  return (record, run) => {
    const into: Record<string, unknown> = {};
    for (const field of fields) field.put(record, into, run);
    return into;
  };
}

function compileField(
  type: GraphQLObjectType,
  key: string,
  nodes: readonly FieldNode[],
  context: PlanContext,
): CompiledField {
  const name = nodes[0]?.name.value ?? '';
  if (name === '__typename') return { key, put: (_record, into) => void (into[key] = type.name) };
  const field = type.getFields()[name];
  const model = context.models.get(type.name)?.get(name);
  if (field === undefined || key === '__proto__') throw new Unsupported();
  if (model?.kind === 'stub') return compileStub(key, model, field.type, nodes, context);
  if (model?.kind !== 'property') throw new Unsupported();
  const { raw } = model;
  const complete = compileValue(field.type, setsOf(nodes), context);
  const read = compileRead(raw, field.type);
  if (read === undefined) return { key, put: (record, into, run) => void (into[key] = complete(record[raw], run)) };
  return { key, put: (record, into, run) => void (into[key] = complete(read(record), run)) };
}

/** How a property is read, where that is not simply by its name. */
function compileRead(raw: string, type: GraphQLOutputType): ((record: Raw) => unknown) | undefined {
  const convert = compileFromUpstream(type);
  // A field called "constructor" must not find the prototype's.
  const own = raw in Object.prototype;
  if (convert === undefined && !own) return undefined;
  return (record) => {
    const value = own && !Object.hasOwn(record, raw) ? undefined : record[raw];
    return value === undefined || convert === undefined ? value : convert(value);
  };
}

/** Throws Unsupported for abstract types: which of them a record is, graphql-jit finds out. */
export function compileValue(
  type: GraphQLOutputType,
  sets: readonly SelectionSetNode[],
  context: PlanContext,
): Complete {
  if (isNonNullType(type)) {
    const inner = compileNullable(type.ofType, sets, context);
    return (value, run) => {
      if (value === null || value === undefined) throw EXCEPTIONAL;
      return inner(value, run);
    };
  }
  const inner = compileNullable(type, sets, context);
  return (value, run) => (value === null || value === undefined ? null : inner(value, run));
}

function compileNullable(type: GraphQLOutputType, sets: readonly SelectionSetNode[], context: PlanContext): Complete {
  if (isListType(type)) {
    const item = compileValue(type.ofType as GraphQLOutputType, sets, context);
    return (value, run) => {
      if (!Array.isArray(value)) throw EXCEPTIONAL;
      const items = new Array<unknown>(value.length);
      for (let i = 0; i < value.length; i += 1) items[i] = item(value[i], run);
      return items;
    };
  }
  if (isObjectType(type)) {
    const complete = compileRecord(type, sets, context);
    return (value, run) => {
      if (typeof value !== 'object' || Array.isArray(value)) throw EXCEPTIONAL;
      return complete(value as Raw, run);
    };
  }
  if (isLeafType(type)) return compileLeaf(type);
  throw new Unsupported();
}

function compileStub(
  key: string,
  model: StubModel,
  type: GraphQLOutputType,
  nodes: readonly FieldNode[],
  context: PlanContext,
): CompiledField {
  const stub = readStub(model, type, nodes, context);
  const completeItem = compileValue(stub.itemType, setsOf(nodes), context);
  const place = {};

  const putItem = (values: StubValues, holder: WaitingSlot['holder'], slot: string | number, run: ListRun): void => {
    if (stub.lookup === undefined || stub.isMissing(values)) holder[slot] = completeItem(stub.recordOf(values), run);
    else {
      const beside = stub.hasMore ? (stub.recordOf(values) ?? undefined) : undefined;
      wait(run, place, stub.lookup, completeItem, stub.keyOf(values), { holder, slot, beside });
    }
  };

  if (!model.list) return { key, put: (record, into, run) => putItem(stub.valuesOf(record), into, key, run) };
  return {
    key,
    put(record, into, run) {
      const rows = stub.rowsOf(record);
      const items: unknown[] = [];
      into[key] = rows === undefined ? null : items;
      rows?.forEach((values, i) => putItem(values, items as unknown as Record<number, unknown>, i, run));
    },
  };
}

/** The values of a stub's key, one after another; of a key that is one value, that value. */
export type StubValues = unknown;

/** What a record says of entities that it refers to. */
export interface StubReader {
  readonly itemType: GraphQLOutputType;
  /** Undefined where the stub has all that is asked for. */
  readonly lookup: Lookup | undefined;
  /** Of a record that refers to one entity. */
  readonly valuesOf: (record: Raw) => StubValues;
  /** Of a record that refers to a list; undefined where there is no list. Throws EXCEPTIONAL. */
  readonly rowsOf: (record: Raw) => readonly StubValues[] | undefined;
  readonly isMissing: (values: StubValues) => boolean;
  /** The key as the lookup takes it. */
  readonly keyOf: (values: StubValues) => readonly unknown[];
  /** Stands for the key: of most repeats it is the same, the loader finds all. */
  readonly identityOf: (values: StubValues) => unknown;
  /** The stub; null where a value is missing. */
  readonly recordOf: (values: StubValues) => Raw | null;
  /** Whether the stub has more than the key of its lookup. */
  readonly hasMore: boolean;
}

/** Throws Unsupported. */
export function readStub(
  model: StubModel,
  type: GraphQLOutputType,
  nodes: readonly FieldNode[],
  context: PlanContext,
): StubReader {
  const nullable = isNonNullType(type) ? (type.ofType as GraphQLOutputType) : type;
  const itemType = isListType(nullable) ? (nullable.ofType as GraphQLOutputType) : type;
  if (getNamedType(itemType) !== model.type || isListType(nullable) !== model.list) throw new Unsupported();
  const raws = model.keys.map(({ raw }) => raw);
  const reads = model.keys.map(({ from }) => readAt(from.join('.')));
  const lookup = context.stubs.lookupFor(model.type, new Set(raws), {
    fieldNodes: nodes,
    fragments: context.fragments,
  });
  const [raw, read] = [raws[0], reads[0]];
  const common = {
    itemType,
    lookup,
    hasMore: lookup !== undefined && raws.some((one) => !lookup.rawKeys.includes(one)),
  };
  const rowsOf = <T>(record: Raw, combine: (columns: readonly unknown[]) => T): readonly T[] | undefined => {
    const columns = reads.map((one) => one(record));
    const rows = columns.find((column) => Array.isArray(column)) as readonly unknown[] | undefined;
    if (rows === undefined && isNonNullType(type)) throw EXCEPTIONAL;
    return rows?.map((_, i) =>
      combine(columns.map((column) => (Array.isArray(column) ? (column as unknown[])[i] : column))),
    );
  };
  if (raws.length === 1 && raw !== undefined && read !== undefined) {
    return {
      ...common,
      valuesOf: read,
      rowsOf: (record) => rowsOf(record, ([value]) => value),
      isMissing,
      keyOf: (value) => [value],
      identityOf: (value) => value,
      recordOf: (value) => (isMissing(value) ? null : { [raw]: value }),
    };
  }
  const order = lookup?.rawKeys.map((one) => raws.indexOf(one)) ?? [];
  const isAnyMissing = (values: StubValues): boolean => (values as readonly unknown[]).some(isMissing);
  const keyOf = (values: StubValues): readonly unknown[] => order.map((i) => (values as readonly unknown[])[i]);
  return {
    ...common,
    valuesOf: (record) => reads.map((one) => one(record)),
    rowsOf: (record) => rowsOf(record, (values) => values),
    isMissing: isAnyMissing,
    keyOf,
    identityOf: (values) => identityOf(keyOf(values)),
    recordOf: (values) =>
      isAnyMissing(values) ? null : Object.fromEntries(raws.map((one, i) => [one, (values as readonly unknown[])[i]])),
  };
}

const isMissing = (value: unknown): boolean => value === null || value === undefined;

/** Leaves the slot to be filled when the record is there. */
export function wait(
  run: ListRun,
  place: object,
  lookup: Lookup,
  complete: Waiting['complete'],
  key: readonly unknown[],
  slot: WaitingSlot,
): void {
  // The slot exists from now on, so that fields keep their order.
  slot.holder[slot.slot] = null;
  let waiting = run.waiting.get(place);
  if (waiting === undefined) run.waiting.set(place, (waiting = { lookup, complete, keys: new Map() }));
  const identity = !lookup.shared ? slot : key.length === 1 ? key[0] : identityOf(key);
  const known = waiting.keys.get(identity);
  if (known === undefined) waiting.keys.set(identity, { key, slots: [slot] });
  else known.slots.push(slot);
}
