// `npm run bench:soak -- [--minutes 20] [--callers 64]`: the storefront's hub under everything at once, with its memory after a
// full collection every minute. Exits with 1 where the second half still grows.
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { setTimeout as delay } from 'node:timers/promises';
import v8 from '../bin/v8.json' with { type: 'json' };
import { connectInspector } from './inspector.ts';
import { BENCH, FIRST_PORT, ROOT } from './places.ts';
import { start, type Running } from './processes.ts';
import { callUntil } from './soak-caller.ts';

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '20' },
    callers: { type: 'string', default: '64' },
  },
});

const MINUTE_MS = 60_000;
/** What the second half may add to the heap of the first. */
const FLAT_MEGABYTES = 3;
const [shopPort, warehousePort, reviewsPort, hubPort, inspectorPort] = [60, 61, 62, 63, 64].map((n) => FIRST_PORT + n);
const secret = randomBytes(32).toString('hex');
const hub = { url: `http://127.0.0.1:${String(hubPort)}/graphql`, secret };

const answers = async (url: string): Promise<boolean> => (await fetch(url)).status < 500;
const upstream = (name: string, port: number | undefined): Promise<Running> =>
  start(
    { command: [process.execPath, `${ROOT}/examples/storefront/${name}/server.ts`], env: { PORT: String(port) } },
    () => answers(`http://127.0.0.1:${String(port)}/__calls`),
  );

const running = await Promise.all([
  upstream('shop', shopPort),
  upstream('warehouse', warehousePort),
  upstream('reviews', reviewsPort),
]);
const flags = [...v8.flags, `--inspect=127.0.0.1:${String(inspectorPort)}`];
const config = ['--config', `${BENCH}/hub/soak`, '--port', String(hubPort), '--log-level', 'error'];
const server = await start(
  {
    command: [process.execPath, ...flags, `${ROOT}/bin/manifold.js`, 'serve', ...config],
    env: {
      ...v8.env,
      SOAK_SECRET: secret,
      SHOP_URL: `http://127.0.0.1:${String(shopPort)}`,
      WAREHOUSE_URL: `http://127.0.0.1:${String(warehousePort)}/warehouse`,
      REVIEWS_URL: `http://127.0.0.1:${String(reviewsPort)}/graphql`,
    },
  },
  () => answers(`http://127.0.0.1:${String(hubPort)}/health/ready`),
);

const residentMegabytes = (): number =>
  Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${String(server.pids()[0])}/status`, 'utf8'))?.[1] ?? NaN) / 1024;

const over = new AbortController();
const counts = { answered: 0, refused: 0, aborted: 0, streams: 0 };
const inspector = await connectInspector(inspectorPort ?? 0);
const callers = Array.from({ length: Number(values.callers) }, () => callUntil(over.signal, hub, counts));
const heaps: number[] = [];
try {
  for (let minute = 1; minute <= Number(values.minutes); minute += 1) {
    await delay(MINUTE_MS);
    const resident = residentMegabytes();
    const kept = await inspector.heapMegabytes();
    heaps.push(kept);
    const { answered, refused, aborted, streams } = counts;
    console.log(
      `${String(minute).padStart(3)} min  RSS ${resident.toFixed(0)} MB  heap after collection ${kept.toFixed(1)} MB  ` +
        `${answered} answered, ${refused} refused, ${aborted} given up, ${streams} streams`,
    );
  }
} finally {
  over.abort();
  await Promise.all(callers);
  inspector.close();
  for (const one of [server, ...running]) await one.stop();
}

const middle = Math.ceil(heaps.length / 2);
const [before = NaN, after = NaN] = [
  heaps.slice(Math.ceil(middle / 2), middle),
  heaps.slice(-Math.floor(middle / 2)),
].map((some) => some.reduce((sum, one) => sum + one, 0) / some.length);
const grown = after - before;
console.log(
  `second half: ${grown < 0 ? '' : '+'}${grown.toFixed(1)} MB (${grown <= FLAT_MEGABYTES ? 'flat' : 'grows'})`,
);
if (!(grown <= FLAT_MEGABYTES)) process.exitCode = 1;
