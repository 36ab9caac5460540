import { once } from 'node:events';
import { ServerResponse } from 'node:http';
import { connect, type AddressInfo, type Socket } from 'node:net';
import { setImmediate as turn } from 'node:timers/promises';
import { promisify } from 'node:util';
import { queryObjects } from 'node:v8';
import { afterEach, describe, expect, it } from '@jest/globals';
import { fastify, type FastifyInstance } from 'fastify';
import pino from 'pino';
import { ANONYMOUS } from '../../../src/contract/principal.ts';
import { createSseEndpoint, type SseOptions } from '../../../src/server/sse.ts';
import type { StartedOperation } from '../../../src/server/start-operation.ts';

let server: FastifyInstance;
const sockets: Socket[] = [];
afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy();
  await server.close();
});

const LARGE = 'x'.repeat(1_000_000);

/** A subscription that yields `value` as often as it is asked, or waits for its end where there is none. */
function subscription(value: string | undefined) {
  const over = new AbortController();
  let asked = 0;
  const operation = {
    kind: 'subscription',
    ended: over.signal,
    expired: new AbortController().signal,
    end: () => over.abort(),
    async *subscribe() {
      while (!over.signal.aborted) {
        asked += 1;
        if (value === undefined) await once(over.signal, 'abort');
        else yield await Promise.resolve({ result: { data: { value } } });
      }
    },
  } as Partial<StartedOperation> as StartedOperation;
  return { operation, asked: () => asked, ended: over.signal };
}

async function open(operation: StartedOperation, times: Partial<SseOptions>): Promise<Socket> {
  server = fastify({ forceCloseConnections: true });
  const endpoint = createSseEndpoint({
    authenticate: () => Promise.resolve(ANONYMOUS),
    start: Object.assign(() => operation, { errors: () => [] }),
    logger: pino({ level: 'silent' }),
    ...times,
  });
  endpoint.register(server, '/stream', '/graphql');
  const url = new URL(await server.listen({ port: 0, host: '127.0.0.1' }));
  const socket = connect(Number(url.port), url.hostname);
  sockets.push(socket);
  socket.write('GET /stream?query={a} HTTP/1.1\r\nhost: hub\r\n\r\n');
  return socket;
}

describe('an event stream', () => {
  it('sends comments while nothing happens', async () => {
    const socket = await open(subscription(undefined).operation, { keepAliveMs: 10 });
    let text = '';
    while ((text.match(/^:$/gm) ?? []).length < 4) text += String((await once(socket, 'data'))[0]);
    expect(text).toContain('200 OK');
  });

  it('asks for no more events than its client reads, and is cut off where it reads none', async () => {
    const { operation, asked, ended } = subscription(LARGE);
    const socket = await open(operation, { unreadMs: 100 });
    await once(socket, 'readable');
    await once(ended, 'abort');
    expect(asked()).toBeLessThan(30);
    socket.resume();
    await once(socket, 'close');
  });

  it('goes on with a client that reads slowly', async () => {
    const { operation, asked, ended } = subscription(LARGE);
    const socket = await open(operation, { unreadMs: 15_000 });
    let bytes = 0;
    socket.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      socket.pause();
      setImmediate(() => socket.resume());
    });
    while (bytes < 20 * LARGE.length) await once(socket, 'data');
    expect(ended.aborted).toBe(false);
    expect(asked()).toBeGreaterThan(19);
  });

  it('ends the subscription of a client that went away while its credential was looked at', async () => {
    const { operation, ended } = subscription(undefined);
    const looking = Promise.withResolvers<undefined>();
    const gone = Promise.withResolvers<undefined>();
    const socket = await open(operation, {
      authenticate: async () => {
        looking.resolve(undefined);
        await gone.promise;
        return ANONYMOUS;
      },
    });
    server.server.once('connection', (accepted: Socket) => accepted.once('close', () => gone.resolve(undefined)));
    await looking.promise;
    socket.destroy();
    await once(ended, 'abort');
  });

  it('leaves nothing behind', async () => {
    const { operation } = subscription(undefined);
    const first = await open(operation, {});
    await once(first, 'data');
    const streams = Array.from({ length: 20 }, async () => {
      const { port } = server.server.address() as AddressInfo;
      const socket = connect(port, '127.0.0.1');
      socket.write('GET /stream?query={a} HTTP/1.1\r\nhost: hub\r\n\r\n');
      await once(socket, 'data');
      socket.destroy();
    });
    await Promise.all(streams);
    while ((await promisify(server.server.getConnections.bind(server.server))()) !== 1) await turn();
    expect(queryObjects(ServerResponse, { format: 'count' })).toBeLessThan(10);
  });
});
