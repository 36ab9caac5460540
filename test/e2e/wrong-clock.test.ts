// The clock is set back and ahead under a hub: what waits for a time goes on, and nobody loses their place.
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it } from '@jest/globals';
import { subscribe } from '../chaos/resuming-subscriber.ts';
import { temporaryFolder } from '../kit/folder.ts';
import { freePort } from '../kit/free-port.ts';
import { startManifold } from '../kit/manifold.ts';

const yaml = (upstream: string, port: number, metricsPort: number) => `
sources: { shop: { kind: rest, url: "${upstream}", retry: { attempts: 1 }, breaker: { failures: 1000 } } }
server: { port: ${port}, metrics: { port: ${metricsPort} } }
webhooks:
  shop:
    source: shop
    scheme: none
    map: '{ "type": "Order", "operation": "UPDATED", "key": { "id": entity }, "occurredAt": $fromMillis(sequence) }'
sync:
  reserve:
    on: { type: Order, source: shop }
    apply: 'mutation($id: ID!) { reserve(id: $id) { id } }'
    input: '{ "id": event.key.id }'
    retry: { attempts: 100, backoffMs: 1000, maxBackoffMs: 1000 }
`;
const SDL = `
type Query { order(id: ID!): Order @rest(get: "/orders/{id}") @lookup }
type Order @key(fields: "id") { id: ID! }
type Reservation { id: ID! }
type Mutation { reserve(id: ID!): Reservation @rest(post: "/reservations") }
`;
const HOUR = 3_600_000;

describe('a hub whose clock is set', () => {
  it('back or ahead works on what waits, and its subscribers miss nothing', async () => {
    let works = false;
    let refused = 0;
    const applied: string[] = [];
    const upstream = createServer((request, response) => {
      let text = '';
      request.on('data', (chunk) => (text += String(chunk)));
      request.on('end', () => {
        if (works) applied.push(JSON.parse(text).id);
        else refused += 1;
        response.writeHead(works ? 200 : 503, { 'content-type': 'application/json' }).end(works ? text : '{}');
      });
    }).listen(0, '127.0.0.1');
    await once(upstream, 'listening');
    const [port, metricsPort] = [await freePort(), await freePort()];
    const url = `http://127.0.0.1:${port}`;
    const upstreamUrl = `http://127.0.0.1:${(upstream.address() as AddressInfo).port}`;
    await using folder = await temporaryFolder({
      'manifold.yaml': yaml(upstreamUrl, port, metricsPort),
      'schema/shop/order.graphql': SDL,
    });
    const start = async (aheadMs: number) => {
      const clock = `const now = Date.now; Date.now = () => now() + ${aheadMs};`;
      const program = startManifold(['serve', '--config', folder.path, '--log-level', 'silent'], {
        env: { NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(clock)}` },
      });
      await program.said(/serving at/);
      return program;
    };
    const post = (sequence: number) =>
      fetch(`${url}/webhooks/shop`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ entity: `e${sequence}`, sequence }),
      });
    const until = async (holds: () => boolean) => {
      while (!holds()) await new Promise((resolve) => setTimeout(resolve, 20));
    };

    const first = await start(0);
    const subscriber = await subscribe(() => url);
    // The rule begins with what comes once it has its place.
    while (
      !(await (await fetch(`http://127.0.0.1:${metricsPort}/metrics`)).text()).includes('manifold_sync_lag_events')
    );
    await post(1);
    await until(() => refused > 0);
    first.signal('SIGKILL');
    await first.ended;
    // An hour ahead: the run is due, fails again, and is put off to a time that the next hub would wait an hour for.
    const before = refused;
    const second = await start(HOUR);
    await until(() => refused > before);
    await post(2);
    await until(() => refused > before + 1);
    second.signal('SIGKILL');
    await second.ended;
    works = true;
    const third = await start(0);
    await until(() => applied.length === 2);
    await post(3);
    await until(() => applied.length === 3);
    await subscriber.until(3, 20_000);
    await subscriber.stop();
    expect(subscriber.seen.map(({ sequence }) => sequence)).toEqual([1, 2, 3]);
    expect(subscriber.trouble).toEqual([]);
    expect([...applied].sort()).toEqual(['e1', 'e2', 'e3']);
    third.signal('SIGTERM');
    expect(await third.ended).toBe(0);
    upstream.close();
  }, 180_000);
});
