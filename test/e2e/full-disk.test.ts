// The disk of the embedded store is full, and then is not: on a file system of a few megabytes, which takes root to make.
import { execFile } from 'node:child_process';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from '@jest/globals';
import { subscribe } from '../chaos/resuming-subscriber.ts';
import { SECRET } from '../chaos/webhook-sender.ts';
import { signWebhook } from '../../examples/storefront/shop/sign-webhook.ts';
import { temporaryFolder } from '../kit/folder.ts';
import { startManifold } from '../kit/manifold.ts';

const run = promisify(execFile);

const YAML = `
sources: { shop: { kind: rest, url: "http://127.0.0.1:9" } }
webhooks:
  shop:
    source: shop
    scheme: standard-webhooks
    secrets: [${SECRET}]
    map: '{ "type": "Order", "operation": "UPDATED", "key": { "id": entity }, "occurredAt": $fromMillis(sequence) }'
`;
const SDL =
  'type Query { order(id: ID!): Order @rest(get: "/orders/{id}") @lookup } type Order @key(fields: "id") { id: ID! }';

/** Undefined where this user may not mount. */
async function mountSmall(path: string): Promise<AsyncDisposable | undefined> {
  await mkdir(path);
  try {
    await run('mount', ['-t', 'tmpfs', '-o', 'size=4m', 'tmpfs', path]);
  } catch {
    return undefined;
  }
  return {
    async [Symbol.asyncDispose]() {
      await run('umount', ['-l', path]);
    },
  };
}

describe('a hub whose disk is full', () => {
  it('asks senders to come again, serves queries, and goes on by itself once there is room', async () => {
    await using folder = await temporaryFolder({ 'manifold.yaml': YAML, 'schema/shop/order.graphql': SDL });
    await using disk = await mountSmall(join(folder.path, '.manifold'));
    if (disk === undefined) {
      console.warn('this user may not mount: a full disk is not tested');
      return;
    }
    await using hub = startManifold(['serve', '--port', '0', '--config', folder.path, '--log-level', 'silent']);
    const [, url = ''] = await hub.said(/serving at (\S+)/);
    const post = async (sequence: number) => {
      const body = JSON.stringify({ entity: 'e', sequence, filling: 'x'.repeat(20_000) });
      const headers = signWebhook(SECRET, `d-${sequence}`, body);
      return fetch(new URL('/webhooks/shop', url), { method: 'POST', headers, body });
    };
    const subscriber = await subscribe(() => url.replace(/\/$/, ''));
    let sequence = 1;
    expect((await post(sequence)).status).toBe(200);

    const filling = join(folder.path, '.manifold', 'filling');
    await writeFile(filling, Buffer.alloc(8_000_000)).catch(() => undefined);
    let refused = await post((sequence += 1));
    // What was written before may leave some room in the pages that SQLite has.
    while (refused.status === 200) refused = await post((sequence += 1));
    expect(refused.status).toBe(503);
    expect(refused.headers.get('retry-after')).toBe('5');
    const asked = await fetch(new URL('/graphql', url), {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query: '{ hub { name } }' }),
    });
    expect(await asked.json()).toEqual({ data: { hub: { name: 'manifold' } } });

    await rm(filling);
    expect((await post(sequence)).status).toBe(200);
    await subscriber.until(sequence, 10_000);
    await subscriber.stop();
    expect(subscriber.seen.map((one) => one.sequence)).toEqual(
      Array.from({ length: sequence }, (_, index) => index + 1),
    );
    expect([subscriber.trouble, subscriber.connections()]).toEqual([[], 1]);
    hub.signal('SIGTERM');
    expect(await hub.ended).toBe(0);
  }, 60_000);
});
