// The warehouse's SOAP service, as warehouse.wsdl describes it, served by node-soap on a plain HTTP server.
import { readFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { listen } from 'soap';
import { type CallCounter, createCallCounter } from '../call-counter.ts';
import type { Stock } from '../data.ts';
import type { RunningServer } from '../run-server.ts';
import { createShelves, type OutOfStock, type Reservation, type Shelves, type StockLevel } from './shelves.ts';

const PATH = '/warehouse';
const NAMESPACE = 'http://storefront.example.com/warehouse';

export interface WarehouseOptions {
  readonly port: number;
  readonly stock: readonly Stock[];
}

export async function startWarehouse({ port, stock }: WarehouseOptions): Promise<RunningServer> {
  const wsdl = await readFile(new URL('warehouse.wsdl', import.meta.url), 'utf8');
  const calls = createCallCounter();
  const server = createServer((request, response) => answerPlain(calls, request, response));
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  const WarehousePort = createOperations(createShelves(stock), calls);
  await new Promise<void>((resolve, reject) => {
    listen(server, {
      path: PATH,
      services: { Warehouse: { WarehousePort } },
      xml: wsdl,
      suppressStack: true,
      callback: (error: unknown) => {
        if (error === null || error === undefined) resolve();
        else reject(error instanceof Error ? error : new Error('the WSDL cannot be served'));
      },
    });
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}${PATH}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** What is not SOAP: the counters. */
function answerPlain(calls: CallCounter, request: IncomingMessage, response: ServerResponse): void {
  if (request.url === '/__calls' && request.method === 'GET') {
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(calls.snapshot()));
  } else if (request.url === '/__calls' && request.method === 'DELETE') {
    calls.reset();
    response.writeHead(204).end();
  } else {
    response
      .writeHead(404, { 'content-type': 'text/plain' })
      .end(`The service is at ${PATH}, its WSDL at ${PATH}?wsdl\n`);
  }
}

/** One function an operation of the port; an error with a `Fault` becomes a SOAP fault. */
function createOperations(shelves: Shelves, calls: CallCounter) {
  return {
    GetStockLevel: (input: unknown): { stockLevel?: StockLevel } => {
      calls.count('GetStockLevel');
      const stockLevel = shelves.level(textOf(input, 'sku'));
      return stockLevel === undefined ? {} : { stockLevel };
    },
    GetStockLevels: (input: unknown): { stockLevel: StockLevel[] } => {
      calls.count('GetStockLevels');
      const skus = new Set(listOf(input, 'sku').map(String));
      return { stockLevel: [...skus].flatMap((sku) => shelves.level(sku) ?? []) };
    },
    ReserveStock: (input: unknown): { reservation: Reservation } => {
      calls.count('ReserveStock');
      const quantity = Number(fieldOf(input, 'quantity'));
      if (!Number.isInteger(quantity) || quantity < 1) throw clientFault('quantity must be a whole number above zero');
      const sku = textOf(input, 'sku');
      textOf(input, 'orderId');
      const reserved = shelves.reserve(sku, quantity);
      if ('outOfStock' in reserved) throw outOfStockFault(reserved.outOfStock);
      return reserved;
    },
  };
}

function fieldOf(input: unknown, name: string): unknown {
  if (typeof input !== 'object' || input === null || !Object.hasOwn(input, name)) return undefined;
  return (input as Record<string, unknown>)[name];
}

function textOf(input: unknown, name: string): string {
  const value = fieldOf(input, name);
  if (typeof value !== 'string' || value === '') throw clientFault(`${name} is missing`);
  return value;
}

function listOf(input: unknown, name: string): unknown[] {
  const value = fieldOf(input, name);
  return value === undefined ? [] : Array.isArray(value) ? value : [value];
}

/** What node-soap turns into a fault of SOAP 1.1. */
class SoapFault extends Error {
  readonly Fault: Readonly<Record<string, unknown>>;

  constructor(faultcode: string, faultstring: string, detail?: Readonly<Record<string, unknown>>) {
    super(faultstring);
    this.Fault = { faultcode, faultstring, ...(detail === undefined ? {} : { detail }), statusCode: 500 };
  }
}

const clientFault = (message: string): SoapFault => new SoapFault('soap:Client', message);

function outOfStockFault(detail: OutOfStock): SoapFault {
  return new SoapFault('soap:Server', `only ${detail.available} of ${detail.sku} are available`, {
    OutOfStock: { attributes: { xmlns: NAMESPACE }, ...detail },
  });
}
