import { connect } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { fastify, type FastifyInstance } from 'fastify';
import type { Delivery, EarlyRefusal, WebhookIntake } from '../../../src/contract/webhooks.ts';
import { registerWebhooks } from '../../../src/server/webhooks.ts';

let server: FastifyInstance;
let received: Delivery[];
let refused: (readonly [string, EarlyRefusal])[];
/** What `receive` waits for. */
let stored: Promise<void>;

beforeEach(() => {
  received = [];
  refused = [];
  stored = Promise.resolve();
  server = fastify({ genReqId: () => 'request-1', bodyLimit: 10 });
  const intake: WebhookIntake = {
    limitsOf: (name) => (name === 'shop' ? { maxBodyBytes: 100 } : undefined),
    refuse: (name, why) => {
      refused.push([name, why]);
      return {
        status: { 'unknown-name': 404, 'too-large': 413, 'wrong-type': 415, unavailable: 503 }[why],
        body: { error: why },
      };
    },
    receive: async (_name, delivery) => {
      received.push(delivery);
      await stored;
      return { status: 200, headers: { 'x-own': '1' }, body: { status: 'stored' } };
    },
  };
  registerWebhooks(server, intake, 250);
});
afterEach(() => server.close());

const post = (url: string, payload: string | Buffer, headers: Record<string, string> = {}) =>
  server.inject({ method: 'POST', url, payload, headers: { 'content-type': 'application/json', ...headers } });

describe('POST /webhooks/<name>', () => {
  it('hands on the body as it came, byte for byte, with its headers', async () => {
    const body = Buffer.from('{ "a" :\t1.0, "b": "\u00e4" }\r\n');
    const response = await post('/webhooks/shop', body, { 'X-Signature': 'abc' });
    expect(response.statusCode).toBe(200);
    expect(response.headers).toMatchObject({ 'x-own': '1', 'cache-control': 'no-store' });
    expect(response.json()).toEqual({ status: 'stored' });
    expect(received).toMatchObject([{ requestId: 'request-1', headers: { 'x-signature': 'abc' } }]);
    expect(received[0]?.body.equals(body)).toBe(true);
  });

  it.each(['application/json', 'application/json; charset=utf-8', 'application/cloudevents+json', 'APPLICATION/JSON'])(
    'takes %s',
    async (type) => {
      expect((await post('/webhooks/shop', '{}', { 'content-type': type })).statusCode).toBe(200);
    },
  );

  it.each([
    { 'content-type': 'text/plain' },
    { 'content-type': 'application/x-www-form-urlencoded' },
    { 'content-type': 'application/jsonp' },
    { 'content-encoding': 'gzip' },
  ])('refuses %j with 415', async (headers) => {
    expect((await post('/webhooks/shop', '{}', headers)).statusCode).toBe(415);
    expect(received).toEqual([]);
  });

  it('refuses a body without a type with 415', async () => {
    const response = await server.inject({ method: 'POST', url: '/webhooks/shop', payload: Buffer.from('{}') });
    expect(response.statusCode).toBe(415);
  });

  it('knows no other name, and says so before anything else', async () => {
    expect((await post('/webhooks/other', 'x', { 'content-type': 'text/plain' })).statusCode).toBe(404);
    expect((await post('/webhooks/__proto__', '{}')).statusCode).toBe(404);
    expect(refused).toEqual([
      ['other', 'unknown-name'],
      ['__proto__', 'unknown-name'],
    ]);
  });

  it('takes a body of just the size that is allowed, and refuses one byte more with 413', async () => {
    expect((await post('/webhooks/shop', 'x'.repeat(100))).statusCode).toBe(200);
    expect((await post('/webhooks/shop', 'x'.repeat(101))).statusCode).toBe(413);
  });

  it('stops reading a body that does not say how large it is', async () => {
    await server.listen({ port: 0, host: '127.0.0.1' });
    const { port } = server.server.address() as { port: number };
    const socket = connect(port, '127.0.0.1');
    socket.write(
      'POST /webhooks/shop HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n',
    );
    socket.on('error', () => undefined);
    const answer = new Promise<string>((resolve) => socket.once('data', (data) => resolve(data.toString())));
    for (let chunk = 0; chunk < 5; chunk++) socket.write(`32\r\n${'x'.repeat(50)}\r\n`);
    expect(await answer).toMatch(/^HTTP\/1\.1 413/);
    expect(received).toEqual([]);
    socket.destroy();
  });

  it('holds only so much of a flood at once, asks the rest to come again, and takes more once that was answered', async () => {
    await server.listen({ port: 0, host: '127.0.0.1' });
    const { port } = server.server.address() as { port: number };
    const send = (signal?: AbortSignal) =>
      fetch(`http://127.0.0.1:${port}/webhooks/shop`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: 'x'.repeat(100),
        ...(signal === undefined ? {} : { signal }),
      });
    const arrived = async (count: number) => {
      while (received.length < count) await new Promise((resolve) => setImmediate(resolve));
    };
    let store: () => void = () => undefined;
    stored = new Promise((resolve) => (store = resolve));
    const first = send();
    const leaving = new AbortController();
    const second = send(leaving.signal).catch(() => undefined);
    await arrived(2);
    expect((await send()).status).toBe(503);
    expect(refused).toEqual([['shop', 'unavailable']]);
    // Whoever goes away unanswered makes room, too.
    leaving.abort();
    await second;
    let third = send();
    while ((await Promise.race([third.then(({ status }) => status), arrived(3)])) === 503) third = send();
    store();
    expect([(await first).status, (await third).status, (await send()).status]).toEqual([200, 200, 200]);
  });

  it('takes an empty body, which the signature decides about', async () => {
    expect((await post('/webhooks/shop', '')).statusCode).toBe(200);
    expect(received[0]?.body).toHaveLength(0);
  });

  it('leaves the parsing of other routes alone', async () => {
    server.post('/echo', (request, reply) => reply.send({ got: request.body }));
    expect((await post('/echo', '{"a":1}')).json()).toEqual({ got: { a: 1 } });
  });
});
