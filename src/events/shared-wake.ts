// Thousands of readers of one log wait for the same thing: one wait on the bus, and one timer, for all of them.
import type { Bus } from '../contract/events.ts';
import { wakeOrAfter } from './wake-or-after.ts';

export interface Wake {
  readonly happened: Promise<void>;
  /** Ends the wait; twice is safe. */
  cancel(): void;
}

interface Waiters {
  readonly waiting: Set<() => void>;
  running: boolean;
}

const buses = new WeakMap<Bus, Map<number, Waiters>>();

/** Happens at the bus's next wake-up from now on, after at most `pollMs`, when the signal aborts, or when it is cancelled. */
export function nextWake(bus: Bus, signal: AbortSignal, pollMs: number): Wake {
  const waiters = waitersOf(bus, pollMs);
  let cancel = (): void => undefined;
  const happened = new Promise<void>((resolve) => {
    cancel = () => {
      waiters.waiting.delete(cancel);
      signal.removeEventListener('abort', cancel);
      resolve();
    };
  });
  if (signal.aborted) {
    cancel();
    return { happened, cancel };
  }
  signal.addEventListener('abort', cancel, { once: true });
  waiters.waiting.add(cancel);
  if (!waiters.running) void run(bus, waiters, pollMs);
  return { happened, cancel };
}

function waitersOf(bus: Bus, pollMs: number): Waiters {
  const byPause = buses.get(bus) ?? new Map<number, Waiters>();
  buses.set(bus, byPause);
  const known = byPause.get(pollMs) ?? { waiting: new Set(), running: false };
  byPause.set(pollMs, known);
  return known;
}

/**
 * The bus is waited for again before anybody is woken up. What is published in between is missed by nobody: all who were
 * waiting then are woken up right after.
 */
async function run(bus: Bus, waiters: Waiters, pollMs: number): Promise<void> {
  waiters.running = true;
  let over = new AbortController();
  let next = wakeOrAfter(bus, over.signal, pollMs);
  while (waiters.waiting.size > 0) {
    await next;
    over = new AbortController();
    next = wakeOrAfter(bus, over.signal, pollMs);
    for (const wake of [...waiters.waiting]) wake();
    // Readers that found something come back in a while; those that found nothing are waiting again by then.
    await new Promise((resolve) => setImmediate(resolve));
  }
  waiters.running = false;
  over.abort();
}
