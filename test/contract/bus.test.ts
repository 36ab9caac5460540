// What every bus promises, checked over each implementation. Two ends are two hubs: they share nothing but the bus.
import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { afterEach, describe, expect, it } from '@jest/globals';
import { Redis } from 'ioredis';
import type { Bus } from '../../src/contract/events.ts';
import { createPostgresBus } from '../../src/events/bus/postgres-bus.ts';
import { createRedisBus } from '../../src/events/bus/redis-bus.ts';
import { createMemoryBus } from '../../src/events/memory-bus.ts';
import { hasPostgres, POSTGRES_URL, testSchema } from '../kit/stores.ts';

const REDIS_URL = process.env.REDIS_URL ?? 'redis://127.0.0.1:6379';

async function hasRedis(): Promise<boolean> {
  const redis = new Redis(REDIS_URL, {
    lazyConnect: true,
    retryStrategy: null,
    connectTimeout: 2_000,
    disconnectTimeout: 100,
  });
  redis.on('error', () => undefined);
  try {
    await redis.connect();
    return true;
  } catch (error) {
    if (process.env.CI === 'true') throw new Error('CI needs a Redis: set REDIS_URL', { cause: error });
    console.warn('no Redis at 127.0.0.1:6379 or REDIS_URL: its tests are skipped');
    return false;
  } finally {
    redis.disconnect();
  }
}

/** Passes a connection on, and breaks or refuses it when told to. */
async function startProxy(target: URL) {
  const sockets = new Set<Socket>();
  let open = true;
  const server: Server = createServer((near) => {
    if (!open) {
      near.destroy();
      return;
    }
    const far = connect(Number(target.port), target.hostname);
    for (const socket of [near, far]) {
      sockets.add(socket);
      socket.on('error', () => undefined).on('close', () => [near, far].forEach((one) => one.destroy()));
    }
    near.pipe(far).pipe(near);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = new URL(target);
  url.hostname = '127.0.0.1';
  url.port = String((server.address() as AddressInfo).port);
  return {
    url: url.href,
    cut: () => {
      open = false;
      for (const socket of sockets) socket.destroy();
    },
    mend: () => {
      open = true;
    },
    close: () => {
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  };
}

const forever = new AbortController().signal;

/** Resolves once a publish of one end reaches the other: links are made in the background. */
async function linked(from: Bus, to: Bus): Promise<void> {
  const publishing = setInterval(() => from.publish(), 20);
  // One wake-up may be that of the link's own making.
  for (let wakes = 0; wakes < 2; wakes++) await to.wait(forever);
  clearInterval(publishing);
}

function describeBus(name: string, open: () => Bus): void {
  describe(`the ${name} bus`, () => {
    const buses: Bus[] = [];
    const opened = (): Bus => {
      const bus = open();
      buses.push(bus);
      return bus;
    };
    afterEach(async () => {
      await Promise.all(buses.splice(0).map((bus) => bus.close()));
    });

    it('wakes everybody who waits, once', async () => {
      const bus = opened();
      const woken = Promise.all([bus.wait(forever), bus.wait(forever)]);
      bus.publish();
      await woken;
    });

    it('ends a wait when its signal aborts, and does not start one that has aborted', async () => {
      const bus = opened();
      const controller = new AbortController();
      const waiting = bus.wait(controller.signal);
      controller.abort();
      await waiting;
      await bus.wait(controller.signal);
    });

    it('wakes everybody when it is closed, and closes once', async () => {
      const bus = opened();
      const waiting = bus.wait(forever);
      await bus.close();
      await waiting;
      await bus.close();
    });

    it('publishes after it was closed without failing', async () => {
      const bus = opened();
      await bus.close();
      bus.publish();
    });
  });
}

interface SharedImplementation {
  readonly name: string;
  readonly url: string;
  readonly open: (url: string, channel: string, onLost?: () => void) => Bus;
}

function describeSharedBus({ name, url, open }: SharedImplementation): void {
  describeBus(name, () => open(url, testSchema()));

  describe(`the ${name} bus between hubs`, () => {
    it('wakes the readers of another hub', async () => {
      const channel = testSchema();
      const [a, b] = [open(url, channel), open(url, channel)];
      await linked(a, b);
      await linked(b, a);
      await Promise.all([a.close(), b.close()]);
    });

    it('does not wake those of another channel', async () => {
      const channel = testSchema();
      const [a, b] = [open(url, channel), open(url, channel)];
      const [other, witness] = [open(url, `${channel}_2`), open(url, `${channel}_2`)];
      await linked(other, witness);
      let woken = false;
      void other.wait(forever).then(() => (woken = true));
      await linked(a, b);
      expect(woken).toBe(false);
      await Promise.all([a, b, other, witness].map((bus) => bus.close()));
    });

    it('connects again after its connection broke, wakes everybody then, and sends what it could not', async () => {
      const proxy = await startProxy(new URL(url));
      const channel = testSchema();
      let losses = 0;
      const far = open(proxy.url, channel, () => (losses += 1));
      const near = open(url, channel);
      await linked(near, far);
      await linked(far, near);
      proxy.cut();
      far.publish();
      const woken = Promise.all([far.wait(forever), near.wait(forever)]);
      proxy.mend();
      await woken;
      await linked(near, far);
      expect(losses).toBe(1);
      await Promise.all([far.close(), near.close()]);
      proxy.close();
    });

    it('works for its own hub where nothing answers, and closes', async () => {
      const proxy = await startProxy(new URL(url));
      proxy.cut();
      const bus = open(proxy.url, testSchema());
      const waiting = bus.wait(forever);
      bus.publish();
      await waiting;
      await bus.close();
      proxy.close();
    });
  });
}

describeBus('memory', createMemoryBus);
if (await hasPostgres()) {
  describeSharedBus({
    name: 'PostgreSQL',
    url: POSTGRES_URL,
    open: (url, channel, onLost) => createPostgresBus({ url, channel, onLost, retryMs: 5 }),
  });
}
if (await hasRedis()) {
  describeSharedBus({
    name: 'Redis',
    url: REDIS_URL,
    open: (url, channel, onLost) => createRedisBus({ url, channel, onLost, retryMs: 5 }),
  });
}
