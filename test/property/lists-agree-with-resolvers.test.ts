// Whatever an upstream answers, right or wrong: a source that is read a list at a time gives the data and the errors that
// its resolvers give one by one, and calls nothing twice.
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { parse } from 'graphql';
import { createScope } from '../../src/engine/create-scope.ts';
import { HubFault } from '../../src/faults/hub-fault.ts';
import { fakeSource } from '../kit/graph.ts';

const SDL = /* GraphQL */ `
  type Query {
    things(n: Int): [Thing!] @rest(get: "/things{?n}")
    people(ids: [ID!]!): [Person] @rest(get: "/people{?ids*}") @lookup
  }
  type Thing @key(fields: "id") {
    id: ID!
    count: Int
    weight: Float!
    name: String
    colour: Colour
    date: Date
    tags: [String!]
    grid: [[Int]]
    inner: Inner
    inners: [Inner!]!
    owner: Person @derive(from: "{ id: ownerId }")
    helpers: [Person!] @derive(from: "{ id: helperIds }")
    ownerId: ID
    helperIds: [ID]
  }
  type Inner {
    on: Boolean!
    constructor: String
    owner: Person! @derive(from: "{ id: ownerId }")
    ownerId: ID
  }
  type Person @key(fields: "id") {
    id: ID!
    name: String!
    friend: Person @derive(from: "{ id: friendId }")
    friendId: ID
  }
  enum Colour {
    RED @map(name: "r")
    BLUE
  }
  scalar Date
`;

const QUERY = `query ($n: Int) {
  list: things(n: $n) {
    __typename id count weight name colour date tags grid
    inner { on constructor owner { name } }
    ... on Thing { inners { on } inners { owner { id friend { name } } } }
    owner { id name friend { name friend { id name } } }
    other: owner { id }
    helpers { name }
  }
  people(ids: ["1", "9"]) { id name }
}`;
/** The same to a client; a condition is beyond what is read a list at a time. */
const ONE_BY_ONE = QUERY.replace('__typename', '__typename @include(if: true)');

/** Mostly what the schema says, now and then something else. */
const mostly = (right: fc.Arbitrary<unknown>): fc.Arbitrary<unknown> =>
  fc.oneof(
    { weight: 60, arbitrary: right },
    { weight: 1, arbitrary: fc.constantFrom(null, undefined, 'x', 1.5, {}, [], [null]) },
  );

const id = fc.constantFrom<unknown>('1', 2, '3', 4, 9);
const inner = fc.record({ on: mostly(fc.boolean()), ownerId: mostly(id) });
const thing = fc.record({
  id: mostly(id),
  count: mostly(fc.integer({ min: -9, max: 9 })),
  weight: mostly(fc.constantFrom(1, 2.5)),
  name: mostly(fc.string({ maxLength: 3 })),
  colour: mostly(fc.constantFrom('r', 'BLUE')),
  date: mostly(fc.constant('2026-01-02')),
  tags: mostly(fc.array(fc.constant('t'), { maxLength: 2 })),
  grid: mostly(fc.constant([[1, null], [2]])),
  inner: mostly(inner),
  inners: mostly(fc.array(inner, { maxLength: 2 })),
  ownerId: mostly(id),
  helperIds: mostly(fc.array(id, { maxLength: 3 })),
});
const person = fc.record({ id, name: mostly(fc.constant('Ann')), friendId: mostly(id) });
const upstream = fc.record({
  things: mostly(fc.array(mostly(thing), { maxLength: 4 })),
  people: mostly(fc.array(person, { maxLength: 5 })),
  broken: fc.constantFrom(undefined, undefined, undefined, 'things', 'people'),
});

/** The number 2 and the text 2 are one id; `[]` and `[null]` are two, though String() writes both as nothing. */
const asText = (key: unknown): string => (typeof key === 'number' ? `"${String(key)}"` : JSON.stringify(key));

async function answer(
  query: string,
  { things, people, broken }: { things: unknown; people: unknown; broken: string | undefined },
) {
  const failed = () => new HubFault('HUB_UPSTREAM_FAILED', 'broken', { details: { source: 'shop' } });
  const { subgraph, calls } = fakeSource('shop', SDL, {
    'GET /things{?n}': () => (broken === 'things' ? failed() : things),
    'GET /people{?ids*}': () => (broken === 'people' ? failed() : people),
  });
  const fetch = { subgraph: 'shop', kind: 'query', text: query, document: parse(query), variableNames: ['n'] } as const;
  const result = await subgraph.prepare({ ...fetch, representationVariables: [] })(createScope(), { n: 1 });
  const errors = (result.errors ?? []).map(
    ({ path, fault }) => `${path?.join('.') ?? ''}: ${fault.code} ${fault.message}`,
  );
  const asked = calls.flatMap(({ args }) => (Array.isArray(args.ids) ? args.ids.map(asText) : ['things']));
  return { data: JSON.stringify(result.data), errors: errors.sort(), asked: asked.sort() };
}

describe('a source that is read a list at a time', () => {
  it('answers as its resolvers do', async () => {
    await fc.assert(
      fc.asyncProperty(upstream, async (given) => {
        const [list, oneByOne] = [await answer(QUERY, given), await answer(ONE_BY_ONE, given)];
        expect(list).toEqual(oneByOne);
        expect(list.asked).toEqual([...new Set(list.asked)]);
      }),
      { numRuns: Number(process.env.PROPERTY_SCHEMAS ?? 12) * 20 },
    );
  });
});
