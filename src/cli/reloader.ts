// Many changes in a row → one run, never two at a time. Used by `manifold dev`.

export interface Reloader {
  /** Something changed; cheap, any number of times. */
  changed(): void;
  /** Nothing more is run; resolves when the run under way has ended. */
  close(): Promise<void>;
}

/**
 * @param run must not reject.
 * @param delayMs how long it must have been quiet: an editor saves a file in several steps.
 */
export function createReloader(run: () => Promise<void>, delayMs: number): Reloader {
  let timer: NodeJS.Timeout | undefined;
  let running: Promise<void> | undefined;
  let again = false;
  let closed = false;

  const start = (): void => {
    timer = undefined;
    if (running !== undefined) {
      again = true;
      return;
    }
    running = run().finally(() => {
      running = undefined;
      if (!again || closed) return;
      again = false;
      start();
    });
  };

  return {
    changed() {
      if (closed) return;
      clearTimeout(timer);
      timer = setTimeout(start, delayMs);
    },
    async close() {
      closed = true;
      clearTimeout(timer);
      await running;
    },
  };
}
