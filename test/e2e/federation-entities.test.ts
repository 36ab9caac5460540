// Keys, @requires, @provides, @override and shared roots over the wire, each with subgraphs that tell when they are misused.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { link, startFederation, type FederatedHub } from '../kit/federation.ts';

const items = [
  { id: '1', sku: 'A', place: { aisle: 'x', bin: 1 } },
  { id: '2', sku: 'B', place: { aisle: 'y', bin: 2 } },
];

describe('entities with different keys', () => {
  let hub: FederatedHub;
  beforeAll(async () => {
    hub = await startFederation({
      catalogue: {
        sdl: `${link('key', 'shareable')}
          type Query { items: [Item] }
          type Item @key(fields: "id") @key(fields: "sku place { aisle bin }") { id: ID! sku: String! place: Place! }
          type Place @shareable { aisle: String! bin: Int! }`,
        resolvers: {
          Query: { items: () => [...items, null] },
          Item: { __resolveReference: ({ sku }: any) => items.find((item) => item.sku === sku) ?? null },
        },
      },
      stock: {
        sdl: `${link('key', 'shareable')}
          type Item @key(fields: "sku place { aisle bin }") { sku: String! place: Place! inStock: Int }
          type Place @shareable { aisle: String! bin: Int! }
          type Query { fullest: Item }`,
        resolvers: {
          Query: { fullest: () => ({ sku: 'B', place: items[1]?.place }) },
          Item: {
            __resolveReference: (key: any) => ({ ...key, inStock: key.place.bin * 10 }),
            inStock: ({ inStock, place }: any) => inStock ?? place.bin * 10,
          },
        },
      },
      labels: {
        sdl: `${link('key')}
          type Item @key(fields: "id", resolvable: false) { id: ID! }
          type Query { labelled: [Item!]! }`,
        resolvers: { Query: { labelled: () => [{ id: '2' }] } },
      },
      names: {
        sdl: 'extend type Item @key(fields: "id") { id: ID! @external name: String }',
        resolvers: { Item: { __resolveReference: ({ id }: any) => (id === '2' ? null : { id, name: `item ${id}` }) } },
      },
    });
  });
  afterAll(async () => hub[Symbol.asyncDispose]());

  it('are joined by composite and nested keys, of which each subgraph has its own', async () => {
    const { data, errors } = await hub.ask('{ items { id inStock name } }');
    expect(errors).toBeUndefined();
    expect(data.items).toEqual([{ id: '1', inStock: 10, name: 'item 1' }, { id: '2', inStock: 20, name: null }, null]);
  });

  it('go from one key to another by way of the subgraph that knows both', async () => {
    const { data, errors } = await hub.ask('{ fullest { sku id name } labelled { name } }');
    expect(errors).toBeUndefined();
    expect(data).toEqual({ fullest: { sku: 'B', id: '2', name: null }, labelled: [{ name: null }] });
  });
});

describe('fields of several subgraphs', () => {
  const log: string[] = [];
  let hub: FederatedHub;
  beforeAll(async () => {
    hub = await startFederation({
      products: {
        sdl: `${link('key', 'shareable')}
          type Query { product: Product shared: Shared @shareable }
          type Mutation { add(text: String!): Int! }
          type Product @key(fields: "id") {
            id: ID!
            price(currency: String!): Int
            media: [Media!]
            name: String @shareable
            old: String
          }
          interface Media { url: String }
          type Image implements Media @shareable { url: String width: Int }
          type Film implements Media @shareable { url: String minutes: Int }
          type Shared { a: Int }`,
        resolvers: {
          Query: { product: () => ({ id: '1', name: 'Tea', old: 'never' }), shared: () => ({ a: 1 }) },
          Mutation: { add: (_: unknown, { text }: any) => log.push(text) },
          Product: {
            __resolveReference: ({ id }: any) => ({ id, name: 'Tea', old: 'never' }),
            price: (_: unknown, { currency }: any) => (currency === 'EUR' ? 3 : 4),
            media: () => [
              { __typename: 'Image', url: 'i', width: 7 },
              { __typename: 'Film', url: 'f', minutes: 8 },
            ],
          },
        },
      },
      extras: {
        sdl: `${link('key', 'external', 'requires', 'provides', 'shareable', 'override')}
          type Query { shared: Shared @shareable best: Review }
          type Mutation { put(text: String!): Int! }
          type Review { product: Product @provides(fields: "name") }
          type Product @key(fields: "id") {
            id: ID!
            name: String @external
            price(currency: String!): Int @external
            media: [Media!] @external
            label: String @requires(fields: "price(currency: \\"EUR\\") media { url ... on Image { width } ... on Film { minutes } }")
            old: String @override(from: "products")
            related: [Product!]
          }
          interface Media { url: String }
          type Image implements Media @shareable { url: String width: Int }
          type Film implements Media @shareable { url: String minutes: Int }
          type Shared { b: Int }`,
        resolvers: {
          Query: { shared: () => ({ b: 2 }), best: () => ({ product: { id: '1', name: 'Tea' } }) },
          Mutation: { put: (_: unknown, { text }: any) => log.push(text) },
          Product: {
            __resolveReference: (key: any) => key,
            label: ({ price, media }: any) =>
              `${price} ${media.map(({ url, width, minutes }: any) => `${url}${width ?? ''}${minutes ?? ''}`).join(' ')}`,
            old: () => 'new',
            related: () => [{ id: '2' }],
          },
        },
      },
    });
  });
  afterAll(async () => hub[Symbol.asyncDispose]());

  it('@requires brings arguments and fragments along, whatever the client asks of the same fields', async () => {
    const { data, errors } = await hub.ask('{ product { label price(currency: "USD") media { url } } }');
    expect(errors).toBeUndefined();
    expect(data.product).toEqual({ label: '3 i7 f8', price: 4, media: [{ url: 'i' }, { url: 'f' }] });
  });

  it('@requires is met where the field is reached by way of its own subgraph', async () => {
    const { data, errors } = await hub.ask('{ product { related { id label } } }');
    expect(errors).toBeUndefined();
    expect(data.product.related).toEqual([{ id: '2', label: '3 i7 f8' }]);
  });

  it('@provides saves the call', async () => {
    const before = hub.asked('products').length;
    expect((await hub.ask('{ best { product { name } } }')).data).toEqual({ best: { product: { name: 'Tea' } } });
    expect(hub.asked('products')).toHaveLength(before);
  });

  it('@override takes a field over, from every way to it', async () => {
    expect((await hub.ask('{ product { old } best { product { old } } }')).data).toEqual({
      product: { old: 'new' },
      best: { product: { old: 'new' } },
    });
  });

  it('a shared root is put together from all of its subgraphs', async () => {
    expect((await hub.ask('{ shared { a b } }')).data).toEqual({ shared: { a: 1, b: 2 } });
  });

  it('mutations of different subgraphs run one after the other', async () => {
    log.length = 0;
    const { data } = await hub.ask(
      'mutation { a: add(text: "1") b: put(text: "2") c: add(text: "3") d: put(text: "4") }',
    );
    expect(data).toEqual({ a: 1, b: 2, c: 3, d: 4 });
    expect(log).toEqual(['1', '2', '3', '4']);
  });

  it('what is skipped is not asked for', async () => {
    const before = hub.asked('extras').length;
    const query =
      'query ($no: Boolean!) { product { id ...More @include(if: $no) } } fragment More on Product { label }';
    expect((await hub.ask(query, { variables: { no: false } })).data).toEqual({ product: { id: '1' } });
    expect(hub.asked('extras')).toHaveLength(before);
    expect((await hub.ask(query, { variables: { no: true } })).data).toEqual({
      product: { id: '1', label: '3 i7 f8' },
    });
  });
});
