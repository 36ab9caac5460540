// One exchange over the wire: addresses, bodies, limits, redirects, and what a broken upstream becomes.
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync } from 'node:zlib';
import { afterEach, describe, expect, it } from '@jest/globals';
import { createScope } from '../../../src/engine/create-scope.ts';
import { type Answer, json, startUpstream } from '../../kit/upstream.ts';
import { deferred, faultOf, get, post, startTransport } from './start-transport.ts';

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

async function start(answer: Answer, settings: Record<string, unknown> = {}, basePath = '') {
  const upstream = await startUpstream(answer);
  const { transport, stats } = startTransport(upstream.url + basePath, settings);
  closing.push(
    () => transport.close(),
    () => upstream.close(),
  );
  return { upstream, transport, stats };
}
const once = { retry: { attempts: 1 } };

describe('an exchange', () => {
  it('yields status, headers and bytes', async () => {
    const { transport, upstream, stats } = await start((_, response) => {
      response.writeHead(200, { 'X-Thing': ['a', 'b'], 'content-type': 'text/plain; charset=iso-8859-1' });
      response.end(Buffer.from([0x67, 0x72, 0xfc, 0x6e]));
    });
    const scope = createScope();
    const answer = await transport.request(scope, get('/things?a=1#part', { headers: { Accept: 'text/plain' } }));
    expect(answer.status).toBe(200);
    expect(answer.headers['x-thing']).toBe('a, b');
    expect([...answer.body]).toEqual([0x67, 0x72, 0xfc, 0x6e]);
    expect(answer.text()).toBe('grün');
    expect(upstream.received[0]).toMatchObject({ method: 'GET', url: '/things?a=1' });
    expect(upstream.received[0]?.headers.accept).toBe('text/plain');
    expect(stats.snapshot()).toMatchObject({ health: 'up', calls: 1, failures: 0 });
    expect(scope.usage.snapshot().calls).toMatchObject([{ source: 'shop', shared: false, status: 200 }]);
  });

  it('sends text and bytes as bodies, and no content type without a body', async () => {
    const { transport, upstream } = await start((_, response) => void response.end());
    await transport.request(createScope(), post('/a', '{"grün":1}'));
    await transport.request(createScope(), post('/b', '', { body: new TextEncoder().encode('bytes') }));
    await transport.request(createScope(), { ...get('/c'), method: 'POST' });
    expect(upstream.received.map(({ body }) => body)).toEqual(['{"grün":1}', 'bytes', '']);
    expect(upstream.received[0]?.headers['content-type']).toBe('application/json');
    expect(upstream.received[2]?.headers['content-type']).toBeUndefined();
  });

  it('appends relative addresses to the path of the url and keeps its query', async () => {
    const { transport, upstream } = await start((_, response) => void response.end(), {}, '/api/v1/?version=2');
    for (const url of ['/things', 'things', '/things?a=1', '', '//evil.example/x', '/grün']) {
      await transport.request(createScope(), get(url));
    }
    expect(upstream.received.map(({ url }) => url)).toEqual([
      '/api/v1/things?version=2',
      '/api/v1/things?version=2',
      '/api/v1/things?a=1&version=2',
      '/api/v1/?version=2',
      '/api/v1//evil.example/x?version=2',
      '/api/v1/gr%C3%BCn?version=2',
    ]);
  });

  it.each([
    ['gzip', gzipSync],
    ['br', brotliCompressSync],
    ['deflate', deflateSync],
    ['deflate', deflateRawSync],
  ])('decompresses %s', async (encoding, compress) => {
    const { transport, upstream } = await start((_, response) => {
      response.writeHead(200, { 'content-encoding': encoding });
      response.end(compress(Buffer.from('hello')));
    });
    expect((await transport.request(createScope(), get('/'))).text()).toBe('hello');
    expect(upstream.received[0]?.headers['accept-encoding']).toContain('gzip');
  });

  it('follows a redirect on the same origin, for reads only', async () => {
    const { transport, upstream } = await start((request, response) => {
      if (request.url === '/new') response.end('moved');
      else response.writeHead(302, { location: '/new' }).end();
    });
    expect((await transport.request(createScope(), get('/old'))).text()).toBe('moved');
    expect((await transport.request(createScope(), post('/old', '{}'))).status).toBe(302);
    expect(upstream.received.map(({ method, url }) => `${method} ${url}`)).toEqual([
      'GET /old',
      'GET /new',
      'POST /old',
    ]);
  });

  it('follows three redirects and no more', async () => {
    const { transport, upstream } = await start(
      (_, response) => void response.writeHead(302, { location: '/x' }).end(),
    );
    expect((await transport.request(createScope(), get('/x'))).status).toBe(302);
    expect(upstream.received).toHaveLength(4);
  });

  it('does not follow a redirect to another origin', async () => {
    const other = await start((_, response) => void response.end('stolen'));
    const { transport } = await start(
      (_, response) => void response.writeHead(302, { location: `${other.upstream.url}/` }).end(),
      { auth: { bearer: { token: 'top-secret' } } },
    );
    expect((await transport.request(createScope(), get('/'))).status).toBe(302);
    expect(other.upstream.received).toEqual([]);
  });

  it('sends no credentials and no forwarded headers to another origin', async () => {
    const other = await start((_, response) => void response.end('ok'));
    const { transport } = await start((_, response) => void response.end(), {
      auth: { bearer: { token: 'top-secret' }, query: { name: 'key', value: 'top-secret' }, forward: ['x-tenant'] },
    });
    await transport.request(createScope({ headers: { 'x-tenant': 'top-secret' } }), get(`${other.upstream.url}/abs`));
    expect(JSON.stringify(other.upstream.received)).not.toContain('top-secret');
    expect(other.upstream.received[0]?.url).toBe('/abs');
  });
});

describe('a broken upstream', () => {
  it('that is down is unreachable', async () => {
    const { upstream, transport, stats } = await start(() => undefined, once);
    await upstream.close();
    const fault = await faultOf(transport.request(createScope(), get('/')));
    expect(fault.code).toBe('HUB_UPSTREAM_UNREACHABLE');
    expect(fault.details).toEqual({ source: 'shop' });
    expect(stats.snapshot()).toMatchObject({ health: 'degraded', failures: 1, lastFault: 'HUB_UPSTREAM_UNREACHABLE' });
  });

  it('that is slow runs into the timeout of the source', async () => {
    const { transport } = await start(() => undefined, { ...once, timeoutMs: 30 });
    expect((await faultOf(transport.request(createScope(), get('/')))).code).toBe('HUB_UPSTREAM_TIMEOUT');
  });

  it('that stalls in its body runs into the timeout of the source', async () => {
    const { transport } = await start((_, response) => void response.write('begun'), { ...once, timeoutMs: 50 });
    expect((await faultOf(transport.request(createScope(), get('/')))).code).toBe('HUB_UPSTREAM_TIMEOUT');
  });

  it('that is slow runs into the deadline of the request where that is sooner', async () => {
    const { transport } = await start(() => undefined);
    const fault = await faultOf(transport.request(createScope({ timeoutMs: 30 }), get('/')));
    expect(fault.code).toBe('HUB_REQUEST_TIMEOUT');
  });

  it.each([
    ['with a content length', { 'content-length': '1000' }],
    ['in chunks', {}],
  ])('that cuts the connection in its body, %s, is malformed and may be asked again', async (_name, headers) => {
    let calls = 0;
    const { transport } = await start((_, response) => {
      calls += 1;
      if (calls > 1) return void response.end('whole');
      response.writeHead(200, headers);
      response.write('{"half":', () => response.destroy());
    });
    expect((await transport.request(createScope(), get('/'))).text()).toBe('whole');
    calls = 0;
    const fault = await faultOf(transport.request(createScope(), post('/', '{}')));
    expect(fault.code).toBe('HUB_UPSTREAM_MALFORMED');
    expect(fault.message).toContain('in the middle of its answer');
    expect(calls).toBe(1);
  });

  it('that does not speak HTTP is malformed', async () => {
    const server = createServer((socket) => {
      socket.once('data', () => socket.end('SSH-2.0-OpenSSH_9.9\r\n'));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { transport } = startTransport(`http://127.0.0.1:${(server.address() as AddressInfo).port}`, once);
    closing.push(
      () => transport.close(),
      () => new Promise((resolve) => void server.close(() => resolve())),
    );
    expect((await faultOf(transport.request(createScope(), get('/')))).code).toBe('HUB_UPSTREAM_MALFORMED');
  });

  it('that sends more than is allowed is stopped early', async () => {
    const chunk = Buffer.alloc(64 * 1024);
    const gone = deferred();
    let written = 0;
    const { transport } = await start(
      (_, response) => {
        response.on('close', gone.resolve);
        const pump = () => {
          while (written < 100 * 1024 * 1024 && !response.destroyed) {
            written += chunk.length;
            if (!response.write(chunk)) return void response.once('drain', pump);
          }
          response.end();
        };
        pump();
      },
      { maxResponseBytes: 1024 * 1024 },
    );
    const fault = await faultOf(transport.request(createScope(), get('/')));
    expect(fault.code).toBe('HUB_UPSTREAM_TOO_LARGE');
    await gone.promise;
    expect(written).toBeLessThan(30 * 1024 * 1024);
  });

  it('that announces more than is allowed is not read at all', async () => {
    const { transport } = await start(
      (_, response) => {
        response.writeHead(200, { 'content-length': '5000' });
        response.flushHeaders();
      },
      { maxResponseBytes: 4999 },
    );
    expect((await faultOf(transport.request(createScope(), get('/')))).code).toBe('HUB_UPSTREAM_TOO_LARGE');
  });

  it('that sends a gzip bomb is stopped at the limit of the decompressed size', async () => {
    const bomb = gzipSync(Buffer.alloc(50 * 1024 * 1024));
    const { transport } = await start(
      (_, response) => {
        response.writeHead(200, { 'content-encoding': 'gzip' });
        response.end(bomb);
      },
      { maxResponseBytes: 1024 * 1024 },
    );
    expect((await faultOf(transport.request(createScope(), get('/')))).code).toBe('HUB_UPSTREAM_TOO_LARGE');
  });

  it.each([
    ['cut off', gzipSync('hello').subarray(0, 10), 'gzip'],
    ['not compressed at all', Buffer.from('hello'), 'gzip'],
    ['of an encoding nobody asked for', Buffer.from('hello'), 'aes128gcm'],
    ['compressed too often', Buffer.from('hello'), 'gzip, gzip, gzip, gzip'],
  ])('whose compressed data is %s is malformed', async (_name, body, encoding) => {
    const { transport } = await start((_, response) => {
      response.writeHead(200, { 'content-encoding': encoding });
      response.end(body);
    }, once);
    expect((await faultOf(transport.request(createScope(), get('/')))).code).toBe('HUB_UPSTREAM_MALFORMED');
  });

  it('never gets a second header out of a value with a line break', async () => {
    const { transport, upstream } = await start((_, response) => void response.end());
    await transport.request(createScope(), get('/', { headers: { 'x-bad': 'a\r\nx-smuggled: c' } }));
    expect(upstream.received[0]?.headers['x-smuggled']).toBeUndefined();
  });
});

describe('a caller who goes away', () => {
  it('stops the call at once with their own reason', async () => {
    const caller = new AbortController();
    const gone = deferred();
    const { transport, stats } = await start((_, response) => {
      response.on('close', gone.resolve);
      caller.abort();
    });
    const fault = await faultOf(transport.request(createScope({ signal: caller.signal }), get('/')));
    expect(fault.code).toBe('HUB_REQUEST_ABORTED');
    await gone.promise;
    expect(stats.snapshot()).toMatchObject({ calls: 1, failures: 0 });
  });

  it('is not served when they are gone already', async () => {
    const { transport, upstream } = await start((_, response) => json(response, {}));
    const fault = await faultOf(transport.request(createScope({ signal: AbortSignal.abort() }), get('/')));
    expect(fault.code).toBe('HUB_REQUEST_ABORTED');
    expect(upstream.received).toEqual([]);
  });
});

describe('a url that is none', () => {
  it.each(['ftp://example.com', 'nonsense', ''])('is refused: "%s"', (url) => {
    expect(() => startTransport(url)).toThrow('sources.shop.url');
  });
});
