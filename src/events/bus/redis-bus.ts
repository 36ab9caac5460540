// Wakes hubs up through a channel of Redis.
import { Redis } from 'ioredis';
import type { Bus } from '../../contract/events.ts';
import { createSharedBus, type BusLink, type SharedBusOptions } from './shared-bus.ts';

export interface RedisBusOptions extends Pick<SharedBusOptions, 'onLost' | 'retryMs'> {
  readonly url: string;
  readonly channel: string;
}

const CONNECT_MS = 3_000;

/** Two connections: one that subscribes can do nothing else. */
export function createRedisBus(options: RedisBusOptions): Bus {
  return createSharedBus({ ...options, connect: (onMessage) => link(options, onMessage) });
}

async function link({ url, channel }: RedisBusOptions, onMessage: (message: string) => void): Promise<BusLink> {
  // The bus connects again by itself, and knows then that it may have missed something.
  const connect = () =>
    new Redis(url, {
      lazyConnect: true,
      retryStrategy: null,
      connectTimeout: CONNECT_MS,
      commandTimeout: CONNECT_MS,
      enableOfflineQueue: false,
      disconnectTimeout: 100,
      connectionName: 'manifold-bus',
    });
  const connections = [connect(), connect()] as const;
  const [subscriber, publisher] = connections;
  const close = (): Promise<void> => {
    for (const connection of connections) connection.disconnect();
    return Promise.resolve();
  };
  const ended = new Promise<void>((resolve) => {
    for (const connection of connections) {
      connection.on('error', () => undefined);
      connection.once('end', () => {
        resolve();
        void close();
      });
    }
  });
  subscriber.on('message', (_channel, message) => onMessage(message));
  try {
    await Promise.all(connections.map((connection) => connection.connect()));
    await subscriber.subscribe(channel);
  } catch (thrown) {
    await close();
    throw thrown;
  }
  return {
    ended,
    send: async (message) => {
      await publisher.publish(channel, message);
    },
    close,
  };
}
