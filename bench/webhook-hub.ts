// A hub whose only source sends webhooks, as a process of its own; for measurements of events.
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { signWebhook } from '../examples/storefront/shop/sign-webhook.ts';
import { ROOT } from './places.ts';

export interface WebhookHub {
  readonly url: string;
  readonly pid: number;
  /** Delivers one event of now, again until it is acknowledged. */
  post(id: string): Promise<void>;
  stop(): Promise<void>;
}

/** What subscribers ask for; `occurredAt` is when the event was first sent. */
export const SUBSCRIPTION = 'subscription { syncEvents { occurredAt } }';

/** `store` is the value of `state.store`, in YAML. */
export async function startWebhookHub(store: string): Promise<WebhookHub> {
  const port = 14_600 + Math.floor(Math.random() * 300);
  const url = `http://127.0.0.1:${port}`;
  const secret = `whsec_${randomBytes(24).toString('base64')}`;
  const folder = await mkdtemp(join(tmpdir(), 'webhook-hub-'));
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
  const command = [`${ROOT}/bin/manifold.js`, 'serve', '--config', folder, '--port', String(port)];
  const hub = spawn(process.execPath, [...command, '--log-level', 'warn'], { stdio: 'ignore' });
  const isReady = () =>
    fetch(`${url}/health/ready`).then(
      (response) => response.ok,
      () => false,
    );
  while (!(await isReady())) await new Promise((resolve) => setTimeout(resolve, 50));

  return {
    url,
    pid: hub.pid ?? 0,
    async post(id) {
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
    },
    async stop() {
      hub.kill('SIGTERM');
      await once(hub, 'exit');
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Posts `perSecond` events for so long, at a steady pace, and waits until all are acknowledged. */
export async function postPaced(hub: WebhookHub, perSecond: number, seconds: number): Promise<number> {
  const total = perSecond * seconds;
  const startedAt = performance.now();
  const posts: Promise<void>[] = [];
  while (posts.length < total) {
    const due = Math.min(total, Math.ceil(((performance.now() - startedAt) / 1_000) * perSecond));
    while (posts.length < due) posts.push(hub.post(`d-${posts.length}`));
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
  await Promise.all(posts);
  return total;
}

/** The value that so large a share of them does not pass. */
export function quantile(values: readonly number[], share: number): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length * share)] ?? 0;
}
