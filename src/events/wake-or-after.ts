// Waits for the bus, but not for ever. Used by what works in the background.
import type { Bus } from '../contract/events.ts';

/** Resolves at the next wake-up, after `ms`, or when the signal aborts. */
export async function wakeOrAfter(bus: Bus, signal: AbortSignal, ms: number): Promise<void> {
  const over = new AbortController();
  const timer = setTimeout(() => over.abort(), ms);
  timer.unref();
  await bus.wait(AbortSignal.any([signal, over.signal]));
  clearTimeout(timer);
}
