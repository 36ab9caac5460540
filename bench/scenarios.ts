// What is asked, and what must be answered.
import { topProducts, wide } from './federation/data.ts';
import { ARTICLES, POSTS, USERS } from './data.ts';

export interface Scenario {
  readonly upstream: 'rest' | 'federation';
  readonly name: string;
  readonly title: string;
  /** JSON body of the request; `%d` is another number in each. */
  readonly body: string;
  readonly data: unknown;
  readonly connections: number;
}

const userOf = (id: number) => {
  const user = USERS[id - 1];
  return user === undefined ? null : { id: user.id, name: user.name, email: user.email };
};
const q1 = { posts: POSTS.map(({ id, userId, title }) => ({ id, userId, title, user: userOf(userId) })) };
const q2 = { posts: POSTS.map(({ title }) => ({ title })) };
const q3 = { greet: 'Hello World!' };

const same = (query: string): string => JSON.stringify({ query });
const different = (query: string): string => JSON.stringify({ query, variables: { v: 0 } }).replace('"v":0', '"v":%d');

export const SCENARIOS: readonly Scenario[] = [
  {
    upstream: 'rest',
    name: 'q1',
    title: 'Q1, 100 posts with their users',
    body: same('{ posts { id userId title user { id name email } } }'),
    data: q1,
    connections: 100,
  },
  {
    upstream: 'rest',
    name: 'q1-each',
    title: 'Q1, every request with another variable',
    body: different('query ($v: Int) { posts(v: $v) { id userId title user { id name email } } }'),
    data: q1,
    connections: 100,
  },
  {
    upstream: 'rest',
    name: 'q2',
    title: 'Q2, 100 titles',
    body: same('{ posts { title } }'),
    data: q2,
    connections: 100,
  },
  {
    upstream: 'rest',
    name: 'q2-each',
    title: 'Q2, every request with another variable',
    body: different('query ($v: Int) { posts(v: $v) { title } }'),
    data: q2,
    connections: 100,
  },
  { upstream: 'rest', name: 'q3', title: 'Q3, hello', body: same('{ greet }'), data: q3, connections: 100 },
  {
    upstream: 'rest',
    name: 'q3-each',
    title: 'Q3, every request with another variable',
    body: different('query ($v: Int) { greet(v: $v) }'),
    data: q3,
    connections: 100,
  },
  {
    upstream: 'rest',
    name: 'large',
    title: 'a large answer (1 MB)',
    body: same('{ articles { id title body } }'),
    data: { articles: ARTICLES.map(({ id, title, body }) => ({ id, title, body })) },
    connections: 10,
  },
  {
    upstream: 'federation',
    name: 'federation',
    title: 'five products over four subgraphs',
    body: same(
      '{ topProducts { upc name price inStock shippingEstimate reviews { id body author { id name username } } } }',
    ),
    data: { topProducts: topProducts(5) },
    connections: 100,
  },
  {
    upstream: 'federation',
    name: 'wide',
    title: '2,000 products joined from three subgraphs',
    body: same('{ topProducts(first: 2000) { upc name inStock reviews { id } } }'),
    data: { topProducts: wide() },
    connections: 10,
  },
];
