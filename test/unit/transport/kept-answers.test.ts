// Reads of a source whose answers are kept: what is asked of the upstream, and what is not.
import { once, EventEmitter } from 'node:events';
import { afterEach, describe, expect, it } from '@jest/globals';
import type { UpstreamRequest } from '../../../src/contract/transport.ts';
import { createScope, type ScopeOptions } from '../../../src/engine/create-scope.ts';
import { type Answer, json, startUpstream } from '../../kit/upstream.ts';
import { deferred, faultOf, get, startTransport } from './start-transport.ts';

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

const FRESH = { ttlMs: 60_000 };
/** Out of date at once. */
const STALE = { ttlMs: 0, staleMs: 60_000 };

async function start(answer: Answer, cache: Record<string, unknown>, settings: Record<string, unknown> = {}) {
  const upstream = await startUpstream(answer);
  const { transport, cache: kept } = startTransport(upstream.url, { cache, ...settings });
  closing.push(
    () => transport.close(),
    () => upstream.close(),
  );
  const read = async (options: ScopeOptions = {}, more: Partial<UpstreamRequest> = {}) => {
    const scope = createScope(options);
    const request = get('/things', { shareable: true, tagsOf: () => ['Thing:1'], ...more });
    const response = await transport.request(scope, request);
    const [call] = scope.usage.snapshot().calls;
    return { text: response.text(), status: response.status, cached: call?.cached };
  };
  return { upstream, read, kept };
}

/** Answers with how often it was asked. */
const counting = (headers: Record<string, string> = {}): Answer => {
  let asked = 0;
  return (_request, response) => {
    response.writeHead(200, { 'content-type': 'application/json', ...headers }).end(String((asked += 1)));
  };
};
const principal = (id: string) => ({ kind: 'api-key' as const, id, scopes: new Set<string>(), claims: {} });

describe('a read whose answer is kept', () => {
  it('is asked once while the answer is fresh', async () => {
    const { read } = await start(counting(), FRESH);
    expect([await read(), await read()]).toEqual([
      { text: '1', status: 200, cached: undefined },
      { text: '1', status: 200, cached: 'fresh' },
    ]);
  });

  it('is asked for each caller apart', async () => {
    const { read } = await start(counting(), FRESH, { auth: { forward: ['x-tenant'] } });
    await read({ principal: principal('a') });
    expect((await read({ principal: principal('b') })).text).toBe('2');
    expect((await read({ headers: { 'x-tenant': 'a' } })).text).toBe('3');
    expect((await read({ headers: { 'x-tenant': 'b' } })).text).toBe('4');
    expect((await read({ principal: principal('a') })).text).toBe('1');
  });

  it('is asked again once an entity in it has changed', async () => {
    const { read, kept } = await start(counting(), FRESH);
    await read();
    kept.purge(['Thing:2']);
    expect((await read()).text).toBe('1');
    kept.purge(['Thing:1']);
    expect((await read()).text).toBe('2');
  });

  it('is asked anew by who comes after a change, though the same call is under way', async () => {
    const gate = deferred();
    let asked = 0;
    const arrived = new EventEmitter();
    const { read, kept } = await start(async (_request, response) => {
      asked += 1;
      arrived.emit('call');
      if (asked === 1) await gate.promise;
      json(response, asked);
    }, FRESH);
    const before = read();
    await once(arrived, 'call');
    kept.purge(['Thing:1']);
    expect((await read()).text).toBe('2');
    gate.resolve(undefined);
    await before;
    expect(await read()).toMatchObject({ text: '2', cached: 'fresh' });
  });

  it('is answered stale at once, and asked anew for the next', async () => {
    const second = deferred();
    let asked = 0;
    const { read, upstream } = await start(async (_request, response) => {
      asked += 1;
      json(response, asked);
      if (asked === 2) second.resolve(undefined);
    }, STALE);
    await read();
    expect(await Promise.all([read(), read(), read()])).toEqual(
      Array(3).fill({ text: '1', status: 200, cached: 'stale' }),
    );
    await second.promise;
    expect(upstream.received).toHaveLength(2);
  });

  it('is answered stale while the upstream fails', async () => {
    let asked = 0;
    const { read } = await start((_request, response) => json(response, (asked += 1), asked > 1 ? 500 : 200), STALE);
    await read();
    for (let i = 0; i < 4; i += 1) expect(await read()).toMatchObject({ text: '1', status: 200 });
  });

  it('is asked with its validator, and a 304 is answered with what is kept', async () => {
    const { read, upstream } = await start((request, response) => {
      const known = request.headers['if-none-match'] === '"v1"';
      response.writeHead(known ? 304 : 200, { etag: '"v1"', 'cache-control': 'no-cache' }).end(known ? '' : 'body');
    }, {});
    expect([(await read()).text, (await read()).text, (await read()).text]).toEqual(['body', 'body', 'body']);
    expect(upstream.received.map(({ headers }) => headers['if-none-match'])).toEqual([undefined, '"v1"', '"v1"']);
  });

  it('is kept however its status is judged, also after a 304', async () => {
    const { read } = await start((request, response) => {
      const known = request.headers['if-none-match'] === '"v1"';
      response.writeHead(known ? 304 : 404, { etag: '"v1"', 'cache-control': 'no-cache' }).end();
    }, {});
    const more = { faultOf: () => undefined };
    expect([(await read({}, more)).status, (await read({}, more)).status]).toEqual([404, 404]);
  });

  it('is asked each time where it failed', async () => {
    const { read, upstream } = await start((_request, response) => json(response, {}, 404), FRESH);
    await faultOf(read());
    await faultOf(read());
    expect(upstream.received).toHaveLength(2);
  });

  it('is asked each time where its answer cannot be read', async () => {
    const { read, upstream } = await start(counting(), FRESH);
    const more = {
      tagsOf: () => {
        throw new Error('no JSON');
      },
    };
    await read({}, more);
    await read({}, more);
    expect(upstream.received).toHaveLength(2);
  });

  it('is asked each time where it may not be kept, though others may', async () => {
    const { read } = await start(counting(), FRESH);
    await read();
    const unkept = get('/other', { shareable: false });
    expect([(await read({}, unkept)).text, (await read({}, unkept)).text]).toEqual(['2', '3']);
  });

  it('is one call for all who miss it together, also where nothing else is shared', async () => {
    const { read, upstream } = await start(counting(), FRESH, { shareInFlight: false });
    await Promise.all([read(), read(), read()]);
    expect(upstream.received).toHaveLength(1);
  });

  it('goes on for the others when the first to ask has left', async () => {
    const gate = deferred();
    const arrived = new EventEmitter();
    const { read, upstream } = await start(async (_request, response) => {
      arrived.emit('call');
      await gate.promise;
      json(response, 1);
    }, FRESH);
    const leaving = new AbortController();
    const first = read({ signal: leaving.signal });
    await once(arrived, 'call');
    const second = read();
    leaving.abort();
    expect((await faultOf(first)).code).toBe('HUB_REQUEST_ABORTED');
    gate.resolve(undefined);
    expect((await second).text).toBe('1');
    expect((await read()).cached).toBe('fresh');
    expect(upstream.received).toHaveLength(1);
  });
});
