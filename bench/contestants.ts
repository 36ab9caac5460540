// Who is measured: the hub as `manifold serve` starts it, and its peers over the same upstream.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { tailcallSchema } from './peers/tailcall.ts';
import { BENCH, FIRST_PORT, ROOT, WORK } from './places.ts';
import type { Command } from './processes.ts';
import { SUBGRAPHS } from './federation-upstream.ts';
import { UPSTREAM } from './upstream.ts';

export interface Contestant extends Command {
  readonly name: string;
  readonly title: string;
  readonly port: number;
}

const NODE = process.execPath;
let lastPort = FIRST_PORT + 9;

function contestant(name: string, title: string, commandOf: (port: number) => Command): Contestant {
  lastPort += 1;
  return { name, title, port: lastPort, ...commandOf(lastPort) };
}

const script =
  (file: string, env: Readonly<Record<string, string>> = {}) =>
  (port: number): Command => ({
    command: [NODE, `${BENCH}/peers/${file}`],
    env: { PORT: String(port), UPSTREAM, ...env },
  });

/** The program that a person starts, not a special build. */
const hub =
  (config: string, env: Readonly<Record<string, string>> = {}) =>
  (port: number): Command => ({
    command: [
      NODE,
      `${ROOT}/bin/manifold.js`,
      'serve',
      '--config',
      `${BENCH}/hub/${config}`,
      '--port',
      String(port),
      '--log-level',
      'warn',
    ],
    env: { UPSTREAM, SUBGRAPHS, SHARE_CALLS: 'true', SHARE_OPERATIONS: 'true', ...env },
  });

const TAILCALL = `${BENCH}/node_modules/@tailcallhq/core-linux-x64-gnu/bin/tailcall`;
const LIBC = `${WORK}/glibc/usr/lib/x86_64-linux-gnu`;

const tailcall =
  (dedupe: boolean) =>
  (port: number): Command => {
    const schema = `${WORK}/tailcall-${port}.graphql`;
    mkdirSync(WORK, { recursive: true });
    writeFileSync(schema, tailcallSchema(port, UPSTREAM, dedupe));
    const loader: [string, ...string[]] = existsSync(LIBC)
      ? [`${LIBC}/ld-linux-x86-64.so.2`, '--library-path', LIBC, TAILCALL]
      : [TAILCALL];
    return {
      command: [...loader, 'start', schema],
      env: { TC_TRACKER: 'false', TAILCALL_TRACKER: 'false', TAILCALL_LOG_LEVEL: 'error' },
    };
  };

const hive =
  (config: 'gateway' | 'federation', supergraph: string, ...flags: readonly string[]) =>
  (port: number): Command => ({
    command: [
      NODE,
      `${BENCH}/node_modules/@graphql-hive/gateway/dist/bin.js`,
      ...['-h', '127.0.0.1', '-p', String(port), '-c', `${BENCH}/peers/hive/${config}.config.mjs`],
      'supergraph',
      supergraph,
      ...flags,
    ],
    cwd: BENCH,
  });

export function composeForHive(): void {
  const composed = spawnSync(
    `${BENCH}/node_modules/.bin/mesh-compose`,
    ['-c', 'mesh.config.mjs', '-o', `${WORK}/hive.graphql`],
    {
      cwd: `${BENCH}/peers/hive`,
      env: { ...process.env, UPSTREAM },
      encoding: 'utf8',
    },
  );
  if (composed.status !== 0) throw new Error(`mesh-compose failed:\n${composed.stdout}${composed.stderr}`);
}

export const REST_CONTESTANTS: readonly Contestant[] = [
  contestant('limit', 'Node by hand, no GraphQL', script('limit.mjs')),
  contestant('limit-sharing', 'Node by hand, calls in flight shared', script('limit.mjs', { SHARE: '1' })),
  contestant('hub', 'Manifold', hub('rest')),
  contestant('hub-calls', 'Manifold, only upstream calls shared', hub('rest', { SHARE_OPERATIONS: 'false' })),
  contestant(
    'hub-alone',
    'Manifold, nothing shared between requests',
    hub('rest', { SHARE_OPERATIONS: 'false', SHARE_CALLS: 'false' }),
  ),
  contestant('tailcall', 'Tailcall, batch and dedupe', tailcall(true)),
  contestant('tailcall-batch', 'Tailcall, batch', tailcall(false)),
  contestant('mercurius', 'Mercurius with JIT', script('mercurius.mjs')),
  contestant('apollo', 'Apollo Server, resolvers, DataLoader, axios', script('apollo.mjs')),
  contestant('hive', 'Hive Gateway', hive('gateway', `${WORK}/hive.graphql`)),
  contestant('hive-jit', 'Hive Gateway --jit', hive('gateway', `${WORK}/hive.graphql`, '--jit')),
];

export const FEDERATION_CONTESTANTS: readonly Contestant[] = [
  contestant('hub', 'Manifold', hub('federation')),
  contestant('hub-calls', 'Manifold, only upstream calls shared', hub('federation', { SHARE_OPERATIONS: 'false' })),
  contestant(
    'hub-alone',
    'Manifold, nothing shared between requests',
    hub('federation', { SHARE_OPERATIONS: 'false', SHARE_CALLS: 'false' }),
  ),
  contestant('hive', 'Hive Gateway', hive('federation', `${WORK}/federation.graphql`)),
  contestant('hive-jit', 'Hive Gateway --jit', hive('federation', `${WORK}/federation.graphql`, '--jit')),
  contestant(
    'hive-rust',
    'Hive Gateway, Rust planner',
    hive('federation', `${WORK}/federation.graphql`, '--hive-router-runtime'),
  ),
];
