import { describe, expect, it } from '@jest/globals';
import { buildClientSchema, getIntrospectionQuery, parse } from 'graphql';
import type { FetchResult } from '../../../src/contract/fetch.ts';
import type { Subgraph } from '../../../src/contract/subgraph.ts';
import { createScope } from '../../../src/engine/create-scope.ts';
import { HubFault } from '../../../src/faults/hub-fault.ts';
import { ask, fakeSource, testGraph, type Answers } from '../../kit/graph.ts';

const SHOP = /* GraphQL */ `
  type Query {
    products: [Product!]! @rest(get: "/products")
    product(id: ID!): Product @rest(get: "/products/{id}") @lookup
    productsById(ids: [ID!]!): [Product]! @rest(get: "/products{?ids*}") @lookup
    things: [Thing] @rest(get: "/things")
    echo(text: String = "hi", filter: Filter): String @rest(get: "/echo{?text}")
  }
  type Mutation {
    first(n: Int!): Int @rest(post: "/first")
    second(n: Int!): Int @rest(post: "/second")
  }
  input Filter {
    after: Int = 3
  }
  type Product @key(fields: "id") @key(fields: "sku") {
    id: ID!
    sku: String!
    name: String!
    secret: String @authenticated
    cost: Int @requiresScopes(scopes: [["finance"]])
    tags: [Tag!]
  }
  type Tag {
    word: String!
  }
  interface Thing {
    label: String
  }
  type Book implements Thing {
    label: String
    pages: Int
  }
  type Film implements Thing {
    label: String
    minutes: Int
    product: Product @derive(from: "{ id: productId }")
    productId: ID
  }
`;

const WAREHOUSE = /* GraphQL */ `
  type Query {
    stocks(skus: [String!]!): [Stock]! @rest(get: "/stocks{?skus*}") @lookup
  }
  type Product @key(fields: "sku") {
    sku: String!
    stock: Stock @derive(from: "{ sku }")
  }
  type Stock @key(fields: "sku") {
    sku: String!
    available: Int!
  }
`;

const READER = /* GraphQL */ `
  type Product @key(fields: "id") {
    id: ID!
    name: String! @external
    tags: [Tag!] @external
    summary: String @requires(fields: "name tags { word }") @rest(post: "/summaries")
  }
  type Tag {
    word: String! @external
  }
`;

const PRODUCTS = [
  { id: 1, sku: 'a', name: 'Axe', secret: 's1', cost: 5, tags: [{ word: 'sharp' }] },
  { id: 2, sku: 'b', name: 'Bow', secret: 's2', cost: 6, tags: null },
];

function hub(shop: Answers = {}, warehouse: Answers = {}) {
  const one = fakeSource('shop', SHOP, {
    'GET /products': () => PRODUCTS,
    'GET /products/{id}': ({ args }) => PRODUCTS.find(({ id }) => String(id) === args.id) ?? null,
    'GET /products{?ids*}': ({ args }) =>
      PRODUCTS.filter(({ id }) => (args.ids as unknown[]).map(String).includes(String(id))),
    'GET /things': () => [{ label: 'B', pages: 3 }, { label: 'F', minutes: 9, productId: 2 }, null],
    'GET /echo{?text}': ({ args }) => JSON.stringify(args),
    'POST /first': ({ args }) => args.n,
    'POST /second': ({ args }) => args.n,
    ...shop,
  });
  const two = fakeSource('warehouse', WAREHOUSE, {
    'GET /stocks{?skus*}': ({ args }) =>
      (args.skus as string[]).map((sku) => ({ sku, available: sku.charCodeAt(0) })).reverse(),
    ...warehouse,
  });
  const three = fakeSource('reader', READER, {
    'POST /summaries': ({ parent }) => `${String(parent.name)}: ${JSON.stringify(parent.tags)}`,
  });
  return {
    graph: testGraph(one.subgraph, two.subgraph, three.subgraph),
    shop: one.calls,
    warehouse: two.calls,
    reader: three.calls,
  };
}

const down = () => {
  throw new HubFault('HUB_UPSTREAM_UNREACHABLE', 'connect ECONNREFUSED 10.0.0.7:80', {
    details: { source: 'warehouse' },
  });
};

describe('an operation over several sources', () => {
  it('joins them with one call per source and level', async () => {
    const { graph, shop, warehouse } = hub();
    const response = await ask(graph, '{ products { name stock { available } summary } }');
    expect(response).toEqual({
      data: {
        products: [
          { name: 'Axe', stock: { available: 97 }, summary: 'Axe: [{"word":"sharp"}]' },
          { name: 'Bow', stock: { available: 98 }, summary: 'Bow: null' },
        ],
      },
    });
    expect(shop).toHaveLength(1);
    expect(warehouse.map(({ args }) => args)).toEqual([{ skus: ['a', 'b'] }]);
  });

  it('answers in the order, with the aliases and with the fragments of the client', async () => {
    const { graph } = hub();
    const text = /* GraphQL */ `
      query ($yes: Boolean!, $no: Boolean!) {
        all: products {
          ...Part
          title: name @include(if: $yes)
          sku @skip(if: $yes)
          id @include(if: $no)
          stock {
            available
          }
          stock {
            sku
          }
          __typename
        }
        gone: products @skip(if: true) {
          name
        }
      }
      fragment Part on Product {
        again: name
      }
    `;
    const response = await ask(graph, text, { yes: true, no: false });
    expect(response.errors).toBeUndefined();
    expect(JSON.stringify((response.data?.all as unknown[])[0])).toBe(
      '{"again":"Axe","title":"Axe","stock":{"available":97,"sku":"a"},"__typename":"Product"}',
    );
    expect(response.data).not.toHaveProperty('gone');
  });

  it('finds the type of abstract values and fetches what other sources add to them', async () => {
    const { graph } = hub();
    const response = await ask(
      graph,
      '{ things { __typename label ... on Book { pages } ... on Film { minutes product { name stock { available } } } } }',
    );
    expect(response).toEqual({
      data: {
        things: [
          { __typename: 'Book', label: 'B', pages: 3 },
          { __typename: 'Film', label: 'F', minutes: 9, product: { name: 'Bow', stock: { available: 98 } } },
          null,
        ],
      },
    });
  });

  it('applies defaults to arguments and variables', async () => {
    const { graph } = hub();
    const response = await ask(graph, 'query ($t: String = "yo") { a: echo b: echo(text: $t, filter: {}) }');
    expect(response.data).toEqual({ a: '{"text":"hi"}', b: '{"text":"yo","filter":{"after":3}}' });
  });

  it('refuses variables that do not fit, before any call', async () => {
    const { graph, shop } = hub();
    const response = await ask(graph, 'query ($id: ID!) { product(id: $id) { name } }', {});
    expect(response.data).toBeUndefined();
    expect(response.errors?.[0]).toMatchObject({
      message: 'Variable "$id" of required type "ID!" was not provided.',
      extensions: { code: 'BAD_USER_INPUT' },
    });
    expect(shop).toHaveLength(0);
  });

  it('runs mutations one after the other', async () => {
    const order: string[] = [];
    const { graph } = hub({
      'POST /first': async () => {
        await new Promise((resolve) => setImmediate(resolve));
        order.push('first');
        return 1;
      },
      'POST /second': () => order.push('second'),
    });
    await ask(graph, 'mutation { b: first(n: 1) a: second(n: 2) }');
    expect(order).toEqual(['first', 'second']);
  });

  it('answers introspection itself, alone and beside data', async () => {
    const { graph, shop } = hub();
    const { data } = await ask(graph, getIntrospectionQuery());
    expect(buildClientSchema(data as never).getType('Product')).toBeDefined();
    expect(shop).toHaveLength(0);
    const both = await ask(graph, '{ __typename q: __type(name: "Tag") { fields { name } } products { id } }');
    expect(both.data).toEqual({
      __typename: 'Query',
      q: { fields: [{ name: 'word' }] },
      products: [{ id: '1' }, { id: '2' }],
    });
  });

  it('plans an operation once', () => {
    const { graph } = hub();
    const text = '{ products { id } }';
    const source = { document: parse(text), text, operationName: undefined };
    expect(graph.prepare(source)).toBe(graph.prepare({ ...source, document: parse(text) }));
  });
});

describe('a source that fails', () => {
  it('nulls its own fields and nothing else, at every path, without telling where it is', async () => {
    const { graph } = hub({}, { 'GET /stocks{?skus*}': down });
    const response = await ask(graph, '{ products { name stock { available } } }');
    expect(response.data).toEqual({
      products: [
        { name: 'Axe', stock: null },
        { name: 'Bow', stock: null },
      ],
    });
    expect(response.errors).toEqual(
      [0, 1].map((i) => ({
        message: 'The source "warehouse" cannot be reached.',
        path: ['products', i, 'stock'],
        extensions: { code: 'HUB_UPSTREAM_UNREACHABLE', source: 'warehouse' },
      })),
    );
  });

  it('propagates null by the public schema, with one error', async () => {
    const { graph } = hub({}, { 'GET /stocks{?skus*}': () => [{ sku: 'a' }, { sku: 'b', available: 4 }] });
    const response = await ask(graph, '{ products { stock { available } } }');
    expect(response.data).toEqual({ products: [{ stock: null }, { stock: { available: 4 } }] });
    expect(response.errors?.map(({ path, extensions }) => [path, extensions.code])).toEqual([
      [['products', 0, 'stock', 'available'], 'HUB_UPSTREAM_MALFORMED'],
    ]);
  });

  it('nulls the whole answer only where the schema leaves nothing else', async () => {
    const { graph } = hub({ 'GET /products': down });
    const response = await ask(graph, '{ products { name } things { label } }');
    expect(response.data).toBeNull();
    expect(response.errors?.map(({ path }) => path)).toEqual([['products']]);
  });

  it('names few paths and the number of all where thousands are struck', async () => {
    const many = Array.from({ length: 3_000 }, (_, i) => ({ id: i, sku: String(i), name: 'x' }));
    const { graph } = hub({ 'GET /products': () => many }, { 'GET /stocks{?skus*}': down });
    const response = await ask(graph, '{ products { stock { available } } }');
    expect(response.data?.products).toHaveLength(3_000);
    expect(response.errors).toHaveLength(100);
    expect(response.errors?.at(-1)?.extensions).toMatchObject({
      code: 'HUB_UPSTREAM_UNREACHABLE',
      affectedPaths: 3_000,
    });
  });

  it('stops waiting when the request is aborted', async () => {
    const controller = new AbortController();
    const { graph } = hub({
      'GET /products': () => {
        controller.abort();
        return new Promise(() => undefined);
      },
    });
    const response = await ask(graph, '{ products { name } }', {}, createScope({ signal: controller.signal }));
    expect(response.errors?.[0]?.extensions.code).toBe('HUB_REQUEST_ABORTED');
  });
});

describe('a remote subgraph', () => {
  const remote = (answer: (variables: Readonly<Record<string, unknown>>) => FetchResult): Subgraph => ({
    name: 'remote',
    kind: 'federation',
    sdl: parse(
      'extend schema @link(url: "https://specs.apollo.dev/federation/v2.3", import: ["@key"]) type Product @key(fields: "id") { id: ID! price: Int rating: Int! }',
    ),
    prepare: () => (_scope, variables) => Promise.resolve(answer(variables)),
    close: () => Promise.resolve(),
  });
  const graphWith = (answer: Parameters<typeof remote>[0]) => {
    const shop = fakeSource('shop', SHOP, new Proxy({}, { get: () => () => PRODUCTS }));
    return testGraph(shop.subgraph, remote(answer));
  };

  it('gets each entity once, and its errors land where the entities are', async () => {
    let seen: unknown;
    const graph = graphWith((variables) => {
      seen = variables.representations;
      return {
        data: { _entities: [{ price: 3 }, null] },
        errors: [
          {
            path: ['_entities', 1, 'price'],
            fault: new HubFault('HUB_UPSTREAM_FAULT', 'no price'),
            message: 'no price',
            extensions: { code: 'NO_PRICE' },
          },
        ],
      };
    });
    const response = await ask(graph, '{ products { id price } }');
    expect(seen).toEqual([
      { __typename: 'Product', id: '1' },
      { __typename: 'Product', id: '2' },
    ]);
    expect(response.data).toEqual({
      products: [
        { id: '1', price: 3 },
        { id: '2', price: null },
      ],
    });
    expect(response.errors).toEqual([
      { message: 'no price', path: ['products', 1, 'price'], extensions: { code: 'NO_PRICE', source: 'remote' } },
    ]);
  });

  it.each([
    ['too few entities', { data: { _entities: [{ price: 1 }] } }],
    ['no data', { data: null }],
    ['entities that are no list', { data: { _entities: 'x' } }],
  ])('is malformed when it answers %s', async (_what, result) => {
    const response = await ask(
      graphWith(() => result),
      '{ products { id price } }',
    );
    expect(response.data).toEqual({
      products: [
        { id: '1', price: null },
        { id: '2', price: null },
      ],
    });
    expect(response.errors?.map(({ extensions }) => extensions.code)).toEqual([
      'HUB_UPSTREAM_MALFORMED',
      'HUB_UPSTREAM_MALFORMED',
    ]);
  });

  it('cannot reach the prototype of the answer', async () => {
    const graph = graphWith(
      () => JSON.parse('{"data":{"_entities":[{"price":1,"__proto__":{"polluted":true}},{"price":2}]}}') as FetchResult,
    );
    await ask(graph, '{ products { id price } }');
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
  });
});

describe('protected fields', () => {
  const principal = { kind: 'jwt', id: 'i|s', scopes: new Set(['finance']), claims: {} } as const;

  it('are null with a typed error for who may not see them, and nothing protected is fetched', async () => {
    const { graph } = hub();
    const response = await ask(graph, '{ products { name secret cost } }');
    expect(response.data).toEqual({
      products: [
        { name: 'Axe', secret: null, cost: null },
        { name: 'Bow', secret: null, cost: null },
      ],
    });
    expect(response.errors?.map(({ path, extensions }) => [path?.join('.'), extensions.code])).toEqual([
      ['products.0.secret', 'HUB_AUTH_UNAUTHENTICATED'],
      ['products.0.cost', 'HUB_AUTH_UNAUTHENTICATED'],
      ['products.1.secret', 'HUB_AUTH_UNAUTHENTICATED'],
      ['products.1.cost', 'HUB_AUTH_UNAUTHENTICATED'],
    ]);
  });

  it('are there for who may, and the next caller gets nothing of it', async () => {
    const { graph } = hub();
    const text = '{ product(id: 1) { secret cost } }';
    const allowed = await ask(graph, text, {}, createScope({ principal }));
    expect(allowed).toEqual({ data: { product: { secret: 's1', cost: 5 } } });
    const denied = await ask(graph, text);
    expect(denied.data).toEqual({ product: { secret: null, cost: null } });
    const half = await ask(graph, text, {}, createScope({ principal: { ...principal, scopes: new Set<string>() } }));
    expect(half.data).toEqual({ product: { secret: 's1', cost: null } });
    expect(half.errors?.[0]?.extensions.code).toBe('HUB_AUTH_FORBIDDEN');
  });
});
