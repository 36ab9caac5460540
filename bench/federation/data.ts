// Products, who reviewed them and how: the same at every start.
export const PURCHASERS = Array.from({ length: 20 }, (_, i) => ({
  id: String(i + 1),
  name: `Ada Lovelace ${i}`,
  username: `ada${i}`,
  birthday: 18_151_210,
}));

export const PRODUCTS = Array.from({ length: 2_000 }, (_, i) => ({
  upc: String(i + 1),
  name: `Table ${i}`,
  price: 100 + ((i * 37) % 1_000),
  weight: 1 + ((i * 13) % 500),
}));

export const REVIEWS = new Map(
  PRODUCTS.map(({ upc }) => [
    upc,
    [1, 2].map((n) => ({
      id: `${upc}-${n}`,
      body: n === 1 ? 'Love it!' : 'Too expensive, but very well made.',
      author: { id: String(((Number(upc) * n) % PURCHASERS.length) + 1) },
    })),
  ]),
);

const inStock = (upc: string): boolean => Number(upc) % 3 !== 0;

/** What the federated query must answer. */
export const topProducts = (first: number) =>
  PRODUCTS.slice(0, first).map(({ upc, name, price, weight }) => ({
    upc,
    name,
    price,
    inStock: inStock(upc),
    shippingEstimate: price > 900 ? 0 : weight,
    reviews: (REVIEWS.get(upc) ?? []).map(({ id, body, author }) => {
      const user = PURCHASERS[Number(author.id) - 1];
      return { id, body, author: { id: author.id, name: user?.name, username: user?.username } };
    }),
  }));

/** What the wide query must answer. */
export const wide = () =>
  PRODUCTS.map(({ upc, name }) => ({
    upc,
    name,
    inStock: inStock(upc),
    reviews: (REVIEWS.get(upc) ?? []).map(({ id }) => ({ id })),
  }));
