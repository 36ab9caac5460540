import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createHash } from 'node:crypto';
import { buildSubgraphSchema } from '@apollo/subgraph';
import { createGatewayRuntime } from '@graphql-hive/gateway-runtime';
import { composeServices } from '@theguild/federation-composition';
import { parse, print } from 'graphql';
import pino from 'pino';
import * as hubModule from '../../src/compose.ts';
import { loadConfig } from '../../src/config/load-config.ts';
import { ask } from '../kit/ask.ts';
import { fakeCli } from '../kit/cli.ts';
import { temporaryFolder, type Folder } from '../kit/folder.ts';
import { startGraphQl, type GraphQlUpstream } from '../kit/graphql-upstream.ts';
import { json, startUpstream, type Upstream } from '../kit/upstream.ts';

const PRODUCTS = [
  { id: 1, sku: 'a', name: 'Axe', price: { amount: 5, currency: 'EUR' }, margin: 2 },
  { id: 2, sku: 'b', name: 'Bow', price: { amount: 7, currency: 'EUR' }, margin: 3 },
];

const SHOP = /* GraphQL */ `
  type Query {
    products: [Product!]! @rest(get: "/products")
    productsById(ids: [ID!]!): [Product]! @rest(get: "/products{?ids*}") @lookup
    productsBySku(skus: [String!]!): [Product]! @rest(get: "/products{?skus*}") @lookup
  }
  type Mutation {
    rename(id: ID!, name: String!): Product @rest(patch: "/products/{id}")
  }
  "What the shop sells."
  type Product @key(fields: "id") @key(fields: "sku") {
    id: ID!
    sku: String!
    name: String!
    price: Money!
    margin: Int @requiresScopes(scopes: [["finance"]])
    hidden: String @inaccessible
  }
  type Money {
    amount: Float!
    currency: String!
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

const REVIEWS = /* GraphQL */ `
  extend schema @link(url: "https://specs.apollo.dev/federation/v2.3", import: ["@key", "@shareable"])
  type Query {
    reviews: [Review!]!
  }
  type Review {
    id: ID!
    text: String!
    worth: Money
    product: Product!
  }
  type Money @shareable {
    amount: Float!
    currency: String!
  }
  type Product @key(fields: "id") {
    id: ID!
    reviews: [Review!]!
  }
`;

const FINANCE_KEY = 'finance-key';
let folder: Folder;
let shop: Upstream;
let warehouse: Upstream;
let reviews: GraphQlUpstream;
let hub: hubModule.RunningHub;

function yaml(): string {
  return `
server: { port: 0 }
auth:
  apiKeys:
    - { name: finance, hash: "sha256:${createHash('sha256').update(FINANCE_KEY).digest('hex')}", scopes: [finance] }
sources:
  shop: { kind: rest, url: "${shop.url}" }
  warehouse: { kind: rest, url: "${warehouse.url}" }
`;
}

beforeAll(async () => {
  shop = await startUpstream(({ url, method }, response) => {
    const { searchParams, pathname } = new URL(url, 'http://shop');
    const [ids, skus] = [searchParams.getAll('ids'), searchParams.getAll('skus')];
    if (method === 'PATCH')
      json(
        response,
        PRODUCTS.find(({ id }) => pathname.endsWith(`/${id}`)),
      );
    else if (ids.length > 0)
      json(
        response,
        PRODUCTS.filter(({ id }) => ids.includes(String(id))),
      );
    else if (skus.length > 0)
      json(
        response,
        PRODUCTS.filter(({ sku }) => skus.includes(sku)),
      );
    else json(response, PRODUCTS);
  });
  warehouse = await startUpstream(({ url }, response) => {
    const skus = new URL(url, 'http://warehouse').searchParams.getAll('skus');
    json(
      response,
      skus.map((sku) => ({ sku, available: sku.charCodeAt(0) })),
    );
  });
  const all = [
    { id: 'r1', text: 'Sharp', product: { id: '1' }, worth: { amount: 1, currency: 'EUR' } },
    { id: 'r2', text: 'Bent', product: { id: '2' } },
  ];
  reviews = await startGraphQl(
    buildSubgraphSchema({
      typeDefs: parse(REVIEWS),
      resolvers: {
        Query: { reviews: () => all },
        Product: { reviews: ({ id }: { id: string }) => all.filter(({ product }) => product.id === id) },
      },
    }),
  );
  folder = await temporaryFolder({
    'manifold.yaml': yaml(),
    'schema/shop/shop.graphql': SHOP,
    'schema/warehouse/warehouse.graphql': WAREHOUSE,
  });
  const config = await loadConfig({ file: folder.path, env: {}, kinds: hubModule.KINDS });
  hub = await hubModule.startHub(config, { sdl: 'import', logger: pino({ level: 'silent' }), subgraph: true });
});

afterAll(async () => {
  await hub.close();
  await Promise.all([shop.close(), warehouse.close(), reviews.close()]);
  await folder[Symbol.asyncDispose]();
});

const sdl = async (): Promise<string> => (await ask(hub.url, '{ _service { sdl } }')).data._service.sdl;

const ENTITIES = /* GraphQL */ `
  query ($representations: [_Any!]!) {
    _entities(representations: $representations) {
      __typename
      ... on Product {
        id
        sku
        name
        stock {
          available
        }
      }
      ... on Stock {
        available
      }
    }
  }
`;

describe('the SDL that a hub publishes', () => {
  it('has entities with the keys that lead everywhere, shareable value types, and nothing internal', async () => {
    const text = await sdl();
    expect(text).toContain('type Product @key(fields: "id") @key(fields: "sku")');
    expect(text).toContain('type Stock @key(fields: "sku")');
    expect(text).toContain('type Money @shareable');
    expect(text).toContain('"""What the shop sells."""');
    expect(text).toMatch(/type Mutation \{\s+rename\(/);
    expect(text).not.toMatch(/join__|hidden|inaccessible|requiresScopes|_entities|_service|_Any|\bhub: |HubSource/);
  });

  it('is what manifold compose --publish-sdl prints', async () => {
    const cli = fakeCli({ hub: hubModule });
    expect(await cli.run('compose', '--publish-sdl', '--config', folder.path)).toBe(0);
    expect(cli.stdout.join('').trimEnd()).toBe((await sdl()).trimEnd());
  });

  it('leaves out a key from which a source cannot be reached', async () => {
    await using other = await temporaryFolder({
      'manifold.yaml': yaml(),
      'schema/shop/shop.graphql': SHOP.replace(/productsBySku.*/, ''),
      'schema/warehouse/warehouse.graphql': WAREHOUSE,
    });
    const cli = fakeCli({ hub: hubModule });
    expect(await cli.run('compose', '--publish-sdl', '--config', other.path)).toBe(0);
    expect(cli.stdout.join('')).toContain('type Product @key(fields: "id") {');
  });
});

describe('a hub that serves as a subgraph', () => {
  it('resolves entities of several types in batches', async () => {
    const before = [shop.received.length, warehouse.received.length];
    const { data, errors } = await ask(hub.url, ENTITIES, {
      variables: {
        representations: [
          { __typename: 'Product', id: '2' },
          { __typename: 'Stock', sku: 'z' },
          { __typename: 'Product', id: '1' },
          { __typename: 'Product', id: '2' },
        ],
      },
    });
    const bow = { __typename: 'Product', id: '2', sku: 'b', name: 'Bow', stock: { available: 98 } };
    expect(errors).toBeUndefined();
    expect(data._entities).toEqual([
      bow,
      { __typename: 'Stock', available: 122 },
      { __typename: 'Product', id: '1', sku: 'a', name: 'Axe', stock: { available: 97 } },
      bow,
    ]);
    expect(shop.received.length - (before[0] ?? 0)).toBe(1);
    expect(warehouse.received.length - (before[1] ?? 0)).toBeLessThanOrEqual(2);
  });

  it('takes representations by any of the keys, also side by side', async () => {
    const { data, errors } = await ask(hub.url, ENTITIES, {
      variables: {
        representations: [
          { __typename: 'Product', sku: 'a' },
          { __typename: 'Product', id: '2' },
          { __typename: 'Stock', sku: 'c' },
        ],
      },
    });
    expect(errors).toBeUndefined();
    expect(data._entities).toMatchObject([{ id: '1', name: 'Axe' }, { sku: 'b', name: 'Bow' }, { available: 99 }]);
  });

  it('answers null for an entity that no source knows, and says nothing else', async () => {
    const representations = [
      { __typename: 'Product', id: '9' },
      { __typename: 'Product', id: '1' },
      { __typename: 'Product', sku: 'nope' },
    ];
    const { data, errors } = await ask(
      hub.url,
      'query ($r: [_Any!]!) { _entities(representations: $r) { ... on Product { name } } }',
      { variables: { r: representations } },
    );
    expect({ data, errors }).toEqual({ data: { _entities: [null, { name: 'Axe' }, null] }, errors: undefined });
  });

  it.each([
    ['of a type that is none', { __typename: 'Money', amount: 1 }],
    ['without a key', { __typename: 'Product', name: 'Axe' }],
    ['that is no object', 'Product'],
    ['with a key that is null', { __typename: 'Product', id: null }],
    ['of a hostile type', { __typename: '__proto__', id: '1' }],
  ])('refuses a representation %s, and serves the others', async (_title, representation) => {
    const { data, errors } = await ask(hub.url, ENTITIES, {
      variables: { representations: [representation, { __typename: 'Product', id: '1' }] },
    });
    expect(data._entities).toMatchObject([null, { name: 'Axe' }]);
    expect(errors).toMatchObject([{ path: ['_entities', 0], extensions: { code: 'HUB_REQUEST_INVALID' } }]);
  });

  it('holds callers to the policy of fields', async () => {
    const query = 'query ($r: [_Any!]!) { _entities(representations: $r) { ... on Product { name margin } } }';
    const variables = { r: [{ __typename: 'Product', id: '1' }] };
    const stranger = await ask(hub.url, query, { variables });
    expect(stranger.data._entities).toEqual([{ name: 'Axe', margin: null }]);
    expect(stranger.errors).toMatchObject([{ extensions: { code: 'HUB_AUTH_UNAUTHENTICATED' } }]);
    const known = await ask(hub.url, query, { variables, headers: { 'x-api-key': FINANCE_KEY } });
    expect(known.data._entities).toEqual([{ name: 'Axe', margin: 2 }]);
  });

  it('is still a graph of its own', async () => {
    expect((await ask(hub.url, '{ products { name stock { available } } hub { name } }')).data).toEqual({
      products: [
        { name: 'Axe', stock: { available: 97 } },
        { name: 'Bow', stock: { available: 98 } },
      ],
      hub: { name: 'manifold' },
    });
  });

  it('has no entrance unless it is told to', async () => {
    const config = await loadConfig({ file: folder.path, env: {}, kinds: hubModule.KINDS });
    const closed = await hubModule.startHub(config, { sdl: 'import', logger: pino({ level: 'silent' }) });
    const { errors } = await ask(closed.url, '{ _service { sdl } }');
    await closed.close();
    expect(errors).toMatchObject([{ extensions: { code: 'GRAPHQL_VALIDATION_FAILED' } }]);
  });
});

describe('another gateway', () => {
  it('composes the hub with a second subgraph and answers a query across both', async () => {
    const composed = composeServices([
      { name: 'hub', url: `${hub.url}/graphql`, typeDefs: parse(await sdl()) },
      { name: 'reviews', url: reviews.url, typeDefs: parse(REVIEWS) },
    ]);
    expect(composed.errors).toBeUndefined();
    await using gateway = createGatewayRuntime({
      supergraph: composed.supergraphSdl ?? '',
      logging: false,
      // What the gateway would load from a package of its own: GraphQL over HTTP.
      transports: {
        http: {
          getSubgraphExecutor:
            ({ transportEntry }) =>
            async ({ document, variables }) => {
              const answer = await fetch(transportEntry.location ?? '', {
                method: 'POST',
                headers: { 'content-type': 'application/json' },
                body: JSON.stringify({ query: print(document), variables }),
              });
              return answer.json() as object;
            },
        },
      },
    });
    const response = await gateway.fetch('http://gateway/graphql', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({
        query:
          '{ reviews { text product { name stock { available } } } products { sku reviews { text worth { amount } } } }',
      }),
    });
    expect(await response.json()).toEqual({
      data: {
        reviews: [
          { text: 'Sharp', product: { name: 'Axe', stock: { available: 97 } } },
          { text: 'Bent', product: { name: 'Bow', stock: { available: 98 } } },
        ],
        products: [
          { sku: 'a', reviews: [{ text: 'Sharp', worth: { amount: 1 } }] },
          { sku: 'b', reviews: [{ text: 'Bent', worth: null }] },
        ],
      },
    });
  });
});
