// Values upstream that are no objects with a type's fields: maps, tuples, unions of texts and objects, choices.
import { describe, expect, it } from '@jest/globals';
import { parse } from 'graphql';
import type { Connector } from '../../../../src/contract/connector.ts';
import { createScope } from '../../../../src/engine/create-scope.ts';
import { createLocalSubgraph } from '../../../../src/subgraphs/local/create-local-subgraph.ts';

const SDL = /* GraphQL */ `
  scalar JSON
  type Query {
    prices: [PriceEntry!] @rest(get: "/prices")
    nested: [[PriceEntry!]] @rest(get: "/nested")
    thing: Thing @rest(get: "/thing")
    mixed: [Mixed] @rest(get: "/mixed")
  }
  type Mutation {
    set(
      prices: [PriceEntryInput!]
      thing: ThingInput
      choice: ChoiceInput
      choices: [ChoiceInput!]
      lists: [[PriceEntryInput!]!]
      path: PathInput
    ): Boolean @rest(post: "/set")
  }
  type PriceEntry @shape(as: entries) {
    key: String!
    value: Price
  }
  type Price {
    amount: Int @map(name: "a")
  }
  type Thing {
    id: ID
    point: Point
    labels: [LabelEntry!] @additional
  }
  type LabelEntry @shape(as: entries) {
    key: String!
    value: String
  }
  type Point @shape(as: tuple) {
    x: Int @map(name: "0")
    y: Int @map(name: "1")
    more: [Int!] @additional
  }
  union Mixed = StringValue | IntValue | ListValue | Price
  type StringValue @shape(as: value) {
    value: String!
  }
  type IntValue @shape(as: value) {
    value: Int!
  }
  type ListValue @shape(as: value) {
    value: [Int!]!
  }
  input PriceEntryInput @shape(as: entries) {
    key: String!
    value: PriceInput
  }
  input PriceInput {
    amount: Int @map(name: "a")
  }
  input ThingInput {
    id: ID
    point: PointInput
    labels: [LabelEntryInput!] @additional
    free: JSON @additional
  }
  input LabelEntryInput @shape(as: entries) {
    key: String!
    value: String
  }
  input PointInput @shape(as: tuple) {
    x: Int @map(name: "0")
    y: Int @map(name: "2")
  }
  input PathInput @shape(as: tuple) {
    x: Int @map(name: "0")
    y: Int @map(name: "1")
    more: [Int!] @additional
  }
  input ChoiceInput @oneOf @shape(as: choice) {
    text: String
    price: PriceInput
    prices: [PriceEntryInput!]
  }
`;

async function run(text: string, outcome: unknown = true) {
  const seen: Record<string, unknown>[] = [];
  const connector: Connector = {
    kind: 'rest',
    directive: 'rest',
    prepare: () => ({
      operation: 'x',
      merges: false,
      run: async (_, calls) => calls.map(({ args }) => (seen.push(args), outcome)),
    }),
    close: async () => undefined,
  };
  const subgraph = createLocalSubgraph({
    name: 'api',
    kind: 'rest',
    sdl: parse(SDL),
    connectors: [connector],
    settings: { maxKeysPerBatch: 10 },
  });
  const kind = text.startsWith('mutation') ? ('mutation' as const) : ('query' as const);
  const fetch = { subgraph: 'api', kind, text, document: parse(text), variableNames: [], representationVariables: [] };
  const { data, errors } = await subgraph.prepare(fetch)(createScope(), {});
  expect(errors).toBeUndefined();
  return { data, args: seen[0] };
}

describe('answers', () => {
  it('that are maps are lists of keys and values', async () => {
    const map = JSON.parse('{"eur":{"a":1},"__proto__":{"a":2},"none":null}') as unknown;
    expect((await run('{ prices { key value { amount } } }', map)).data).toEqual({
      prices: [
        { key: 'eur', value: { amount: 1 } },
        { key: '__proto__', value: { amount: 2 } },
        { key: 'none', value: null },
      ],
    });
    expect((await run('{ nested { key } }', [{ a: {} }, null])).data).toEqual({ nested: [[{ key: 'a' }], null] });
  });

  it('keep what is beyond the fields of the type, and tuples', async () => {
    const thing = { id: '1', point: [3, 4], color: 'red' };
    expect((await run('{ thing { id point { x y } labels { key value } } }', thing)).data).toEqual({
      thing: { id: '1', point: { x: 3, y: 4 }, labels: [{ key: 'color', value: 'red' }] },
    });
    expect((await run('{ thing { labels { key } } }', { id: '1' })).data).toEqual({ thing: { labels: null } });
  });

  it('that are tuples keep what follows their own items', async () => {
    const query = '{ thing { point { x y more } } }';
    expect((await run(query, { point: [1, 2, 3, 4] })).data).toEqual({
      thing: { point: { x: 1, y: 2, more: [3, 4] } },
    });
    expect((await run(query, { point: [1] })).data).toEqual({ thing: { point: { x: 1, y: null, more: [] } } });
  });

  it('that are texts, numbers, lists or objects are members of one union', async () => {
    const text = `{ mixed { __typename ... on StringValue { text: value } ... on IntValue { number: value } ... on ListValue { list: value } ... on Price { amount } } }`;
    expect((await run(text, ['a', 1, [2], { a: 3 }, null])).data).toEqual({
      mixed: [
        { __typename: 'StringValue', text: 'a' },
        { __typename: 'IntValue', number: 1 },
        { __typename: 'ListValue', list: [2] },
        { __typename: 'Price', amount: 3 },
        null,
      ],
    });
  });
});

describe('arguments', () => {
  it('that are entries become maps, deeply', async () => {
    const { args } = await run(
      'mutation { set(prices: [{ key: "eur", value: { amount: 1 } }, { key: "__proto__", value: null }], lists: [[{ key: "a", value: {} }]]) }',
    );
    expect(JSON.stringify(args)).toBe('{"prices":{"eur":{"a":1},"__proto__":null},"lists":[{"a":{}}]}');
  });

  it('that are additional stand beside the fields', async () => {
    const { args } = await run(
      'mutation { set(thing: { id: 1, point: { x: 1, y: 2 }, labels: [{ key: "c", value: "red" }], free: { d: [1] } }) }',
    );
    expect(args).toEqual({ thing: { id: '1', point: [1, null, 2], c: 'red', d: [1] } });
  });

  it('that are tuples are lists, further items last', async () => {
    expect((await run('mutation { set(path: { x: 1, more: [3, 4] }) }')).args).toEqual({ path: [1, null, 3, 4] });
  });

  it('that are a choice are the value of what is given', async () => {
    const { args } = await run(
      'mutation { set(choice: { price: { amount: 1 } }, choices: [{ text: "a" }, { prices: [{ key: "k", value: { amount: 2 } }] }]) }',
    );
    expect(args).toEqual({ choice: { a: 1 }, choices: ['a', { k: { a: 2 } }] });
  });
});
