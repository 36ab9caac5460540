// The warehouse of the example, asked by a SOAP client made from its WSDL.
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { type Client, createClientAsync } from 'soap';
import { createStorefrontData } from '../../../examples/storefront/data.ts';
import type { RunningServer } from '../../../examples/storefront/run-server.ts';
import { createShelves } from '../../../examples/storefront/warehouse/shelves.ts';
import { startWarehouse } from '../../../examples/storefront/warehouse/warehouse.ts';

const { stock } = createStorefrontData();
const full = stock.find(({ onHand, reserved, nextDelivery }) => onHand - reserved > 50 && nextDelivery !== undefined)!;
const undelivered = stock.find(({ nextDelivery }) => nextDelivery === undefined)!;
let warehouse: RunningServer;
let client: Client;
let counters: URL;

beforeAll(async () => {
  warehouse = await startWarehouse({ port: 0, stock });
  client = await createClientAsync(`${warehouse.url}?wsdl`, { endpoint: warehouse.url });
  counters = new URL('/__calls', warehouse.url);
});
afterAll(() => warehouse.close());
beforeEach(() => fetch(counters, { method: 'DELETE' }));

async function call(operation: string, input: unknown): Promise<any> {
  const [result] = await (client as any)[`${operation}Async`](input);
  return result;
}

async function faultOf(operation: string, input: unknown): Promise<any> {
  try {
    await call(operation, input);
  } catch (error) {
    return (error as any).root.Envelope.Body.Fault;
  }
  throw new Error('there was no fault');
}

describe('the warehouse', () => {
  it('answers the stock of one sku with the types of the WSDL', async () => {
    const { stockLevel } = await call('GetStockLevel', { sku: full.sku });
    expect(stockLevel).toMatchObject({
      sku: full.sku,
      onHand: full.onHand,
      available: full.onHand - full.reserved,
      status: 'IN_STOCK',
      location: full.location,
    });
    expect(Number(stockLevel.unitCost)).toBe(Number(full.unitCost));
    expect(stockLevel.nextDelivery).toEqual(new Date(full.nextDelivery!));
  });

  it('leaves an absent delivery and an unknown sku out', async () => {
    expect((await call('GetStockLevel', { sku: undelivered.sku })).stockLevel).not.toHaveProperty('nextDelivery');
    expect(await call('GetStockLevel', { sku: 'NOPE' })).toBeNull();
  });

  it.each([
    ['none', [], []],
    ['one', [full.sku], [full.sku]],
    ['many', [full.sku, 'NOPE', undelivered.sku, full.sku], [full.sku, undelivered.sku]],
  ])('answers a batch of %s in one call, unknown skus left out', async (_, skus, expected) => {
    const answer = await call('GetStockLevels', { sku: skus });
    expect((answer?.stockLevel ?? []).map(({ sku }: any) => sku)).toEqual(expected);
    expect(await (await fetch(counters)).json()).toEqual({ GetStockLevels: 1 });
  });

  it('reserves stock, which is then no longer available', async () => {
    const before = (await call('GetStockLevel', { sku: full.sku })).stockLevel.available;
    const { reservation } = await call('ReserveStock', { sku: full.sku, quantity: 3, orderId: 'O-11000' });
    expect(reservation).toMatchObject({ sku: full.sku, quantity: 3 });
    expect(reservation.reservationId).toMatch(/^R-\d{6}$/);
    expect(reservation.expiresAt).toBeInstanceOf(Date);
    expect((await call('GetStockLevel', { sku: full.sku })).stockLevel.available).toBe(before - 3);
  });

  it('answers a typed fault when there is not enough', async () => {
    const empty = stock.find(({ onHand }) => onHand === 0)!;
    expect(await faultOf('ReserveStock', { sku: empty.sku, quantity: 2, orderId: 'O-1' })).toMatchObject({
      faultcode: 'soap:Server',
      faultstring: `only 0 of ${empty.sku} are available`,
      // node-soap leaves the detail of a fault as text.
      detail: { OutOfStock: { sku: empty.sku, requested: '2', available: '0' } },
    });
    expect((await faultOf('ReserveStock', { sku: 'NOPE', quantity: 1, orderId: 'O-1' })).detail).toMatchObject({
      OutOfStock: { sku: 'NOPE', requested: '1', available: '0' },
    });
  });

  it('blames the caller for a quantity that makes no sense', async () => {
    for (const quantity of [0, -1, 'many']) {
      const fault = await faultOf('ReserveStock', { sku: full.sku, quantity, orderId: 'O-1' });
      expect(fault.faultcode).toBe('soap:Client');
    }
  });

  it('gives reserved stock back when the reservation has expired', () => {
    let now = 0;
    const shelves = createShelves([{ ...full, onHand: 10, reserved: 0 }], () => now);
    shelves.reserve(full.sku, 8);
    expect(shelves.level(full.sku)).toMatchObject({ onHand: 10, available: 2, status: 'LOW' });
    expect(shelves.reserve(full.sku, 3)).toEqual({ outOfStock: { sku: full.sku, requested: 3, available: 2 } });
    now = 15 * 60_000 + 1;
    expect(shelves.level(full.sku)?.available).toBe(10);
  });

  it('tells a stranger where the service is', async () => {
    const response = await fetch(new URL('/', warehouse.url));
    expect(response.status).toBe(404);
    expect(await response.text()).toContain('/warehouse?wsdl');
  });
});
