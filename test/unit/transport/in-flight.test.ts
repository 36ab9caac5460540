// Identical reads in flight: who shares, who never does, and what happens when somebody leaves.
import { afterEach, describe, expect, it } from '@jest/globals';
import { createScope, type ScopeOptions } from '../../../src/engine/create-scope.ts';
import { type Answer, json, startUpstream } from '../../kit/upstream.ts';
import { deferred, faultOf, get, post, startTransport } from './start-transport.ts';

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

async function start(answer: Answer, settings: Record<string, unknown> = {}) {
  const upstream = await startUpstream(answer);
  const { transport, stats } = startTransport(upstream.url, settings);
  closing.push(
    () => transport.close(),
    () => upstream.close(),
  );
  const read = (options: ScopeOptions = {}, more = {}) =>
    transport.request(createScope(options), get('/things', { shareable: true, ...more }));
  return { upstream, transport, stats, read };
}
const principal = (id: string) => ({ kind: 'api-key' as const, id, scopes: new Set<string>(), claims: {} });

describe('identical reads in flight', () => {
  it('are one call, and everyone gets the answer', async () => {
    const { upstream, transport } = await start((_, response) => json(response, { a: 1 }));
    const scopes = [createScope(), createScope(), createScope()];
    const answers = await Promise.all(scopes.map((scope) => transport.request(scope, get('/', { shareable: true }))));
    expect(answers.map((answer) => answer.text())).toEqual(Array(3).fill('{"a":1}'));
    expect(upstream.received).toHaveLength(1);
    expect(scopes.map((scope) => scope.usage.snapshot().calls.map(({ shared, status }) => [shared, status]))).toEqual([
      [[false, 200]],
      [[true, 200]],
      [[true, 200]],
    ]);
  });

  it('are asked again once the answer is there', async () => {
    const { upstream, read } = await start((_, response) => json(response, {}));
    await read();
    await read();
    expect(upstream.received).toHaveLength(2);
  });

  it('do not join a read that began before a change that was answered meanwhile', async () => {
    const release = deferred();
    const { upstream, transport, read } = await start((request, response) => {
      if (request.method === 'POST') json(response, {});
      else void release.promise.then(() => json(response, {}));
    });
    const before = read();
    await transport.request(createScope(), post('/things', '{}'));
    const after = read();
    release.resolve(undefined);
    await Promise.all([before, after]);
    expect(upstream.received.map(({ method }) => method).sort()).toEqual(['GET', 'GET', 'POST']);
  });

  it('of two callers are never shared', async () => {
    const { upstream, read } = await start((_, response) => json(response, {}));
    await Promise.all([read({ principal: principal('a') }), read({ principal: principal('b') }), read()]);
    expect(upstream.received).toHaveLength(3);
  });

  it('with different forwarded headers are never shared', async () => {
    const { upstream, read } = await start((_, response) => json(response, {}), { auth: { forward: ['X-Tenant'] } });
    await Promise.all(['a', 'b', 'b'].map((tenant) => read({ headers: { 'x-tenant': tenant, 'x-other': tenant } })));
    expect(upstream.received.map(({ headers }) => headers['x-tenant']).sort()).toEqual(['a', 'b']);
    expect(upstream.received.every(({ headers }) => headers['x-other'] === undefined)).toBe(true);
  });

  it('that differ in anything that is sent or in how the answer is judged are not shared', async () => {
    const { upstream, read } = await start((_, response) => json(response, {}));
    const variants = [
      { url: '/things?a' },
      { headers: { a: '1' } },
      { body: 'x' },
      { body: 'x'.repeat(2000) },
      { body: new Uint8Array([1]) },
      { faultOf: () => undefined },
      { method: 'POST' as const },
      {},
    ];
    await Promise.all(variants.map((variant) => read({}, variant)));
    expect(upstream.received).toHaveLength(variants.length);
  });

  it('are separate calls where sharing is off or not allowed', async () => {
    const off = await start((_, response) => json(response, {}), { shareInFlight: false });
    await Promise.all([off.read(), off.read()]);
    expect(off.upstream.received).toHaveLength(2);
    const on = await start((_, response) => json(response, {}));
    const write = () => on.transport.request(createScope(), post('/', '{}'));
    await Promise.all([write(), write()]);
    expect(on.upstream.received).toHaveLength(2);
  });

  it('go on when the one who asked first leaves', async () => {
    const release = deferred();
    const arrived = deferred();
    const first = new AbortController();
    const { upstream, read } = await start(async (_, response) => {
      arrived.resolve(null);
      await release.promise;
      json(response, {});
    });
    const leader = faultOf(read({ signal: first.signal }));
    const follower = read();
    await arrived.promise;
    first.abort();
    expect((await leader).code).toBe('HUB_REQUEST_ABORTED');
    release.resolve(null);
    expect((await follower).status).toBe(200);
    expect(upstream.received).toHaveLength(1);
  });

  it('go on when a follower leaves, and stop when the last one has left', async () => {
    const gone = deferred();
    const arrived = deferred();
    const callers = [new AbortController(), new AbortController()];
    const { upstream, read } = await start((_, response) => {
      response.on('close', gone.resolve);
      arrived.resolve(null);
    });
    const [leader, follower] = callers.map(({ signal }) => faultOf(read({ signal })));
    await arrived.promise;
    callers[1]?.abort();
    expect((await follower)?.code).toBe('HUB_REQUEST_ABORTED');
    expect(upstream.received).toHaveLength(1);
    callers[0]?.abort();
    expect((await leader)?.code).toBe('HUB_REQUEST_ABORTED');
    await gone.promise;
  });

  it('do not join a call that everyone has left', async () => {
    const arrived = deferred();
    const caller = new AbortController();
    let calls = 0;
    const { read } = await start((_, response) => {
      calls += 1;
      if (calls === 1) arrived.resolve(null);
      else json(response, {});
    });
    const leaving = faultOf(read({ signal: caller.signal }));
    await arrived.promise;
    caller.abort();
    expect((await leaving).code).toBe('HUB_REQUEST_ABORTED');
    expect((await read()).status).toBe(200);
    expect(calls).toBe(2);
  });

  it('last as long as the most patient of those who wait', async () => {
    const { read } = await start(() => undefined, { timeoutMs: 300, retry: { attempts: 1 } });
    const startedAt = performance.now();
    const [hasty, patient] = [faultOf(read({ timeoutMs: 30 })), faultOf(read())];
    expect((await hasty).code).toBe('HUB_REQUEST_TIMEOUT');
    expect(performance.now() - startedAt).toBeLessThan(250);
    expect((await patient).code).toBe('HUB_UPSTREAM_TIMEOUT');
  });

  it('share a failure too', async () => {
    const { upstream, read } = await start((_, response) => json(response, {}, 500), { retry: { attempts: 1 } });
    const faults = await Promise.all([faultOf(read()), faultOf(read())]);
    expect(faults.map(({ code }) => code)).toEqual(['HUB_UPSTREAM_FAILED', 'HUB_UPSTREAM_FAILED']);
    expect(upstream.received).toHaveLength(1);
  });
});
