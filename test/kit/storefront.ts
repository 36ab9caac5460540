// The example's programs for end-to-end tests: shop, warehouse and reviews on free ports, and a hub over them.
import { cp } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { startProgram, type ChildProgram } from '../../examples/storefront/child-program.ts';
import { DEMO_KEY } from '../../examples/storefront/demo-key.ts';
import { temporaryFolder, type Folder } from './folder.ts';
import { freePort } from './free-port.ts';
import { startHubProgram, type HubProgram, type HubProgramOptions } from './hub-program.ts';

export const STOREFRONT = fileURLToPath(new URL('../../examples/storefront', import.meta.url));

const READY_MS = 60_000;
const GRACE_MS = 5_000;

export type Calls = Readonly<Record<string, number>>;

/** Shop, warehouse or reviews. */
export interface UpstreamProgram {
  readonly url: string;
  /** What it was asked since it started, or since `forget`. */
  calls(): Promise<Calls>;
  forget(): Promise<void>;
  /** At once, as a crash would. */
  kill(): Promise<void>;
  /** On the same port as before. */
  restart(): Promise<void>;
  stop(): Promise<void>;
}

/** Where each upstream is served, below its address. */
const PATHS = { shop: '', warehouse: '/warehouse', reviews: '/graphql' } as const;

async function startUpstreamProgram(name: keyof typeof PATHS): Promise<UpstreamProgram> {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const counters = `${url}/__calls`;
  const start = async (): Promise<ChildProgram> => {
    const program = startProgram({
      name,
      command: [`${STOREFRONT}/${name}/server.ts`],
      env: { PORT: String(port), SHOP_KEY: DEMO_KEY },
      readyUrl: counters,
      onLine: () => undefined,
    });
    await program.ready(READY_MS);
    return program;
  };
  let program = await start();
  return {
    url: `${url}${PATHS[name]}`,
    calls: async () => (await fetch(counters)).json() as Promise<Calls>,
    forget: async () => {
      await fetch(counters, { method: 'DELETE' });
    },
    kill: async () => {
      if (program.pid !== undefined) process.kill(program.pid, 'SIGKILL');
      await program.ended;
    },
    restart: async () => {
      program = await start();
    },
    stop: () => program.stop(GRACE_MS),
  };
}

export interface Upstreams {
  readonly shop: UpstreamProgram;
  readonly warehouse: UpstreamProgram;
  readonly reviews: UpstreamProgram;
  /** What makes a hub, or any command of `manifold`, find them. No model of a provider is ever asked. */
  readonly env: Readonly<Record<string, string>>;
  stop(): Promise<void>;
}

export async function startUpstreams(): Promise<Upstreams> {
  const [shop, warehouse, reviews] = await Promise.all([
    startUpstreamProgram('shop'),
    startUpstreamProgram('warehouse'),
    startUpstreamProgram('reviews'),
  ]);
  const urls = { SHOP_URL: shop.url, WAREHOUSE_URL: warehouse.url, REVIEWS_URL: reviews.url };
  return {
    shop,
    warehouse,
    reviews,
    env: { ...urls, SHOP_KEY: DEMO_KEY, OPENAI_API_KEY: '' },
    stop: () => all([shop, warehouse, reviews]),
  };
}

export interface Storefront extends Upstreams {
  readonly hub: HubProgram;
}

/** Upstreams and hub. By default `manifold dev` of the example as it is. */
export async function startStorefront(options: Partial<HubProgramOptions> = {}): Promise<Storefront> {
  const upstreams = await startUpstreams();
  try {
    const hub = await startHubProgram({ command: 'dev', config: STOREFRONT, ...options, env: upstreams.env });
    return { ...upstreams, hub, stop: () => all([hub, upstreams]) };
  } catch (error) {
    await upstreams.stop();
    throw error;
  }
}

async function all(programs: readonly { stop(): Promise<void> }[]): Promise<void> {
  await Promise.all(programs.map((program) => program.stop()));
}

/** Configuration, SDL and descriptions of the example in a folder that a test may change. */
export async function copyOfStorefront(): Promise<Folder> {
  const folder = await temporaryFolder();
  await cp(STOREFRONT, folder.path, {
    recursive: true,
    filter: (path) => !path.endsWith('.ts'),
  });
  return folder;
}
