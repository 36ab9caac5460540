// The reviews service of the example, asked as a Federation router would.
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { parse, print } from 'graphql';
import { readFile } from 'node:fs/promises';
import { createStorefrontData, type Product } from '../../../examples/storefront/data.ts';
import { createRatings } from '../../../examples/storefront/reviews/ratings.ts';
import { startReviews } from '../../../examples/storefront/reviews/reviews.ts';
import type { RunningServer } from '../../../examples/storefront/run-server.ts';

const { products } = createStorefrontData();
const [one, two] = products as [Product, Product];
const example = (path: string) => new URL(`../../../examples/storefront/${path}`, import.meta.url);
let reviews: RunningServer;
let counters: URL;

beforeAll(async () => {
  reviews = await startReviews({ port: 0, products });
  counters = new URL('/__calls', reviews.url);
});
afterAll(() => reviews.close());
beforeEach(() => fetch(counters, { method: 'DELETE' }));

async function ask(query: string, variables = {}): Promise<any> {
  const response = await fetch(reviews.url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'application/graphql-response+json, application/json' },
    body: JSON.stringify({ query, variables }),
  });
  return response.json();
}
const calls = async (): Promise<unknown> => (await fetch(counters)).json();

const ENTITIES = `query ($of: [_Any!]!) {
  _entities(representations: $of) { ... on Product { id rating { average count distribution } } }
}`;
const refer = (...ids: string[]) => ({ of: ids.map((id) => ({ __typename: 'Product', id })) });

describe('the reviews service', () => {
  it('tells the SDL that the example has pinned', async () => {
    const { data } = await ask('{ _service { sdl } }');
    expect(print(parse(data._service.sdl))).toContain('type Product @key(fields: "id")');
    const pinned = await readFile(example('schema/reviews/upstream.graphql'), 'utf8');
    expect(pinned).toBe(await readFile(example('reviews/schema.graphql'), 'utf8'));
    expect(await calls()).toEqual({ _service: 1 });
  });

  it.each([
    ['none', [], []],
    ['one', [one.id], [one.id]],
    ['many, unknown ones as null', [two.id, 'P-0', one.id, two.id], [two.id, null, one.id, two.id]],
    ['what names a property of every object', ['__proto__', 'constructor'], [null, null]],
  ])('answers entities in the order of the question: %s', async (_what, ids, found) => {
    const { data, errors } = await ask(ENTITIES, refer(...ids));
    expect(errors).toBeUndefined();
    expect(data._entities.map((entity: any) => entity?.id ?? null)).toEqual(found);
    expect(await calls()).toEqual({ _entities: 1 });
  });

  it('takes the stars together that the shop shows', async () => {
    const { data } = await ask(ENTITIES, refer(one.id));
    const { average, count, distribution } = data._entities[0].rating;
    const stars = one.reviews.map(({ rating }) => rating);
    expect(count).toBe(stars.length);
    expect(average).toBeCloseTo(stars.reduce((sum, star) => sum + star, 0) / count, 2);
    expect(distribution).toEqual([1, 2, 3, 4, 5].map((star) => stars.filter((given) => given === star).length));
  });

  it('ranks the best first: five, or as many as are wanted', async () => {
    const best = async (args: string): Promise<any[]> =>
      (await ask(`{ topRated${args} { id rating { average count } } }`)).data.topRated;
    const top = await best('(first: 100)');
    expect(top).toHaveLength(100);
    const order = top.toSorted((a, b) => b.rating.average - a.rating.average || b.rating.count - a.rating.count);
    expect(top).toEqual(order);
    expect(await best('')).toEqual(top.slice(0, 5));
    expect(await best('(first: 3)')).toEqual(top.slice(0, 3));
    expect(await best('(first: 0)')).toEqual([]);
    expect(await calls()).toEqual({ topRated: 4 });
  });

  it.each([-1, 101])('refuses %d of the best', async (first) => {
    const { data, errors } = await ask('query ($first: Int) { topRated(first: $first) { id } }', { first });
    expect(data).toEqual({ topRated: null });
    expect(errors).toMatchObject([{ message: `first must be from 0 to 100, not ${first}`, path: ['topRated'] }]);
  });
});

describe('the rating of a product without reviews', () => {
  it('is zero of nothing, and ranks last', () => {
    const ratings = createRatings([{ ...one, id: 'P-0', reviews: [] }, two]);
    expect(ratings.of('P-0')?.rating).toEqual({ average: 0, count: 0, distribution: [0, 0, 0, 0, 0] });
    expect(ratings.top(5).map(({ id }) => id)).toEqual([two.id, 'P-0']);
  });
});
