// From a webhook to a subscriber, over the wire: `node bench/events-latency.ts [embedded|postgres] [per second] [seconds]`.
// A hub of its own, one event stream, signed deliveries at a steady pace.
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Client } from 'pg';
import { signWebhook } from '../examples/storefront/shop/sign-webhook.ts';

const [kind = 'embedded', perSecond = '500', seconds = '10'] = process.argv.slice(2);
const port = 14_600 + Math.floor(Math.random() * 300);
const url = `http://127.0.0.1:${port}`;
const secret = `whsec_${randomBytes(24).toString('base64')}`;
const schema = `bench_${randomBytes(4).toString('hex')}`;
const database = process.env.DATABASE_URL ?? 'postgres://postgres@127.0.0.1:5432/postgres';
const store = kind === 'postgres' ? `{ postgres: { url: "${database}", schema: ${schema} } }` : 'embedded';

const folder = await mkdtemp(join(tmpdir(), 'events-latency-'));
await mkdir(join(folder, 'schema/shop'), { recursive: true });
await writeFile(
  join(folder, 'manifold.yaml'),
  `sources: { shop: { kind: rest, url: "http://127.0.0.1:9" } }
state: { store: ${store} }
webhooks:
  shop:
    source: shop
    scheme: standard-webhooks
    secrets: [${secret}]
    map: '{ "type": "Order", "operation": "UPDATED", "key": { "id": id }, "occurredAt": $fromMillis(sent) }'
`,
);
await writeFile(
  join(folder, 'schema/shop/order.graphql'),
  'type Query { order(id: ID!): Order @rest(get: "/orders/{id}") @lookup } type Order @key(fields: "id") { id: ID! }',
);
const main = fileURLToPath(new URL('../src/main.ts', import.meta.url));
const flags = ['--disable-warning=ExperimentalWarning', main, 'serve', '--config', folder, '--port', String(port)];
const hub = spawn(process.execPath, [...flags, '--log-level', 'warn'], { stdio: ['ignore', 'ignore', 'ignore'] });
while (
  !(await fetch(`${url}/health/ready`).then(
    (response) => response.ok,
    () => false,
  ))
) {
  // prettier-ignore
  await new Promise((resolve) => setTimeout(resolve, 50));
}

const lags: number[] = [];
const stop = new AbortController();
const query = encodeURIComponent('subscription { syncEvents { occurredAt } }');
const stream = await fetch(`${url}/graphql/stream?query=${query}`, { signal: stop.signal });
const reading = (async () => {
  let text = '';
  for await (const chunk of stream.body?.pipeThrough(new TextDecoderStream()) ?? []) {
    const lines = (text + chunk).split('\n');
    text = lines.pop() ?? '';
    for (const line of lines) {
      const sent = /"occurredAt":"([^"]+)"/.exec(line)?.[1];
      if (sent !== undefined) lags.push(Date.now() - Date.parse(sent));
    }
  }
})().catch(() => undefined);

async function post(id: string): Promise<void> {
  const body = JSON.stringify({ id, sent: Date.now() });
  const headers = signWebhook(secret, id, body);
  for (;;) {
    // As senders do: what was not acknowledged is sent again.
    const taken = await fetch(`${url}/webhooks/shop`, { method: 'POST', headers, body }).then(
      async (response) => {
        await response.arrayBuffer();
        return response.ok;
      },
      () => false,
    );
    if (taken) return;
  }
}

const warm = Array.from({ length: 300 }, (_, index) => `w-${index}`);
for (const id of warm) await post(id);
lags.length = 0;
const total = Number(perSecond) * Number(seconds);
const startedAt = performance.now();
const posts: Promise<void>[] = [];
while (posts.length < total) {
  const due = Math.min(total, Math.ceil(((performance.now() - startedAt) / 1_000) * Number(perSecond)));
  while (posts.length < due) posts.push(post(`d-${posts.length}`));
  await new Promise((resolve) => setTimeout(resolve, 2));
}
await Promise.all(posts);
await new Promise((resolve) => setTimeout(resolve, 500));
stop.abort();
await reading;
lags.sort((a, b) => a - b);
const at = (share: number) => lags[Math.floor(lags.length * share)] ?? 0;
console.log(
  `${kind}: ${lags.length} of ${total} at ${perSecond}/s: p50 ${at(0.5)} ms, p99 ${at(0.99)} ms, most ${at(0.9999)} ms`,
);
hub.kill('SIGTERM');
await new Promise((resolve) => hub.once('exit', resolve));
if (kind === 'postgres') {
  const client = new Client({ connectionString: database });
  await client.connect();
  await client.query(`drop schema if exists ${schema} cascade`);
  await client.end();
}
await rm(folder, { recursive: true, force: true });
