// Wakes hubs up through LISTEN and NOTIFY of the PostgreSQL that keeps their events.
import { Client } from 'pg';
import type { Bus } from '../../contract/events.ts';
import { createSharedBus, type BusLink, type SharedBusOptions } from './shared-bus.ts';

export interface PostgresBusOptions extends Pick<SharedBusOptions, 'onLost' | 'retryMs'> {
  readonly url: string;
  readonly channel: string;
}

const CONNECT_MS = 3_000;
/** A connection on which nothing comes tells nothing of its end; a question now and then does. */
const PROBE_MS = 15_000;

/** One connection of its own; it must not go through a pooler that hands connections on between statements. */
export function createPostgresBus(options: PostgresBusOptions): Bus {
  return createSharedBus({ ...options, connect: (onMessage) => link(options, onMessage) });
}

async function link({ url, channel }: PostgresBusOptions, onMessage: (message: string) => void): Promise<BusLink> {
  const client = new Client({
    connectionString: url,
    application_name: 'manifold bus',
    connectionTimeoutMillis: CONNECT_MS,
    query_timeout: CONNECT_MS,
    keepAlive: true,
  });
  const ended = new Promise<void>((resolve) => {
    client.once('end', resolve);
    client.on('error', () => resolve());
  });
  client.on('notification', ({ payload }) => onMessage(payload ?? ''));
  await client.connect();
  const end = () => client.end().catch(() => undefined);
  try {
    await client.query(`listen ${client.escapeIdentifier(channel)}`);
  } catch (thrown) {
    await end();
    throw thrown;
  }
  const probe = setInterval(() => void client.query('select 1').catch(end), PROBE_MS);
  probe.unref();
  void ended.then(() => clearInterval(probe));
  return {
    ended,
    send: async (message) => {
      await client.query('select pg_notify($1, $2)', [channel, message]);
    },
    close: end,
  };
}
