// One contestant of bench/soap-client.ts: told its name and the service's url, it makes as many calls as it is asked to, one
// after the other, and answers what they cost.
import { join } from 'node:path';
import { parse } from 'graphql';
import { createClientAsync } from 'soap';
import { createScope } from '../../src/engine/create-scope.ts';
import { mergeSdl } from '../../src/subgraphs/local/merge-sdl.ts';
import { createSoapKind } from '../../src/subgraphs/soap/index.ts';
import { createLogger } from '../../src/telemetry/logger.ts';
import { createSourceStats } from '../../src/telemetry/source-stats.ts';
import { createTransport } from '../../src/transport/create-transport.ts';

export interface Order {
  /** Records of each answer. */
  readonly count: number;
  readonly calls: number;
}

export interface Measured {
  /** User and system time of this process for one call. */
  readonly cpuMs: number;
}

type Call = (count: number) => Promise<number>;

const FOLDER = import.meta.dirname;
const SPEC = 'orders.wsdl';

/** node-soap as people use it: its own HTTP client, connections kept alive. */
async function nodeSoap(url: string): Promise<Call> {
  const client = await createClientAsync(join(FOLDER, SPEC), { endpoint: url });
  client.addHttpHeader('connection', 'keep-alive');
  const methods = client as unknown as { ListOrdersAsync(args: object): Promise<[{ order: unknown }]> };
  return async (count) => {
    const [{ order }] = await methods.ListOrdersAsync({ count });
    return Array.isArray(order) ? order.length : 1;
  };
}

async function hub(url: string): Promise<Call> {
  const kind = createSoapKind();
  const settings = kind.settings.parse({ kind: 'soap', spec: SPEC, url });
  const source = { name: 'orders', settings };
  const { sdl } = (await kind.importSdl?.(source, FOLDER)) ?? { sdl: '' };
  const stats = createSourceStats();
  const logger = createLogger('silent');
  const subgraph = await kind.create(source, mergeSdl([parse(sdl)]), {
    folder: FOLDER,
    stats,
    logger,
    shareLookups: true,
    transport: (baseUrl) => createTransport({ source: 'orders', baseUrl, settings, stats, logger }),
  });
  const kindOf = sdl.includes('type Query') ? 'query' : 'mutation';
  const text = `${kindOf} ($count: Int!) { listOrders(count: $count) { id customer total paid placedAt } }`;
  const fetch = subgraph.prepare({
    subgraph: 'orders',
    kind: kindOf,
    text,
    document: parse(text),
    variableNames: ['count'],
    representationVariables: [],
  });
  return async (count) => {
    const { data } = await fetch(createScope(), { count });
    return (data as { listOrders: unknown[] }).listOrders.length;
  };
}

async function cpuMs(call: Call, { count, calls }: Order): Promise<number> {
  const before = process.cpuUsage();
  for (let i = 0; i < calls; i += 1) {
    if ((await call(count)) !== count) throw new Error('an answer with the wrong number of records');
  }
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1_000 / calls;
}

const [, , name, url = ''] = process.argv;
const call = await (name === 'hub' ? hub(url) : nodeSoap(url));
process.on('message', (order: Order) => {
  void cpuMs(call, order).then((spent) => process.send?.({ cpuMs: spent } satisfies Measured));
});
