// Settings of `state` → what the hub keeps of changes, and how its readers are woken up. Opened by compose.ts and by the
// command line; libraries of databases are loaded where they are used.
import { join } from 'node:path';
import type { StateSettings } from '../config/state-settings.ts';
import type { Bus, EventLog } from '../contract/events.ts';
import type { Store } from '../contract/store.ts';
import type { DeadLetters } from '../contract/webhooks.ts';
import type { Logger } from '../telemetry/logger.ts';
import { createMemoryDeadLetters } from './intake/memory-dead-letters.ts';
import { createMemoryBus } from './memory-bus.ts';
import { createMemoryEventLog } from './memory-event-log.ts';

export interface EventState {
  readonly log: EventLog;
  readonly bus: Bus;
  readonly deadLetters: DeadLetters;
  /** Absent where everything is in memory. */
  readonly store?: Store;
  /**
   * Opens the database in the background and begins to drop what is too old. What cannot be opened now is logged, and
   * opened when it is needed. Call it once, when the hub listens.
   */
  start(): void;
  close(): Promise<void>;
}

export interface OpenStateOptions {
  readonly settings: StateSettings;
  /** Folder of manifold.yaml; `.manifold` in it holds the embedded store. */
  readonly folder: string;
  /** Whether something needs a store that outlives the process, where the settings do not say. */
  readonly durable: boolean;
  readonly logger: Logger;
}

/** Connects to nothing yet. Rejects with HUB_CONFIG_STATE_IN_USE or HUB_CONFIG_INVALID. */
export async function openState(options: OpenStateOptions): Promise<EventState> {
  const { settings, logger } = options;
  const store = await createStore(options);
  const bus = await createBus(settings, logger);
  if (store === undefined) return memoryState(settings, bus);

  const [{ createStoreEventLog }, { createStoreDeadLetters }, { keepTrimmed }] = await Promise.all([
    import('./log/store-event-log.ts'),
    import('./intake/store-dead-letters.ts'),
    import('./log/keep-trimmed.ts'),
  ]);
  const { maxAgeHours, maxEvents = 1_000_000 } = settings.retention;
  let stopTrimming = (): Promise<void> => Promise.resolve();
  return {
    log: createStoreEventLog({ store, maxEvents }),
    bus,
    deadLetters: createStoreDeadLetters(store),
    store,
    start() {
      store.open().catch((error: unknown) => logger.error({ err: error }, 'the event store cannot be opened'));
      const onError = (error: unknown): void => logger.warn({ err: error }, 'old events could not be dropped');
      stopTrimming = keepTrimmed({ store, maxAgeMs: maxAgeHours * 3_600_000, maxEvents, onError });
    },
    async close() {
      await stopTrimming();
      await Promise.all([bus.close(), store.close()]);
    },
  };
}

function memoryState({ retention: { maxEvents } }: StateSettings, bus: Bus): EventState {
  return {
    log: createMemoryEventLog(maxEvents === undefined ? {} : { maxEvents }),
    bus,
    deadLetters: createMemoryDeadLetters(),
    start: () => undefined,
    close: () => bus.close(),
  };
}

async function createStore({ settings, folder, durable }: OpenStateOptions): Promise<Store | undefined> {
  const store = settings.store ?? (durable ? 'embedded' : 'memory');
  if (store === 'memory') return undefined;
  if (store === 'embedded') {
    const { createEmbeddedStore } = await import('./store/embedded-store.ts');
    return createEmbeddedStore(join(folder, '.manifold'));
  }
  const { createPostgresStore } = await import('./store/postgres-store.ts');
  return createPostgresStore(store.postgres);
}

async function createBus({ store, bus }: StateSettings, logger: Logger): Promise<Bus> {
  const onLost = (error: unknown): void =>
    logger.warn({ err: error }, 'the bus is not connected: subscribers notice events of other hubs late');
  if (typeof bus === 'object') {
    const { createRedisBus } = await import('./bus/redis-bus.ts');
    return createRedisBus({ ...bus.redis, onLost });
  }
  if (bus === 'memory' || typeof store !== 'object') return createMemoryBus();
  const { createPostgresBus } = await import('./bus/postgres-bus.ts');
  return createPostgresBus({ url: store.postgres.url, channel: `${store.postgres.schema}_events`, onLost });
}
