// A hub that keeps answers: changes through it, and webhooks about changes behind its back, are seen at once.
import { describe, expect, it } from '@jest/globals';
import { signWebhook } from '../../examples/storefront/shop/sign-webhook.ts';
import { ask } from '../kit/ask.ts';
import { temporaryFolder } from '../kit/folder.ts';
import { startHubProgram } from '../kit/hub-program.ts';
import { json, startUpstream } from '../kit/upstream.ts';

const SECRET = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
const yaml = (url: string) => `
sources:
  shop: { kind: rest, url: "${url}", cache: { ttlMs: 600000 } }
state: { store: memory }
webhooks:
  shop:
    source: shop
    scheme: standard-webhooks
    secrets: [${SECRET}]
    map: '{ "type": "Order", "operation": "UPDATED", "key": { "id": id } }'
`;
const SDL = /* GraphQL */ `
  type Query {
    order(id: ID!): Order @rest(get: "/orders/{id}") @lookup
    orders: [Order!]! @rest(get: "/orders")
  }
  type Mutation {
    updateOrder(id: ID!, total: Int!): Order @rest(put: "/orders/{id}")
  }
  type Order @key(fields: "id") {
    id: ID!
    total: Int
  }
`;

async function tell(url: string, id: string, delivery: string): Promise<number> {
  const body = JSON.stringify({ id });
  const headers = signWebhook(SECRET, delivery, body);
  return (await fetch(new URL('/webhooks/shop', url), { method: 'POST', headers, body })).status;
}

describe('a hub that keeps answers', () => {
  it('asks again for what has changed, and for nothing else', async () => {
    const totals = new Map([
      ['1', 10],
      ['2', 20],
    ]);
    const asked: string[] = [];
    await using stack = new AsyncDisposableStack();
    const upstream = await startUpstream(({ method, url, body }, response) => {
      asked.push(`${method} ${url}`);
      const id = url.split('/')[2];
      const list = [...totals].map(([one, total]) => ({ id: one, total }));
      if (id !== undefined && method === 'PUT') totals.set(id, (JSON.parse(body) as { total: number }).total);
      json(response, id === undefined ? list : { id, total: totals.get(id) });
    });
    stack.defer(() => upstream.close());
    const folder = await temporaryFolder({ 'manifold.yaml': yaml(upstream.url), 'schema/shop/orders.graphql': SDL });
    stack.use(folder);
    const hub = await startHubProgram({ command: 'serve', config: folder.path });
    stack.defer(() => hub.stop());

    const all = '{ one: order(id: "1") { total } two: order(id: "2") { total } orders { total } }';
    const read = async () => {
      asked.length = 0;
      const { data } = await ask(hub.url, all);
      return { totals: [data.one.total, data.two.total, data.orders[0].total], asked: [...asked].sort() };
    };
    expect((await read()).asked).toEqual(['GET /orders', 'GET /orders/1', 'GET /orders/2']);
    expect(await read()).toEqual({ totals: [10, 20, 10], asked: [] });

    await ask(hub.url, 'mutation { updateOrder(id: "1", total: 11) { total } }');
    expect(await read()).toEqual({ totals: [11, 20, 11], asked: ['GET /orders', 'GET /orders/1'] });

    // Behind the hub's back, until the webhook tells.
    totals.set('2', 22);
    expect(await read()).toEqual({ totals: [11, 20, 11], asked: [] });
    expect(await tell(hub.url, '2', 'd-1')).toBeLessThan(300);
    await expect(untilChanged(read)).resolves.toEqual({
      totals: [11, 22, 11],
      asked: ['GET /orders', 'GET /orders/2'],
    });
  });
});

/** The webhook is acknowledged when it is in the log; whoever follows the log reads it right after. */
async function untilChanged<T extends { readonly asked: readonly string[] }>(read: () => Promise<T>): Promise<T> {
  for (;;) {
    const answer = await read();
    if (answer.asked.length > 0) return answer;
  }
}
