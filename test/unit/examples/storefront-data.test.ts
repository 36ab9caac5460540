// The generated data of the example: the same every time, the right amount, and it hangs together.
import { describe, expect, it } from '@jest/globals';
import { CATEGORIES } from '../../../examples/storefront/data/catalogue.ts';
import { createRandom } from '../../../examples/storefront/data/random.ts';
import { createStorefrontData, totalOf } from '../../../examples/storefront/data.ts';

const data = createStorefrontData();

describe('the storefront data', () => {
  it('is the same for the same seed and another for another seed', () => {
    expect(createStorefrontData()).toEqual(data);
    expect(createStorefrontData(1)).not.toEqual(data);
  });

  it('has 200 customers, 300 products with their stock, and 1,000 orders, all with ids of their own', () => {
    const distinct = (values: readonly string[]) => new Set(values).size;
    expect(distinct(data.customers.map(({ id }) => id))).toBe(200);
    expect(distinct(data.customers.map(({ email }) => email))).toBe(200);
    expect(distinct(data.products.map(({ id }) => id))).toBe(300);
    expect(distinct(data.products.map(({ name }) => name))).toBe(300);
    expect(distinct(data.orders.map(({ id }) => id))).toBe(1_000);
    expect(data.stock.map(({ sku }) => sku)).toEqual(data.products.map(({ sku }) => sku));
  });

  it('has ten categories of six kinds and five brands', () => {
    expect(CATEGORIES).toHaveLength(10);
    for (const { kinds, brands } of CATEGORIES) expect([kinds.length, brands.length]).toEqual([6, 5]);
  });

  it('has orders, newest first, of customers and products that exist, with totals that add up', () => {
    const customers = new Set(data.customers.map(({ id }) => id));
    const prices = new Map(data.products.map(({ id, price }) => [id, price]));
    for (const order of data.orders) {
      expect(customers.has(order.customerId)).toBe(true);
      for (const item of order.items) expect(item.unitPrice).toBe(prices.get(item.productId));
      expect(order.total).toBe(totalOf(order.items));
    }
    const times = data.orders.map(({ placedAt }) => placedAt);
    expect(times).toEqual(times.toSorted().reverse());
  });

  it('has two to eight reviews a product, each of one to four sentences without a placeholder', () => {
    for (const { name, reviews } of data.products) {
      expect(reviews.length).toBeGreaterThanOrEqual(2);
      expect(reviews.length).toBeLessThanOrEqual(8);
      for (const { text, rating } of reviews) {
        const sentences = text.split(/(?<=\.) (?=[A-Z])/).length;
        expect({ name, text, ok: sentences >= 1 && sentences <= 4 && !/[{}]|undefined/.test(text) }).toMatchObject({
          ok: true,
        });
        expect([1, 2, 3, 4, 5]).toContain(rating);
      }
    }
  });

  it('has happy and unhappy buyers, so that a mood can be told', () => {
    const ratings = data.products.flatMap(({ reviews }) => reviews.map(({ rating }) => rating));
    for (const stars of [1, 2, 3, 4, 5])
      expect(ratings.filter((rating) => rating === stars).length).toBeGreaterThan(20);
  });

  it('has prices and costs in whole cents, and never more reserved than on hand', () => {
    for (const { price } of data.products) expect(Number(price.toFixed(2))).toBe(price);
    for (const { unitCost, onHand, reserved } of data.stock) {
      expect(unitCost).toMatch(/^\d+\.\d{2}$/);
      expect(reserved).toBeLessThanOrEqual(onHand);
    }
    expect(data.stock.some(({ onHand }) => onHand === 0)).toBe(true);
    expect(data.stock.some(({ nextDelivery }) => nextDelivery === undefined)).toBe(true);
  });
});

describe('the random numbers', () => {
  it('refuse to pick from an empty list', () => {
    expect(() => createRandom(1).pick([])).toThrow(RangeError);
  });

  it('sample without repeats, and no more than there is', () => {
    expect(createRandom(7).sample([1, 2, 3], 9).toSorted()).toEqual([1, 2, 3]);
  });
});
