import { describe, expect, it } from '@jest/globals';
import { answers, api, importText, ref, sdlOf } from './sdl-of.ts';

const text = { type: 'string' };
const Order = { type: 'object', properties: { id: { type: 'integer' }, sku: text } };
const list = { type: 'array', items: ref('Order') };
const ids = (name: string, more: object = {}) => ({
  name,
  in: 'query',
  schema: { type: 'array', items: { type: 'integer' } },
  ...more,
});

const get = (schema: object, parameters: object[] = []) => ({ get: { responses: answers(schema), parameters } });
const shop = (paths: object, order: object = Order) => api(paths, { components: { schemas: { Order: order } } });

describe('lookups', () => {
  it.each([
    ['/orders/{id}', 'order(id: ID!)', '{id}'],
    ['/orders/{orderId}', 'order(id: ID! @map(name: "orderId"))', '{orderId}'],
    ['/orders/{order_id}', 'order(id: ID! @map(name: "order_id"))', '{order_id}'],
    ['/orders/{order}', 'order(id: ID! @map(name: "order"))', '{order}'],
    ['/orders/{sku}', 'order(sku: ID!)', '{sku}'],
  ])('are recognised in GET %s', async (path, field, variable) => {
    const sdl = await sdlOf(shop({ [path]: get(ref('Order')) }));
    expect(sdl).toContain(`${field}: Order @rest(get: "/orders/${variable}") @lookup`);
    const key = variable === '{sku}' ? 'sku' : 'id';
    expect(sdl).toContain(`type Order @key(fields: "${key}") {`);
    expect(sdl).toContain(`${key}: ID!`);
  });

  it('have the name of the key for the one in the path, where the query has a parameter of that name as well', async () => {
    const sdl = await sdlOf(shop({ '/orders/{order_id}': get(ref('Order'), [ids('order_id')]) }));
    expect(sdl).toContain(
      'order(id: ID! @map(name: "idInPath"), order_id: [ID!]): Order ' +
        '@rest(get: "/orders/{idInPath}{?order_id*}") @lookup',
    );
    const plain = await sdlOf(shop({ '/orders/{id}': get(ref('Order'), [ids('id')]) }));
    expect(plain).toContain('id: ID! @map(name: "idInPath")');
    expect(plain).toContain('id2: [ID!] @map(name: "id")');
  });

  it.each([
    ['a path that goes on', '/orders/{id}/summary', get(ref('Order'))],
    ['a second required parameter', '/orders/{id}', get(ref('Order'), [{ ...ids('x'), required: true }])],
    ['two parameters in the path', '/shops/{shopId}/orders/{id}', get(ref('Order'))],
    ['a list', '/orders/{id}', get(list)],
    ['no property that matches', '/orders/{number}', get(ref('Order'))],
  ])('are not seen in %s', async (_why, path, item) => {
    expect(await sdlOf(shop({ [path]: item }))).not.toContain('@lookup');
  });

  it('allow further parameters that are optional', async () => {
    expect(await sdlOf(shop({ '/orders/{id}': get(ref('Order'), [ids('fields')]) }))).toContain('@lookup');
  });

  it('give a type one key: the first in the document, with a note about the others', async () => {
    const { sdl, report } = await importText(
      shop({
        '/orders/{id}': get(ref('Order')),
        '/by-sku/{sku}': get(ref('Order')),
        '/old/orders/{id}': get(ref('Order')),
      }),
    );
    expect(sdl.match(/@key/g)).toHaveLength(1);
    expect(sdl.match(/@lookup/g)).toHaveLength(1);
    const messages = report.notes.map((note) => note.message).filter((message) => message.startsWith('not a lookup'));
    expect(messages).toEqual([
      'not a lookup: the key of Order is already "id", this one would be "sku"',
      'not a lookup: another operation before it looks Order up by "id"',
    ]);
  });

  it('take the key under its upstream name', async () => {
    const order = { type: 'object', properties: { 'order-id': text } };
    const sdl = await sdlOf(shop({ '/orders/{order-id}': get(ref('Order')) }, order));
    expect(sdl).toContain(
      'order(orderId: ID! @map(name: "order-id")): Order @rest(get: "/orders/{order%2Did}") @lookup',
    );
    expect(sdl).toContain('type Order @key(fields: "orderId") { orderId: ID! @map(name: "order-id") }');
  });
});

describe('batch lookups', () => {
  it.each(['id', 'ids', 'orderIds', 'order_ids'])('are recognised by a list parameter called %s', async (name) => {
    const sdl = await sdlOf(shop({ '/orders/{id}': get(ref('Order')), '/orders': get(list, [ids(name)]) }));
    expect(sdl).toContain(`orders(${name}: [ID!]): [Order!] @rest(get: "/orders{?${name}*}") @lookup`);
  });

  it('keep lists that the upstream wants joined', async () => {
    const sdl = await sdlOf(
      shop({
        '/orders/{id}': get(ref('Order')),
        '/orders': get(list, [ids('ids', { explode: false, required: true })]),
      }),
    );
    expect(sdl).toContain('orders(ids: [ID!]!): [Order!] @rest(get: "/orders{?ids}") @lookup');
  });

  it.each([
    ['other lists', [ids('shopIds')]],
    ['single values', [{ name: 'id', in: 'query', schema: text }]],
    ['further required parameters', [ids('ids'), { name: 'q', in: 'query', required: true, schema: text }]],
  ])('are not seen in %s', async (_why, parameters) => {
    const sdl = await sdlOf(shop({ '/orders/{id}': get(ref('Order')), '/orders': get(list, parameters) }));
    expect(sdl.match(/@lookup/g)).toHaveLength(1);
  });
});
