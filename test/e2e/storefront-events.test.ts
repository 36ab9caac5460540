// The example with its systems kept in step: what its page says about a subscription that outlives the hub.
import { readFile, cp } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { startProgram } from '../../examples/storefront/child-program.ts';
import { DEMO_KEY } from '../../examples/storefront/demo-key.ts';
import { startMortalHub } from '../chaos/mortal-hub.ts';
import { temporaryFolder } from '../kit/folder.ts';
import { freePort } from '../kit/free-port.ts';
import { STOREFRONT } from '../kit/storefront.ts';

const READY_MS = 60_000;
const QUERY = 'subscription{orderChanged{entity{id status}}}';

describe('the storefront with its events', () => {
  it('reserves what was paid, and a subscription misses nothing while the hub is killed', async () => {
    const [shopPort, warehousePort] = [await freePort(), await freePort()];
    const shopUrl = `http://127.0.0.1:${shopPort}`;
    await using folder = await temporaryFolder({});
    await cp(STOREFRONT, folder.path, { recursive: true, filter: (path) => !path.includes('.manifold') });
    const file = 'events/manifold.yaml';
    const yaml = await readFile(join(folder.path, file), 'utf8');
    await folder.write(file, yaml.replace('127.0.0.1:4101', `127.0.0.1:${shopPort}`).replace('127.0.0.1:4102', `127.0.0.1:${warehousePort}`)); // prettier-ignore

    await using hub = await startMortalHub(join(folder.path, 'events'));
    await using stack = new AsyncDisposableStack();
    const upstream = async (name: 'shop' | 'warehouse', port: number, env = {}) => {
      const program = startProgram({
        name,
        command: [`${STOREFRONT}/${name}/server.ts`],
        env: { PORT: String(port), SHOP_KEY: DEMO_KEY, ...env },
        readyUrl: `http://127.0.0.1:${port}/__calls`,
        onLine: () => undefined,
      });
      stack.defer(() => program.stop(5_000));
      await program.ready(READY_MS);
    };
    await Promise.all([
      upstream('shop', shopPort, { SHOP_WEBHOOK_URL: `${hub.url}/webhooks/shop` }),
      upstream('warehouse', warehousePort),
    ]);
    const change = async (id: string, status: string) => {
      const response = await fetch(`${shopUrl}/orders/${id}`, {
        method: 'PATCH',
        headers: { 'x-api-key': DEMO_KEY, 'content-type': 'application/json' },
        body: JSON.stringify({ status }),
      });
      expect(response.status).toBe(200);
    };
    /** Asks again while a source cannot be reached: the hub has polled before they were there. */
    const available = async (): Promise<number[]> => {
      for (;;) {
        const response = await fetch(`${hub.url}/graphql`, {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify({ query: '{ order(id: "O-10993") { items { product { stock { available } } } } }' }),
        });
        const { data, errors } = (await response.json()) as { readonly data: any; readonly errors?: unknown };
        if (errors === undefined) return data.order.items.map((item: any) => item.product.stock.available);
      }
    };

    const before = await available();
    const live = await follow(hub.url);
    await change('O-10993', 'PAID');
    const paid = await live.next();
    expect(paid).toMatchObject({ id: 'O-10993', status: 'PAID' });
    await live.end();
    while ((await available()).every((count, index) => count === before[index]));
    const after = await available();
    expect(after.every((count, index) => count < (before[index] ?? 0))).toBe(true);

    await change('O-10994', 'SHIPPED');
    const killed = hub.kill();
    // The shop cannot deliver this one now, and tries again.
    await change('O-10995', 'CANCELLED');
    await killed;
    await change('O-10996', 'SHIPPED');
    const resumed = await follow(hub.url, paid.cursor);
    const missed = [await resumed.next(), await resumed.next(), await resumed.next()];
    expect(missed.map(({ id, status }) => `${id} ${status}`).sort()).toEqual(['O-10994 SHIPPED', 'O-10995 CANCELLED', 'O-10996 SHIPPED']); // prettier-ignore
    expect(await available()).toEqual(after);
    await resumed.end();
  }, 180_000);
});

interface Seen {
  readonly cursor: string;
  readonly id: string;
  readonly status: string;
}

/** As curl does it. Resolves when it is connected and has its place. */
async function follow(url: string, lastId?: string) {
  const leaving = new AbortController();
  const response = await fetch(`${url}/graphql/stream?query=${encodeURIComponent(QUERY)}`, {
    headers: { accept: 'text/event-stream', ...(lastId === undefined ? {} : { 'last-event-id': lastId }) },
    signal: leaving.signal,
  });
  const lines = linesOf(response.body!.pipeThrough(new TextDecoderStream()));
  const read = async (): Promise<Seen | undefined> => {
    let order: { readonly id: string; readonly status: string } | undefined;
    let cursor: string | undefined;
    for (;;) {
      const { value: line, done } = await lines.next();
      if (done === true) throw new Error('the stream ended');
      if (line.startsWith('id: ')) cursor = line.slice(4);
      if (line.startsWith('data: ')) order = JSON.parse(line.slice(6)).data.orderChanged.entity;
      if (line === '' && cursor !== undefined) return order && { cursor, ...order };
    }
  };
  if (lastId === undefined) await read();
  return {
    async next(): Promise<Seen> {
      for (;;) {
        const seen = await read();
        if (seen !== undefined) return seen;
      }
    },
    async end() {
      leaving.abort();
      await lines.next().catch(() => undefined);
    },
  };
}

async function* linesOf(chunks: AsyncIterable<string>): AsyncGenerator<string, void> {
  let text = '';
  for await (const chunk of chunks) {
    const lines = (text + chunk).split('\n');
    text = lines.pop() ?? '';
    yield* lines;
  }
}
