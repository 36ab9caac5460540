// What the stars of the products come to: computed once from the seeded data, asked by the reviews service.
import type { Product } from '../data.ts';

/** As schema.graphql's Product. */
export interface RatedProduct {
  readonly id: string;
  readonly rating: { readonly average: number; readonly count: number; readonly distribution: readonly number[] };
}

export interface Ratings {
  /** Undefined where the product is unknown. */
  of(id: string): RatedProduct | undefined;
  /** Best first; fewer than `count` where there are no more. */
  top(count: number): readonly RatedProduct[];
}

const STARS = [1, 2, 3, 4, 5];

/** A product without reviews has the average 0. */
export function createRatings(products: readonly Product[]): Ratings {
  const rated = products.map(rate);
  const byId = new Map(rated.map((product) => [product.id, product]));
  // The sort is stable: of two that are alike in everything, the one that the catalogue names first stays first.
  const ranking = rated.toSorted((a, b) => b.rating.average - a.rating.average || b.rating.count - a.rating.count);
  return { of: (id) => byId.get(id), top: (count) => ranking.slice(0, count) };
}

function rate({ id, reviews }: Product): RatedProduct {
  const count = reviews.length;
  const sum = reviews.reduce((total, { rating }) => total + rating, 0);
  const distribution = STARS.map((stars) => reviews.filter(({ rating }) => rating === stars).length);
  return { id, rating: { average: count === 0 ? 0 : Math.round((sum / count) * 100) / 100, count, distribution } };
}
