// Requests that are served from their bytes: the same answers as through the parser, in the same order, and nothing else of
// a connection changes by it.
import { channel } from 'node:diagnostics_channel';
import { once } from 'node:events';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { HubFault } from '../../../src/faults/hub-fault.ts';
import { ANONYMOUS } from '../../../src/contract/principal.ts';
import { createFakeGraph } from '../../kit/fake-graph.ts';
import { connectRaw, type RawClient } from '../../kit/raw-client.ts';
import { startHub, type HubOptions, type StartedHub } from './start-hub.ts';

const SDL = `
  type Query { hello(name: String): String slow: Int text(length: Int): String }
  type Mutation { change: Int }
`;

let hub: StartedHub;
let client: RawClient;
/** Requests that Node's parser has read. */
let parsed = 0;
const parses = channel('http.server.request.start');
const count = (): void => void (parsed += 1);

beforeEach(() => parses.subscribe(count));
afterEach(async () => {
  parses.unsubscribe(count);
  client.socket.destroy();
  await hub.close();
});

interface Slow {
  /** Resolves when so many executions of `slow` have begun. */
  begun(runs: number): Promise<void>;
  readonly release: () => void;
  /** Resolves when one of them was stopped. */
  readonly stopped: Promise<void>;
}

async function start(
  options: HubOptions = {},
  settings: Parameters<typeof startHub>[1] = {},
  onText: () => void = () => undefined,
): Promise<Slow> {
  let runs = 0;
  let look = (): void => undefined;
  const open: (() => void)[] = [];
  const stopped = Promise.withResolvers<undefined>();
  const graph = createFakeGraph({
    sdl: SDL,
    query: {
      hello: ({ name }) => `hello ${name ?? 'world'}`,
      text: ({ length }) => {
        onText();
        return 'x'.repeat(length);
      },
      slow: async (_args, { signal }) => {
        const run = (runs += 1);
        look();
        signal.addEventListener('abort', () => stopped.resolve(undefined));
        await new Promise<void>((resolve) => open.push(resolve));
        return run;
      },
    },
    mutation: { change: () => 1 },
  });
  hub = await startHub({ graph, ...options }, settings);
  client = await connectRaw(hub.url);
  return {
    stopped: stopped.promise,
    release: () => {
      for (const go of open.splice(0)) go();
    },
    begun: (wanted) =>
      new Promise((resolve) => {
        look = () => runs >= wanted && resolve();
        look();
      }),
  };
}

const HEAD = ['host: hub', 'content-type: application/json', 'accept: */*'];

const post = (query: string, head: readonly string[] = HEAD, variables?: unknown): string => {
  const body = JSON.stringify({ query, variables });
  return ['POST /graphql HTTP/1.1', ...head, `content-length: ${Buffer.byteLength(body)}`, '', body].join('\r\n');
};

/** Makes the head and the query known. */
async function teach(request: string, release?: () => void, begun?: Promise<void>): Promise<string> {
  client.send(request);
  await begun;
  release?.();
  return client.answer();
}

async function ask(request: string): Promise<string> {
  client.send(request);
  return client.answer(!request.startsWith('HEAD'));
}

describe('a request whose head was read before', () => {
  it.each([
    ['plain', post('{ hello }'), {}],
    ['of a page', post('{ hello }', [...HEAD, 'origin: https://app.example']), {}],
    ['that is not plain ASCII', post('{ hello(name: "\\u00e9") }'), {}],
    ['that keeps the connection by name', post('{ hello }', [...HEAD, 'connection: Keep-Alive']), {}],
    ['to the root', post('{ hello }').replace('/graphql', '/'), {}],
  ])('is answered from its bytes, to the byte as the parser has it answered: %s', async (_name, request) => {
    await start({}, { cors: { origins: ['https://app.example'] } });
    const first = await teach(request);
    const read = parsed;
    expect(first).toMatch(/^HTTP\/1\.1 200 OK\r\n/);
    const lines = (answer: string): readonly string[] => answer.toLowerCase().split('\r\n').sort();
    for (let time = 0; time < 2; time += 1) expect(lines(await ask(request))).toEqual(lines(first));
    expect(parsed).toBe(read);
  });

  it('has an id of its own in each answer', async () => {
    await start();
    const ids = new Set<string>();
    client.socket.on('data', (text) => void ids.add(/x-request-id: (\S+)/.exec(String(text))?.[1] ?? ''));
    for (let time = 0; time < 3; time += 1) await ask(post('{ hello }'));
    expect(ids.size).toBe(3);
  });

  it('is answered from its bytes on every connection', async () => {
    await start();
    await teach(post('{ hello }'));
    client.socket.destroy();
    client = await connectRaw(hub.url);
    await teach(post('{ hello }'));
    const read = parsed;
    expect(await ask(post('{ hello }'))).toContain('{"data":{"hello":"hello world"}}');
    expect(parsed).toBe(read);
  });

  it('is the parser’s where the same head comes with another length', async () => {
    await start();
    await teach(post('{ hello }'));
    client.send(post('{ hello }').slice(0, -5));
    client.send('o }"}');
    expect(await client.answer()).toContain('{"data":{"hello":"hello world"}}');
  });

  it('asks anew who calls', async () => {
    let good = true;
    await start({
      authenticate: () =>
        good ? Promise.resolve(ANONYMOUS) : Promise.reject(new HubFault('HUB_AUTH_INVALID', 'expired')),
    });
    await teach(post('{ hello }'));
    good = false;
    expect(await ask(post('{ hello }'))).toMatch(/^HTTP\/1\.1 401/);
  });

  it('is left to Apollo Server where it asks for what was not let in before, and then known', async () => {
    await start();
    await teach(post('{ hello }'));
    const other = post('{ hallo: hello }');
    expect(other.length).not.toBe(post('{ hello }').length);
    expect(await ask(other)).toContain('"hallo":"hello world"');
    const read = parsed;
    expect(await ask(other)).toContain('"hallo":"hello world"');
    expect(parsed).toBe(read);
  });

  it('gets its status from Apollo Server where there is no data', async () => {
    await start();
    const query = 'query ($length: Int!) { text(length: $length) }';
    const bad = post(query, HEAD, { length: 'x' });
    const first = await ask(bad);
    expect(first).toContain('"code":"HUB_REQUEST_INVALID"');
    await teach(post(query, HEAD, { length: 1 }));
    expect(await ask(bad)).toBe(first);
    expect(await ask(post(query, HEAD, { length: 2 }))).toContain('"xx"');
  });
});

describe('a connection that is served from bytes', () => {
  const chunked = [
    'POST /graphql HTTP/1.1',
    ...HEAD,
    'transfer-encoding: chunked',
    '',
    '13',
    '{"query":"{hello}"}',
    '0',
    '',
    '',
  ].join('\r\n');
  const body = '{"query":"{ hello }"}';
  const long = JSON.stringify({ query: `{ hello #${'x'.repeat(2_000)}\n }` });

  it.each([
    ['GET', `GET /graphql?query=%7Bhello%7D HTTP/1.1\r\nhost: hub\r\n\r\n`],
    ['HEAD', `HEAD /health/live HTTP/1.1\r\nhost: hub\r\n\r\n`],
    ['OPTIONS', `OPTIONS /graphql HTTP/1.1\r\nhost: hub\r\norigin: https://app.example\r\n\r\n`],
    ['a chunked body', chunked],
    ['another version', post('{ hello }', [...HEAD, 'connection: keep-alive']).replace('/1.1', '/1.0')],
    ['its last request', post('{ hello }', [...HEAD, 'connection: close'])],
    [
      'an expectation',
      `POST /graphql HTTP/1.1\r\n${[...HEAD, 'expect: 100-continue'].join('\r\n')}\r\ncontent-length: 21\r\n\r\n${body}`,
    ],
    [
      'a body that is too large',
      `POST /graphql HTTP/1.1\r\n${HEAD.join('\r\n')}\r\ncontent-length: ${long.length}\r\n\r\n${long}`,
    ],
    ['no HTTP', 'nonsense\r\n\r\n'],
    ['two lengths', post('{ hello }', [...HEAD, 'content-length: 5'])],
    ['a length and chunks', post('{ hello }', [...HEAD, 'transfer-encoding: chunked'])],
    ['no host', post('{ hello }', HEAD.slice(1))],
    ['a mutation', post('mutation { change }')],
    ['another type of content', post('{ hello }', ['host: hub', 'content-type: text/plain'])],
  ])('gets the answer of any other connection to %s', async (_name, odd) => {
    await start({}, { maxBodyBytes: 1_000, cors: { origins: ['https://app.example'] } });
    const expected = [await ask(odd), await ask(post('{ hello }'))];
    client.socket.destroy();
    client = await connectRaw(hub.url);
    await teach(post('{ hello }'));
    const read = parsed;
    await ask(post('{ hello }'));
    expect(parsed).toBe(read);
    expect([await ask(odd), await ask(post('{ hello }'))].map(sorted)).toEqual(expected.map(sorted));
  });

  it('gets the answers to what comes in one packet in their order', async () => {
    const slow = await start();
    await teach(post('{ hello }'));
    await teach(post('{ slow }'), slow.release, slow.begun(1));
    client.send(post('{ slow }') + post('{ hello }'));
    await slow.begun(2);
    slow.release();
    expect(await client.answer()).toContain('{"slow":2}');
    expect(await client.answer()).toContain('hello world');
    expect(await ask(post('{ hello }'))).toContain('hello world');
  });

  it.each([
    ['served from its bytes too', post('{ hello }')],
    ['parsed', post('mutation { change }')],
  ])('gets the answer to what comes while another is under way after that one: %s', async (_name, second) => {
    const slow = await start();
    await teach(post('{ hello }'));
    await teach(post('{ slow }'), slow.release, slow.begun(1));
    client.send(post('{ slow }'));
    await slow.begun(2);
    client.send(second);
    // What another connection is answered now was read after the second request.
    await hub.post('{ hello }');
    slow.release();
    expect(await client.answer()).toContain('{"slow":2}');
    expect(await client.answer()).toMatch(/hello world|"change":1/);
  });

  it('may send a request in pieces, and is served from bytes again afterwards', async () => {
    await start();
    const request = post('{ hello }');
    await teach(request);
    for (const piece of [request.slice(0, 30), request.slice(30, -5)]) {
      client.send(piece);
      await hub.post('{ hello }');
    }
    expect(await ask(request.slice(-5))).toContain('hello world');
    const read = parsed;
    expect(await ask(request)).toContain('hello world');
    expect(parsed).toBe(read);
  });

  it('stops what it has asked for by going away', async () => {
    const slow = await start();
    await teach(post('{ hello }'));
    await teach(post('{ slow }'), slow.release, slow.begun(1));
    client.send(post('{ slow }'));
    await slow.begun(2);
    client.socket.destroy();
    await slow.stopped;
  });

  it('is read no further while it does not read', async () => {
    let sent = 0;
    await start({}, {}, () => void (sent += 1));
    const request = post('{ text(length: 1500000) }');
    await teach(request);
    await teach(post('{ hello }'));
    client.socket.pause();
    const wanted = 15;
    for (let time = 0; time < wanted; time += 1) {
      client.send(request);
      await hub.post('{ hello }');
    }
    expect(sent).toBeLessThan(wanted);
    client.socket.resume();
    for (let time = 0; time < wanted; time += 1) expect(await client.answer()).toContain('xxx');
  });

  it('is answered before the hub closes, and then told to go', async () => {
    const slow = await start({}, { drainMs: 20_000 });
    await teach(post('{ hello }'));
    await teach(post('{ slow }'), slow.release, slow.begun(1));
    const idle = await connectRaw(hub.url);
    idle.send(post('{ hello }'));
    await idle.answer();
    client.send(post('{ slow }'));
    await slow.begun(2);
    const closed = hub.server.close();
    slow.release();
    const last = await client.answer();
    expect(last).toContain('{"slow":2}');
    expect(last.toLowerCase()).toContain('connection: close');
    await closed;
    expect(await client.answer()).toBe('');
    expect(await idle.answer()).toBe('');
  });

  it('becomes a websocket', async () => {
    await start();
    await teach(post('{ hello }'));
    await ask(post('{ hello }'));
    const upgrade = ['GET /graphql HTTP/1.1', 'host: hub', 'upgrade: websocket', 'connection: upgrade'];
    const key = ['sec-websocket-version: 13', 'sec-websocket-key: AAAAAAAAAAAAAAAAAAAAAA=='];
    const protocol = 'sec-websocket-protocol: graphql-transport-ws';
    expect(await ask([...upgrade, ...key, protocol, '', ''].join('\r\n'))).toMatch(/^HTTP\/1\.1 101/);
    const answered = once(client.socket, 'data');
    const message = '{"type":"connection_init"}';
    // One frame of text, with a mask of zeros (RFC 6455, section 5.2).
    client.send(`\x81${String.fromCharCode(0x80 + message.length)}\0\0\0\0${message}`);
    expect(String(await answered)).toContain('connection_ack');
  });
});

const sorted = (answer: string): readonly string[] => answer.toLowerCase().split('\r\n').sort();
