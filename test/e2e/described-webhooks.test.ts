// Webhooks that the OpenAPI document of their source describes: posted to the real program, and read as events.
import { describe, expect, it } from '@jest/globals';
import { temporaryFolder } from '../kit/folder.ts';
import { runManifold, startManifold } from '../kit/manifold.ts';

const yaml = (openapi: string, spec = 'shop.json') => `
sources: { shop: { kind: rest, spec: ${spec}, url: "http://127.0.0.1:9" } }
webhooks: { shop: { source: shop, scheme: none, deliveryIdHeader: x-id, openapi: ${openapi} } }
`;

const ref = (name: string) => ({ $ref: `#/components/schemas/${name}` });
const body = (schema: unknown) => ({ requestBody: { content: { 'application/json': { schema } } } });
const envelope = (data: unknown) => ({
  type: 'object',
  required: ['type', 'data'],
  properties: { type: { type: 'string' }, data },
});

const SPEC = {
  openapi: '3.1.0',
  info: { title: 'Shop', version: '1' },
  paths: {
    '/orders/{id}': {
      get: {
        operationId: 'getOrder',
        parameters: [{ name: 'id', in: 'path', required: true, schema: { type: 'string' } }],
        responses: { 200: { description: 'ok', content: { 'application/json': { schema: ref('Order') } } } },
      },
    },
    '/customers/{id}': {
      get: {
        operationId: 'getCustomer',
        parameters: [{ name: 'id', in: 'path', required: true, schema: { type: 'string' } }],
        responses: { 200: { description: 'ok', content: { 'application/json': { schema: ref('Customer') } } } },
      },
    },
    '/subscriptions': {
      post: {
        operationId: 'subscribe',
        ...body({ type: 'object', properties: { callbackUrl: { type: 'string' } } }),
        responses: { 204: { description: 'ok' } },
        callbacks: { customerRemoved: { '{$request.body#/callbackUrl}': { post: body(ref('Customer')) } } },
      },
    },
  },
  webhooks: {
    newOrder: { post: body(ref('Order')) },
    'order.paid': { post: body(envelope(ref('Order'))) },
    'orders.imported': { post: body(envelope({ type: 'array', items: ref('Order') })) },
    'shop.moved': { post: body({ type: 'object', required: ['order', 'by'], properties: { order: ref('Order'), by: ref('Customer') } }) }, // prettier-ignore
    ping: { post: body({ type: 'object', properties: { at: { type: 'string' } } }) },
  },
  components: {
    schemas: {
      Order: {
        type: 'object',
        required: ['id', 'total-price'],
        properties: {
          id: { type: 'string' },
          'total-price': { type: 'integer' },
          status: { type: 'string', enum: ['open', 'paid'] },
        },
      },
      Customer: { type: 'object', required: ['id'], properties: { id: { type: 'string' } } },
    },
  },
};

const files = (openapi: string) => ({ 'manifold.yaml': yaml(openapi), 'shop.json': JSON.stringify(SPEC) });

describe('webhooks that an OpenAPI document describes', () => {
  it('become events of the entity in them, and are kept where they are not what it says', async () => {
    await using folder = await temporaryFolder(files('{ webhookFrom: $headers."x-event" }'));
    await using hub = startManifold(['serve', '--port', '0', '--config', folder.path, '--log-level', 'error']);
    const [, url = ''] = await hub.said(/serving at (\S+)/);
    let sent = 0;
    const post = async (event: string, payload: unknown) => {
      const response = await fetch(new URL('/webhooks/shop', url), {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'x-event': event, 'x-id': `d-${(sent += 1)}` },
        body: JSON.stringify(payload),
      });
      return [response.status, ((await response.json()) as { events?: number }).events ?? 0];
    };
    const order = (id: string, more = {}) => ({ id, 'total-price': 5, status: 'paid', ...more });
    expect(await post('newOrder', order('1'))).toEqual([200, 1]);
    expect(await post('order.paid', { type: 'order.paid', data: order('2') })).toEqual([200, 1]);
    expect(await post('orders.imported', { type: '', data: [order('3'), order('4')] })).toEqual([200, 2]);
    expect(await post('customerRemoved', { id: 'c' })).toEqual([200, 1]);
    expect(await post('order.paid', { type: 'order.paid', data: order('5', { 'total-price': 'much' }) })).toEqual([202, 0]); // prettier-ignore
    expect(await post('order.paid', { type: 'order.paid', data: order('5', { status: 'lost' }) })).toEqual([202, 0]);
    expect(await post('order.paid', { data: order('5') })).toEqual([202, 0]);
    expect(await post('order.lost', order('6'))).toEqual([202, 0]);
    const asked = await fetch(new URL('/graphql', url), {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query: '{ syncEvents { type operation key source } }' }),
    });
    const { data } = (await asked.json()) as { readonly data: { readonly syncEvents: any[] } };
    expect(data.syncEvents.map(({ type, operation, key }) => `${type} ${operation} ${key.id}`)).toEqual([
      'Order CREATED 1',
      'Order UPDATED 2',
      'Order UPDATED 3',
      'Order UPDATED 4',
      'Customer DELETED c',
    ]);
    hub.signal('SIGTERM');
    await hub.ended;

    const letters = await runManifold(['events', 'dead-letters', '--config', folder.path]);
    expect(letters.stdout.split('\n').map((line) => line.split('\t')[3])).toEqual([
      'the body.data.total-price is no Int',
      expect.stringMatching(/^the body\.data\.status is no \w+$/),
      'the body.type is missing',
      'the description of shop has no webhook "order.lost"; it tells of customerRemoved, newOrder, order.paid, orders.imported, ping, shop.moved',
      undefined,
    ]);
    const replayed = await runManifold(['events', 'replay', '--config', folder.path]);
    expect(replayed).toMatchObject({ code: 1, stderr: expect.stringContaining('0 replayed, 4 still dead') });
  }, 60_000);

  it.each([
    ['order.shipped', /webhooks\.shop\.openapi\.webhook: the description of shop has no webhook "order\.shipped"/m],
    ['ping', /the webhook "ping" of shop has no entity in it: say with `map` what it tells of$/m],
    ['shop.moved', /the webhook "shop\.moved" of shop may be about any of Order, Customer: say with `map`/],
  ])(
    'are refused by check where nothing can be made of them: %s',
    async (webhook, message) => {
      await using folder = await temporaryFolder(files(`{ webhook: ${webhook} }`));
      const { code, stdout } = await runManifold(['check', '--config', folder.path]);
      expect(stdout).toMatch(message);
      expect(code).toBe(1);
    },
    60_000,
  );
});
