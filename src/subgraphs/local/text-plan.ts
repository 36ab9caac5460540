// Selections on the JSON of an upstream, compiled to what assembly/json-text.ts writes of it: what list-plan.ts makes objects
// of, from bytes to bytes. Byte for byte what JSON.stringify would write of those objects. Where a record is looked up, and
// where a value has to be looked at, a hole is left: what waits for a source is text that is as good as written, not what it
// was made of. Compiled by list-operation.ts.
import {
  GraphQLBoolean,
  GraphQLFloat,
  GraphQLID,
  GraphQLInt,
  GraphQLString,
  isEnumType,
  isLeafType,
  isListType,
  isNonNullType,
  isObjectType,
  type FieldNode,
  type GraphQLLeafType,
  type GraphQLObjectType,
  type GraphQLOutputType,
  type GraphQLSchema,
  type SelectionSetNode,
} from 'graphql';
import {
  BOOLEAN,
  FLOAT,
  ID,
  INT,
  LIST,
  NOWHERE,
  OBJECT,
  OTHER,
  STUB,
  TEXT,
  WORD,
} from '../../transport/json-layout.ts';
import type { JsonText } from '../../transport/json-text.ts';
import { compileLeaf, EXCEPTIONAL } from './compile-leaf.ts';
import { collectNodes, readStub, setsOf, Unsupported, type PlanContext, type StubValues } from './list-plan.ts';
import { PlanWriter } from './plan-writer.ts';
import {
  enclosed,
  toPiece,
  type Fill,
  type Filled,
  type Piece,
  type Place,
  type TextPlan,
  type TextRun,
} from './text-run.ts';
import type { StubModel } from './type-model.ts';
import { compileFromUpstream } from './upstream-shapes.ts';

export interface TextContext extends PlanContext {
  readonly published: GraphQLSchema;
}

/** A plan while it is compiled. */
interface Plan extends TextContext {
  readonly writer: PlanWriter;
  readonly fills: Fill[];
}

/**
 * Throws Unsupported where list-plan.ts does, and where the published schema says something else of a type: then the
 * answer is not what it is here.
 * @param before goes before the value
 */
export function compileText(
  type: GraphQLOutputType,
  sets: readonly SelectionSetNode[],
  context: TextContext,
  before: string,
): TextPlan {
  const plan = { ...context, writer: new PlanWriter(), fills: [] };
  const root = compileNode(type, sets, plan, before);
  return { ...plan.writer.finish(root), fills: plan.fills };
}

function compileNode(type: GraphQLOutputType, sets: readonly SelectionSetNode[], plan: Plan, before: string): number {
  const required = isNonNullType(type);
  const nullable = required ? type.ofType : type;
  if (compileFromUpstream(nullable) !== undefined) throw new Unsupported();
  if (isListType(nullable)) {
    const item = compileNode(nullable.ofType as GraphQLOutputType, sets, plan, '');
    return plan.writer.node({ kind: LIST, required, before }, item);
  }
  if (isObjectType(nullable)) return compileObject(nullable, sets, plan, before, required);
  if (!isLeafType(nullable)) throw new Unsupported();
  const serialize = compileSerialize(nullable, plan);
  const fill: Fill = (text, place) => ({ piece: toPiece(serialize(text.valueAt(place))) });
  return plan.writer.node({ kind: KINDS.get(nullable) ?? OTHER, required, before }, plan.fills.push(fill) - 1);
}

/** A custom scalar may have the name of a built-in one, so types are told apart by themselves. */
const KINDS = new Map<GraphQLLeafType, number>([
  [GraphQLString, TEXT],
  [GraphQLID, ID],
  [GraphQLInt, INT],
  [GraphQLFloat, FLOAT],
  [GraphQLBoolean, BOOLEAN],
]);

/** Which of the properties that are found a field is read from, and its node. */
type FieldOf = readonly [name: number, node: number];

function compileObject(
  type: GraphQLObjectType,
  sets: readonly SelectionSetNode[],
  plan: Plan,
  before: string,
  required: boolean,
): number {
  const wanted: string[] = [];
  const want = (raw: string): number => (wanted.includes(raw) ? wanted.indexOf(raw) : wanted.push(raw) - 1);
  const fields = [...collectNodes(type, sets, plan)].map(([key, nodes], i) =>
    compileField(type, nodes, plan, `${i === 0 ? '' : ','}${JSON.stringify(key)}:`, want),
  );
  return plan.writer.object({ kind: OBJECT, required, before }, wanted, fields);
}

function compileField(
  type: GraphQLObjectType,
  nodes: readonly FieldNode[],
  plan: Plan,
  before: string,
  want: (raw: string) => number,
): FieldOf {
  const name = nodes[0]?.name.value ?? '';
  if (name === '__typename') {
    const word = before + JSON.stringify(type.name);
    return [NOWHERE, plan.writer.node({ kind: WORD, required: false, before: word }, 0)];
  }
  const field = type.getFields()[name];
  const model = plan.models.get(type.name)?.get(name);
  if (field === undefined || !isPublished(type.name, name, field.type, plan)) throw new Unsupported();
  if (model?.kind === 'stub') return compileStub(model, field.type, nodes, plan, before, want);
  if (model?.kind !== 'property') throw new Unsupported();
  return [want(model.raw), compileNode(field.type, setsOf(nodes), plan, before)];
}

/** Whether the published schema has the field, of the same type. */
export function isPublished(
  typeName: string,
  fieldName: string,
  type: GraphQLOutputType,
  { published }: TextContext,
): boolean {
  const there = published.getType(typeName);
  return isObjectType(there) && String(there.getFields()[fieldName]?.type) === String(type);
}

function compileStub(
  model: StubModel,
  type: GraphQLOutputType,
  nodes: readonly FieldNode[],
  plan: Plan,
  before: string,
  want: (raw: string) => number,
): FieldOf {
  const stub = readStub(model, type, nodes, plan);
  const { lookup } = stub;
  // Where each is looked up on its own, or brings something along, the same key is not the same record.
  const isSame = lookup === undefined || (lookup.shared && !stub.hasMore && lookup.prepared.answersJson === true);
  if (!isSame) throw new Unsupported();
  const record = compileText(stub.itemType, setsOf(nodes), plan, '');
  const place: Place | undefined = lookup && { lookup, stub, plan: record };
  const fillItem = (values: StubValues, run: TextRun): Filled => {
    if (!stub.isMissing(values))
      return place === undefined ? run.owns(record, stub.recordOf(values)) : run.needs(place, values);
    if (isNonNullType(stub.itemType)) throw EXCEPTIONAL;
    return NULL;
  };
  const hole = (fill: Fill): number =>
    plan.writer.node({ kind: STUB, required: false, before }, plan.fills.push(fill) - 1);

  const [key, ...more] = model.keys;
  if (!model.list && key?.from.length === 1 && more.length === 0)
    return [want(key.from[0] ?? ''), hole((text, at, run) => fillItem(text.valueAt(at), run))];
  const keysOf = compileKeys(model);
  if (!model.list) return [NOWHERE, hole((text, at, run) => fillItem(stub.valuesOf(keysOf(text, at)), run))];
  const fillList: Fill = (text, at, run) => {
    const rows = stub.rowsOf(keysOf(text, at));
    if (rows === undefined) return NULL;
    const items = rows.map((values) => fillItem(values, run));
    return { piece: enclosed('[', items, ']') };
  };
  return [NOWHERE, hole(fillList)];
}

const NULL: Filled = { piece: toPiece('null') };

/** What a record has of the keys of a stub, as the ordinary way has it. */
function compileKeys({ keys }: StubModel): (text: JsonText, record: number) => Record<string, unknown> {
  const names = [...new Set(keys.map(({ from }) => from[0] ?? ''))].map((raw) => ({ raw, name: Buffer.from(raw) }));
  return (text, record) => {
    const found = names.map(({ raw, name }) => [raw, text.valueAt(text.find(record, name))] as const);
    return Object.fromEntries(found.filter(([, value]) => value !== undefined));
  };
}

/** The same of a value that came of no upstream: a scalar or an enum. The result throws EXCEPTIONAL. Throws Unsupported. */
export function compileValueText(
  type: GraphQLOutputType,
  context: TextContext,
  before: string,
): (value: unknown) => Piece {
  const isRequired = isNonNullType(type);
  const leaf: unknown = isRequired ? type.ofType : type;
  if (!isLeafType(leaf)) throw new Unsupported();
  const serialize = compileSerialize(leaf, context);
  return (value) => {
    if (value !== null && value !== undefined) return toPiece(before + serialize(value));
    if (isRequired) throw EXCEPTIONAL;
    return toPiece(`${before}null`);
  };
}

function compileSerialize(type: GraphQLLeafType, { published }: TextContext): (value: unknown) => string {
  const there = published.getType(type.name);
  if (isEnumType(type) && !type.getValues().every(({ name }) => isEnumType(there) && there.getValue(name)))
    throw new Unsupported();
  const serialize = compileLeaf(type);
  return (value) => {
    const text = JSON.stringify(serialize(value)) as string | undefined;
    if (text === undefined) throw EXCEPTIONAL;
    return text;
  };
}
