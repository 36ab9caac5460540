import { afterEach, describe, expect, it } from '@jest/globals';
import { parse, Source } from 'graphql';
import type { ComposedGraph } from '../../../../src/contract/graph.ts';
import { createScope } from '../../../../src/engine/create-scope.ts';
import { createFederationKind } from '../../../../src/subgraphs/federation/index.ts';
import { ask, fakeSource, testGraph } from '../../../kit/graph.ts';
import { startGraphQl, subgraphSchema, type GraphQlUpstream } from '../../../kit/graphql-upstream.ts';
import { createSource } from '../../../kit/sources.ts';
import { startGraphQlWs } from '../../../kit/stream-servers.ts';
import { json, startUpstream, type Answer, type Upstream } from '../../../kit/upstream.ts';

const opened: { close(): Promise<unknown> }[] = [];
afterEach(async () => {
  await Promise.all(opened.splice(0).map((one) => one.close()));
});

const REVIEWS = /* GraphQL */ `
  extend schema @link(url: "https://specs.apollo.dev/federation/v2.3", import: ["@key", "@external", "@requires"])
  scalar Long
  type Product @key(fields: "id") {
    id: ID!
    weight: Int @external
    shipping: Int @requires(fields: "weight")
    reviews: [Review!]!
    views: Long
  }
  interface Node {
    id: ID!
  }
  type Review implements Node @key(fields: "id") {
    id: ID!
    body: String
    author: Author
  }
  union Author = Person | Shop
  type Person {
    name: String!
  }
  type Shop {
    title: String!
  }
  input Filter {
    words: [String!]
    nested: Filter
  }
  type Query {
    reviews(filter: Filter): [Review!]!
    node: Node
  }
  type Mutation {
    addReview(body: String!): Review
  }
`;

const reviews = [
  { id: 'r1', body: 'good', author: { __typename: 'Person', name: 'Ann' } },
  { id: 'r2', body: 'bad', author: { __typename: 'Shop', title: 'Acme' } },
];

async function startReviews(): Promise<GraphQlUpstream> {
  const upstream = await startGraphQl(
    subgraphSchema(
      REVIEWS,
      {
        Query: {
          reviews: (_root: unknown, { filter }: any) =>
            filter?.nested?.words === undefined
              ? reviews
              : reviews.filter((review) => filter.nested.words.includes(review.body)),
          node: () => ({ __typename: 'Review', ...reviews[0] }),
        },
        Mutation: { addReview: (_root: unknown, { body }: any) => ({ id: 'r3', body }) },
        Product: {
          __resolveReference: (reference: any) => (reference.id === 'gone' ? null : reference),
          reviews: ({ id }: any) => {
            if (id === 'p-bad') throw new Error('reviews are closed');
            return [{ id: `${id}-r`, body: `of ${id}` }];
          },
          shipping: ({ weight }: any) => weight * 2,
          views: () => '9007199254740993',
        },
        Review: { __resolveReference: ({ id }: any) => reviews.find((review) => review.id === id) ?? null },
      },
      ['Product', 'Review'],
    ),
  );
  opened.push(upstream);
  return upstream;
}

const products = (ids: readonly string[]) =>
  fakeSource(
    'shop',
    /* GraphQL */ `
      type Product @key(fields: "id") {
        id: ID!
        name: String
        weight: Int
      }
      type Query {
        products: [Product] @rest(get: "/products")
        product(id: ID!): Product @rest(get: "/products/{id}") @lookup
      }
    `,
    {
      'GET /products': () => ids.map((id, i) => ({ id, name: `Product ${id}`, weight: i + 1 })),
      'GET /products/{id}': ({ args }) => ({ id: args.id, name: `Product ${String(args.id)}`, weight: 1 }),
    },
  ).subgraph;

async function graphOf(url: string, ids: readonly string[], given = {}): Promise<ComposedGraph> {
  const subgraph = await createSource(createFederationKind(), 'reviews', { url, ...given });
  opened.push(subgraph);
  return testGraph(products(ids), subgraph);
}

describe('a federation subgraph', () => {
  it('joins its entities with those of other sources in one call', async () => {
    const upstream = await startReviews();
    const graph = await graphOf(upstream.url, ['p1', 'p2']);
    upstream.asked.length = 0;
    const { data, errors } = await ask(graph, '{ products { name shipping reviews { body } } }');
    expect(errors).toBeUndefined();
    expect(data?.products).toEqual([
      { name: 'Product p1', shipping: 2, reviews: [{ body: 'of p1' }] },
      { name: 'Product p2', shipping: 4, reviews: [{ body: 'of p2' }] },
    ]);
    expect(upstream.asked).toHaveLength(1);
    expect(upstream.asked[0]?.variables.representations).toEqual([
      { __typename: 'Product', id: 'p1', weight: 1 },
      { __typename: 'Product', id: 'p2', weight: 2 },
    ]);
  });

  it('answers unions, interfaces and variables deep inside of inputs', async () => {
    const upstream = await startReviews();
    const graph = await graphOf(upstream.url, []);
    const { data, errors } = await ask(
      graph,
      `query ($words: [String!]) {
        reviews(filter: { nested: { words: $words } }) { id author { __typename ... on Person { name } ... on Shop { title } } }
        node { id ... on Review { body } }
      }`,
      { words: ['bad'] },
    );
    expect(errors).toBeUndefined();
    expect(data).toEqual({
      reviews: [{ id: 'r2', author: { __typename: 'Shop', title: 'Acme' } }],
      node: { id: 'r1', body: 'good' },
    });
  });

  it('runs mutations', async () => {
    const upstream = await startReviews();
    const graph = await graphOf(upstream.url, []);
    const { data } = await ask(graph, 'mutation { addReview(body: "new") { id body } }');
    expect(data).toEqual({ addReview: { id: 'r3', body: 'new' } });
  });

  it('splits many representations into calls and keeps each error at its own entity', async () => {
    const upstream = await startReviews();
    const ids = Array.from({ length: 23 }, (_, i) => (i === 17 ? 'p-bad' : i === 20 ? 'gone' : `p${i}`));
    const graph = await graphOf(upstream.url, ids, { maxKeysPerBatch: 10 });
    upstream.asked.length = 0;
    const { data, errors } = await ask(graph, '{ products { id reviews { body } } }');
    expect(upstream.asked.map(({ variables }) => variables.representations.length)).toEqual([10, 10, 3]);
    expect((data?.products as any[])[16]).toEqual({ id: 'p16', reviews: [{ body: 'of p16' }] });
    expect((data?.products as any[])[17]).toBeNull();
    expect((data?.products as any[])[22]).toEqual({ id: 'p22', reviews: [{ body: 'of p22' }] });
    expect(errors?.map(({ path, message }) => [path, message])).toContainEqual([
      ['products', 17, 'reviews'],
      'reviews are closed',
    ]);
  });

  it('keeps the digits of large integers', async () => {
    const upstream = await startUpstream((request, response) => {
      if (request.body.includes('_service')) json(response, { data: { _service: { sdl: REVIEWS } } });
      else {
        response.writeHead(200, { 'content-type': 'application/json' });
        response.end('{"data":{"_entities":[{"views":9007199254740993}]}}');
      }
    });
    opened.push(upstream);
    const graph = await graphOf(upstream.url, ['p1']);
    expect((await ask(graph, '{ products { views } }')).data).toEqual({ products: [{ views: '9007199254740993' }] });
  });

  it('composes SDL of Federation 1, whose extensions stay extensions', async () => {
    const sdl = /* GraphQL */ `
      extend type Product @key(fields: "id") {
        id: ID! @external
        stars: Int
      }
    `;
    const upstream = await startGraphQl(
      subgraphSchema(sdl, { Product: { __resolveReference: (one: any) => one, stars: () => 5 } }, ['Product']),
    );
    opened.push(upstream);
    const home = await startGraphQl(
      subgraphSchema(
        'type Product @key(fields: "id") { id: ID! name: String } type Query { top: Product }',
        { Query: { top: () => ({ id: '1', name: 'Lamp' }) } },
        ['Product'],
      ),
    );
    opened.push(home);
    const graph = testGraph(
      await createSource(createFederationKind(), 'home', { url: home.url }),
      await createSource(createFederationKind(), 'stars', { url: upstream.url }, [
        'extend type Product { stars: Int @deprecated(reason: "ask elsewhere") }',
      ]),
    );
    opened.push({ close: () => graph.close(0) });
    expect((await ask(graph, '{ top { name stars } }')).data).toEqual({ top: { name: 'Lamp', stars: 5 } });
    const product = graph.schema.getType('Product') as any;
    expect(product.getFields().stars.deprecationReason).toBe('ask elsewhere');
  });

  it('splits a batch of several places, and puts the answers back where they belong', async () => {
    const upstream = await startReviews();
    const subgraph = await createSource(createFederationKind(), 'reviews', { url: upstream.url, maxKeysPerBatch: 3 });
    opened.push(subgraph);
    const lists = fakeSource(
      'lists',
      /* GraphQL */ `
        type Product @key(fields: "id") {
          id: ID!
          weight: Int
        }
        type Query {
          bought: [Product!]! @rest(get: "/bought")
          seen: [Product!]! @rest(get: "/seen")
          product(id: ID!): Product @rest(get: "/products/{id}") @lookup
        }
      `,
      {
        'GET /bought': () => ['1', '2', '3', '4'].map((id) => ({ id })),
        'GET /seen': () => ['5', 'p-bad', '6'].map((id) => ({ id })),
        'GET /products/{id}': ({ args }) => ({ id: args.id }),
      },
    ).subgraph;
    const graph = testGraph(lists, subgraph);
    upstream.asked.length = 0;
    const { data, errors } = await ask(graph, '{ bought { reviews { body } } seen { id views r: reviews { id } } }');
    expect(data).toBeNull();
    expect(errors?.map(({ path, message }) => [path, message])).toEqual([[['seen', 1, 'r'], 'reviews are closed']]);
    expect(upstream.asked.length).toBeGreaterThanOrEqual(3);
  });

  it('streams its subscriptions, with fields of other sources beside them', async () => {
    const sdl = /* GraphQL */ `
      extend schema @link(url: "https://specs.apollo.dev/federation/v2.3", import: ["@key"])
      type Product @key(fields: "id", resolvable: false) {
        id: ID!
      }
      type Query {
        ping: Boolean
      }
      type Subscription {
        sold(id: ID): Product
      }
    `;
    const upstream = await startUpstream((_request, response) => json(response, { data: { _service: { sdl } } }));
    const streams = await startGraphQlWs(
      subgraphSchema(
        sdl,
        {
          Subscription: {
            sold: {
              subscribe: async function* (_root: unknown, { id }: any) {
                yield { sold: { id } };
                yield { sold: { id: 'other' } };
              },
            } as any,
          },
        },
        [],
      ),
    );
    opened.push(upstream, streams);
    const source = await createSource(createFederationKind(), 'sales', {
      url: upstream.url,
      subscriptions: { protocol: 'graphql-ws', url: streams.url.replace('http', 'ws') },
    });
    opened.push(source);
    const text = 'subscription ($id: ID) { sold(id: $id) { id name } }';
    const operation = testGraph(source, products([])).prepare({
      document: parse(text),
      text,
      operationName: undefined,
    });
    const events: unknown[] = [];
    for await (const event of operation.subscribe(createScope(), { id: '7' })) events.push(event.data);
    expect(JSON.parse(JSON.stringify(events))).toEqual([
      { sold: { id: '7', name: 'Product 7' } },
      { sold: { id: 'other', name: 'Product other' } },
    ]);
  });

  it('shares identical queries in flight, and never mutations', async () => {
    const upstream = await startReviews();
    const graph = await graphOf(upstream.url, []);
    upstream.asked.length = 0;
    await Promise.all([1, 2, 3].map(() => ask(graph, '{ reviews { id } }')));
    expect(upstream.asked).toHaveLength(1);
    await Promise.all([1, 2].map(() => ask(graph, 'mutation { addReview(body: "x") { id } }')));
    expect(upstream.asked).toHaveLength(3);
  });

  it('tells what it calls', async () => {
    const upstream = await startReviews();
    const graph = await graphOf(upstream.url, ['p1']);
    const text = '{ products { reviews { id } } }';
    const plan = graph.prepare({ document: parse(new Source(text)), text, operationName: undefined }).explain();
    expect(plan.calls).toEqual({ fixed: 1, batched: 1, perItem: [] });
    expect(JSON.stringify(plan.steps)).toContain('query _entities(Product)');
  });
});

describe('an answer that is wrong', () => {
  async function errorsOf(answer: Answer, query = '{ reviews { id } }') {
    const upstream: Upstream = await startUpstream((request, response) =>
      request.body.includes('_service')
        ? json(response, { data: { _service: { sdl: REVIEWS } } })
        : answer(request, response),
    );
    opened.push(upstream);
    const graph = await graphOf(upstream.url, ['p1', 'p2'], {
      retry: { attempts: 1 },
      timeoutMs: 1_000,
      auth: { bearer: { token: 'very-secret' } },
    });
    const { data, errors } = await ask(graph, query, {}, createScope());
    return { data, errors: errors ?? [] };
  }
  const raw =
    (type: string | undefined, body: string, status = 200): Answer =>
    (_request, response) => {
      response.writeHead(status, type === undefined ? {} : { 'content-type': type });
      response.end(body);
    };

  it.each<[string, Answer, Record<string, unknown>]>([
    [
      'HTML',
      raw('text/html', '<h1>hi</h1>'),
      { code: 'HUB_UPSTREAM_MALFORMED', upstreamStatus: 200, contentType: 'text/html' },
    ],
    ['nothing', raw(undefined, ''), { code: 'HUB_UPSTREAM_MALFORMED', upstreamStatus: 200 }],
    ['half of its JSON', raw('application/json', '{"data":{"rev'), { code: 'HUB_UPSTREAM_MALFORMED' }],
    ['a list', raw('application/json', '[]'), { code: 'HUB_UPSTREAM_MALFORMED' }],
    ['an empty object', raw('application/json', '{}'), { code: 'HUB_UPSTREAM_MALFORMED' }],
    ['null data and no errors', raw('application/json', '{"data":null}'), { code: 'HUB_UPSTREAM_MALFORMED' }],
    ['data that is a text', raw('application/json', '{"data":"x"}'), { code: 'HUB_UPSTREAM_MALFORMED' }],
    ['errors that are no list', raw('application/json', '{"errors":{}}'), { code: 'HUB_UPSTREAM_MALFORMED' }],
    [
      'status 500 without GraphQL',
      raw('text/plain', 'oops', 500),
      { code: 'HUB_UPSTREAM_FAILED', upstreamStatus: 500 },
    ],
    [
      'status 404',
      raw('application/json', '{"error":"no"}', 404),
      { code: 'HUB_UPSTREAM_REJECTED', upstreamStatus: 404 },
    ],
    ['status 429', raw(undefined, '', 429), { code: 'HUB_UPSTREAM_RATE_LIMITED', upstreamStatus: 429 }],
    ['a redirect', raw('text/html', '<a>', 302), { code: 'HUB_UPSTREAM_MALFORMED', upstreamStatus: 302 }],
    ['nothing in time', () => undefined, { code: 'HUB_UPSTREAM_TIMEOUT' }],
    ['a cut connection', (_request, response) => void response.socket?.destroy(), { code: 'HUB_UPSTREAM_UNREACHABLE' }],
  ])('%s is a fault of its own', async (_name, answer, expected) => {
    const { data, errors } = await errorsOf(answer);
    expect(data).toBeNull();
    expect(errors).toHaveLength(1);
    expect(errors[0]?.extensions).toMatchObject({ source: 'reviews', ...expected });
    expect(errors[0]?.path).toEqual(['reviews']);
  });

  it('an HTTP 500 with a GraphQL body is that body, with the status beside its errors', async () => {
    const { data, errors } = await errorsOf((_request, response) =>
      json(
        response,
        {
          data: { products: null },
          errors: [
            {
              message: 'not today, very-secret',
              path: ['reviews'],
              extensions: {
                code: 'CLOSED',
                hint: 'tomorrow',
                stacktrace: ['at x'],
                exception: { a: 1 },
                source: 'liar',
              },
            },
          ],
        },
        500,
      ),
    );
    expect(data).toBeNull();
    expect(errors).toEqual([
      {
        message: 'not today, [secret]',
        path: ['reviews'],
        extensions: {
          code: 'CLOSED',
          hint: 'tomorrow',
          source: 'reviews',
          upstreamCode: 'CLOSED',
          upstreamStatus: 500,
        },
      },
    ]);
  });

  it('part of the data with errors keeps the data and the errors at their paths', async () => {
    const { data, errors } = await errorsOf(
      (_request, response) =>
        json(response, {
          data: {
            reviews: [
              { id: 'a', body: 'x' },
              { id: 'b', body: null },
            ],
          },
          errors: [{ message: 'lost', path: ['reviews', 1, 'body'] }, { message: 7, path: 'nowhere' }, 'odd'],
        }),
      '{ reviews { id body } }',
    );
    expect(data).toEqual({
      reviews: [
        { id: 'a', body: 'x' },
        { id: 'b', body: null },
      ],
    });
    expect(errors.map(({ path }) => path)).toEqual([['reviews', 1, 'body'], ['reviews'], ['reviews']]);
    expect(errors[0]?.message).toBe('lost');
  });

  it.each([0, 1, 3])('%d entities for two representations are malformed', async (count) => {
    const { data, errors } = await errorsOf(
      (_request, response) =>
        json(response, { data: { _entities: Array.from({ length: count }, () => ({ shipping: 1 })) } }),
      '{ products { name shipping } }',
    );
    expect(data).toEqual({
      products: [
        { name: 'Product p1', shipping: null },
        { name: 'Product p2', shipping: null },
      ],
    });
    expect(errors.map(({ path, extensions }) => [path, extensions.code])).toEqual([
      [['products', 0, 'shipping'], 'HUB_UPSTREAM_MALFORMED'],
      [['products', 1, 'shipping'], 'HUB_UPSTREAM_MALFORMED'],
    ]);
  });
});
