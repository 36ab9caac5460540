import { createServer, type Server } from 'node:http';
import { readFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import soap from 'soap';
import { type SoapSource, startSource, WSDL_FOLDER } from './start-source.ts';

let server: Server;
let url: string;
const received: Record<string, unknown>[] = [];

const calculator = {
  Add: (args: Record<string, unknown>) => {
    received.push(args);
    return { AddResult: Number(args.intA) + Number(args.intB) };
  },
  Divide: ({ intA, intB }: { intA: number; intB: number }) => {
    if (intB === 0)
      // What node-soap takes for a fault.
      // eslint-disable-next-line @typescript-eslint/only-throw-error
      throw { Fault: { faultcode: 'soap:Client.DivideByZero', faultstring: 'cannot divide by zero' } };
    return { DivideResult: Math.trunc(intA / intB) };
  },
};

beforeAll(async () => {
  const wsdl = await readFile(join(WSDL_FOLDER, 'calculator-11-12.wsdl'), 'utf8');
  server = createServer((_, response) => void response.writeHead(404).end());
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  soap.listen(
    server,
    '/calculator',
    { Calculator: { CalculatorSoap: calculator, CalculatorSoap12: calculator } },
    wsdl,
  );
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/calculator`;
});

afterAll(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

async function withSource(use: (source: SoapSource) => Promise<void>, joins = ''): Promise<void> {
  const source = await startSource('calculator-11-12.wsdl', url, {}, joins);
  try {
    await use(source);
  } finally {
    await source.close();
  }
}

describe('a node-soap server', () => {
  it('is called and understood over SOAP 1.1', () =>
    withSource(async (source) => {
      expect(await source.run('mutation { add(intA: 20, intB: 22) }')).toEqual({ data: { add: 42 } });
      expect(received.at(-1)).toEqual({ intA: 20, intB: 22 });
    }));

  it('answers with a fault that becomes a typed error of its field alone', () =>
    withSource(async (source) => {
      const { data, errors } = await source.run('mutation { divide(intA: 1, intB: 0) add(intA: 1, intB: 1) }');
      expect(data).toEqual({ divide: null, add: 2 });
      expect(errors).toHaveLength(1);
      expect(errors?.[0]).toMatchObject({
        path: ['divide'],
        fault: {
          code: 'HUB_UPSTREAM_FAULT',
          message: 'cannot divide by zero',
          details: { source: 'stock', upstreamCode: 'Client.DivideByZero' },
        },
      });
    }));

  it('is called at its SOAP 1.2 port where the directive says so', () =>
    withSource(
      async (source) => {
        expect(await source.run('{ plus(a: 1, b: 2) }')).toEqual({ data: { plus: 3 } });
      },
      `type Query { plus(a: Int! @map(name: "intA"), b: Int! @map(name: "intB")): Int
        @soap(operation: "Add", port: "CalculatorSoap12", at: "AddResult", readOnly: true) }`,
    ));
});

describe('a directive that cannot work', () => {
  it.each([
    ['Subtract it', 'operation: "Nope"', /Query\.plus.*no SOAP operation "Nope".*Add/],
    ['another port', 'operation: "Add", port: "Nowhere"', /Query\.plus.*not at port "Nowhere".*CalculatorSoap/],
  ])('is refused when the subgraph is made: %s', async (_, args, message) => {
    const made = startSource('calculator-11-12.wsdl', url, {}, `type Query { plus: Int @soap(${args}) }`);
    await expect(made).rejects.toMatchObject({ code: 'HUB_COMPOSE_SDL', message: expect.stringMatching(message) });
  });
});
