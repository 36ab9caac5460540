import { describe, expect, it } from '@jest/globals';
import { parse, Source } from 'graphql';
import type { EntityChange } from '../../../../src/contract/events.ts';
import { createScope } from '../../../../src/engine/create-scope.ts';
import { HubFault } from '../../../../src/faults/hub-fault.ts';
import { deferSdl } from '../../../../src/sdl/defer-sdl.ts';
import { mergeSdl } from '../../../../src/subgraphs/local/merge-sdl.ts';
import { ask, fakeSource, testGraph } from '../../../kit/graph.ts';

const SHOP = /* GraphQL */ `
  type Query {
    orders: [Order!]! @rest(get: "/orders")
    order(id: ID!): Order @rest(get: "/orders/{id}") @lookup
    customers(ids: [ID!]!): [Customer]! @rest(get: "/customers{?ids*}") @lookup
    customer(id: ID!): Customer @rest(get: "/customers/{id}") @lookup
  }
  type Mutation {
    createOrder(customerId: ID!): Order @rest(post: "/orders")
    deleteOrder(id: ID!): Boolean @rest(delete: "/orders/{id}")
  }
  type Order @key(fields: "id") {
    id: ID!
    customerId: ID! @map(name: "customer_id")
    state: State
    customer: Customer @derive(from: "{ id: customerId }")
    watchers: [Customer] @derive(from: "{ id: watcherIds }")
    watcherIds: [ID!] @map(name: "watcher_ids")
    double: Int @map(expr: "total * 2")
  }
  enum State {
    PAID @map(name: "is-paid")
    OPEN
  }
  type Customer @key(fields: "id") {
    id: ID!
    name: String!
    notes: [String!] @rest(get: "/customers/{id}/notes")
  }
`;

const ORDERS = [
  { id: 1, customer_id: 7, state: 'is-paid', total: 21, watcher_ids: [8, 99] },
  { id: 2, customer_id: 8, state: 'OPEN', total: 1 },
  { id: 3, customer_id: 7, state: 'lost', total: 2 },
];
const CUSTOMERS = [
  { id: 8, name: 'Grace' },
  { id: 7, name: 'Ada' },
];

type Read = Parameters<typeof fakeSource>[5];

function shopOf(read: Read, overrides: Parameters<typeof fakeSource>[2] = {}, maxKeysPerBatch?: number) {
  const source = fakeSource(
    'shop',
    SHOP,
    {
      'GET /orders': () => ORDERS,
      'GET /orders/{id}': ({ args }) => ORDERS.find(({ id }) => String(id) === String(args.id)) ?? null,
      'GET /customers{?ids*}': ({ args }) =>
        CUSTOMERS.filter(({ id }) => (args.ids as unknown[]).map(String).includes(String(id))),
      'GET /customers/{id}': ({ args }) => CUSTOMERS.find(({ id }) => String(id) === String(args.id)) ?? null,
      'GET /customers/{id}/notes': ({ parent }) => [`note of ${String(parent.name)}`],
      'POST /orders': ({ args }) => ({ id: 4, customer_id: args.customerId }),
      'DELETE /orders/{id}': () => true,
      ...overrides,
    },
    maxKeysPerBatch,
    true,
    read,
  );
  return { ...source, graph: testGraph(source.subgraph) };
}

/** As large SDL is that was checked when it was pinned. */
const readLater: Read = (text) => deferSdl(text, 0) ?? parse(text);

describe.each<readonly [string, Read]>([
  ['parsed', undefined],
  ['read later', readLater],
])('a local subgraph of SDL that is %s', (_how, read) => {
  const shop = (overrides?: Parameters<typeof shopOf>[1], maxKeysPerBatch?: number) =>
    shopOf(read, overrides, maxKeysPerBatch);

  it('has fields and types whose names begin with an underscore, as those of upstreams may', async () => {
    const { subgraph } = fakeSource(
      'api',
      `type Query { _24h: _3D @rest(get: "/24h") things: [_3D!] @rest(get: "/things") }
       type _3D { _id: ID _source: JSON _2nd: Int @map(name: "2nd") inner: _Inner @map(name: "in") }
       type _Inner { x: Int @map(name: "an-x") }
       scalar JSON`,
      {
        'GET /24h': () => ({ _id: 'a', _source: { a: 1 }, '2nd': 2, in: { 'an-x': 3 } }),
        'GET /things': () => [{ _id: 'b', _source: 'b', '2nd': 4, in: { 'an-x': 5 } }],
      },
    );
    const graph = testGraph(subgraph);
    const fields = '{ _id _source _2nd inner { x } }';
    expect(await ask(graph, `{ _24h ${fields} things ${fields} }`)).toEqual({
      data: {
        _24h: { _id: 'a', _source: { a: 1 }, _2nd: 2, inner: { x: 3 } },
        things: [{ _id: 'b', _source: 'b', _2nd: 4, inner: { x: 5 } }],
      },
    });
  });

  it('completes all stubs of a level with one batched call, matched by key whatever the order of the answer', async () => {
    const { graph, calls } = shop();
    const response = await ask(graph, '{ orders { id customer { name } } }');
    expect(response).toEqual({
      data: {
        orders: [
          { id: '1', customer: { name: 'Ada' } },
          { id: '2', customer: { name: 'Grace' } },
          { id: '3', customer: { name: 'Ada' } },
        ],
      },
    });
    expect(calls.map((call) => call.operation)).toEqual(['GET /orders', 'GET /customers{?ids*}']);
    expect(calls[1]?.args).toEqual({ ids: [7, 8] });
  });

  it('makes no call where the stub already has what is asked for', async () => {
    const { graph, calls } = shop();
    await ask(graph, '{ orders { customer { id } } }');
    expect(calls).toHaveLength(1);
  });

  it('splits a batch at maxKeysPerBatch', async () => {
    const { graph, calls } = shop({}, 1);
    const response = await ask(graph, '{ orders { customer { name } } }');
    expect(calls.filter((call) => call.operation.startsWith('GET /customers'))).toHaveLength(2);
    expect(response.errors).toBeUndefined();
  });

  it('makes a list of stubs from a list of keys, null where there is no such record', async () => {
    const { graph } = shop();
    const response = await ask(graph, '{ order(id: 1) { watchers { name } } }');
    expect(response.data).toEqual({ order: { watchers: [{ name: 'Grace' }, null] } });
  });

  it('maps enum values, names and expressions, and faults only the field whose value does not fit', async () => {
    const { graph } = shop();
    const response = await ask(graph, '{ orders { state double } }');
    expect(response.data).toEqual({
      orders: [
        { state: 'PAID', double: 42 },
        { state: 'OPEN', double: 2 },
        { state: null, double: 4 },
      ],
    });
    expect(response.errors).toEqual([
      expect.objectContaining({
        path: ['orders', 2, 'state'],
        extensions: expect.objectContaining({ code: 'HUB_UPSTREAM_MALFORMED', source: 'shop' }),
      }),
    ]);
  });

  it('keeps a failed batch to the fields that needed it', async () => {
    const { graph } = shop({
      'GET /customers{?ids*}': () => {
        throw new HubFault('HUB_UPSTREAM_TIMEOUT', 'too slow', { details: { source: 'shop' } });
      },
    });
    const response = await ask(graph, '{ orders { id customer { name } } }');
    expect(response.data).toEqual({ orders: [1, 2, 3].map((id) => ({ id: String(id), customer: null })) });
    expect(response.errors?.map(({ path, extensions }) => [path, extensions.code])).toEqual(
      [0, 1, 2].map((i) => [['orders', i, 'customer'], 'HUB_UPSTREAM_TIMEOUT']),
    );
  });

  it.each([
    ['an answer that is no list', { error: 'nope' }],
    ['records without their key', [{ name: 'Nobody' }]],
  ])('faults the keys where a batch brings %s', async (_what, answer) => {
    const { graph } = shop({ 'GET /customers{?ids*}': () => answer });
    const response = await ask(graph, '{ order(id: 2) { customer { name } } }');
    expect(response.data).toEqual({ order: { customer: null } });
    expect(response.errors?.[0]?.extensions.code).toBe('HUB_UPSTREAM_MALFORMED');
  });

  it('serves a lookup that a client asks for through the same batch', async () => {
    const { graph, calls } = shop();
    const response = await ask(
      graph,
      '{ a: customer(id: 7) { name } b: customer(id: 8) { name } c: customer(id: 9) { name } }',
    );
    expect(response.data).toEqual({ a: { name: 'Ada' }, b: { name: 'Grace' }, c: null });
    expect(calls).toHaveLength(3);
  });

  it('aligns a batch that a client asks for with its keys', async () => {
    const { graph } = shop();
    const response = await ask(graph, '{ customers(ids: [9, 7, 8, 7]) { name } }');
    expect(response.data).toEqual({ customers: [null, { name: 'Ada' }, { name: 'Grace' }, { name: 'Ada' }] });
  });

  it('calls a field of an object once per parent, with the parent under its upstream names', async () => {
    const { graph, calls } = shop();
    const response = await ask(graph, '{ orders { customer { name notes } } }');
    expect(response.data).toMatchObject({ orders: [{ customer: { notes: ['note of Ada'] } }, {}, {}] });
    expect(calls.filter((call) => call.operation.endsWith('/notes'))).toHaveLength(2);
  });

  it('tells of the entity that a mutation created or deleted', async () => {
    const { graph } = shop();
    const changes: EntityChange[] = [];
    const scope = createScope({ id: 'r1', onChange: (change) => changes.push(change) });
    await ask(graph, 'mutation { createOrder(customerId: 7) { id } deleteOrder(id: 2) }', {}, scope);
    expect(changes).toEqual([
      { source: 'shop', type: 'Order', operation: 'CREATED', key: { id: '4' }, correlationId: 'r1' },
      { source: 'shop', type: 'Order', operation: 'DELETED', key: { id: '2' }, correlationId: 'r1' },
    ]);
  });

  it('says which upstream calls an operation makes', () => {
    const { graph } = shop();
    const text = '{ orders { customer { name notes } } }';
    const plan = graph.prepare({ document: parse(text), text, operationName: undefined }).explain();
    expect(plan.steps).toMatchObject({
      kind: 'fetch',
      calls: [
        { operation: 'GET /orders', repeat: 'once' },
        { operation: 'GET /customers{?ids*}', path: ['orders', 'customer'], repeat: 'per-batch' },
        { operation: 'GET /customers/{id}/notes', repeat: 'per-item' },
      ],
    });
    expect(plan.calls).toEqual({ fixed: 1, batched: 1, perItem: ['shop: GET /customers/{id}/notes'] });
  });
});

describe('a variable of an input type that contains itself', () => {
  it('is taken at any depth', async () => {
    const { subgraph, calls } = fakeSource(
      'shop',
      'type Query { find(where: Filter): Int @rest(get: "/find") } input Filter { not: Filter and: [Filter!] min: Int @map(name: "at-least") }',
      { 'GET /find': () => 1 },
    );
    const where = { not: { and: [{ not: { min: 3 } }] } };
    const response = await ask(testGraph(subgraph), 'query ($w: Filter) { find(where: $w) }', { w: where });
    expect(response).toEqual({ data: { find: 1 } });
    expect(calls[0]?.args).toEqual({ where: { not: { and: [{ not: { 'at-least': 3 } }] } } });
  });
});

describe('an expression at the root', () => {
  it('is computed from the arguments, and calls nothing', async () => {
    const { subgraph, calls } = fakeSource(
      'shop',
      'type Query { hello(name: String): String! @map(expr: "\'Hello \' & name") }',
      {},
    );
    expect(await ask(testGraph(subgraph), '{ hello(name: "you") }')).toEqual({ data: { hello: 'Hello you' } });
    expect(calls).toEqual([]);
  });
});

describe('SDL that cannot work', () => {
  const build = (sdl: string) => () => fakeSource('shop', sdl, { 'GET /a': () => null });

  it.each([
    ['an unknown type', 'type Query { a: Nope @rest(get: "/a") }', /test\.graphql:1:17: Unknown type "Nope"/],
    ['an unknown directive', 'type Query { a: Int @rest(get: "/a") @nope }', /Unknown directive "@nope"/],
    [
      'a root field without a call',
      'type Query { a: Int }',
      /test\.graphql:1:14: Query\.a has nothing to resolve it: a root field needs @rest/,
    ],
    [
      'a join to a field that does not exist',
      'type Query { a: T @rest(get: "/a") } type T { u: U @derive(from: "{ id: nope }") } type U @key(fields: "id") { id: ID! }',
      /T\.u: T has no field "nope" to derive a key from/,
    ],
    [
      'a join by something that is no key',
      'type Query { a: T @rest(get: "/a") } type T { n: ID u: U @derive(from: "{ n }") } type U @key(fields: "id") { id: ID! n: ID }',
      /T\.u: "\{ n \}" is no key of U: its keys are "id"/,
    ],
    [
      'a lookup without a key',
      'type Query { a(id: ID!): T @rest(get: "/a") @lookup } type T { id: ID! }',
      /Query\.a: @lookup cannot tell which arguments are the key of T: T has no @key/,
    ],
    [
      'a JSONata expression that does not parse',
      'type Query { a: T @rest(get: "/a") } type T { x: Int @map(expr: "((") }',
      /T\.x: the JSONata expression does not parse/,
    ],
  ])('is refused with its place: %s', (_what, sdl, message) => {
    expect(build(sdl)).toThrow(message);
    expect(build(sdl)).toThrow(expect.objectContaining({ code: 'HUB_COMPOSE_SDL' }));
  });

  it.each([
    [
      'extend type Order { other: Customer @derive(from: "{ id: nope }") }',
      /joins:1:21: Order\.other: .* no field "nope"/,
    ],
    ['extend type Order { other: Nope @derive(from: "{ id: customerId }") }', /joins:1:28: Unknown type "Nope"/],
    ['extend type Query { other: Customer }', /joins:1:21: Query\.other has nothing to resolve it/],
  ])('is refused beside SDL that is read later: %s', (joins, message) => {
    const beside: Read = (text) => mergeSdl([readLater(text), parse(new Source(joins, 'joins'))]);
    expect(() => shopOf(beside)).toThrow(message);
  });
});
