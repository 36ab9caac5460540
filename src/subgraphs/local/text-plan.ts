// Selections on the JSON of an upstream, compiled to JSON text: what list-plan.ts makes objects of, from bytes to bytes. Byte
// for byte what JSON.stringify would write of those objects. Where a record is looked up, a hole is left: what waits for a
// source is text that is as good as written, not what it was made of. Compiled by list-operation.ts.
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
  CLOSE_LIST,
  COMMA,
  isDigit,
  JsonText,
  NOWHERE,
  OPEN_LIST,
  OPEN_OBJECT,
  QUOTE,
  SIZE,
} from '../../transport/json-text.ts';
import { compileLeaf, EXCEPTIONAL } from './compile-leaf.ts';
import { collectNodes, readStub, setsOf, Unsupported, type PlanContext, type StubValues } from './list-plan.ts';
import { out, textOf, toPiece, type Piece, type Place, type TextRun, type WriteText } from './text-run.ts';
import type { StubModel } from './type-model.ts';
import { compileFromUpstream } from './upstream-shapes.ts';

export interface TextContext extends PlanContext {
  readonly published: GraphQLSchema;
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
): WriteText {
  const isRequired = isNonNullType(type);
  const write = compileNullable(isRequired ? type.ofType : type, sets, context, before);
  const none = Buffer.from(`${before}null`);
  return (text, place, run) => {
    if (isThere(text, place)) write(text, place, run);
    else if (isRequired) throw EXCEPTIONAL;
    else out.bytes(none);
  };
}

/** The only word that begins so is null. */
const isThere = (text: JsonText, place: number): boolean => place !== NOWHERE && text.kindAt(place) !== 0x6e;

function compileNullable(
  type: GraphQLOutputType,
  sets: readonly SelectionSetNode[],
  context: TextContext,
  before: string,
): WriteText {
  if (compileFromUpstream(type) !== undefined) throw new Unsupported();
  if (isListType(type)) return compileList(type.ofType as GraphQLOutputType, sets, context, before);
  if (isObjectType(type)) return compileObject(type, sets, context, before);
  if (isLeafType(type)) return compileLeafText(type, context, before);
  throw new Unsupported();
}

function compileList(
  type: GraphQLOutputType,
  sets: readonly SelectionSetNode[],
  context: TextContext,
  before: string,
): WriteText {
  const write = compileText(type, sets, context, '');
  const open = Buffer.from(`${before}[`);
  return (text, place, run) => {
    if (text.kindAt(place) !== OPEN_LIST) throw EXCEPTIONAL;
    out.bytes(open);
    const [first, after] = [place + SIZE, text.nextAt(place)];
    for (let item = first; item < after; item = text.nextAt(item)) {
      if (item > first) out.byte(COMMA);
      write(text, item, run);
    }
    out.byte(CLOSE_LIST);
  };
}

/** Finds its value among those of the record. */
type WriteField = (text: JsonText, found: Int32Array, run: TextRun) => void;
/** Which of the properties that are found it will be. */
type Want = (raw: string) => number;

function compileObject(
  type: GraphQLObjectType,
  sets: readonly SelectionSetNode[],
  context: TextContext,
  before: string,
): WriteText {
  const wanted: string[] = [];
  const want: Want = (raw) => (wanted.includes(raw) ? wanted.indexOf(raw) : wanted.push(raw) - 1);
  const fields = [...collectNodes(type, sets, context)].map(([key, nodes], i) =>
    compileField(type, nodes, context, `${i === 0 ? `${before}{` : ','}${JSON.stringify(key)}:`, want),
  );
  const close = Buffer.from(fields.length === 0 ? `${before}{}` : '}');
  const names = wanted.map((raw) => Buffer.from(raw));
  // A plan is never inside itself, so its records are written one after another.
  const found = new Int32Array(names.length);
  return (text, place, run) => {
    if (text.kindAt(place) !== OPEN_OBJECT) throw EXCEPTIONAL;
    text.find(place, names, found);
    for (const write of fields) write(text, found, run);
    out.bytes(close);
  };
}

function compileField(
  type: GraphQLObjectType,
  nodes: readonly FieldNode[],
  context: TextContext,
  before: string,
  want: Want,
): WriteField {
  const name = nodes[0]?.name.value ?? '';
  if (name === '__typename') {
    const text = Buffer.from(before + JSON.stringify(type.name));
    return () => out.bytes(text);
  }
  const field = type.getFields()[name];
  const model = context.models.get(type.name)?.get(name);
  if (field === undefined || !isPublished(type.name, name, field.type, context)) throw new Unsupported();
  if (model?.kind === 'stub') return compileStub(model, field.type, nodes, context, before, want);
  if (model?.kind !== 'property') throw new Unsupported();
  const at = want(model.raw);
  const write = compileText(field.type, setsOf(nodes), context, before);
  return (text, found, run) => write(text, found[at] ?? NOWHERE, run);
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
  context: TextContext,
  before: string,
  want: Want,
): WriteField {
  const stub = readStub(model, type, nodes, context);
  const { lookup } = stub;
  // Where each is looked up on its own, or brings something along, the same key is not the same record.
  const isSame = lookup === undefined || (lookup.shared && !stub.hasMore && lookup.prepared.answersJson === true);
  if (!isSame) throw new Unsupported();
  const write = compileText(stub.itemType, setsOf(nodes), context, '');
  const place: Place | undefined = lookup && { lookup, stub, write };
  const keys = compileKeys(model, want);
  const open = Buffer.from(before);
  const writeItem = (values: StubValues, run: TextRun): void => {
    if (stub.isMissing(values)) write(JsonText.null, NOWHERE, run);
    else if (place !== undefined) run.leaveHole(place, values);
    else write(textOf(stub.recordOf(values)), 0, run);
  };
  if (!model.list) {
    return (text, found, run) => {
      out.bytes(open);
      writeItem(stub.valuesOf(keys(text, found)), run);
    };
  }
  const none = Buffer.from('null');
  return (text, found, run) => {
    out.bytes(open);
    const rows = stub.rowsOf(keys(text, found));
    if (rows === undefined) {
      out.bytes(none);
      return;
    }
    out.byte(OPEN_LIST);
    rows.forEach((values, i) => {
      if (i > 0) out.byte(COMMA);
      writeItem(values, run);
    });
    out.byte(CLOSE_LIST);
  };
}

/** What a record has of the keys of a stub, as the ordinary way has it. */
function compileKeys(
  { keys }: StubModel,
  want: (raw: string) => number,
): (text: JsonText, found: Int32Array) => Record<string, unknown> {
  const parts = [...new Set(keys.map(({ from }) => from[0] ?? ''))].map((raw) => ({ raw, at: want(raw) }));
  return (text, found) => {
    const record: Record<string, unknown> = {};
    for (const { raw, at } of parts) {
      const value = valueAt(text, found[at] ?? NOWHERE);
      if (value !== undefined) record[raw] = value;
    }
    return record;
  };
}

/** Throws EXCEPTIONAL for a text that is none. */
function valueAt(text: JsonText, place: number): unknown {
  try {
    return text.valueAt(place);
  } catch {
    throw EXCEPTIONAL;
  }
}

/** Digits of the longest numbers that are certainly exact, and certainly of 32 bits. */
const EXACT = 15;
const EXACT_INT = 9;

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

function compileLeafText(type: GraphQLLeafType, context: TextContext, before: string): WriteText {
  const serialize = compileSerialize(type, context);
  const open = Buffer.from(before);
  const openText = Buffer.from(`${before}"`);
  const writeSerialized: WriteText = (text, place) => {
    const serialized = serialize(valueAt(text, place));
    out.bytes(open);
    out.text(serialized);
  };
  // What stands in the text as it is in the answer is copied. A custom scalar may have the name of a built-in one, so types
  // are told apart by themselves.
  const copiesText = type === GraphQLString || type === GraphQLID;
  const digits = type === GraphQLInt ? EXACT_INT : type === GraphQLID || type === GraphQLFloat ? EXACT : 0;
  if (!copiesText && digits === 0 && type !== GraphQLBoolean) return writeSerialized;
  return (text, place, run) => {
    const from = text.startAt(place);
    const to = text.endAt(place);
    const first = text.bytes[from] ?? 0;
    if (copiesText && first === QUOTE) {
      const { length } = out;
      out.bytes(open);
      if (out.copy(text, from, to)) return;
      out.length = length;
    } else if (isDigit(first) && to - from <= digits && isWhole(text, from, to)) {
      out.bytes(type === GraphQLID ? openText : open);
      out.bytes(text.bytes, from, to);
      if (type === GraphQLID) out.byte(QUOTE);
      return;
    } else if (type === GraphQLBoolean && (first === 0x74 || first === 0x66)) {
      out.bytes(open);
      out.bytes(text.bytes, from, to);
      return;
    }
    writeSerialized(text, place, run);
  };
}

function isWhole({ bytes }: JsonText, start: number, end: number): boolean {
  for (let at = start; at < end; at += 1) if (!isDigit(bytes[at])) return false;
  return true;
}
