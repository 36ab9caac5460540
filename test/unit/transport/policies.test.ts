// Retry, breaker and concurrency limit against real upstreams, and what an HTTP status becomes.
import { afterEach, describe, expect, it } from '@jest/globals';
import { createScope } from '../../../src/engine/create-scope.ts';
import { HubFault } from '../../../src/faults/hub-fault.ts';
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
  return { upstream, transport, stats };
}
const once = { retry: { attempts: 1 } };

describe('a status', () => {
  it.each([
    [400, 'HUB_UPSTREAM_REJECTED'],
    [401, 'HUB_UPSTREAM_REJECTED'],
    [404, 'HUB_UPSTREAM_REJECTED'],
    [408, 'HUB_UPSTREAM_FAILED'],
    [429, 'HUB_UPSTREAM_RATE_LIMITED'],
    [500, 'HUB_UPSTREAM_FAILED'],
    [503, 'HUB_UPSTREAM_FAILED'],
  ])('%i becomes %s', async (status, code) => {
    const { transport } = await start((_, response) => {
      response.writeHead(status, { 'retry-after': '7' });
      response.end();
    }, once);
    const fault = await faultOf(transport.request(createScope(), get('/orders/{id}')));
    expect(fault.code).toBe(code);
    expect(fault.details).toEqual({ source: 'shop', upstreamStatus: status, retryAfterMs: 7000 });
  });

  it.each([
    [{ title: 'No stock', detail: 'SKU 7 is gone', type: 'https://x.example/no-stock' }, 'No stock: SKU 7 is gone'],
    [{ error: 'invalid_grant', error_description: 'expired' }, 'invalid_grant: expired'],
    [{ error: { message: 'quota', status: 'RESOURCE_EXHAUSTED' } }, 'quota'],
    [{ message: 'a\u0000\nb', secretStuff: 'never' }, 'a b'],
    [{ message: 'x'.repeat(5000) }, `${'x'.repeat(299)}…`],
    [{ unrelated: 1 }, undefined],
    [['message'], undefined],
  ])('carries a short excerpt of what the upstream says: %j', async (body, excerpt) => {
    const { transport } = await start((_, response) => json(response, body, 422), once);
    const fault = await faultOf(transport.request(createScope(), get('/')));
    expect(fault.details.upstreamDetail).toBe(excerpt);
  });

  it.each([
    ['text/html', '<h1>message: secret page</h1>'],
    ['application/json', '{"message": broken'],
  ])('carries nothing of %s that is no JSON', async (type, body) => {
    const { transport } = await start(
      (_, response) => void response.writeHead(500, { 'content-type': type }).end(body),
      once,
    );
    expect((await faultOf(transport.request(createScope(), get('/')))).details).toEqual({
      source: 'shop',
      upstreamStatus: 500,
    });
  });

  it('is judged by the connector where it brings its own judgement', async () => {
    const { transport } = await start((_, response) => json(response, { fault: 'Stock' }, 500));
    const judged = new HubFault('HUB_UPSTREAM_FAULT', 'out of stock, token=abcdef', {
      details: { upstreamDetail: { note: 'password=hunter2' } },
    });
    const fault = await faultOf(transport.request(createScope(), get('/', { faultOf: () => judged })));
    expect(fault.code).toBe('HUB_UPSTREAM_FAULT');
    expect(JSON.stringify([fault, fault.message])).not.toMatch(/abcdef|hunter2/);
    expect((await transport.request(createScope(), get('/', { faultOf: () => undefined }))).status).toBe(500);
  });
});

describe('a retry', () => {
  it('repeats a read that failed, and tells usage and statistics of every attempt', async () => {
    let calls = 0;
    const { transport, stats } = await start((_, response) => json(response, {}, ++calls === 1 ? 500 : 200));
    const scope = createScope();
    expect((await transport.request(scope, get('/'))).status).toBe(200);
    expect(scope.usage.snapshot().calls.map(({ status }) => status)).toEqual([500, 200]);
    expect(stats.snapshot()).toMatchObject({ health: 'up', calls: 2, failures: 1 });
  });

  it('never repeats what is not idempotent', async () => {
    const { transport, upstream } = await start((_, response) => json(response, {}, 500));
    expect((await faultOf(transport.request(createScope(), post('/', '{}')))).code).toBe('HUB_UPSTREAM_FAILED');
    expect(upstream.received).toHaveLength(1);
  });

  it('gives up after the configured attempts', async () => {
    const { transport, upstream } = await start((_, response) => json(response, {}, 500));
    await faultOf(transport.request(createScope(), get('/')));
    expect(upstream.received).toHaveLength(3);
  });

  it('does not repeat what was refused', async () => {
    const { transport, upstream } = await start((_, response) => json(response, {}, 404));
    await faultOf(transport.request(createScope(), get('/')));
    expect(upstream.received).toHaveLength(1);
  });

  it('waits as long as the upstream asks', async () => {
    const at: number[] = [];
    const { transport } = await start(
      (_, response) => {
        at.push(performance.now());
        if (at.length > 1) json(response, {});
        else response.writeHead(429, { 'retry-after': '1' }).end();
      },
      { retry: { initialDelayMs: 1, maxDelayMs: 1000 } },
    );
    expect((await transport.request(createScope(), get('/'))).status).toBe(200);
    expect(at[1]! - at[0]!).toBeGreaterThan(950);
  });

  it.each([
    ['longer than the configured delay', {}, {}],
    ['longer than the request has', { retry: { maxDelayMs: 60_000 } }, { timeoutMs: 5_000 }],
  ])('gives up at once when the upstream asks for %s', async (_name, settings, scope) => {
    const date = new Date(Date.now() + 20_000).toUTCString();
    const { transport, upstream } = await start(
      (_, response) => void response.writeHead(503, { 'retry-after': date }).end(),
      settings,
    );
    const fault = await faultOf(transport.request(createScope(scope), get('/')));
    expect(fault.code).toBe('HUB_UPSTREAM_FAILED');
    expect(fault.details.retryAfterMs).toBeGreaterThan(15_000);
    expect(upstream.received).toHaveLength(1);
  });

  it('ends when the caller goes away during the wait', async () => {
    const caller = new AbortController();
    const { transport, upstream } = await start(
      (_, response) => {
        response.on('close', () => caller.abort());
        response.writeHead(503, { 'retry-after': '20' }).end();
      },
      { retry: { maxDelayMs: 60_000 } },
    );
    const fault = await faultOf(transport.request(createScope({ signal: caller.signal }), get('/')));
    expect(fault.code).toBe('HUB_REQUEST_ABORTED');
    expect(upstream.received).toHaveLength(1);
  });
});

describe('the circuit breaker', () => {
  it('opens after failures in a row, answers at once while open, and closes when the source is back', async () => {
    let healthy = false;
    const { transport, upstream, stats } = await start((_, response) => json(response, {}, healthy ? 200 : 500), {
      ...once,
      breaker: { failures: 2, pauseMs: 60 },
    });
    const call = () => transport.request(createScope(), get('/'));
    await faultOf(call());
    await faultOf(call());
    const refused = await faultOf(call());
    expect(refused.code).toBe('HUB_UPSTREAM_UNREACHABLE');
    expect(refused.details).toMatchObject({ source: 'shop', breaker: 'open' });
    expect(refused.details.retryAfterMs).toBeLessThanOrEqual(60);
    expect(upstream.received).toHaveLength(2);
    expect(stats.snapshot()).toMatchObject({ health: 'down', calls: 2 });

    healthy = true;
    let answer = await faultOf(call()).catch(() => undefined);
    while (answer !== undefined) answer = await faultOf(call()).catch(() => undefined);
    expect(stats.snapshot().health).toBe('up');
    expect((await call()).status).toBe(200);
  });

  it('stays closed when the source is alive and refuses, however often', async () => {
    const { transport, stats, upstream } = await start((_, response) => json(response, {}, 429), {
      ...once,
      breaker: { failures: 2, pauseMs: 60_000 },
    });
    for (let call = 0; call < 5; call += 1) await faultOf(transport.request(createScope(), get('/')));
    expect(upstream.received).toHaveLength(5);
    expect(stats.snapshot().health).toBe('degraded');
  });

  it('counts failures in a row only', async () => {
    let calls = 0;
    const { transport, upstream } = await start((_, response) => json(response, {}, ++calls % 2 ? 500 : 404), {
      ...once,
      breaker: { failures: 2, pauseMs: 60_000 },
    });
    for (let call = 0; call < 6; call += 1) await faultOf(transport.request(createScope(), get('/')));
    expect(upstream.received).toHaveLength(6);
  });

  it('does not take a caller who leaves during the trial call for a recovery', async () => {
    const caller = new AbortController();
    let calls = 0;
    const trial = deferred();
    const { transport, stats } = await start(
      async (_, response) => {
        calls += 1;
        if (calls === 2) {
          caller.abort();
          await trial.promise;
        }
        json(response, {}, 500);
      },
      { ...once, breaker: { failures: 1, pauseMs: 100 } },
    );
    await faultOf(transport.request(createScope(), get('/')));
    let fault = await faultOf(transport.request(createScope({ signal: caller.signal }), get('/')));
    while (fault.details.breaker === 'open') {
      fault = await faultOf(transport.request(createScope({ signal: caller.signal }), get('/')));
    }
    expect(fault.code).toBe('HUB_REQUEST_ABORTED');
    const waiting = faultOf(transport.request(createScope(), get('/')));
    trial.resolve(null);
    expect((await waiting).details.breaker).toBe('open');
    expect(stats.snapshot().health).toBe('down');
  });
});

describe('the concurrency limit', () => {
  it('holds back what is too much, refuses what cannot wait, and lets those who wait leave', async () => {
    const release = deferred();
    const arrived = deferred();
    let inFlight = 0;
    let most = 0;
    const { transport, upstream } = await start(
      async (_, response) => {
        most = Math.max(most, ++inFlight);
        if (inFlight === 2) arrived.resolve(null);
        await release.promise;
        inFlight -= 1;
        json(response, {});
      },
      { concurrency: 2 },
    );
    const caller = new AbortController();
    const call = (signal?: AbortSignal) => transport.request(createScope(signal ? { signal } : {}), get('/'));
    const running = [call(), call()];
    await arrived.promise;
    const leaving = faultOf(call(caller.signal));
    const waiting = Array.from({ length: 19 }, () => call());
    expect((await faultOf(call())).code).toBe('HUB_CAPACITY_EXCEEDED');
    caller.abort();
    expect((await leaving).code).toBe('HUB_REQUEST_ABORTED');
    release.resolve(null);
    for (const answer of await Promise.all([...running, ...waiting])) expect(answer.status).toBe(200);
    expect(most).toBe(2);
    expect(upstream.received).toHaveLength(21);
  });
});
