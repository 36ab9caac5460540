import { describe, expect, it } from '@jest/globals';
import { compileMapping } from '../../../../src/events/intake/compile-mapping.ts';
import { parseBody } from '../../../../src/events/intake/parse-body.ts';

const EVENT = '{ "type": "Order", "operation": "UPDATED", "key": { "id": id } }';
const map = (expression: string | readonly string[], body: unknown, headers = {}) =>
  compileMapping('webhooks.shop', expression)({ body, headers });

describe('a mapping', () => {
  it('makes an event with the body as its payload', async () => {
    expect(await map(EVENT, { id: 7, note: 'x' })).toEqual([
      { type: 'Order', operation: 'UPDATED', key: { id: '7' }, payload: { id: 7, note: 'x' } },
    ]);
  });

  it('makes several events of a list, each with the payload it was given', async () => {
    const list = `orders.{ "type": "Order", "operation": "CREATED", "key": { "id": id }, "payload": { "paid": paid } }`;
    expect(await map(list, { orders: [{ id: 'a', paid: true }, { id: 'b' }] })).toEqual([
      { type: 'Order', operation: 'CREATED', key: { id: 'a' }, payload: { paid: true } },
      { type: 'Order', operation: 'CREATED', key: { id: 'b' }, payload: {} },
    ]);
    expect(await map(EVENT.replace('{ "type"', 'orders.{ "type"'), { orders: [{ id: 1 }, { id: 2 }] })).toEqual([
      { type: 'Order', operation: 'UPDATED', key: { id: '1' } },
      { type: 'Order', operation: 'UPDATED', key: { id: '2' } },
    ]);
  });

  it('makes nothing where there is nothing of interest', async () => {
    expect(await map(`kind = "order" ? ${EVENT}`, { kind: 'ping' })).toEqual([]);
    expect(await map('nothing', { kind: 'ping' })).toEqual([]);
    expect(await map('[]', {})).toEqual([]);
  });

  it('reads headers, and joins what several expressions make', async () => {
    const byHeader = `$headers.\`x-topic\` = "orders/delete" ? { "type": "Order", "operation": "DELETED", "key": { "id": id } }`;
    const customer = `{ "type": "Customer", "operation": "CUSTOM", "key": { "id": customer }, "partition": "c" }`;
    expect(await map([byHeader, customer], { id: 1, customer: 2 }, { 'x-topic': 'orders/delete' })).toEqual([
      { type: 'Order', operation: 'DELETED', key: { id: '1' } },
      { type: 'Customer', operation: 'CUSTOM', key: { id: '2' }, partition: 'c' },
    ]);
  });

  it('takes times with their offset, as UTC, and ids that are numbers', async () => {
    const full = `{ "type": "Order", "operation": "UPDATED", "key": { "id": id }, "occurredAt": at, "deliveryId": 12 }`;
    expect(await map(full, { id: 1, at: '2026-03-01T12:00:00+02:00' })).toMatchObject([
      { occurredAt: '2026-03-01T10:00:00.000Z', deliveryId: '12' },
    ]);
  });

  it.each([
    ['an unknown key', `$merge([${EVENT}, {"typ": 1}])`, { id: 1 }, /typ/],
    ['a key that is not there', EVENT, {}, /key/],
    ['a key that is an object', EVENT, { id: {} }, /key\.id/],
    ['an operation that is none', EVENT.replace('UPDATED', 'CHANGED'), { id: 1 }, /operation/],
    ['a type that is no name', EVENT.replace('Order', 'Or der'), { id: 1 }, /type/],
    ['text', '"order"', {}, /object/],
    ['a time that is none', EVENT.replace('} }', '}, "occurredAt": "yesterday" }'), { id: 1 }, /occurredAt/],
    ['an expression that fails', '$number("x")', {}, /number/],
    ['more events than a delivery can have', '[1..1001].{"type": "A"}', {}, /1001/],
  ])('rejects %s', async (_what, expression, body, message) => {
    await expect(map(expression, body)).rejects.toThrow(message);
  });

  it('ends one that would not', async () => {
    await expect(map('($f := function($x) { $f($x + 1) + 1 }; $f(1))', {})).rejects.toThrow();
    await expect(map('($f := function($x) { $f($x + 1) }; $f(1))', {})).rejects.toThrow();
  });

  it('keeps out of the prototype', async () => {
    const body: unknown = JSON.parse('{"id":"1","__proto__":{"polluted":true}}');
    await map('$merge([$, { "type": "Order", "operation": "UPDATED", "key": { "id": id } }])', body).catch(() => []);
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
  });

  it('is refused when it is no JSONata, with the place', () => {
    expect(() => compileMapping('webhooks.shop', ['$', '{ "type": '])).toThrow(
      expect.objectContaining({
        code: 'HUB_CONFIG_INVALID',
        message: expect.stringMatching(/^webhooks\.shop\.map\[1\] is not JSONata at character \d+/),
      }),
    );
  });
});

describe('a body', () => {
  it('is JSON in UTF-8', () => {
    expect(parseBody(Buffer.from('{"a":["ä"]}'))).toEqual({ a: ['ä'] });
    for (const body of ['', '{', 'a=1', '\u0000']) expect(() => parseBody(Buffer.from(body))).toThrow(/not JSON/);
    expect(() => parseBody(Buffer.from([0x22, 0xff, 0x22]))).toThrow(/not JSON/);
  });

  it('may be nested, but not without end', () => {
    const nested = (depth: number) => Buffer.from('['.repeat(depth) + ']'.repeat(depth));
    expect(() => parseBody(nested(100))).not.toThrow();
    expect(() => parseBody(nested(102))).toThrow(/deeper than 100/);
    expect(() => parseBody(nested(400_000))).toThrow();
  });
});
