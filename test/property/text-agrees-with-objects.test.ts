// Whatever an upstream answers, right, wrong or hostile: an answer written as text is the one that is put together of
// objects, byte for byte and error for error, for the same upstream calls, none of them made twice.
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { HubFault } from '../../src/faults/hub-fault.ts';
import { identityOf } from '../../src/subgraphs/local/key-binding.ts';
import { askBothForms, type Answered } from '../kit/both-forms.ts';
import { fakeSource, testGraph } from '../kit/graph.ts';

const SDL = /* GraphQL */ `
  type Query {
    things(n: Int = 3): [Thing!] @rest(get: "/things{?n}")
    thing: Thing @rest(get: "/thing")
    people(ids: [ID!]!): [Person] @rest(get: "/people{?ids*}") @lookup
    shelf(row: Int!, place: ID!): Shelf @rest(get: "/shelves/{row}/{place}") @lookup
  }
  interface Node {
    id: ID!
  }
  type Thing implements Node @key(fields: "id") {
    id: ID!
    count: Int
    weight: Float!
    name: String
    colour: Colour
    json: JSON
    date: Date
    tags: [String!]
    grid: [[Int]]
    inner: Inner
    inners: [Inner!]!
    prices: [Price!]
    owner: Person @derive(from: "{ id: ownerId }")
    helpers: [Person!] @derive(from: "{ id: helperIds }")
    shelf: Shelf @derive(from: "{ row: at.row, place: at.place }")
    shelves: [Shelf] @derive(from: "{ row: rows, place: places }")
    ownerId: ID
    helperIds: [ID]
    at: At
    rows: [Int]
    places: [ID]
  }
  type At {
    row: Int
    place: ID
  }
  type Inner {
    on: Boolean!
    constructor: String
    owner: Person! @derive(from: "{ id: ownerId }")
    ownerId: ID
  }
  type Price @shape(as: entries) {
    key: String!
    value: Float
  }
  type Person implements Node @key(fields: "id") {
    id: ID!
    name: String!
    friend: Person @derive(from: "{ id: friendId }")
    friendId: ID
  }
  type Shelf @key(fields: "row place") {
    row: Int!
    place: ID!
    label: String
    keeper: Person! @derive(from: "{ id: keeperId }")
    keeperId: ID
  }
  enum Colour {
    RED @map(name: "r")
    BLUE
  }
  scalar JSON
  scalar Date
`;

const QUERIES = [
  '{ things { id count weight name colour json date tags grid prices { key value } } }',
  '{ things { inner { on constructor } inners { on __typename } } thing { __typename inner { toString: constructor } } }',
  '{ things { owner { name } helpers { id name } inner { owner { name } } } }',
  '{ things { owner { id friend { name friend { id } } } } thing { helpers { friend { friend { name } } } } }',
  '{ things { at { row } shelf { row place } } thing { shelf { label keeper { name } } shelves { label keeper { id } } } }',
  '{ things { ...T } other: things(n: 5) { ... on Node { ... on Person { name } id } owner { ...P } } } fragment T on Thing { owner { id } owner { ...P } } fragment P on Person { friend { name } }',
  '{ people(ids: [1, "9"]) { id name friend { name } } shelf(row: 1, place: "a") { label } thing { owner { friendId name } } }',
];

const leaf = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 3 }),
  fc.string({ unit: fc.constantFrom('"', '\\', '\n', '\u0000', '\u2028', '\ud83d', '\ude00', 'é', 'a'), maxLength: 4 }),
  fc.constantFrom<unknown>(null, undefined, true, false, -0, 1e21, 2 ** 31, Infinity, '12', '1.5', 'BLUE', 'r'),
  fc.double({ noNaN: true }),
  fc.integer({ min: -9, max: 9 }),
);
const name = fc.constantFrom('id', 'on', 'owner', 'ownerId', 'row', 'key', '__proto__', 'toString', 'valueOf', '2');
const object = fc.dictionary(name, leaf, { maxKeys: 3, noNullPrototype: true });
const hostile = fc.oneof(
  { weight: 4, arbitrary: leaf },
  { weight: 1, arbitrary: fc.array(leaf, { maxLength: 3 }) },
  { weight: 1, arbitrary: object },
  { weight: 1, arbitrary: fc.array(object, { maxLength: 2 }) },
);

interface Given {
  readonly things: unknown;
  readonly thing: unknown;
  readonly people: readonly unknown[];
  readonly shelf: unknown;
  readonly broken: string | undefined;
}

/** @param wrong how many of a hundred values are not what the schema says */
function upstream(wrong: number): fc.Arbitrary<Given> {
  const mostly = <T>(right: fc.Arbitrary<T>): fc.Arbitrary<unknown> =>
    fc.oneof({ weight: 100 - wrong, arbitrary: right }, { weight: wrong, arbitrary: hostile });
  const id = mostly(fc.constantFrom<unknown>('1', 1, 2, '3', 'a\u0000', 9));
  const text = mostly(fc.oneof(fc.string({ maxLength: 3 }), fc.constant('"😀"')));
  const inner = fc.record({ on: mostly(fc.boolean()), constructor: text, ownerId: id }, { requiredKeys: ['on'] });
  const thing = fc.record({
    id,
    count: mostly(fc.integer({ min: -9, max: 9 })),
    weight: mostly(fc.constantFrom(1, 2.5, -0)),
    name: text,
    colour: mostly(fc.constantFrom('r', 'BLUE')),
    json: hostile,
    date: mostly(fc.constant('2026-01-02')),
    tags: mostly(fc.array(text, { maxLength: 2 })),
    grid: mostly(fc.constant([[1, null], [], null])),
    inner: mostly(inner),
    inners: mostly(fc.array(inner, { maxLength: 2 })),
    prices: mostly(fc.dictionary(name, mostly(fc.constantFrom(1, null)), { maxKeys: 2 })),
    ownerId: id,
    helperIds: mostly(fc.array(id, { maxLength: 3 })),
    at: mostly(fc.record({ row: mostly(fc.constantFrom(1, 2)), place: id })),
    rows: mostly(fc.array(mostly(fc.constantFrom(1, 2)), { maxLength: 3 })),
    places: mostly(fc.array(id, { maxLength: 3 })),
  });
  const person = fc.record({ id, name: text, friendId: id });
  return fc.record({
    things: mostly(fc.array(mostly(thing), { maxLength: 4 })),
    thing: mostly(thing),
    people: fc.array(person, { maxLength: 5 }),
    shelf: mostly(fc.record({ label: text, keeperId: id })),
    broken: fc.constantFrom(undefined, undefined, undefined, undefined, 'things', 'people', 'shelf'),
  });
}

/** One graph for each size of batches, which answers with what is given at the moment. */
let given: Given;
const failed = (): HubFault => new HubFault('HUB_UPSTREAM_FAILED', 'broken', { details: { source: 'shop' } });
const ANSWERS = {
  'GET /things{?n}': () => (given.broken === 'things' ? failed() : given.things),
  'GET /thing': () => given.thing,
  'GET /people{?ids*}': () => (given.broken === 'people' ? failed() : given.people),
  'GET /shelves/{row}/{place}': () => (given.broken === 'shelf' ? failed() : given.shelf),
};
const SHOPS = new Map(
  [1, 2, 100].map((maxKeys) => {
    const source = fakeSource('shop', SDL, ANSWERS, maxKeys);
    return [maxKeys, { source, graph: testGraph(source.subgraph) }];
  }),
);

/** Errors in no order: several fields are done at the same time. */
function comparable({ body, calls }: Answered) {
  const { errors = [] } = JSON.parse(body) as { readonly errors?: readonly unknown[] };
  const end = body.indexOf(',"errors":[{');
  const asked = calls.flatMap((call) => {
    const [operation, { ids, ...args }] = JSON.parse(call) as [string, Record<string, unknown>];
    const keys = Array.isArray(ids) ? ids.map((id: unknown) => identityOf([id])) : [JSON.stringify(args)];
    return keys.map((key) => `${operation} ${key}`);
  });
  return {
    data: errors.length === 0 ? body : body.slice(0, end),
    errors: errors.map((error) => JSON.stringify(error)).sort(),
    asked: asked.sort(),
  };
}

describe('an answer written as text', () => {
  it.each([0, 2, 25])(
    'is the one that is put together of objects, with %d in a hundred values wrong',
    async (wrong) => {
      let texts = 0;
      const numRuns = Number(process.env.PROPERTY_SCHEMAS ?? 12) * 20;
      const agrees = async (query: string, maxKeys: number, answers: Given): Promise<void> => {
        const shop = SHOPS.get(maxKeys);
        if (shop === undefined) throw new Error('no such shop');
        given = answers;
        const { text, objects } = await askBothForms(shop.graph, [shop.source], query);
        const { asked, ...answered } = comparable(text);
        expect({ asked, ...answered }).toEqual(comparable(objects));
        expect(asked).toEqual([...new Set(asked)]);
        if (text.isText) texts += 1;
      };
      const queries = fc.constantFrom(...QUERIES);
      const sizes = fc.constantFrom(...SHOPS.keys());
      await fc.assert(fc.asyncProperty(queries, sizes, upstream(wrong), agrees), { numRuns });
      expect(texts).toBeGreaterThan(wrong < 20 ? numRuns / 5 : 0);
    },
  );
});
