// Selections on raw records, compiled to JSON text: what list-plan.ts makes objects of, for answers that are sent as they
// are. Byte for byte what JSON.stringify would write of those objects. First all records that are looked up are gathered,
// level by level; then the whole is written at once, so that what has to wait for a source is the raw records and nothing
// else. Compiled by list-operation.ts.
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
import type { Scope } from '../../contract/scope.ts';
import { compileLeaf, EXCEPTIONAL } from './compile-leaf.ts';
import {
  collectNodes,
  compileRead,
  readStub,
  setsOf,
  Unsupported,
  type PlanContext,
  type StubValues,
} from './list-plan.ts';
import type { Lookup, Raw } from './lookups.ts';
import type { StubModel } from './type-model.ts';

/** A value's part in both passes. They throw EXCEPTIONAL where graphql would report an error. */
export interface TextPlan {
  /** Says which records it needs; undefined where it never needs any. What is not as it should be is left to `write`. */
  readonly gather: ((value: unknown, run: TextRun) => void) | undefined;
  readonly write: (value: unknown, run: TextRun) => void;
}

export interface TextContext extends PlanContext {
  readonly published: GraphQLSchema;
}

/** A record that some place of the operation needs. */
interface Needed {
  readonly key: readonly unknown[];
  record: Raw | null;
  /** Once it was written: it is the same wherever it is needed. */
  text: string | undefined;
}

/** A place of the operation where records are looked up. */
interface Place {
  readonly lookup: Lookup;
  readonly item: TextPlan;
}

/** The state of one root field of one execution. */
export class TextRun {
  text = '';
  readonly #needed = new Map<Place, Map<unknown, Needed>>();
  #waiting = new Map<Place, Needed[]>();

  /** What is needed at the place, by what stands for the key. */
  at(place: Place): Map<unknown, Needed> {
    let needed = this.#needed.get(place);
    if (needed === undefined) this.#needed.set(place, (needed = new Map<unknown, Needed>()));
    return needed;
  }

  need(place: Place, identity: unknown, key: readonly unknown[]): void {
    const needed: Needed = { key, record: null, text: undefined };
    this.at(place).set(identity, needed);
    const waiting = this.#waiting.get(place);
    if (waiting === undefined) this.#waiting.set(place, [needed]);
    else waiting.push(needed);
  }

  /** Loads what is needed and what that needs in turn. Rejects with EXCEPTIONAL. */
  async load(scope: Scope): Promise<void> {
    while (this.#waiting.size > 0) {
      const groups = [...this.#waiting];
      this.#waiting = new Map();
      const loads = groups.flatMap(([{ lookup }, all]) => all.map(({ key }) => lookup.load(scope, key)));
      const records = await Promise.all(loads).catch(() => Promise.reject(EXCEPTIONAL));
      let at = 0;
      for (const [{ item }, all] of groups) {
        for (const needed of all) {
          needed.record = records[at] ?? null;
          item.gather?.(needed.record, this);
          at += 1;
        }
      }
    }
  }
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
  const isRequired = isNonNullType(type);
  const { gather, write } = compileNullable(isRequired ? type.ofType : type, sets, context, before);
  const none = `${before}null`;
  return {
    gather: gather && ((value, run) => value !== null && value !== undefined && gather(value, run)),
    write(value, run) {
      if (value !== null && value !== undefined) write(value, run);
      else if (isRequired) throw EXCEPTIONAL;
      else run.text += none;
    },
  };
}

function compileNullable(
  type: GraphQLOutputType,
  sets: readonly SelectionSetNode[],
  context: TextContext,
  before: string,
): TextPlan {
  if (isListType(type)) return compileList(type.ofType as GraphQLOutputType, sets, context, before);
  if (isObjectType(type)) return compileRecord(type, sets, context, before);
  if (isLeafType(type)) return { gather: undefined, write: compileLeafText(type, context, before) };
  throw new Unsupported();
}

function compileList(
  type: GraphQLOutputType,
  sets: readonly SelectionSetNode[],
  context: TextContext,
  before: string,
): TextPlan {
  const { gather, write } = compileText(type, sets, context, '');
  const open = `${before}[`;
  return {
    gather:
      gather &&
      ((value, run) => {
        if (Array.isArray(value)) for (const item of value) gather(item, run);
      }),
    write(value, run) {
      if (!Array.isArray(value)) throw EXCEPTIONAL;
      run.text += open;
      for (let i = 0; i < value.length; i += 1) {
        if (i > 0) run.text += ',';
        write(value[i], run);
      }
      run.text += ']';
    },
  };
}

function compileRecord(
  type: GraphQLObjectType,
  sets: readonly SelectionSetNode[],
  context: TextContext,
  before: string,
): TextPlan {
  const fields = [...collectNodes(type, sets, context)].map(([key, nodes], i) =>
    compileField(type, nodes, context, `${i === 0 ? `${before}{` : ','}${JSON.stringify(key)}:`),
  );
  const close = fields.length === 0 ? `${before}{}` : '}';
  const gathers = fields.flatMap(({ gather }) => gather ?? []);
  const isRecord = (value: unknown): value is Raw => typeof value === 'object' && !Array.isArray(value);
  return {
    gather:
      gathers.length === 0
        ? undefined
        : (value, run) => {
            if (isRecord(value)) for (const gather of gathers) gather(value, run);
          },
    write(value, run) {
      if (!isRecord(value)) throw EXCEPTIONAL;
      for (const field of fields) field.write(value, run);
      run.text += close;
    },
  };
}

/** Reads its value from the record. */
interface FieldPlan {
  readonly gather: ((record: Raw, run: TextRun) => void) | undefined;
  readonly write: (record: Raw, run: TextRun) => void;
}

function compileField(
  type: GraphQLObjectType,
  nodes: readonly FieldNode[],
  context: TextContext,
  before: string,
): FieldPlan {
  const name = nodes[0]?.name.value ?? '';
  if (name === '__typename') {
    const text = before + JSON.stringify(type.name);
    return { gather: undefined, write: (_record, run) => void (run.text += text) };
  }
  const field = type.getFields()[name];
  const model = context.models.get(type.name)?.get(name);
  if (field === undefined || !isPublished(type.name, name, field.type, context)) throw new Unsupported();
  if (model?.kind === 'stub') return compileStub(model, field.type, nodes, context, before);
  if (model?.kind !== 'property') throw new Unsupported();
  const { raw } = model;
  const { gather, write } = compileText(field.type, setsOf(nodes), context, before);
  const read = compileRead(raw, field.type) ?? ((record: Raw) => record[raw]);
  return {
    gather: gather && ((record, run) => gather(read(record), run)),
    write: (record, run) => write(read(record), run),
  };
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
): FieldPlan {
  const stub = readStub(model, type, nodes, context);
  const { lookup } = stub;
  // Where each is looked up on its own, or brings something along, the same key is not the same record.
  if (lookup !== undefined && (!lookup.shared || stub.hasMore)) throw new Unsupported();
  const item = compileText(stub.itemType, setsOf(nodes), context, '');
  const place = lookup && { lookup, item };

  const write = (values: StubValues, run: TextRun): void => {
    if (place === undefined || stub.isMissing(values)) {
      item.write(stub.recordOf(values), run);
      return;
    }
    const found = run.at(place).get(stub.identityOf(values));
    if (found === undefined) throw EXCEPTIONAL;
    if (found.text === undefined) {
      const before = run.text;
      run.text = '';
      item.write(found.record, run);
      [found.text, run.text] = [run.text, before];
    }
    run.text += found.text;
  };
  const gather = (values: StubValues, run: TextRun): void => {
    if (place === undefined) item.gather?.(stub.recordOf(values), run);
    else if (!stub.isMissing(values)) {
      const identity = stub.identityOf(values);
      if (!run.at(place).has(identity)) run.need(place, identity, stub.keyOf(values));
    }
  };

  if (!model.list) {
    return {
      gather: (record, run) => gather(stub.valuesOf(record), run),
      write(record, run) {
        run.text += before;
        write(stub.valuesOf(record), run);
      },
    };
  }
  return {
    gather(record, run) {
      for (const values of stub.rowsOf(record) ?? []) gather(values, run);
    },
    write(record, run) {
      const rows = stub.rowsOf(record);
      run.text += before + (rows === undefined ? 'null' : '[');
      if (rows === undefined) return;
      rows.forEach((values, i) => {
        if (i > 0) run.text += ',';
        write(values, run);
      });
      run.text += ']';
    },
  };
}

/** What JSON.stringify writes otherwise than it is: quotes, control characters, halves of a surrogate pair. */
// eslint-disable-next-line no-control-regex -- these are looked for
const ESCAPED = /["\\\u0000-\u001f\ud800-\udfff]/;

function compileLeafText(type: GraphQLLeafType, { published }: TextContext, before: string): TextPlan['write'] {
  const there = published.getType(type.name);
  if (isEnumType(type) && !type.getValues().every(({ name }) => isEnumType(there) && there.getValue(name)))
    throw new Unsupported();
  const serialize = compileLeaf(type);
  const writeSerialized = (value: unknown, run: TextRun): void => {
    const text = JSON.stringify(serialize(value)) as string | undefined;
    if (text === undefined) throw EXCEPTIONAL;
    run.text += before + text;
  };
  // A custom scalar may have the name of a built-in one, so types are told apart by themselves.
  if (type === GraphQLString || type === GraphQLID) {
    const open = `${before}"`;
    return (value, run) => {
      if (typeof value !== 'string' || ESCAPED.test(value)) writeSerialized(value, run);
      else run.text += `${open}${value}"`;
    };
  }
  if (type === GraphQLInt || type === GraphQLFloat || type === GraphQLBoolean) {
    return (value, run) => void (run.text += before + String(serialize(value)));
  }
  return writeSerialized;
}
