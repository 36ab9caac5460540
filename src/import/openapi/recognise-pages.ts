// Operations that answer a page at a time in, how one gets from page to page out. Called by the mapping of connections.
import { plainName } from '../graphql-names.ts';
import type { ApiOperation, ApiParameter, Schema } from './document-model.ts';
import type { MappedOperation } from './map-operation.ts';
import type { Shape } from './schema-shape.ts';

export type PageStyle = 'page' | 'offset' | 'cursor' | 'link';

export interface Paging {
  readonly by: PageStyle;
  /** Dotted path of the list; empty where the answer is the list. */
  readonly items: string;
  readonly itemSchema: Schema;
  /** Parameter that says how many, where there is one. */
  readonly size: ApiParameter | undefined;
  /** Parameter that says where to go on. */
  readonly position: ApiParameter;
  /** Dotted paths in the answer. */
  readonly next: string | undefined;
  readonly more: string | undefined;
  readonly total: string | undefined;
  /** Property of an item that stands for its place (`starting_after` an id). */
  readonly cursorOf: string | undefined;
}

const SIZES = 'limit perpage pagesize size count maxresults maxitems first top take rows pagelimit'.split(' ');
const PAGES = 'page pagenumber pagenum pageno pageindex currentpage'.split(' ');
const OFFSETS = 'offset skip startindex startat start'.split(' ');
const CURSORS =
  'cursor after pagetoken nexttoken startingafter continuationtoken continuation marker startcursor nextcursor paginationtoken pagecursor exclusivestartkey nextpagetoken pageafter'.split(
    ' ',
  );
const NEXTS =
  'nextcursor nextpagetoken nexttoken cursor endcursor after continuationtoken continuation nextmarker nextpage next paginationtoken'.split(
    ' ',
  );
const MORES = 'hasmore hasnext hasnextpage more ismore hasmoreitems'.split(' ');
const TOTALS = 'total totalcount totalresults totalitems totalelements totalentries totalrecords totalsize'.split(' ');

/** What an answer with a list in it says of its pages. */
interface PagedAnswer extends Pick<Paging, 'items' | 'itemSchema' | 'next' | 'more' | 'total'> {
  /** Property of an item that may stand for its place. */
  readonly id: string | undefined;
}

/** The recogniser answers undefined where an operation does not answer pages, as far as names tell. */
export function createPageRecogniser(
  shapeOf: (schema: Schema) => Shape,
): (mapped: MappedOperation) => Paging | undefined {
  // Many operations answer with the same thing, and it may be large.
  const answers = new Map<object, PagedAnswer | undefined>();
  const answerOf = (whole: Schema): PagedAnswer | undefined => {
    if (!answers.has(whole.id)) answers.set(whole.id, readAnswer(whole, shapeOf));
    return answers.get(whole.id);
  };
  return ({ operation, whole }) =>
    operation.method !== 'get' || whole === undefined ? undefined : pagingOf(operation, answerOf(whole), shapeOf);
}

function readAnswer(whole: Schema, shapeOf: (schema: Schema) => Shape): PagedAnswer | undefined {
  const list = findList(whole, shapeOf);
  if (list === undefined) return undefined;
  const leaf = (names: readonly string[]): string | undefined => findLeaf(whole, names, shapeOf);
  return { ...list, next: leaf(NEXTS), more: leaf(MORES), total: leaf(TOTALS), id: idOf(list.itemSchema, shapeOf) };
}

function pagingOf(
  operation: ApiOperation,
  answer: PagedAnswer | undefined,
  shapeOf: (schema: Schema) => Shape,
): Paging | undefined {
  if (answer === undefined) return undefined;
  const { next, id, ...list } = answer;
  const query = operation.parameters.filter(({ in: place, schema }) => {
    const kind = schema === undefined ? 'scalar' : shapeOf(schema()).kind;
    return place === 'query' && (kind === 'scalar' || kind === 'any');
  });
  const named = (names: readonly string[]): ApiParameter | undefined =>
    query.find(({ name }) => names.includes(plainName(name)));
  const size = named(SIZES);
  const common = { ...list, size };
  const cursor = named(CURSORS);
  const page = named(PAGES);
  const offset = named(OFFSETS);
  const linked = operation.responses.some(({ headers }) => headers.includes('link'));
  const cursorOf = cursor !== undefined && plainName(cursor.name) === 'startingafter' ? id : undefined;
  if (cursor !== undefined && next !== undefined)
    return { ...common, by: 'cursor', position: cursor, next, cursorOf: undefined };
  if (cursor !== undefined && cursorOf !== undefined)
    return { ...common, by: 'cursor', position: cursor, next: undefined, cursorOf };
  const rest = { next: undefined, cursorOf: undefined };
  const linkedBy = cursor ?? page ?? offset;
  if (linked && linkedBy !== undefined) return { ...common, ...rest, by: 'link', position: linkedBy };
  if (page !== undefined) return { ...common, ...rest, by: 'page', position: page };
  // "start" and "skip" say how many to leave out only beside how many to take.
  if (offset !== undefined && size !== undefined) return { ...common, ...rest, by: 'offset', position: offset };
  return undefined;
}

/** The answer itself, or its one list of objects, at most two levels deep. */
function findList(
  whole: Schema,
  shapeOf: (schema: Schema) => Shape,
): { readonly items: string; readonly itemSchema: Schema } | undefined {
  const itemOf = (shape: Shape): Schema | undefined => {
    if (shape.kind !== 'list') return undefined;
    const item = shape.items();
    return ['object', 'union'].includes(shapeOf(item).kind) ? item : undefined;
  };
  const shape = shapeOf(whole);
  const top = itemOf(shape);
  if (top !== undefined) return { items: '', itemSchema: top };
  if (shape.kind !== 'object') return undefined;
  const lists = (fields: typeof shape.fields, path: string): { items: string; itemSchema: Schema }[] =>
    [...fields.values()].flatMap(({ name, schema }) => {
      const item = name.includes('.') ? undefined : itemOf(shapeOf(schema));
      return item === undefined ? [] : [{ items: `${path}${name}`, itemSchema: item }];
    });
  const found = lists(shape.fields, '');
  const inner = [...shape.fields.values()].flatMap(({ name, schema }) => {
    const one = shapeOf(schema);
    return one.kind === 'object' && plainName(name) === 'data' ? lists(one.fields, `${name}.`) : [];
  });
  const all = found.length > 0 ? found : inner;
  const usual = all.filter(({ items }) => /(?:^|\.)(?:data|items|results|records|values|entries)$/.test(items));
  const [only, second] = usual.length === 1 ? usual : all;
  return second === undefined ? only : undefined;
}

/** Dotted path of a leaf with one of these names, at most two levels below the answer; the first of the names wins. */
function findLeaf(whole: Schema, names: readonly string[], shapeOf: (schema: Schema) => Shape): string | undefined {
  const found = new Map<string, string>();
  // What was seen before at the same depth has nothing new.
  const seen: readonly Set<object>[] = [new Set(), new Set(), new Set()];
  const visit = (schema: Schema, path: string, depth: number): void => {
    if (seen[depth]?.has(schema.id) === true) return;
    seen[depth]?.add(schema.id);
    const shape = shapeOf(schema);
    if (shape.kind !== 'object') return;
    for (const field of shape.fields.values()) {
      if (field.name.includes('.')) continue;
      const kind = shapeOf(field.schema).kind;
      const key = plainName(field.name);
      if (kind === 'object' && depth < 2) visit(field.schema, `${path}${field.name}.`, depth + 1);
      else if ((kind === 'scalar' || kind === 'any') && names.includes(key) && !found.has(key))
        found.set(key, path + field.name);
    }
  };
  visit(whole, '', 0);
  return names.flatMap((name) => found.get(name) ?? [])[0];
}

function idOf(schema: Schema, shapeOf: (schema: Schema) => Shape): string | undefined {
  const shape = shapeOf(schema);
  const members = shape.kind === 'union' ? shape.members.map(shapeOf) : [shape];
  return members.every((one) => one.kind === 'object' && one.fields.has('id')) ? 'id' : undefined;
}
