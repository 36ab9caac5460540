// What idle subscribers cost, and whether a reload drops any: `node bench/idle-subscribers.ts [sockets]`. A hub of its own,
// sockets with one subscription each, one event to all of them, a changed graph, one more event. Needs `ulimit -n` above
// the number of sockets.
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { WebSocket } from 'ws';
import { signWebhook } from '../examples/storefront/shop/sign-webhook.ts';

const count = Number(process.argv[2] ?? 10_000);
const port = Number(process.env.PORT ?? 14_900 + Math.floor(Math.random() * 300));
const secret = `whsec_${randomBytes(24).toString('base64')}`;
const CONNECTING = 200;
const DRAIN_MS = 20_000;

const folder = await mkdtemp(join(tmpdir(), 'idle-subscribers-'));
const sdl = (fields: string) =>
  `type Query { order(id: ID!): Order @rest(get: "/orders/{id}") @lookup } type Order @key(fields: "id") { id: ID! ${fields} }`;
const schemaFile = join(folder, 'schema/shop/order.graphql');
await mkdir(join(folder, 'schema/shop'), { recursive: true });
await writeFile(schemaFile, sdl(''));
await writeFile(
  join(folder, 'manifold.yaml'),
  `sources: { shop: { kind: rest, url: "http://127.0.0.1:9" } }
state: { store: embedded }
server: { drainMs: ${DRAIN_MS} }
webhooks:
  shop:
    source: shop
    scheme: standard-webhooks
    secrets: [${secret}]
    map: '{ "type": "Order", "operation": "UPDATED", "key": { "id": id } }'
`,
);
const program = fileURLToPath(new URL('../bin/manifold.js', import.meta.url));
const hub = spawn(process.execPath, [
  program,
  'dev',
  '--config',
  folder,
  '--port',
  String(port),
  '--log-level',
  'warn',
]);
let said = '';
hub.stderr.on('data', (chunk: Buffer) => void (said += chunk.toString()));
hub.stdout.resume();

async function until(what: string, holds: () => boolean, withinMs: number): Promise<void> {
  const end = performance.now() + withinMs;
  while (!holds()) {
    if (performance.now() > end || hub.exitCode !== null) throw new Error(`waited for ${what} in vain\n${said}`);
    await delay(20);
  }
}

/** Resident memory, in MB. */
function residentMb(): number {
  const status = readFileSync(`/proc/${hub.pid}/status`, 'utf8');
  return Math.round(Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]) / 1_000);
}

const got = new Map<WebSocket, string[]>();
let subscribed = 0;
let closed = 0;

async function subscribe(): Promise<void> {
  const socket = new WebSocket(`ws://127.0.0.1:${port}/graphql`, 'graphql-transport-ws');
  const ids: string[] = [];
  got.set(socket, ids);
  socket.on('close', () => (closed += 1));
  socket.on('message', (data: Buffer) => {
    const message = JSON.parse(data.toString()) as { type: string; payload?: { data: { syncEvents: { id: string } } } };
    if (message.type === 'next') ids.push(message.payload?.data.syncEvents.id ?? '');
    if (message.type === 'ping') socket.send('{"type":"pong"}');
  });
  await new Promise((resolve, reject) => {
    socket.once('open', resolve);
    socket.once('error', reject);
  });
  socket.send('{"type":"connection_init"}');
  await new Promise((resolve) => socket.once('message', resolve));
  socket.send('{"id":"1","type":"subscribe","payload":{"query":"subscription { syncEvents { id cursor } }"}}');
  subscribed += 1;
}

async function post(id: string): Promise<void> {
  const body = JSON.stringify({ id });
  const headers = signWebhook(secret, id, body);
  const { status } = await fetch(`http://127.0.0.1:${port}/webhooks/shop`, { method: 'POST', headers, body });
  if (status !== 200) throw new Error(`a webhook was answered with ${status}`);
}

const fed = (events: number): number => [...got.values()].filter((ids) => ids.length === events).length;

try {
  await until('the hub', () => said.includes('serving at'), 60_000);
  console.log(`the hub alone: ${residentMb()} MB`);
  while (subscribed < count)
    await Promise.all(Array.from({ length: Math.min(CONNECTING, count - subscribed) }, subscribe));
  // All have been taken in where each of them gets it.
  await delay(2_000);
  console.log(`${count} subscribers: ${residentMb()} MB`);
  await post('1');
  await until('the first event', () => fed(1) === count, 60_000);
  console.log(`each got one event: ${residentMb()} MB`);
  await delay(30_000);
  console.log(`after half a minute: ${residentMb()} MB`);
  await writeFile(schemaFile, sdl('total: Int'));
  await until('the reload', () => said.includes('reloaded'), 60_000);
  await post('2');
  await delay(DRAIN_MS + 2_000);
  await post('3');
  await until('the events after the reload', () => fed(3) === count, 60_000);
  const doubled = [...got.values()].filter((ids) => new Set(ids).size !== 3).length;
  console.log(
    `after a reload, each got the next two: ${residentMb()} MB, ${closed} closed, ${doubled} with a duplicate`,
  );
} finally {
  console.log(`fed with 1: ${fed(1)}, 2: ${fed(2)}, 3: ${fed(3)}; closed: ${closed}`);
  for (const socket of got.keys()) socket.terminate();
  hub.kill('SIGTERM');
  await new Promise((resolve) => hub.once('exit', resolve));
  await rm(folder, { recursive: true, force: true });
}
