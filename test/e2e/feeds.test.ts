// Subscriptions of a GraphQL source that feed the hub's own log, over real connections that are cut.
import { on, EventEmitter, once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, it } from '@jest/globals';
import { makeExecutableSchema } from '@graphql-tools/schema';
import { createHandler } from 'graphql-sse/lib/use/http';
import * as hubModule from '../../src/compose.ts';
import { loadConfig } from '../../src/config/load-config.ts';
import { createLogger } from '../../src/telemetry/logger.ts';
import { ask, connect, subscribe } from '../kit/ask.ts';
import { temporaryFolder } from '../kit/folder.ts';
import { startGraphQlWs } from '../kit/stream-servers.ts';

const SDL = `
  type Query { order(id: ID!): Order }
  type Order { id: ID! status: String }
  type Subscription { orderEvents: Order }
`;
const yaml = (url: string, protocol: string) => `
server: { port: 0 }
sources:
  shop: { kind: graphql, url: "${url}", spec: ./shop.graphql, subscriptions: { protocol: ${protocol} } }
feeds:
  orders:
    source: shop
    subscription: 'subscription { orderEvents { id status } }'
    map: '{ "type": "Order", "operation": "UPDATED", "key": { "id": orderEvents.id } }'
`;

function createShop() {
  const shop = new EventEmitter();
  const schema = makeExecutableSchema({
    typeDefs: SDL,
    resolvers: {
      Subscription: {
        orderEvents: {
          async *subscribe() {
            const events = on(shop, 'order');
            shop.emit('subscribed');
            for await (const [order] of events) yield order;
          },
          resolve: (order: unknown) => order,
        },
      },
    },
  });
  return { shop, schema };
}

type Start = (schema: ReturnType<typeof createShop>['schema']) => Promise<{ url: string; cut(): void; close(): Promise<unknown> }>; // prettier-ignore

const startSse: Start = async (schema) => {
  const handle = createHandler({ schema });
  const server = createServer((request, response) => void handle(request, response));
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const close = async () => {
    server.close();
    server.closeAllConnections();
    await once(server, 'close');
  };
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}`, cut: () => server.closeAllConnections(), close };
};

it.each<[string, Start]>([
  ['graphql-ws', startGraphQlWs],
  ['sse', startSse],
])(
  'what a source streams over %s reaches subscribers of the hub, also after its connection was cut',
  async (protocol, start) => {
    // prettier-ignore
    const { shop, schema } = createShop();
    const upstream = await start(schema);
    await using stack = new AsyncDisposableStack();
    stack.defer(async () => {
      await upstream.close();
    });
    await using folder = await temporaryFolder({
      'manifold.yaml': yaml(upstream.url, protocol),
      'shop.graphql': SDL,
    });
    const config = await loadConfig({ file: folder.path, env: {}, kinds: hubModule.KINDS });
    const subscribed = once(shop, 'subscribed');
    const hub = await hubModule.startHub(config, { sdl: 'pinned-first', logger: createLogger('silent') });
    stack.defer(() => hub.close());
    await subscribed;

    const client = connect(hub.url);
    stack.defer(() => client.dispose());
    const events = await subscribe(client, 'subscription { syncEvents { source type operation key } }');
    shop.emit('order', { id: 'a', status: 'paid' });
    expect((await events.next()).data).toEqual({
      syncEvents: { source: 'shop', type: 'Order', operation: 'UPDATED', key: { id: 'a' } },
    });

    const again = once(shop, 'subscribed');
    upstream.cut();
    await again;
    shop.emit('order', { id: 'b', status: 'sent' });
    expect((await events.next()).data.syncEvents.key).toEqual({ id: 'b' });

    const anew = once(shop, 'subscribed');
    await hub.reload(config);
    await anew;
    shop.emit('order', { id: 'c', status: 'sent' });
    expect((await events.next()).data.syncEvents.key).toEqual({ id: 'c' });
    const { data } = await ask(hub.url, '{ syncEvents { key } }');
    expect(data.syncEvents.map((event: any) => event.key.id)).toEqual(['a', 'b', 'c']);
  },
  60_000,
);
