import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from '@jest/globals';
import pino from 'pino';
import { WebSocket } from 'ws';
import { ANONYMOUS } from '../../../src/contract/principal.ts';
import { createWebsocketEndpoint, type WebsocketEndpoint } from '../../../src/server/websocket.ts';

let server: Server;
let endpoint: WebsocketEndpoint;

async function start(times: { keepAliveMs?: number; initTimeoutMs?: number }): Promise<string> {
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
    ...times,
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

  it('is cut off when the client no longer answers pings', async () => {
    const url = await start({ keepAliveMs: 20, initTimeoutMs: 0 });
    expect(await closeOf(new WebSocket(url, 'graphql-transport-ws', { autoPong: false }))).toBe(1006);
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
