// `npm start`, or `npm run start:events`: runs shop, warehouse, reviews and hub as programs of their own, says where they are, stops them together.
import { fileURLToPath } from 'node:url';
import v8 from '../../bin/v8.json' with { type: 'json' };
import { type ChildProgram, isFree, startProgram } from './child-program.ts';
import { overview } from './overview.ts';
import { portFrom } from './run-server.ts';
import { DEMO_KEY } from './demo-key.ts';

const READY_MS = 60_000;
/** A little longer than the hub takes to answer what is in flight (server.drainMs). */
const GRACE_MS = 12_000;

const ports = {
  shop: portFrom('SHOP_PORT', 4101),
  warehouse: portFrom('WAREHOUSE_PORT', 4102),
  reviews: portFrom('REVIEWS_PORT', 4103),
  hub: portFrom('PORT', 4000),
};
const addresses = {
  shop: `http://127.0.0.1:${ports.shop}`,
  warehouse: `http://127.0.0.1:${ports.warehouse}/warehouse`,
  reviews: `http://127.0.0.1:${ports.reviews}/graphql`,
  hub: `http://127.0.0.1:${ports.hub}`,
  shopKey: process.env.SHOP_KEY === undefined ? DEMO_KEY : '$SHOP_KEY',
  realModel: (process.env.OPENAI_API_KEY ?? '') !== '',
};

/** With `--events` the hub takes the shop's webhooks, polls the warehouse and runs a sync rule, and keeps what it has seen. */
const events = process.argv.includes('--events');

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));
const say = (line: string): void => void process.stderr.write(`${line}\n`);
const running: ChildProgram[] = [];
const state = { stopping: false };

function start(name: keyof typeof ports, command: readonly string[], readyUrl: string, env = {}): ChildProgram {
  if (state.stopping) throw new Error('stopped before everything was started');
  const program = startProgram({
    name,
    command,
    env: { PORT: String(ports[name]), ...env },
    readyUrl,
    onLine: (line) => say(`[${name}] ${line}`),
  });
  running.push(program);
  return program;
}

async function stop(exitCode: number): Promise<void> {
  if (state.stopping) return;
  state.stopping = true;
  await Promise.all(running.map((program) => program.stop(GRACE_MS)));
  process.exit(exitCode);
}

/** A second signal does not wait for anyone: the programs see that this one is gone, and follow. */
function onSignal(): void {
  if (state.stopping) process.exit(130);
  say('stopping…');
  void stop(0);
}

async function refuseTakenPorts(): Promise<void> {
  const settings = { shop: 'SHOP_PORT', warehouse: 'WAREHOUSE_PORT', reviews: 'REVIEWS_PORT', hub: 'PORT' } as const;
  for (const name of ['shop', 'warehouse', 'reviews', 'hub'] as const) {
    if (await isFree(ports[name])) continue;
    say(`port ${ports[name]}, where the ${name} should listen, is in use.`);
    say(`Stop the program that holds it, or choose another: ${settings[name]}=${ports[name] + 1_000} npm start`);
    process.exit(1);
  }
}

/** A hub outlives its upstreams, so only its own end is the end of the example. */
function watch(name: keyof typeof ports, program: ChildProgram): void {
  void program.ended.then((how) => {
    if (state.stopping) return;
    if (name === 'hub') {
      say(`the hub ended unexpectedly (${how}); stopping the rest`);
      void stop(1);
    } else {
      say(`the ${name} ended (${how}); the hub goes on without it. To bring it back:`);
      say(`  PORT=${ports[name]} npx node examples/storefront/${name}/server.ts`);
    }
  });
}

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, onSignal);
await refuseTakenPorts();
try {
  const shop = start(
    'shop',
    [here('shop/server.ts')],
    `${addresses.shop}/__calls`,
    events ? { SHOP_WEBHOOK_URL: `${addresses.hub}/webhooks/shop` } : {},
  );
  const warehouse = start('warehouse', [here('warehouse/server.ts')], new URL('/__calls', addresses.warehouse).href);
  const reviews = start('reviews', [here('reviews/server.ts')], new URL('/__calls', addresses.reviews).href);
  await Promise.all([shop, warehouse, reviews].map((program) => program.ready(READY_MS)));
  // The flags of bin/manifold.js: it need not replace itself then, and lose the channel to this program.
  const hub = start(
    'hub',
    [
      ...v8.flags,
      here('../../bin/manifold.js'),
      'dev',
      '--config',
      here(events ? 'events/manifold.yaml' : 'manifold.yaml'),
      '--log-level',
      'warn',
    ],
    `${addresses.hub}/health/ready`,
    {
      ...v8.env,
      SHOP_URL: addresses.shop,
      WAREHOUSE_URL: addresses.warehouse,
      REVIEWS_URL: addresses.reviews,
    },
  );
  await hub.ready(READY_MS);
  watch('shop', shop);
  watch('warehouse', warehouse);
  watch('reviews', reviews);
  watch('hub', hub);
  process.stdout.write(overview(addresses));
} catch (error) {
  if (!state.stopping) say(error instanceof Error ? error.message : String(error));
  await stop(1);
}
