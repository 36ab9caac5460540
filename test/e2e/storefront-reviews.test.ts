// The example's Federation subgraph among the other sources: the real programs, asked over the wire.
import { readFile } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { stripIgnoredCharacters } from 'graphql';
import { ask } from '../kit/ask.ts';
import { runManifold } from '../kit/manifold.ts';
import { startStorefront, STOREFRONT, type Storefront } from '../kit/storefront.ts';

let storefront: Storefront;
beforeAll(async () => {
  storefront = await startStorefront();
}, 120_000);
afterAll(() => storefront.stop(), 60_000);

const BEST = '{ topRated(first: 3) { name rating { average count } stock { available } } }';
const RATED = '{ orders(limit: 3) { items { product { name stock { available } rating { average } } } } }';
const query = (text: string) => ask(storefront.hub.url, text);
const productsOf = (data: any): any[] =>
  data.orders.flatMap((order: any) => order.items.map((item: any) => item.product));

async function callsOf(text: string) {
  const { shop, warehouse, reviews } = storefront;
  await Promise.all([shop.forget(), warehouse.forget(), reviews.forget()]);
  const answer = await query(text);
  const [ofShop, ofWarehouse, ofReviews] = await Promise.all([shop.calls(), warehouse.calls(), reviews.calls()]);
  return { ...answer, calls: { shop: ofShop, warehouse: ofWarehouse, reviews: ofReviews } };
}

describe('a Federation subgraph in the storefront', () => {
  it('begins a query that REST and SOAP go on with, in one call each', async () => {
    const { data, errors, calls } = await callsOf(BEST);
    expect(errors).toBeUndefined();
    expect(data.topRated).toHaveLength(3);
    for (const product of data.topRated) {
      expect(product).toEqual({
        name: expect.any(String),
        rating: { average: 5, count: expect.any(Number) },
        stock: { available: expect.any(Number) },
      });
    }
    expect(calls).toEqual({ shop: { products: 1 }, warehouse: { GetStockLevels: 1 }, reviews: { topRated: 1 } });
  });

  it('adds to the entities of others, all of them in one call', async () => {
    const { data, errors, calls } = await callsOf(RATED);
    expect(errors).toBeUndefined();
    for (const product of productsOf(data)) expect(product.rating).toEqual({ average: expect.any(Number) });
    expect(calls).toEqual({
      shop: { orders: 1, products: 1 },
      warehouse: { GetStockLevels: 1 },
      reviews: { _entities: 1 },
    });
  });

  it('has the query and the plan that the README shows', async () => {
    const readme = await readFile(`${STOREFRONT}/README.md`, 'utf8');
    const [, shown = ''] = /```graphql\n(\{\n {2}topRated[\s\S]*?)```/.exec(readme) ?? [];
    expect(stripIgnoredCharacters(shown)).toBe(stripIgnoredCharacters(BEST));
    const { code, stdout } = await runManifold(['plan', BEST, '--config', STOREFRONT], { env: storefront.env });
    expect(code).toBe(0);
    expect(readme).toContain(stdout.trim());
  }, 60_000);

  it('costs the answer its ratings and nothing else when it is gone, until it is back', async () => {
    const { reviews } = storefront;
    const whole = await query(RATED);
    await reviews.kill();
    const partial = await query(RATED);
    const expected = structuredClone(whole.data);
    for (const product of productsOf(expected)) product.rating = null;
    expect(partial.status).toBe(200);
    expect(partial.data).toEqual(expected);
    const { errors = [] } = partial;
    expect(errors).toHaveLength(productsOf(expected).length);
    for (const error of errors) {
      expect(error.path).toEqual(expect.arrayContaining(['product', 'rating']));
      expect(error.extensions).toMatchObject({ code: 'HUB_UPSTREAM_UNREACHABLE', source: 'reviews' });
    }

    const mixed = await query('{ topRated { id } orders(limit: 3) { id } }');
    expect(mixed.data).toEqual({ topRated: null, orders: Array(3).fill({ id: expect.any(String) }) });
    expect(mixed.errors).toMatchObject([{ path: ['topRated'], extensions: { source: 'reviews' } }]);

    await reviews.restart();
    // Had the failures opened the breaker, it would take a moment to try again.
    const deadline = performance.now() + 20_000;
    let again = await query(RATED);
    while (again.errors !== undefined && performance.now() < deadline) {
      await pause(100);
      again = await query(RATED);
    }
    expect(again.errors).toBeUndefined();
    expect(again.data).toEqual(whole.data);
  }, 60_000);
});
