// Wakes the readers of the event log inside one process. Published to after every append; waited on by tailEvents.
import type { Bus } from '../contract/events.ts';

/** Closing it wakes everybody, so that no reader hangs; a wait on a closed bus still ends with its signal. */
export function createMemoryBus(): Bus {
  const waiting = new Set<() => void>();

  function wakeAll(): void {
    const woken = [...waiting];
    waiting.clear();
    for (const wake of woken) wake();
  }

  return {
    publish: wakeAll,
    wait: (signal) =>
      new Promise<void>((resolve) => {
        if (signal.aborted) {
          resolve();
          return;
        }
        const wake = (): void => {
          waiting.delete(wake);
          signal.removeEventListener('abort', wake);
          resolve();
        };
        waiting.add(wake);
        signal.addEventListener('abort', wake, { once: true });
      }),
    close: () => {
      wakeAll();
      return Promise.resolve();
    },
  };
}
