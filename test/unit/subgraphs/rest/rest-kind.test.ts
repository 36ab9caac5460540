// The kind as the hub uses it: settings, and hand-written SDL over a real upstream through the common builder.
import { afterEach, describe, expect, it } from '@jest/globals';
import { parse } from 'graphql';
import type { SourceServices } from '../../../../src/config/source-kind.ts';
import { createScope } from '../../../../src/engine/create-scope.ts';
import { createRestKind } from '../../../../src/subgraphs/rest/index.ts';
import { createLogger } from '../../../../src/telemetry/logger.ts';
import { createSourceStats } from '../../../../src/telemetry/source-stats.ts';
import { createTransport } from '../../../../src/transport/create-transport.ts';
import { type Answer, json, startUpstream } from '../../../kit/upstream.ts';

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

const SDL = parse(/* GraphQL */ `
  type Query {
    orders: [Order!]! @rest(get: "/orders", at: "items")
    products(ids: [ID!]!): [Product]! @rest(get: "/products{?id*}") @lookup
  }
  type Order {
    id: ID!
    productId: ID!
    product: Product @derive(from: "{ id: productId }")
  }
  type Product @key(fields: "id") {
    id: ID!
    name: String!
    reviews: [String!] @rest(get: "/products/{id}/reviews")
  }
`);

async function start(answer: Answer, more: Record<string, unknown> = {}) {
  const upstream = await startUpstream(answer);
  closing.push(() => upstream.close());
  const kind = createRestKind();
  const settings = kind.settings.parse({ kind: 'rest', url: upstream.url, retry: { attempts: 1 }, ...more });
  const stats = createSourceStats();
  const logger = createLogger('silent');
  const services: SourceServices = {
    folder: '/',
    stats,
    logger,
    shareLookups: true,
    transport: (baseUrl) => {
      const transport = createTransport({ source: 'shop', baseUrl, settings, stats, logger });
      closing.push(() => transport.close());
      return transport;
    },
  };
  const subgraph = await kind.create({ name: 'shop', settings }, SDL, services);
  const fetch = (text: string) =>
    subgraph.prepare({
      subgraph: 'shop',
      kind: 'query',
      text,
      document: parse(text),
      variableNames: [],
      representationVariables: [],
    })(createScope(), {});
  return { upstream, subgraph, fetch };
}

describe('the rest kind', () => {
  it('answers a query with one call for the list and one for all its products', async () => {
    const { fetch, upstream } = await start((request, response) => {
      if (request.url === '/orders') {
        json(response, { items: [1, 2, 1].map((productId, id) => ({ id, productId })) });
      } else if (request.url.startsWith('/products?')) {
        json(response, [
          { id: 2, name: 'two' },
          { id: 1, name: 'one' },
        ]);
      } else json(response, { message: 'no reviews today' }, 500);
    });
    const result = await fetch('{ orders { id product { name reviews } } }');
    expect(result.data).toEqual({
      orders: [
        { id: '0', product: { name: 'one', reviews: null } },
        { id: '1', product: { name: 'two', reviews: null } },
        { id: '2', product: { name: 'one', reviews: null } },
      ],
    });
    expect(
      result.errors?.map(({ path, fault }) => [path?.join('.'), fault.code, fault.details.upstreamDetail]),
    ).toEqual(expect.arrayContaining([['orders.0.product.reviews', 'HUB_UPSTREAM_FAILED', 'no reviews today']]));
    expect(upstream.received.map(({ url }) => url).sort()).toEqual([
      '/orders',
      '/products/1/reviews',
      '/products/2/reviews',
      '/products?id=1&id=2',
    ]);
  });

  it('refuses keys that it does not know', () => {
    const parsed = createRestKind().settings.safeParse({ kind: 'rest', url: 'http://a.example', retries: 3 });
    expect(parsed.error?.issues[0]?.message).toContain('retries');
  });

  it('refuses to be made without a url', async () => {
    await expect(start(() => undefined, { url: undefined })).rejects.toMatchObject({
      code: 'HUB_CONFIG_INVALID',
      message: expect.stringContaining('sources.shop'),
    });
  });
});
