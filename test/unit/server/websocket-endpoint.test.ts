import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from '@jest/globals';
import { buildSchema, parse } from 'graphql';
import pino from 'pino';
import { WebSocket } from 'ws';
import { ANONYMOUS } from '../../../src/contract/principal.ts';
import type { StartedOperation } from '../../../src/server/start-operation.ts';
import {
  createWebsocketEndpoint,
  type WebsocketEndpoint,
  type WebsocketOptions,
} from '../../../src/server/websocket.ts';

let server: Server;
let endpoint: WebsocketEndpoint;

async function start(options: Partial<WebsocketOptions>): Promise<string> {
  server = createServer();
  endpoint = createWebsocketEndpoint({
    server,
    path: '/graphql',
    authenticate: () => Promise.resolve(ANONYMOUS),
    mayConnect: () => true,
    start: Object.assign(() => Promise.reject(new Error('nothing is started')), { errors: () => [] }) as never,
    formatError: () => ({ message: '', extensions: { code: 'HUB_INTERNAL' } }),
    maxMessageBytes: 1_000,
    maxOperations: 1,
    logger: pino({ level: 'silent' }),
    ...options,
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `ws://127.0.0.1:${(server.address() as AddressInfo).port}/graphql`;
}

afterEach(async () => {
  await endpoint.close(0);
  await new Promise((resolve) => server.close(resolve));
});

const closeOf = async (socket: WebSocket): Promise<number> => ((await once(socket, 'close')) as [number])[0];

describe('a websocket', () => {
  it('is closed when the client does not say who it is', async () => {
    const url = await start({ initTimeoutMs: 10 });
    expect(await closeOf(new WebSocket(url, 'graphql-transport-ws'))).toBe(4408);
  });

  it('is closed when the client speaks another protocol', async () => {
    const url = await start({});
    const socket = new WebSocket(url);
    expect(await closeOf(socket)).toBe(4406);
  });

  it('is closed when the client no longer answers pings', async () => {
    const url = await start({ keepAliveMs: 20, unreadMs: 20, initTimeoutMs: 0 });
    expect(await closeOf(new WebSocket(url, 'graphql-transport-ws', { autoPong: false }))).toBe(4408);
  });

  it('stays open while the client answers pings', async () => {
    const url = await start({ keepAliveMs: 20, initTimeoutMs: 0 });
    const socket = new WebSocket(url, 'graphql-transport-ws');
    for (let pings = 0; pings < 5; pings++) await once(socket, 'ping');
    expect(socket.readyState).toBe(WebSocket.OPEN);
  });

  it('is not opened any more when the endpoint closes, and the open ones get 1001', async () => {
    const url = await start({});
    const socket = new WebSocket(url, 'graphql-transport-ws');
    await once(socket, 'open');
    const closed = closeOf(socket);
    await endpoint.close(0);
    expect(await closed).toBe(1001);
  });

  it('is torn down when the client does not answer the close', async () => {
    const url = await start({});
    const socket = new WebSocket(url, 'graphql-transport-ws');
    await once(socket, 'open');
    socket.pause();
    await endpoint.close(0);
    socket.resume();
    await once(socket, 'close');
  });
});

describe('a websocket client that does not read', () => {
  const LARGE = 'x'.repeat(1_000_000);

  /** A subscription that yields as often as it is asked. */
  function endless() {
    const over = new AbortController();
    let asked = 0;
    const operation = {
      kind: 'subscription',
      args: {
        schema: buildSchema('type Query { a: Int } type Subscription { large: String }'),
        document: parse('subscription { large }'),
        get contextValue() {
          return operation;
        },
      },
      ended: over.signal,
      expired: new AbortController().signal,
      end: () => over.abort(),
      async *subscribe() {
        while (!over.signal.aborted) {
          asked += 1;
          yield await Promise.resolve({ result: { data: { large: LARGE } } });
        }
      },
    } as Partial<StartedOperation> as StartedOperation;
    return { start: Object.assign(() => operation, { errors: () => [] }), asked: () => asked, ended: over.signal };
  }

  async function subscribe(url: string): Promise<WebSocket> {
    const socket = new WebSocket(url, 'graphql-transport-ws');
    await once(socket, 'open');
    socket.send('{"type":"connection_init"}');
    await once(socket, 'message');
    socket.send('{"id":"1","type":"subscribe","payload":{"query":"subscription { large }"}}');
    await once(socket, 'message');
    return socket;
  }

  it('is asked for no more events than it reads, and is closed with 4408', async () => {
    const { start: startOperation, asked, ended } = endless();
    const socket = await subscribe(await start({ start: startOperation, unreadMs: 100 }));
    socket.pause();
    await once(ended, 'abort');
    expect(asked()).toBeLessThan(30);
    socket.resume();
    expect(await closeOf(socket)).toBe(4408);
  });

  it('is not taken for gone while something large is on its way', async () => {
    const { start: startOperation, ended } = endless();
    const socket = await subscribe(await start({ start: startOperation, unreadMs: 10_000, keepAliveMs: 10 }));
    socket.on('message', () => {
      socket.pause();
      setTimeout(() => socket.resume(), 15);
    });
    for (let events = 0; events < 10; events++) await once(socket, 'message');
    expect(ended.aborted).toBe(false);
  });

  it('is not listened to either, so that answers to its pings do not pile up', async () => {
    const socket = new WebSocket(await start({ initTimeoutMs: 0 }), 'graphql-transport-ws');
    await once(socket, 'open');
    socket.pause();
    const payload = Buffer.alloc(125);
    // They would never pile up on this side if the other side went on reading.
    while (socket.bufferedAmount < 4_000_000) {
      for (let pings = 0; pings < 1_000; pings++) socket.ping(payload);
      await new Promise((resolve) => setImmediate(resolve));
    }
    socket.terminate();
  });
});
