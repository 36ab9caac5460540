import { once } from 'node:events';
import { afterEach, describe, expect, it } from '@jest/globals';
import { createFakeGraph, type FakeGraph } from '../../kit/fake-graph.ts';
import { startHub, type StartedHub } from './start-hub.ts';

let hub: StartedHub | undefined;
afterEach(() => hub?.close());

/** A graph whose `slow` answers when it is told to. */
function slowGraph(value: string) {
  const started = Promise.withResolvers<undefined>();
  const release = Promise.withResolvers<undefined>();
  const graph = createFakeGraph({
    version: value,
    sdl: `type Query { slow: String value: String only_${value}: Int } type Subscription { values: String }`,
    query: {
      value: () => value,
      slow: async () => {
        started.resolve(undefined);
        await release.promise;
        return value;
      },
    },
    subscription: {
      async *values(_args, { signal }) {
        yield value;
        if (!signal.aborted) await once(signal, 'abort');
      },
    },
  });
  return { graph, started: started.promise, release: () => release.resolve(undefined) };
}

function subscribe(started: StartedHub) {
  const first = Promise.withResolvers<unknown>();
  const end = Promise.withResolvers<any>();
  started
    .client()
    .subscribe(
      { query: 'subscription { values }' },
      { next: first.resolve, error: end.resolve, complete: () => end.resolve('complete') },
    );
  return { first: first.promise, end: end.promise };
}

async function untilClosed(graph: FakeGraph): Promise<void> {
  while (!graph.closed) await new Promise((resolve) => setImmediate(resolve));
}

describe('replacing the graph', () => {
  it('serves the new graph to new requests and lets those in flight end with the old one', async () => {
    const [old, next] = [slowGraph('one'), slowGraph('two')];
    hub = await startHub({ graph: old.graph });
    const inFlight = hub.post('{ slow only_one }');
    await old.started;

    await hub.server.replaceGraph(next.graph);
    expect((await hub.post('{ value only_two }')).body.data.value).toBe('two');
    expect((await hub.post('{ only_one }')).status).toBe(400);
    expect(old.graph.closed).toBe(false);

    old.release();
    expect((await inFlight).body.data.slow).toBe('one');
    await untilClosed(old.graph);
    expect(next.graph.closed).toBe(false);
  });

  it('drops nothing while it is called and replaced all the time', async () => {
    hub = await startHub({ graph: slowGraph('v0').graph });
    const answers: Promise<{ status: number; body: any }>[] = [];
    for (let version = 1; version <= 20; version++) {
      for (let call = 0; call < 5; call++) answers.push(hub.post('{ value }'));
      await hub.server.replaceGraph(slowGraph(`v${version}`).graph);
    }
    for (const { status, body } of await Promise.all(answers)) {
      expect(status).toBe(200);
      expect(body.data.value).toMatch(/^v\d+$/);
    }
  });

  it('lets subscriptions go on for a while and then tells clients to connect again', async () => {
    const [old, next] = [slowGraph('one'), slowGraph('two')];
    hub = await startHub({ graph: old.graph }, { drainMs: 50 });
    const before = subscribe(hub);
    expect(await before.first).toEqual({ data: { values: 'one' } });
    await hub.server.replaceGraph(next.graph);
    expect(old.graph.closed).toBe(false);
    expect(await before.end).toMatchObject({ code: 1012 });
    await untilClosed(old.graph);
    expect(await subscribe(hub).first).toEqual({ data: { values: 'two' } });
  });

  it('keeps the old graph where the new one cannot be served', async () => {
    const old = slowGraph('one');
    hub = await startHub({ graph: old.graph });
    const broken = createFakeGraph({ sdl: 'type Query { a: Int }' });
    Object.defineProperty(broken, 'schema', { value: {} });
    await expect(hub.server.replaceGraph(broken)).rejects.toThrow();
    expect((await hub.post('{ value }')).body.data.value).toBe('one');
  });

  it('does nothing when the graph is the one that serves', async () => {
    const { graph } = slowGraph('one');
    hub = await startHub({ graph });
    await hub.server.replaceGraph(graph);
    expect(graph.closed).toBe(false);
    expect((await hub.post('{ value }')).status).toBe(200);
  });
});

describe('closing the server', () => {
  it('lets requests in flight end, takes no new ones, then closes the graph', async () => {
    const { graph, started, release } = slowGraph('one');
    hub = await startHub({ graph }, { drainMs: 5_000 });
    const inFlight = hub.post('{ slow }');
    await started;
    const closed = hub.server.close();
    await expect(hub.post('{ value }')).rejects.toThrow();
    expect(graph.closed).toBe(false);
    release();
    expect((await inFlight).body.data.slow).toBe('one');
    await closed;
    expect(graph.closed).toBe(true);
  });

  it('cuts off what takes longer than the drain time', async () => {
    const { graph, started } = slowGraph('one');
    hub = await startHub({ graph }, { drainMs: 30 });
    const inFlight = expect(hub.post('{ slow }')).rejects.toThrow();
    await started;
    await hub.server.close();
    await inFlight;
    expect(graph.closed).toBe(true);
  });

  it('lets a query on a websocket end, and closes the socket with 1001', async () => {
    const { graph, started, release } = slowGraph('one');
    hub = await startHub({ graph }, { drainMs: 5_000 });
    const client = hub.client();
    const closes = new Promise<any>((resolve) => client.on('closed', resolve));
    const answer = client.iterate({ query: '{ slow }' }).next();
    await started;
    const closed = hub.server.close();
    release();
    expect((await answer).value).toEqual({ data: { slow: 'one' } });
    await closed;
    expect(await closes).toMatchObject({ code: 1001 });
  });

  it('ends subscriptions with 1001 at once', async () => {
    hub = await startHub({ graph: slowGraph('one').graph }, { drainMs: 60_000 });
    const subscription = subscribe(hub);
    await subscription.first;
    await hub.server.close();
    expect(await subscription.end).toMatchObject({ code: 1001 });
  });

  it('may be called twice, and before it listened', async () => {
    hub = await startHub();
    await Promise.all([hub.server.close(), hub.server.close()]);
  });
});

describe('listening', () => {
  it('says that a port is taken, and by which address', async () => {
    hub = await startHub();
    const port = Number(new URL(hub.url).port);
    await expect(startHub({}, { port })).rejects.toMatchObject({
      code: 'HUB_CONFIG_PORT_IN_USE',
      message: expect.stringContaining(`port ${port} on 127.0.0.1`),
    });
  });

  it('says that an address cannot be listened on', async () => {
    hub = undefined;
    await expect(startHub({}, { host: '203.0.113.7' })).rejects.toMatchObject({ code: 'HUB_CONFIG_INVALID' });
  });

  it('gives an address that can be opened where it listens on all', async () => {
    hub = await startHub({}, { host: '0.0.0.0' });
    expect(hub.url).toMatch(/^http:\/\/localhost:\d+$/);
    expect((await hub.post('{ hello }')).status).toBe(200);
  });
});

describe('health', () => {
  it('is live and ready while a graph serves', async () => {
    hub = await startHub();
    const live = await fetch(`${hub.url}/health/live`);
    const ready = await fetch(`${hub.url}/health/ready`);
    expect([live.status, await live.json()]).toEqual([200, { status: 'live' }]);
    expect([ready.status, await ready.json()]).toEqual([200, { status: 'ready' }]);
  });
});
