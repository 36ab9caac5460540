// The example as it is: three programs and a hub, asked over the wire.
import { readFile } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { Client } from 'graphql-ws';
import { QUERY } from '../../examples/storefront/overview.ts';
import type { OperationPlan, PlanStep } from '../../src/contract/graph.ts';
import { ask, askSocket, connect, subscribe } from '../kit/ask.ts';
import { runManifold } from '../kit/manifold.ts';
import { startStorefront, STOREFRONT, type Storefront } from '../kit/storefront.ts';

let storefront: Storefront;
beforeAll(async () => {
  storefront = await startStorefront();
  // The model loads on its first question.
  await ask(storefront.hub.url, QUERY);
}, 120_000);
afterAll(() => storefront.stop(), 60_000);

const clients: Client[] = [];
afterEach(async () => {
  for (const client of clients.splice(0)) await client.dispose();
});

const open = (): Client => {
  const client = connect(storefront.hub.url);
  clients.push(client);
  return client;
};
const query = (text: string, variables = {}) => ask(storefront.hub.url, text, { variables });

/** Every product of an answer to QUERY, with the path it is at. */
function productsOf(orders: any[]): { path: (string | number)[]; product: any }[] {
  return orders.flatMap((order, o) =>
    order.items.map((item: any, i: number) => ({ path: ['orders', o, 'items', i, 'product'], product: item.product })),
  );
}

const ORDER = 'id status customer { name city } items { quantity product { name stock { available } } }';
const create = async (quantity: number): Promise<string> => {
  const { data } = await query(
    `mutation ($quantity: Int!) {
      createOrder(input: { customerId: "C-1001", items: [{ productId: "P-1001", quantity: $quantity }] }) { id }
    }`,
    { quantity },
  );
  return data.createOrder.id;
};
const ship = (id: string) =>
  query('mutation ($id: ID!) { updateOrder(id: $id, input: { status: SHIPPED }) { status } }', { id });

describe('the one query', () => {
  it('joins orders, customers, products, stock and summaries in one call per source and level', async () => {
    const { shop, warehouse } = storefront;
    await Promise.all([shop.forget(), warehouse.forget()]);
    const { status, data, errors } = await query(QUERY);
    expect(errors).toBeUndefined();
    expect(status).toBe(200);
    expect(data.orders).toHaveLength(3);
    for (const order of data.orders) {
      expect(order).toEqual({
        id: expect.stringMatching(/^O-\d+$/),
        status: expect.any(String),
        customer: { name: expect.any(String), city: expect.any(String) },
        items: expect.any(Array),
      });
    }
    for (const { product } of productsOf(data.orders)) {
      expect(product).toEqual({
        name: expect.any(String),
        stock: { available: expect.any(Number), location: { aisle: expect.any(String) } },
        summary: expect.stringMatching(/\w{3,}/),
      });
    }
    expect(await shop.calls()).toEqual({ orders: 1, customers: 1, products: 1 });
    expect(await warehouse.calls()).toEqual({ GetStockLevels: 1 });
  });

  it('answers as the README shows', async () => {
    const readme = await readFile(new URL('../../README.md', import.meta.url), 'utf8');
    const [, shown = ''] = /^```\n(\{\n {2}"data"[\s\S]*?)^```$/m.exec(readme) ?? [];
    const values = shown.match(/"\w+": (?:"[^"]*"|\d+)/g) ?? [];
    expect(values.length).toBeGreaterThan(5);
    const { data } = await query(QUERY);
    const answer = JSON.stringify(data, null, 2);
    for (const value of values) expect(answer).toContain(value);
  });

  it('makes no more calls for a hundred orders than for three, but for full batches', async () => {
    const { shop, warehouse } = storefront;
    await Promise.all([shop.forget(), warehouse.forget()]);
    const { data, errors } = await query(
      `{ orders(limit: 100) { customer { name } items { product { id stock { available } } } } }`,
    );
    expect(errors).toBeUndefined();
    const products = new Set(productsOf(data.orders).map(({ product }) => product.id)).size;
    expect(products).toBeGreaterThan(100);
    expect(await shop.calls()).toEqual({ orders: 1, customers: 1, products: Math.ceil(products / 100) });
    expect(await warehouse.calls()).toEqual({ GetStockLevels: Math.ceil(products / 100) });
  });

  it('is what `manifold plan` says it is', async () => {
    const { code, stdout, stderr } = await runManifold(['plan', QUERY, '--json', '--config', STOREFRONT], {
      env: storefront.env,
    });
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const plan = JSON.parse(stdout) as OperationPlan;
    expect(plan.calls).toEqual({ fixed: 1, batched: 4, perItem: [] });
    expect(callsOf(plan.steps).map((operation) => operation.replace(/\{.*/, ''))).toEqual([
      'GET /orders',
      'GET /customers',
      'GET /products',
      expect.stringContaining('summarize'),
      'GetStockLevels',
    ]);
  }, 60_000);

  it('tells what it used when asked', async () => {
    const { extensions } = await ask(storefront.hub.url, QUERY, { headers: { 'x-manifold-extensions': 'usage' } });
    expect(extensions.usage.sources).toEqual([
      expect.objectContaining({ source: 'shop', calls: 3 }),
      expect.objectContaining({ source: 'warehouse', calls: 1 }),
    ]);
    expect(extensions.usage.models).toEqual([
      expect.objectContaining({ source: 'assistant', model: 'local/extractive', task: 'summarize', calls: 1 }),
    ]);
  });
});

function callsOf(step: PlanStep | null): string[] {
  if (step === null) return [];
  switch (step.kind) {
    case 'sequence':
    case 'parallel':
      return step.steps.flatMap(callsOf);
    case 'condition':
      return [...callsOf(step.then), ...callsOf(step.otherwise)];
    case 'fetch':
      return step.calls.map((call) => call.operation);
  }
}

describe('the hub about itself', () => {
  it('knows how its sources are doing', async () => {
    const { data } = await query('{ hub { name sources { name kind health calls failures p50Ms p99Ms } } }');
    expect(data.hub.name).toBe('storefront');
    const well = { health: 'UP', calls: expect.any(Number), p50Ms: expect.any(Number), p99Ms: expect.any(Number) };
    expect(data.hub.sources).toEqual([
      expect.objectContaining({ name: 'shop', kind: 'rest', ...well }),
      expect.objectContaining({ name: 'warehouse', kind: 'soap', ...well }),
      // Nothing was asked of it yet.
      expect.objectContaining({ name: 'reviews', kind: 'federation', calls: 0 }),
      expect.objectContaining({ name: 'assistant', kind: 'ai', ...well }),
    ]);
  });
});

describe('a change', () => {
  it('reaches who is subscribed to the entity, with fields of two sources', async () => {
    const events = await subscribe(
      open(),
      `subscription { orderChanged { operation source key entity { ${ORDER} } } }`,
    );
    const id = await create(2);
    expect(await events.next()).toEqual({
      data: {
        orderChanged: {
          operation: 'CREATED',
          source: 'shop',
          key: { id },
          entity: {
            id,
            status: 'PLACED',
            customer: { name: expect.any(String), city: expect.any(String) },
            items: [{ quantity: 2, product: { name: expect.any(String), stock: { available: expect.any(Number) } } }],
          },
        },
      },
    });
    await ship(id);
    expect(await events.next()).toMatchObject({
      data: {
        orderChanged: {
          operation: 'UPDATED',
          entity: { id, status: 'SHIPPED', items: [{ product: { stock: { available: expect.any(Number) } } }] },
        },
      },
    });
  });

  it('reaches only those who asked for that order', async () => {
    const [mine, other] = [await create(1), await create(1)];
    const events = await subscribe(
      open(),
      'subscription ($id: ID) { orderChanged(id: $id) { operation entity { id } } }',
      { id: mine },
    );
    await ship(other);
    await ship(mine);
    expect(await events.next()).toEqual({ data: { orderChanged: { operation: 'UPDATED', entity: { id: mine } } } });
  });

  it('is in the stream of all changes, narrowed by source and type', async () => {
    const stream = (filter: string) =>
      `subscription { syncEvents(${filter}) { type source operation entity { ... on Order { id status } } } }`;
    const client = open();
    const orders = await subscribe(client, stream('source: "shop", type: "Order"'));
    const stock = await subscribe(client, stream('source: "warehouse"'));
    const id = await create(1);
    expect(await orders.next()).toEqual({
      data: {
        syncEvents: { type: 'Order', source: 'shop', operation: 'CREATED', entity: { id, status: 'PLACED' } },
      },
    });
    const nothing = stock.next().then(
      () => 'an event of the warehouse',
      () => 'ended',
    );
    // Had it been sent at all, it would have come before this answer.
    await askSocket(client, '{ hub { name } }');
    await stock.end();
    expect(await nothing).toBe('ended');
  });

  it('is not missed by who was away: `after` goes on from there', async () => {
    const text = 'subscription ($after: String) { orderChanged(after: $after) { cursor operation entity { id } } }';
    const first = open();
    const before = await subscribe(first, text);
    const seen = await create(1);
    const { cursor, entity } = (await before.next()).data.orderChanged;
    expect(entity.id).toBe(seen);
    await first.dispose();

    const missed = [await create(1), await create(2)];
    await ship(missed[0]!);
    const after = await subscribe(open(), text, { after: cursor });
    const live = await create(3);
    const got = [await after.next(), await after.next(), await after.next(), await after.next()];
    expect(got.map(({ data }) => [data.orderChanged.operation, data.orderChanged.entity.id])).toEqual([
      ['CREATED', missed[0]],
      ['CREATED', missed[1]],
      ['UPDATED', missed[0]],
      ['CREATED', live],
    ]);

    const page = await query('query ($after: String) { syncEvents(after: $after, type: "Order") { operation } }', {
      after: cursor,
    });
    expect(page.data.syncEvents).toHaveLength(4);
  });
});

describe('what an upstream refuses', () => {
  it('carries the status of the REST answer', async () => {
    const { data, errors } = await query(
      'mutation { createOrder(input: { customerId: "C-1", items: [{ productId: "P-1001", quantity: 1 }] }) { id } }',
    );
    expect(data).toEqual({ createOrder: null });
    expect(errors).toMatchObject([
      {
        path: ['createOrder'],
        extensions: { code: 'HUB_UPSTREAM_REJECTED', source: 'shop', upstreamStatus: 422 },
      },
    ]);
  });

  it('carries the fault of the WSDL, with its detail', async () => {
    const { errors } = await query(
      'mutation { reserveStock(sku: "COF-101", quantity: 5000, orderId: "O-11000") { reservationId } }',
    );
    expect(errors).toMatchObject([
      {
        path: ['reserveStock'],
        extensions: {
          code: 'HUB_UPSTREAM_FAULT',
          source: 'warehouse',
          upstreamDetail: { name: 'OutOfStock', fields: { sku: 'COF-101', requested: 5000 } },
        },
      },
    ]);
  });
});

describe('a request that is wrong', () => {
  const names = Array.from({ length: 31 }, (_, index) => `a${index}: hub { name }`).join(' ');
  it.each([
    ['malformed', '{ orders { id }', 'GRAPHQL_PARSE_FAILED'],
    ['for an unknown field', '{ orders { colour } }', 'GRAPHQL_VALIDATION_FAILED'],
    ['too deep', `{ orders ${'{ customer '.repeat(20)}{ id } ${'}'.repeat(20)} }`, 'HUB_REQUEST_TOO_DEEP'],
    ['for too much under other names', `{ ${names} }`, 'HUB_REQUEST_TOO_MANY_ALIASES'],
  ])('%s gets an error with a code', async (_what, text, code) => {
    const { data, errors } = await query(text);
    expect(data ?? null).toBeNull();
    expect(errors?.map(({ extensions }) => extensions.code)).toContain(code);
  });
});

describe('a warehouse that is gone', () => {
  it('costs the answer its stock and nothing else, until it is back', async () => {
    const { warehouse, hub } = storefront;
    const whole = await query(QUERY);
    await warehouse.kill();
    const partial = await query(QUERY);
    expect(partial.status).toBe(200);
    const expected = structuredClone(whole.data);
    for (const { product } of productsOf(expected.orders)) product.stock = null;
    expect(partial.data).toEqual(expected);
    const { errors = [] } = partial;
    expect(new Set(errors.map(({ extensions }) => extensions.code))).toEqual(new Set(['HUB_UPSTREAM_UNREACHABLE']));
    expect(new Set(errors.map(({ extensions }) => extensions.source))).toEqual(new Set(['warehouse']));
    expect(errors.map(({ path }) => path)).toEqual(
      productsOf(expected.orders).map(({ path }) => expect.arrayContaining([...path, 'stock'])),
    );
    expect((await fetch(`${hub.url}/health/ready`)).status).toBe(200);

    // Enough failures open the breaker: nobody waits for the warehouse any more.
    await query(QUERY);
    await query(QUERY);
    const { data } = await query('{ hub { sources { name health lastFault } } }');
    expect(data.hub.sources).toContainEqual({
      name: 'warehouse',
      health: 'DOWN',
      lastFault: 'HUB_UPSTREAM_UNREACHABLE',
    });

    await warehouse.restart();
    const deadline = performance.now() + 20_000;
    let answer = await query(QUERY);
    while (answer.errors !== undefined && performance.now() < deadline) {
      await pause(100);
      answer = await query(QUERY);
    }
    expect(answer.errors).toBeUndefined();
    expect(answer.data).toEqual(whole.data);
  }, 60_000);
});
