// CPU of one SOAP call, client side: node-soap, and the hub's soap subgraph (GraphQL in, result out), in turns on the same
// server. Server and contestants are processes of their own, so that none warms up or litters for another. Run it with
// `npm run bench:soap`; it prints milliseconds of CPU per call and the ratio.
import { fork, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { Measured, Order } from './soap/contestant.ts';

const ROUNDS = 7;
/** `warmUp`: calls before any is counted; a gateway runs for weeks. */
const SIZES: readonly (Order & { readonly label: string; readonly warmUp: number })[] = [
  { label: '1 record', count: 1, calls: 1_000, warmUp: 10_000 },
  { label: '500 records', count: 500, calls: 100, warmUp: 500 },
];
const FOLDER = join(import.meta.dirname, 'soap');

async function measure(contestant: ChildProcess, { count, calls }: Order): Promise<number> {
  contestant.send({ count, calls } satisfies Order);
  const [{ cpuMs }] = (await once(contestant, 'message')) as [Measured];
  return cpuMs;
}

const median = (values: number[]): number => values.sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN;

const server = spawn(process.execPath, [join(FOLDER, 'server.ts')], { stdio: ['ignore', 'pipe', 'inherit'] });
const [port] = (await once(server.stdout, 'data')) as [Buffer];
const url = `http://127.0.0.1:${port.toString().trim()}/`;
const contestants = ['node-soap', 'hub'].map((name) => ({
  name,
  child: fork(join(FOLDER, 'contestant.ts'), [name, url]),
}));
try {
  for (const { label, warmUp, ...order } of SIZES) {
    const results = new Map<string, number[]>();
    for (const { child } of contestants) await measure(child, { ...order, calls: warmUp });
    for (let round = 0; round < ROUNDS; round += 1) {
      for (const { name, child } of contestants) {
        results.set(name, [...(results.get(name) ?? []), await measure(child, order)]);
      }
    }
    const peer = median(results.get('node-soap') ?? []);
    const own = median(results.get('hub') ?? []);
    console.log(
      `${label}: node-soap ${peer.toFixed(3)} ms, hub ${own.toFixed(3)} ms, ${(own / peer).toFixed(2)} of node-soap`,
    );
  }
} finally {
  for (const { child } of contestants) child.kill();
  server.kill();
}
