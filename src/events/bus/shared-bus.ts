// A bus between hubs: wakes the readers of this process at once, tells the others through a link. What the buses over
// PostgreSQL and Redis have in common.
import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { Bus } from '../../contract/events.ts';
import { createMemoryBus } from '../memory-bus.ts';

/** A connection that was made. */
export interface BusLink {
  /** Resolves when the message is on its way. */
  send(message: string): Promise<void>;
  /** Resolves when the connection has ended, whoever ended it. */
  readonly ended: Promise<void>;
  close(): Promise<void>;
}

export interface SharedBusOptions {
  /** Resolves when messages of others are received. */
  connect(onMessage: (message: string) => void): Promise<BusLink>;
  /** Told when the link is lost, or cannot be made, for the first time since it was there. */
  readonly onLost?: ((thrown: unknown) => void) | undefined;
  /** Pause before the first attempt to connect again; doubled up to 5,000. Default 100. */
  readonly retryMs?: number;
}

const MAX_RETRY_MS = 5_000;

/**
 * The link is made by the first wait or publish, and again whenever it is lost; then all readers are woken up, because
 * nobody knows what was missed. While one message is under way, those that are published meanwhile become one.
 */
export function createSharedBus(options: SharedBusOptions): Bus {
  const local = createMemoryBus();
  const self = randomUUID();
  const closing = new AbortController();
  let running: Promise<void> | undefined;
  let link: BusLink | undefined;
  let sending = false;
  let unsent = false;

  /** Behind a call, because the compiler does not know that it changes while we wait. */
  const isClosing = (): boolean => closing.signal.aborted;

  async function keepLinked(): Promise<void> {
    let retryMs = options.retryMs ?? 100;
    let told = false;
    while (!isClosing()) {
      try {
        link = await options.connect((message) => {
          if (message !== self) local.publish();
        });
        retryMs = options.retryMs ?? 100;
        told = false;
        if (isClosing()) await link.close();
        local.publish();
        if (unsent) void send();
        await link.ended;
        link = undefined;
        if (!isClosing()) throw new Error('the connection of the bus was lost');
      } catch (thrown) {
        link = undefined;
        if (!told) options.onLost?.(thrown);
        told = true;
        await delay(retryMs, undefined, { signal: closing.signal, ref: false }).catch(() => undefined);
        retryMs = Math.min(retryMs * 2, MAX_RETRY_MS);
      }
    }
  }

  async function send(): Promise<void> {
    if (sending) return;
    sending = true;
    try {
      while (unsent && link !== undefined) {
        unsent = false;
        await link.send(self);
      }
    } catch {
      // Lost with its connection: the next one begins with a wake-up.
      unsent = true;
    } finally {
      sending = false;
    }
  }

  const start = (): void => {
    if (!isClosing()) running ??= keepLinked();
  };

  return {
    publish() {
      start();
      local.publish();
      unsent = true;
      void send();
    },
    wait(signal) {
      start();
      return local.wait(signal);
    },
    async close() {
      closing.abort();
      await link?.close();
      await running;
      await local.close();
    },
  };
}
