// The shop of the example, asked over HTTP as the hub asks it.
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { readFile } from 'node:fs/promises';
import { parse } from 'yaml';
import { createStorefrontData } from '../../../examples/storefront/data.ts';
import type { RunningServer } from '../../../examples/storefront/run-server.ts';
import { startShop } from '../../../examples/storefront/shop/shop.ts';

const data = createStorefrontData();
let shop: RunningServer;

beforeAll(async () => {
  shop = await startShop({ port: 0, apiKey: 'a key', data });
});
afterAll(() => shop.close());
beforeEach(() => fetch(`${shop.url}/__calls`, { method: 'DELETE' }));

async function ask(path: string, init: { method?: string; body?: unknown; key?: string } = {}) {
  const response = await fetch(`${shop.url}${path}`, {
    method: init.method ?? 'GET',
    headers: {
      'x-api-key': init.key ?? 'a key',
      ...(init.body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(init.body === undefined ? {} : { body: typeof init.body === 'string' ? init.body : JSON.stringify(init.body) }),
  });
  return {
    status: response.status,
    headers: response.headers,
    type: response.headers.get('content-type') ?? '',
    body: await response.json(),
  };
}

describe('the shop', () => {
  it('refuses callers without the right key, also for paths that do not exist', async () => {
    for (const path of ['/orders', '/nothing']) {
      const refused = await ask(path, { key: 'another key' });
      expect(refused.status).toBe(401);
      expect(refused.type).toContain('application/problem+json');
    }
    expect((await fetch(`${shop.url}/orders`)).status).toBe(401);
  });

  it('lists orders newest first, page by page, and says how many there are', async () => {
    const first = await ask('/orders?limit=2');
    const second = await ask('/orders?limit=2&offset=2');
    expect([...first.body, ...second.body]).toEqual(data.orders.slice(0, 4));
    expect(first.headers.get('x-total-count')).toBe('1000');
  });

  it('filters orders by status and customer', async () => {
    const { customerId } = data.orders[0]!;
    const { body } = await ask(`/orders?customerId=${customerId}&status=DELIVERED&limit=100`);
    expect(body).toEqual(data.orders.filter((o) => o.customerId === customerId && o.status === 'DELIVERED'));
  });

  it('answers 400 to a parameter that is not valid', async () => {
    for (const query of ['limit=0', 'limit=101', 'limit=many', 'offset=-1', 'status=LOST']) {
      const refused = await ask(`/orders?${query}`);
      expect([query, refused.status]).toEqual([query, 400]);
      expect(refused.body.detail).toContain(query.split('=')[0]);
    }
  });

  it('answers one order, customer or product by id, and 404 to an unknown one', async () => {
    expect((await ask(`/orders/${data.orders[5]!.id}`)).body).toEqual(data.orders[5]);
    expect((await ask('/customers/C-1003')).body).toEqual(data.customers[2]);
    expect((await ask('/products/P-1003')).body).toEqual(data.products[2]);
    for (const path of ['/orders/x', '/customers/x', '/products/__proto__']) {
      expect(await ask(path)).toMatchObject({ status: 404, body: { title: 'Not Found', status: 404 } });
    }
  });

  it.each([
    ['customers', 'C-1002', 'C-1001', data.customers],
    ['products', 'P-1002', 'P-1001', data.products],
  ])('answers a batch of %s in the order of the ids, each once, unknown ones left out', async (path, a, b, all) => {
    const { body } = await ask(`/${path}?id=${a}&id=unknown&id=${b}&id=${a}`);
    expect(body).toEqual([all[1], all[0]]);
    expect((await ask(`/${path}?id=${a}`)).body).toEqual([all[1]]);
    expect((await ask('/__calls')).body).toEqual({ [path]: 2 });
  });

  it('refuses a batch of more than a hundred ids', async () => {
    const ids = Array.from({ length: 101 }, (_, index) => `id=P-${1_001 + index}`).join('&');
    expect((await ask(`/products?${ids}`)).status).toBe(400);
    expect((await ask(`/products?${ids.slice(0, ids.lastIndexOf('&'))}`)).body).toHaveLength(100);
  });

  it('pages and filters products and customers when no id is given', async () => {
    const { body } = await ask('/products?category=AUDIO&limit=3');
    expect(body.map((product: any) => product.category)).toEqual(['AUDIO', 'AUDIO', 'AUDIO']);
    expect((await ask('/customers?tier=GOLD&limit=100')).body).toEqual(
      data.customers.filter(({ tier }) => tier === 'GOLD').slice(0, 100),
    );
  });

  it('places an order at the present prices and lists it first', async () => {
    const placed = await ask('/orders', {
      method: 'POST',
      body: { customerId: 'C-1001', items: [{ productId: 'P-1001', quantity: 2 }], note: 'Ring twice' },
    });
    const { price } = data.products[0]!;
    expect(placed.status).toBe(201);
    expect(placed.body).toMatchObject({
      customerId: 'C-1001',
      status: 'PLACED',
      items: [{ productId: 'P-1001', quantity: 2, unitPrice: price }],
      total: price * 2,
      note: 'Ring twice',
    });
    expect(placed.headers.get('location')).toBe(`/orders/${placed.body.id}`);
    expect((await ask('/orders?limit=1')).body).toEqual([placed.body]);
  });

  it('says with 422 and a pointer what is wrong with an order', async () => {
    const wrong: [unknown, string][] = [
      [{ customerId: 'C-1001', items: [] }, '/items'],
      [{ items: [{ productId: 'P-1001', quantity: 1 }] }, ''],
      [{ customerId: 'C-1001', items: [{ productId: 'P-1001', quantity: 0 }] }, '/items/0/quantity'],
      [{ customerId: 'C-9', items: [{ productId: 'P-1001', quantity: 1 }] }, '/customerId'],
      [{ customerId: 'C-1001', items: [{ productId: 'P-9', quantity: 1 }] }, '/items/0/productId'],
    ];
    for (const [body, pointer] of wrong) {
      const refused = await ask('/orders', { method: 'POST', body });
      expect(refused.status).toBe(422);
      expect(refused.type).toContain('application/problem+json');
      expect(refused.body.errors[0].pointer).toBe(pointer);
    }
  });

  it('answers 400 to a body that is not JSON', async () => {
    expect((await ask('/orders', { method: 'POST', body: '{"customerId":' })).status).toBe(400);
  });

  it('changes status and note of an order, and keeps the rest', async () => {
    const order = data.orders.find(({ status }) => status === 'PAID')!;
    const patched = await ask(`/orders/${order.id}`, { method: 'PATCH', body: { status: 'SHIPPED' } });
    expect(patched.body).toEqual({ ...order, status: 'SHIPPED' });
    await ask(`/orders/${order.id}`, { method: 'PATCH', body: { note: 'gift' } });
    expect((await ask(`/orders/${order.id}`)).body).toEqual({ ...order, status: 'SHIPPED', note: 'gift' });
  });

  it('refuses to change an unknown order, an order that is final, and a status that does not exist', async () => {
    const final = data.orders.find(({ status }) => status === 'DELIVERED')!;
    const patch = async (id: string, body: unknown) => (await ask(`/orders/${id}`, { method: 'PATCH', body })).status;
    expect(await patch('O-1', { status: 'PAID' })).toBe(404);
    expect(await patch(final.id, { status: 'PAID' })).toBe(409);
    expect(await patch(final.id, { status: 'LOST' })).toBe(422);
    expect(await patch(final.id, {})).toBe(422);
    expect(await patch(final.id, { note: 'thank you' })).toBe(200);
  });

  it('describes in openapi.yaml exactly the operations it counts', async () => {
    const file = new URL('../../../examples/storefront/shop/openapi.yaml', import.meta.url);
    const document = parse(await readFile(file, 'utf8'));
    const described = Object.values<any>(document.paths)
      .flatMap((path) => Object.values<any>(path))
      .flatMap((operation) => operation.operationId ?? []);
    const body = { customerId: 'C-1001', items: [{ productId: 'P-1001', quantity: 1 }] };
    for (const path of ['orders', 'customers', 'products']) {
      await ask(`/${path}`);
      await ask(`/${path}/1`);
    }
    await ask('/orders', { method: 'POST', body });
    await ask('/orders/1', { method: 'PATCH', body: { note: '' } });
    expect(Object.keys((await ask('/__calls')).body).toSorted()).toEqual(described.toSorted());
  });
});
