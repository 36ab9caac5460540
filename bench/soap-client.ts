// CPU of one SOAP call, client side: node-soap, and the hub's soap subgraph (GraphQL in, result out), in turns on the same
// server in a process of its own. Run it with `npm run bench:soap`; it prints milliseconds of CPU per call and the ratio.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { parse } from 'graphql';
import { createClientAsync } from 'soap';
import { createScope } from '../src/engine/create-scope.ts';
import { mergeSdl } from '../src/subgraphs/local/merge-sdl.ts';
import { createSoapKind } from '../src/subgraphs/soap/index.ts';
import { createLogger } from '../src/telemetry/logger.ts';
import { createSourceStats } from '../src/telemetry/source-stats.ts';
import { createTransport } from '../src/transport/create-transport.ts';

const ROUNDS = 7;
const SIZES = [
  { label: '1 record', count: 1, calls: 400 },
  { label: '500 records', count: 500, calls: 100 },
] as const;
const FOLDER = join(import.meta.dirname, 'soap');
const SPEC = 'orders.wsdl';

type Call = (count: number) => Promise<number>;

/** node-soap as people use it: its own HTTP client, connections kept alive. */
async function nodeSoap(url: string): Promise<Call> {
  const client = await createClientAsync(join(FOLDER, SPEC), { endpoint: url, wsdl_headers: {} });
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

async function cpuMs(call: Call, count: number, calls: number): Promise<number> {
  const before = process.cpuUsage();
  for (let i = 0; i < calls; i += 1) {
    if ((await call(count)) !== count) throw new Error('an answer with the wrong number of records');
  }
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1_000 / calls;
}

const median = (values: number[]): number => values.sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN;

const server = spawn(process.execPath, [join(FOLDER, 'server.ts')], { stdio: ['ignore', 'pipe', 'inherit'] });
try {
  const [port] = (await once(server.stdout, 'data')) as [Buffer];
  const url = `http://127.0.0.1:${port.toString().trim()}/`;
  const contestants = { 'node-soap': await nodeSoap(url), hub: await hub(url) };
  for (const { label, count, calls } of SIZES) {
    const results = new Map<string, number[]>();
    for (let round = 0; round <= ROUNDS; round += 1) {
      for (const [name, call] of Object.entries(contestants)) {
        const spent = await cpuMs(call, count, calls);
        // The first round warms up.
        if (round > 0) results.set(name, [...(results.get(name) ?? []), spent]);
      }
    }
    const peer = median(results.get('node-soap') ?? []);
    const own = median(results.get('hub') ?? []);
    console.log(
      `${label}: node-soap ${peer.toFixed(3)} ms, hub ${own.toFixed(3)} ms, ${(own / peer).toFixed(2)} of node-soap`,
    );
  }
} finally {
  server.kill();
}
process.exit(0);
