import { describe, expect, it } from '@jest/globals';
import { createScope } from '../../../src/engine/create-scope.ts';
import { HubFault } from '../../../src/faults/hub-fault.ts';
import { ask, fakeSource, testGraph } from '../../kit/graph.ts';

const SHOP = /* GraphQL */ `
  type Query {
    orders: [Order!]! @rest(get: "/orders")
  }
  type Order {
    id: ID!
    productId: ID!
    product: Product @derive(from: "{ id: productId }")
  }
  type Product @key(fields: "id", resolvable: false) {
    id: ID!
  }
`;

const WAREHOUSE = /* GraphQL */ `
  type Query {
    products(ids: [ID!]!): [Product]! @rest(get: "/products{?ids*}") @lookup
  }
  type Product @key(fields: "id") {
    id: ID!
    name: String
  }
`;

const orders = [
  { id: 1, productId: 'a' },
  { id: 2, productId: 'b' },
  { id: 3, productId: 'a' },
];
const QUERY = '{ orders { product { name } } }';

function createGraph(products: (ids: unknown) => unknown) {
  return testGraph(
    fakeSource('shop', SHOP, { 'GET /orders': () => orders }).subgraph,
    fakeSource('warehouse', WAREHOUSE, {
      'GET /products{?ids*}': ({ args }, scope) => {
        scope.usage.upstreamCall({ source: 'warehouse', operation: 'GET /products', durationMs: 3, shared: true });
        return products(args.ids);
      },
    }).subgraph,
  );
}

const named = (ids: unknown) => (ids as string[]).map((id) => ({ id, name: id.toUpperCase() }));
const planScope = () => createScope({ extensions: new Set(['plan'] as const) });
const fetchRun = { startedAtMs: expect.any(Number), durationMs: expect.any(Number) };

describe('what a response tells about itself', () => {
  it('is nothing unless it was asked for', async () => {
    expect(await ask(createGraph(named), QUERY)).not.toHaveProperty('extensions');
  });

  it('is the plan that ran, with what became of each fetch and which calls were shared', async () => {
    const { extensions } = await ask(createGraph(named), QUERY, {}, planScope());
    expect(extensions).toEqual({
      plan: {
        steps: {
          kind: 'sequence',
          steps: [
            {
              kind: 'fetch',
              subgraph: 'shop',
              sourceKind: 'rest',
              operation: expect.stringContaining('orders'),
              calls: [{ operation: 'GET /orders', path: ['orders'], repeat: 'once' }],
              ran: { ...fetchRun, failed: false },
            },
            {
              kind: 'fetch',
              subgraph: 'warehouse',
              sourceKind: 'rest',
              operation: expect.stringContaining('_entities'),
              at: 'orders.@.product',
              calls: [expect.objectContaining({ operation: 'GET /products{?ids*}', repeat: 'per-batch' })],
              ran: { ...fetchRun, entities: { asked: 3, sent: 2 }, failed: false },
            },
          ],
        },
        calls: { fixed: 1, batched: 1, perItem: [] },
        upstream: [{ source: 'warehouse', operation: 'GET /products', durationMs: 3, shared: true }],
      },
    });
  });

  it('marks the fetches that failed', async () => {
    const graph = createGraph(() => {
      throw new HubFault('HUB_UPSTREAM_UNREACHABLE', 'nobody there');
    });
    const { extensions } = await ask(graph, QUERY, {}, planScope());
    expect(extensions).toMatchObject({
      plan: { steps: { steps: [{ ran: { failed: false } }, { ran: { failed: true } }] } },
    });
  });

  it('says nothing of a fetch that there was nothing to fetch for', async () => {
    const graph = testGraph(
      fakeSource('shop', SHOP, { 'GET /orders': () => [] }).subgraph,
      fakeSource('warehouse', WAREHOUSE, { 'GET /products{?ids*}': () => [] }).subgraph,
    );
    const { extensions } = await ask(graph, QUERY, {}, planScope());
    const { steps } = (extensions as any).plan.steps;
    expect(steps[0]).toHaveProperty('ran');
    expect(steps[1]).not.toHaveProperty('ran');
  });

  it('is usage and plan side by side', async () => {
    const scope = createScope({ extensions: new Set(['plan', 'usage'] as const) });
    const { extensions } = await ask(createGraph(named), QUERY, {}, scope);
    expect(extensions).toMatchObject({
      usage: { sources: [{ source: 'warehouse', calls: 1, shared: 1, durationMs: 3 }], models: [] },
      plan: { calls: { fixed: 1 } },
    });
  });
});
