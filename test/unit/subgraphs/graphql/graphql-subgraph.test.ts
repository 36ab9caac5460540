import { afterEach, describe, expect, it } from '@jest/globals';
import { makeExecutableSchema } from '@graphql-tools/schema';
import { parse } from 'graphql';
import type { ComposedGraph, GraphResponse } from '../../../../src/contract/graph.ts';
import type { Subgraph } from '../../../../src/contract/subgraph.ts';
import { createScope } from '../../../../src/engine/create-scope.ts';
import { createGraphQlKind } from '../../../../src/subgraphs/graphql/index.ts';
import { ask, fakeSource, testGraph } from '../../../kit/graph.ts';
import { startGraphQl, type GraphQlUpstream } from '../../../kit/graphql-upstream.ts';
import { createSource } from '../../../kit/sources.ts';
import { startGraphQlWs } from '../../../kit/stream-servers.ts';
import { json, startUpstream } from '../../../kit/upstream.ts';

const opened: { close(): Promise<unknown> }[] = [];
afterEach(async () => {
  await Promise.all(opened.splice(0).map((one) => one.close()));
});

const SHOP = /* GraphQL */ `
  interface Node {
    id: ID!
  }
  enum Size {
    S
    L
  }
  type Product implements Node {
    id: ID!
    name: String
    size: Size
    sizes: [Size!]
    price(currency: String = "EUR"): String
    maker_id: ID
    related: [Product!]
    boom: String
  }
  type Maker implements Node {
    id: ID!
    name: String
    country: String!
  }
  type Pair {
    a: ID!
    b: ID!
    text: String
  }
  input PairKey {
    a: ID!
    b: ID!
  }
  union Found = Product | Maker
  input Filter {
    word: String
    size: Size
    any_of: [Filter!]
  }
  type Query {
    product(id: ID!): Product
    strict(id: ID!): Product!
    products(ids: [ID!]!): [Product]!
    allProducts: [Product!]!
    makers(ids: [ID!]!): [Maker!]!
    maker(id: ID!): Maker
    pairs(keys: [PairKey!]!): [Pair]
    search(filter: Filter, size: Size = S): [Found!]!
    node(id: ID!): Node
    echo(filter: Filter): String
  }
  type Mutation {
    add(name: String!, size: Size): Product
  }
`;

interface ProductRecord {
  id: string;
  name: string;
  size: string;
  sizes: string[];
  maker_id: string;
}

const product = (id: string): ProductRecord | null =>
  id === 'none' ? null : { id, name: `Product ${id}`, size: 'L', sizes: ['S', 'L'], maker_id: `m${id}` };
const maker = (id: string) => ({ id, name: `Maker ${id}`, country: 'PT' });

async function startShop(): Promise<GraphQlUpstream> {
  const upstream = await startGraphQl(
    makeExecutableSchema({
      typeDefs: SHOP,
      resolvers: {
        Query: {
          product: (_root, { id }) => {
            if (id === 'bad') throw new Error('product is bad');
            return product(id);
          },
          strict: (_root, { id }) => {
            if (id === 'bad') throw new Error('product is bad');
            return product(id);
          },
          products: (_root, { ids }) => {
            if (ids.includes('worst')) throw new Error('the list is broken');
            return [...ids]
              .reverse()
              .filter((id: string) => id !== 'none')
              .map((id: string) => (id === 'bad' ? new Error('product is bad') : product(id)));
          },
          allProducts: () => ['1', '2'].map(product),
          makers: (_root, { ids }) => ids.map(maker),
          maker: (_root, { id }) => maker(id),
          pairs: (_root, { keys }) => keys.map((key: any) => ({ ...key, text: `${key.a}+${key.b}` })).reverse(),
          search: (_root, { filter, size }) => [
            { __typename: 'Product', ...product(filter?.any_of?.[0]?.word ?? '1'), size: filter?.size ?? size },
            { __typename: 'Maker', ...maker('m') },
          ],
          node: (_root, { id }) => ({ __typename: id.startsWith('m') ? 'Maker' : 'Product', ...product(id) }),
          echo: (_root, { filter }) => JSON.stringify(filter),
        },
        Mutation: { add: (_root, { name, size }) => ({ ...product('new'), name, size }) },
        Product: {
          price: (_parent, { currency }) => `1 ${currency}`,
          related: ({ id }) => (id === '1' ? [product('2')] : []),
          boom: ({ id }) => {
            throw new Error(`no boom for ${id}`);
          },
        },
      },
    }),
  );
  opened.push(upstream);
  return upstream;
}

/** A source whose orders know products by their id alone. */
const orders = (ids: readonly unknown[], type = 'Product') =>
  fakeSource(
    'orders',
    /* GraphQL */ `
      type Order {
        id: ID!
        productId: ID
        product: ${type} @derive(from: "{ id: productId }")
      }
      type ${type} @key(fields: "id") {
        id: ID!
      }
      type Query {
        orders: [Order!]! @rest(get: "/orders")
      }
    `,
    { 'GET /orders': () => ids.map((id, i) => ({ id: String(i), productId: id })) },
  ).subgraph;

async function shop(given: Record<string, unknown>, ...handwritten: string[]): Promise<Subgraph> {
  const source = await createSource(createGraphQlKind(), 'shop', given, handwritten);
  opened.push(source);
  return source;
}

const SINGLE = /* GraphQL */ `
  extend type Product @key(fields: "id")
  extend type Query {
    product(id: ID!): Product @lookup
  }
`;
const STRICT = SINGLE.replace('product(id: ID!): Product @lookup', 'strict(id: ID!): Product! @lookup');
const BATCH = SINGLE.replace('product(id: ID!): Product @lookup', 'products(ids: [ID!]!): [Product]! @lookup');

async function joined(handwritten: string, ids: readonly unknown[], given: Record<string, unknown> = {}) {
  const upstream = await startShop();
  const graph = testGraph(orders(ids), await shop({ url: upstream.url, ...given }, handwritten));
  upstream.asked.length = 0;
  return { upstream, graph };
}

const errorsOf = ({ errors }: GraphResponse) => (errors ?? []).map(({ message, path }) => [message, path]);

describe('a GraphQL server', () => {
  it('answers as it is where nothing is renamed, word for word what was planned', async () => {
    const upstream = await startShop();
    const graph = testGraph(await shop({ url: upstream.url }));
    upstream.asked.length = 0;
    const { data, errors } = await ask(
      graph,
      'query ($f: Filter, $c: String) { search(filter: $f) { ... on Product { name price(currency: $c) } ... on Maker { country } __typename } }',
      { f: { any_of: [{ word: '7' }] }, c: 'USD' },
    );
    expect(errors).toBeUndefined();
    expect(data).toEqual({
      search: [
        { name: 'Product 7', price: '1 USD', __typename: 'Product' },
        { country: 'PT', __typename: 'Maker' },
      ],
    });
    expect(upstream.asked).toHaveLength(1);
  });

  it('runs mutations', async () => {
    const upstream = await startShop();
    const graph = testGraph(await shop({ url: upstream.url }));
    expect((await ask(graph, 'mutation { add(name: "x", size: S) { name size } }')).data).toEqual({
      add: { name: 'x', size: 'S' },
    });
  });

  it('is one call for a fetch, and one for a batch of entities', async () => {
    const { graph } = await joined(SINGLE, ['1']);
    const text = '{ orders { product { name } } }';
    const plan = graph.prepare({ document: parse(text), text, operationName: undefined }).explain();
    expect(plan.calls).toEqual({ fixed: 1, batched: 1, perItem: [] });
  });
});

describe('entities of a GraphQL server', () => {
  it('are looked up one key at a time, all in one document', async () => {
    const { upstream, graph } = await joined(SINGLE, ['1', '2', '1', null]);
    const { data, errors } = await ask(
      graph,
      'query ($c: String) { orders { product { __typename n: name price(currency: $c) } } }',
      { c: 'CHF' },
    );
    expect(errors).toBeUndefined();
    const one = { __typename: 'Product', n: 'Product 1', price: '1 CHF' };
    expect(data?.orders).toEqual([
      { product: one },
      { product: { ...one, n: 'Product 2' } },
      { product: one },
      { product: null },
    ]);
    expect(upstream.asked).toHaveLength(1);
    expect(upstream.asked[0]?.variables).toEqual({ c: 'CHF', _hub_0_0: '1', _hub_1_0: '2' });
    expect(upstream.asked[0]?.query).toMatch(
      /_0: product\(id: \$_hub_0_0\) \{ \.\.\._F0 \}\s+_1: product\(id: \$_hub_1_0\)/,
    );
  });

  it('are looked up by a list, matched by key and not by position', async () => {
    const { upstream, graph } = await joined(BATCH, ['1', '2', '3']);
    const { data, errors } = await ask(graph, '{ orders { product { name } } }');
    expect(errors).toBeUndefined();
    expect(data?.orders).toEqual(['1', '2', '3'].map((id) => ({ product: { name: `Product ${id}` } })));
    expect(upstream.asked.map(({ variables }) => variables)).toEqual([{ _hub_0_0: ['1', '2', '3'] }]);
  });

  it.each([
    ['one by one', SINGLE],
    ['by a list', BATCH],
    ['one by one, where the server says never null', STRICT],
  ])('that are missing or fail are null alone, looked up %s', async (_how, handwritten) => {
    const missing = handwritten === STRICT ? '4' : 'none';
    const { graph } = await joined(handwritten, ['1', 'bad', missing, '3']);
    const response = await ask(graph, '{ orders { product { name } } }');
    expect((response.data?.orders as any[]).map((order) => order.product?.name)).toEqual([
      'Product 1',
      null,
      missing === '4' ? 'Product 4' : null,
      'Product 3',
    ]);
    expect(errorsOf(response)).toContainEqual(['product is bad', ['orders', 1, 'product', 'name']]);
    if (handwritten !== BATCH) expect(errorsOf(response)).toHaveLength(1);
    expect(response.errors?.[0]?.extensions).toMatchObject({ source: 'shop', code: 'HUB_UPSTREAM_FAULT' });
  });

  it('are asked for again key by key where a whole list fails', async () => {
    const { upstream, graph } = await joined(BATCH, ['1', 'worst', '3']);
    const response = await ask(graph, '{ orders { product { name } } }');
    expect((response.data?.orders as any[]).map((order) => order.product?.name)).toEqual([
      'Product 1',
      null,
      'Product 3',
    ]);
    expect(errorsOf(response)).toEqual([['the list is broken', ['orders', 1, 'product', 'name']]]);
    expect(upstream.asked.length).toBeGreaterThan(1);
  });

  it('keep an error below them at its own place', async () => {
    for (const handwritten of [SINGLE, BATCH]) {
      const { graph } = await joined(handwritten, ['1', '2']);
      const response = await ask(graph, '{ orders { product { name related { boom } } } }');
      expect((response.data?.orders as any[])[0]).toEqual({
        product: { name: 'Product 1', related: [{ boom: null }] },
      });
      expect(errorsOf(response)).toEqual([['no boom for 2', ['orders', 0, 'product', 'related', 0, 'boom']]]);
    }
  });

  it('are split into documents of as many keys as the source takes', async () => {
    for (const handwritten of [SINGLE, BATCH]) {
      const ids = Array.from({ length: 23 }, (_, i) => `k${i}`);
      const { upstream, graph } = await joined(handwritten, ids, { maxKeysPerBatch: 10 });
      const { data } = await ask(graph, '{ orders { product { name } } }');
      expect((data?.orders as any[]).map((order) => order.product.name)).toEqual(ids.map((id) => `Product ${id}`));
      expect(upstream.asked).toHaveLength(3);
    }
  });

  it('with a key of several fields are looked up by a list of inputs', async () => {
    const upstream = await startShop();
    const pairs = fakeSource(
      'pairs',
      /* GraphQL */ `
        type Pair @key(fields: "a b") {
          a: ID!
          b: ID!
        }
        type Query {
          somePairs: [Pair!]! @rest(get: "/pairs")
        }
      `,
      {
        'GET /pairs': () => [
          { a: '1', b: '2' },
          { a: '3', b: '4' },
        ],
      },
    ).subgraph;
    const handwritten =
      'extend type Pair @key(fields: "a b") extend type Query { pairs(keys: [PairKey!]!): [Pair] @lookup }';
    const graph = testGraph(pairs, await shop({ url: upstream.url }, handwritten));
    expect((await ask(graph, '{ somePairs { text } }')).data).toEqual({
      somePairs: [{ text: '1+2' }, { text: '3+4' }],
    });
  });

  it('of several places are looked up in one document', async () => {
    const upstream = await startShop();
    const lists = fakeSource(
      'lists',
      /* GraphQL */ `
        type Product @key(fields: "id") {
          id: ID!
        }
        type Maker @key(fields: "id") {
          id: ID!
        }
        type Query {
          bought: [Product!]! @rest(get: "/bought")
          seen: [Product!]! @rest(get: "/seen")
          known: [Maker!]! @rest(get: "/known")
        }
      `,
      {
        'GET /bought': () => [{ id: '1' }, { id: '2' }],
        'GET /seen': () => [{ id: '2' }, { id: '3' }],
        'GET /known': () => [{ id: 'm' }],
      },
    ).subgraph;
    const source = await shop(
      { url: upstream.url },
      SINGLE,
      'extend type Maker @key(fields: "id") extend type Query { makers(ids: [ID!]!): [Maker!]! @lookup }',
    );
    const graph = testGraph(lists, source);
    upstream.asked.length = 0;
    const { data, errors } = await ask(
      graph,
      `query ($price: Boolean!, $name: Boolean!) {
        bought { title: name @skip(if: $name) price @include(if: $price) }
        seen { name boom @include(if: $price) }
        known { country }
      }`,
      { price: false, name: false },
    );
    expect(errors).toBeUndefined();
    expect(data).toEqual({
      bought: [{ title: 'Product 1' }, { title: 'Product 2' }],
      seen: [{ name: 'Product 2' }, { name: 'Product 3' }],
      known: [{ country: 'PT' }],
    });
    expect(upstream.asked).toHaveLength(1);
  });

  it('fail together, each at its place, where the server does', async () => {
    const upstream = await startShop();
    const source = await shop({ url: upstream.url, retry: { attempts: 1 } }, SINGLE);
    const graph = testGraph(orders(['1', '2']), source);
    await upstream.close();
    const response = await ask(graph, '{ orders { id product { name } } }');
    expect(response.data?.orders).toEqual([
      { id: '0', product: { name: null } },
      { id: '1', product: { name: null } },
    ]);
    expect(response.errors?.map(({ path, extensions }) => [path, extensions.code])).toEqual([
      [['orders', 0, 'product', 'name'], 'HUB_UPSTREAM_UNREACHABLE'],
      [['orders', 1, 'product', 'name'], 'HUB_UPSTREAM_UNREACHABLE'],
    ]);
  });

  it('refuse a lookup whose arguments are no key, by file and line', async () => {
    const upstream = await startShop();
    await expect(
      shop({ url: upstream.url }, 'extend type Query { node(id: ID!): Node @lookup }'),
    ).rejects.toMatchObject({ code: 'HUB_COMPOSE_SDL', message: expect.stringContaining('Query.node') });
  });
});

describe('stubs that a GraphQL server derives', () => {
  const DERIVED = /* GraphQL */ `
    extend type Product {
      maker: Maker @derive(from: "{ id: maker_id }")
    }
    extend type Maker @key(fields: "id")
  `;

  const MAKER_LOOKUP = 'extend type Query { maker(id: ID!): Maker @lookup }';

  it('cost no call where only their key is asked for', async () => {
    const upstream = await startShop();
    const graph = testGraph(await shop({ url: upstream.url }, DERIVED));
    upstream.asked.length = 0;
    const { data } = await ask(graph, '{ allProducts { name maker { __typename id } } }');
    expect(data?.allProducts).toEqual([
      { name: 'Product 1', maker: { __typename: 'Maker', id: 'm1' } },
      { name: 'Product 2', maker: { __typename: 'Maker', id: 'm2' } },
    ]);
    expect(upstream.asked).toHaveLength(1);
  });

  it('are completed by a lookup of the same source, all in one call', async () => {
    const upstream = await startShop();
    const graph = testGraph(
      await shop({ url: upstream.url }, DERIVED, 'extend type Query { makers(ids: [ID!]!): [Maker!]! @lookup }'),
    );
    upstream.asked.length = 0;
    const { data, errors } = await ask(graph, '{ allProducts { maker { name } } }');
    expect(errors).toBeUndefined();
    expect(data?.allProducts).toEqual([{ maker: { name: 'Maker m1' } }, { maker: { name: 'Maker m2' } }]);
    expect(upstream.asked).toHaveLength(2);
  });

  it('are completed by whichever source knows them, below entities too', async () => {
    const upstream = await startShop();
    const makers = fakeSource(
      'makers',
      /* GraphQL */ `
        type Maker @key(fields: "id") {
          id: ID!
          stars: Int
        }
        type Query {
          makerStars(ids: [ID!]!): [Maker] @rest(get: "/makers") @lookup
        }
      `,
      { 'GET /makers': ({ args }) => (args.ids as string[]).map((id) => ({ id, stars: id.length })) },
    );
    const graph = testGraph(
      orders(['1', '22']),
      makers.subgraph,
      await shop({ url: upstream.url }, SINGLE, DERIVED, MAKER_LOOKUP),
    );
    const { data, errors } = await ask(graph, '{ orders { product { maker { stars } } } }');
    expect(errors).toBeUndefined();
    expect(data?.orders).toEqual([{ product: { maker: { stars: 2 } } }, { product: { maker: { stars: 3 } } }]);
    expect(makers.calls).toHaveLength(1);
  });
});

describe('a GraphQL server whose names are changed', () => {
  const RENAMED = {
    typePrefix: 'Shop',
    rename: {
      types: { Maker: 'Manufacturer' },
      fields: {
        'Product.name': 'title',
        'Product.price(currency:)': 'in',
        'Node.id': 'key',
        'Filter.any_of': 'anyOf',
        'Size.L': 'LARGE',
        'Query.search': 'find',
        'Query.products(ids:)': 'keys',
      },
    },
  };
  async function renamed(...handwritten: string[]): Promise<{ upstream: GraphQlUpstream; graph: ComposedGraph }> {
    const upstream = await startShop();
    const graph = testGraph(await shop({ url: upstream.url, ...RENAMED }, ...handwritten));
    upstream.asked.length = 0;
    return { upstream, graph };
  }

  it('is asked under its own names and answers under the new ones', async () => {
    const { upstream, graph } = await renamed();
    const { data, errors } = await ask(
      graph,
      `query ($filter: ShopFilter, $size: ShopSize, $in: String) {
        find(filter: $filter, size: $size) {
          type: __typename
          ... on ShopProduct { key title size sizes now: price(in: $in) related { __typename title } }
          ... on Manufacturer { key name country }
        }
        shopNode(id: "m1") { __typename key ... on Manufacturer { name } }
      }`,
      { filter: { anyOf: [{ word: '1', size: 'LARGE' }], size: 'LARGE' }, size: 'S', in: 'USD' },
    );
    expect(errors).toBeUndefined();
    expect(data).toEqual({
      find: [
        {
          type: 'ShopProduct',
          key: '1',
          title: 'Product 1',
          size: 'LARGE',
          sizes: ['S', 'LARGE'],
          now: '1 USD',
          related: [{ __typename: 'ShopProduct', title: 'Product 2' }],
        },
        { type: 'Manufacturer', key: 'm', name: 'Maker m', country: 'PT' },
      ],
      shopNode: { __typename: 'Manufacturer', key: 'm1', name: 'Product m1' },
    });
    expect(upstream.asked[0]?.variables).toEqual({
      filter: { any_of: [{ word: '1', size: 'L' }], size: 'L' },
      size: 'S',
      in: 'USD',
    });
  });

  it('translates literals and keeps nulls', async () => {
    const { upstream, graph } = await renamed();
    const text = '{ shopEcho(filter: { anyOf: [{ size: LARGE }, { word: null }], size: S }) }';
    const { data } = await ask(graph, text);
    expect(JSON.parse(String(data?.shopEcho))).toEqual({ any_of: [{ size: 'L' }, { word: null }], size: 'S' });
    expect(upstream.asked).toHaveLength(1);
  });

  it('looks renamed entities up under its own names', async () => {
    const upstream = await startShop();
    const fields: Record<string, string> = { ...RENAMED.rename.fields };
    delete fields['Node.id'];
    const renames = { ...RENAMED, rename: { ...RENAMED.rename, fields } };
    for (const lookup of [
      // What it is called upstream is known from the import, and need not be repeated.
      'shopProduct(id: ID!): ShopProduct',
      'shopProducts(keys: [ID!]!): [ShopProduct]!',
      'shopProducts(keys: [ID!]! @map(name: "ids")): [ShopProduct]! @map(name: "products")',
    ]) {
      const source = await shop(
        { url: upstream.url, ...renames },
        `extend type ShopProduct @key(fields: "id") extend type Query { ${lookup} @lookup }`,
      );
      const graph = testGraph(orders(['1', '2'], 'ShopProduct'), source);
      upstream.asked.length = 0;
      const { data, errors } = await ask(graph, '{ orders { product { __typename title size price(in: "X") } } }');
      expect(errors).toBeUndefined();
      expect(data?.orders).toEqual(
        ['1', '2'].map((id) => ({
          product: { __typename: 'ShopProduct', title: `Product ${id}`, size: 'LARGE', price: '1 X' },
        })),
      );
      expect(upstream.asked).toHaveLength(1);
    }
  });

  it('keeps errors at the keys that were asked for', async () => {
    const { graph } = await renamed();
    const response = await ask(graph, '{ all: shopAllProducts { title bang: boom } }');
    expect(errorsOf(response)).toEqual([
      ['no boom for 1', ['all', 0, 'bang']],
      ['no boom for 2', ['all', 1, 'bang']],
    ]);
  });
});

describe('a GraphQL server with root types and inputs of its own kind', () => {
  it('is asked for its own root type', async () => {
    const upstream = await startGraphQl(
      makeExecutableSchema({
        typeDefs: /* GraphQL */ `
          schema {
            query: query_root
          }
          scalar Url @specifiedBy(url: "https://example.com/url")
          input By @oneOf {
            id: ID
            name: String
          }
          type query_root {
            item(by: By!): Item
          }
          type Item {
            root: query_root
            url: Url
          }
        `,
        resolvers: {
          query_root: { item: (_root, { by }) => ({ url: `u:${by.name}`, root: {} }) },
        },
      }),
    );
    opened.push(upstream);
    const graph = testGraph(await shop({ url: upstream.url }));
    const text =
      '{ __typename item(by: { name: "n" }) { url root { __typename ... on Query { item(by: { id: 1 }) { url } } } } }';
    expect(await ask(graph, text)).toEqual({
      data: { __typename: 'Query', item: { url: 'u:n', root: { __typename: 'Query', item: { url: 'u:undefined' } } } },
    });
  });
});

describe('subscriptions of a GraphQL server', () => {
  it('answer under the new names, with fields of other sources beside them', async () => {
    const schema = makeExecutableSchema({
      typeDefs: `enum Kind { a b } type Item { id: ID! kind: Kind } type Query { item(id: ID): Item } type Subscription { added(from: Kind): Item }`,
      resolvers: {
        Subscription: {
          added: {
            subscribe: async function* (_root: unknown, { from }: any) {
              yield { id: '1', kind: from };
              yield { id: '2', kind: 'a' };
            },
            resolve: (value: unknown) => value,
          },
        },
      },
    });
    const [upstream, streams] = await Promise.all([startGraphQl(schema), startGraphQlWs(schema)]);
    opened.push(upstream, streams);
    const source = await createSource(
      createGraphQlKind(),
      'items',
      {
        url: upstream.url,
        typePrefix: 'My',
        rename: { fields: { 'Kind.a': 'ALPHA', 'Kind.b': 'BETA' } },
        subscriptions: { url: streams.url },
      },
      ['extend type MyItem @key(fields: "id") extend type Query { myItem(id: ID): MyItem @map(name: "item") @lookup }'],
    );
    opened.push(source);
    const names = fakeSource(
      'names',
      `type MyItem @key(fields: "id") { id: ID! name: String }
       type Query { named(id: ID!): MyItem @rest(get: "/names/{id}") @lookup }`,
      { 'GET /names/{id}': ({ args }) => ({ id: args.id, name: `Item ${String(args.id)}` }) },
    ).subgraph;
    const text = 'subscription { myAdded(from: BETA) { __typename id kind name } }';
    const graph = testGraph(source, names);
    const operation = graph.prepare({ document: parse(text), text, operationName: undefined });
    const events: unknown[] = [];
    for await (const event of operation.subscribe(createScope(), {})) events.push(JSON.parse(JSON.stringify(event)));
    expect(events).toEqual([
      { data: { myAdded: { __typename: 'MyItem', id: '1', kind: 'BETA', name: 'Item 1' } } },
      { data: { myAdded: { __typename: 'MyItem', id: '2', kind: 'ALPHA', name: 'Item 2' } } },
    ]);
  });
});

describe('a lookup document that is answered wrongly', () => {
  async function asked(handwritten: string, body: unknown) {
    const upstream = await startUpstream((_request, response) => json(response, body));
    opened.push(upstream);
    const spec = 'shop-for-lookups.graphql';
    const graph = testGraph(orders(['1', '2']), await shop({ url: upstream.url, spec }, handwritten));
    return ask(graph, '{ orders { product { name } } }');
  }

  it.each<[string, string, unknown, (string | null)[], string]>([
    [
      'a text in the place of an entity',
      SINGLE,
      { data: { _0: 'x', _1: { name: 'b' } } },
      [null, 'b'],
      'HUB_UPSTREAM_MALFORMED',
    ],
    ['an object in the place of a list', BATCH, { data: { _0: {} } }, [null, null], 'HUB_UPSTREAM_MALFORMED'],
    ['fewer entities', BATCH, { data: { _0: [{ _hub_key_id: '2', name: 'b' }] } }, [null, 'b'], ''],
    [
      'more entities, and some twice',
      BATCH,
      { data: { _0: ['9', '2', '1', '2', null].map((id) => id && { _hub_key_id: id, name: `n${id}` }) } },
      ['n1', 'n2'],
      '',
    ],
    [
      'errors without a place',
      SINGLE,
      { data: { _0: null, _1: { name: 'b' } }, errors: [{ message: 'x' }] },
      [null, 'b'],
      'HUB_UPSTREAM_FAULT',
    ],
    ['errors alone', SINGLE, { errors: [{ message: 'x' }] }, [null, null], 'HUB_UPSTREAM_FAULT'],
    ['nothing', SINGLE, {}, [null, null], 'HUB_UPSTREAM_MALFORMED'],
  ])('%s', async (_name, handwritten, body, names, code) => {
    const { data, errors } = await asked(handwritten, body);
    expect((data?.orders as any[]).map((order) => order.product?.name ?? null)).toEqual(names);
    expect([...new Set((errors ?? []).map(({ extensions }) => extensions.code))]).toEqual(code === '' ? [] : [code]);
  });
});
