// Envelopes and pages: what is inside is offered without them.
import { describe, expect, it } from '@jest/globals';
import { answers, api, ref, sdlOf } from './sdl-of.ts';

const schemas = { Order: { type: 'object', properties: { id: { type: 'string' }, total: { type: 'number' } } } };
const list = { type: 'array', items: ref('Order') };
const query = (name: string, type = 'integer', more = {}) => ({ name, in: 'query', schema: { type, ...more } });
const object = (properties: object) => ({ type: 'object', properties });

function orders(parameters: object[], answer: object, headers = {}): Promise<string> {
  const [[status, response]] = Object.entries(answers(answer)) as [[string, object]];
  const get = { operationId: 'orders', parameters, responses: { [status]: { ...response, headers } } };
  return sdlOf(api({ '/orders': { get } }, { components: { schemas } }));
}

describe('an envelope', () => {
  it('is taken off, and lookups are found inside', async () => {
    const id = { name: 'id', in: 'path', required: true, schema: { type: 'string' } };
    const get = { operationId: 'order', parameters: [id], responses: answers(object({ data: ref('Order') })) };
    const sdl = await sdlOf(api({ '/orders/{id}': { get } }, { components: { schemas } }));
    expect(sdl).toContain('order(id: ID!): Order @rest(get: "/orders/{id}", at: "data") @lookup');
  });

  it('may be called what the path asks for', async () => {
    expect(await orders([], object({ orders: list }))).toContain(
      'orders: [Order!] @rest(get: "/orders", at: "orders")',
    );
  });

  it('is none where there is more in it, or where it holds a value', async () => {
    expect(await orders([], object({ data: list, meta: object({ a: { type: 'string' } }) }))).toContain(
      'orders: OrdersResult',
    );
    expect(await orders([], object({ data: { type: 'string' } }))).toContain('orders: OrdersResult');
    expect(await orders([], object({ owner: ref('Order') }))).toContain('orders: OrdersResult');
  });
});

describe('pages are a connection beside the raw field', () => {
  it('by number', async () => {
    const sdl = await orders(
      [query('page'), query('per_page'), query('state', 'string')],
      object({ data: list, total: { type: 'integer' } }),
    );
    expect(sdl).toContain('orders(page: Int, per_page: Int, state: String): OrdersResult');
    expect(sdl).toContain(
      'ordersConnection( after: String @map(name: "page") first: Int @map(name: "per_page") state: String ): OrderConnection',
    );
    expect(sdl).toContain('@paginate(by: page, items: "data", position: "page", size: "per_page", total: "total")');
    expect(sdl).toContain('type OrderConnection { nodes: [Order]! pageInfo: PageInfo! totalCount: Int }');
    expect(sdl).toContain('type PageInfo @shareable { hasNextPage: Boolean! endCursor: String }');
  });

  it('and another parameter that bears a name of the connection gets another one', async () => {
    const sdl = await orders(
      [query('page'), query('per_page'), query('after', 'string'), query('first')],
      object({ data: list }),
    );
    expect(sdl).toContain(
      'ordersConnection( after: String @map(name: "page") first: Int @map(name: "per_page") after2: String @map(name: "after") first2: Int @map(name: "first") ): OrderConnection',
    );
  });

  it.each([
    ['offset', [query('offset'), query('limit')], list, {}, 'by: offset, items: "", position: "offset", size: "limit"'],
    [
      'cursor',
      [query('pageToken', 'string'), query('maxResults')],
      object({ items: list, nextPageToken: { type: 'string' } }),
      {},
      'by: cursor, items: "items", position: "pageToken", size: "maxResults", next: "nextPageToken"',
    ],
    [
      'the last id',
      [query('starting_after', 'string'), query('limit')],
      object({ data: list, has_more: { type: 'boolean' } }),
      {},
      'by: cursor, items: "data", position: "starting_after", size: "limit", more: "has_more", cursorOf: "id"',
    ],
    ['the Link header', [query('page')], list, { Link: {} }, 'by: link, items: "", position: "page"'],
    [
      'number from 0',
      [query('page', 'integer', { default: 0 })],
      list,
      {},
      'by: page, items: "", position: "page", start: 0',
    ],
  ])('by %s', async (_what, parameters, answer, headers, paginate) => {
    expect(await orders(parameters, answer, headers)).toContain(`@paginate(${paginate})`);
  });

  it('only where there is a list of objects and a way to go on', async () => {
    for (const [parameters, answer] of [
      [[query('limit')], list],
      [[query('page')], { type: 'array', items: { type: 'string' } }],
      [[query('cursor', 'string')], list],
      [[query('page')], object({ a: list, b: list })],
    ] as const) {
      expect(await orders([...parameters], answer)).not.toContain('@paginate');
    }
  });
});
