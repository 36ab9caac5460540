// What mutations changed → the event log, in order, and without making the request wait. Made by compose.ts.
import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { EntityChange, EventLog } from '../contract/events.ts';
import { toHubFault } from '../faults/hub-fault.ts';
import type { Logger } from '../telemetry/logger.ts';

export interface ChangeRecorder {
  /** Never throws, never waits. */
  record(change: EntityChange): void;
  /** Resolves when what was recorded is in the log, or one more attempt at it has failed. */
  close(): Promise<void>;
}

export interface RecordChangesOptions {
  readonly log: EventLog;
  /** Called after changes were appended. */
  readonly wake: () => void;
  readonly logger: Logger;
  /** Pause before the next attempt while the store cannot be reached. Default 1,000. */
  readonly retryMs?: number;
}

/** A mutation has happened whether or not the log can be reached; as many wait for it. */
const MAX_WAITING = 10_000;
const MAX_BATCH = 500;

export function recordChanges({ log, wake, logger, retryMs = 1_000 }: RecordChangesOptions): ChangeRecorder {
  const waiting: EntityChange[] = [];
  const closing = new AbortController();
  let running: Promise<void> | undefined;

  async function drain(): Promise<void> {
    while (waiting.length > 0) {
      const batch = waiting.slice(0, MAX_BATCH);
      try {
        await log.append(batch);
        wake();
      } catch (thrown) {
        const fault = toHubFault(thrown);
        if (fault.retryable && !closing.signal.aborted) {
          logger.warn({ err: fault, waiting: waiting.length }, 'changes wait for the event log');
          await delay(retryMs, undefined, { signal: closing.signal, ref: false }).catch(() => undefined);
          continue;
        }
        logger.error({ err: fault, changes: batch.length }, 'changes could not be recorded');
      }
      waiting.splice(0, batch.length);
    }
    running = undefined;
  }

  return {
    record(change) {
      if (waiting.length >= MAX_WAITING) {
        logger.error({ change: change.type }, 'a change could not be recorded: too many wait for the event log');
        return;
      }
      // An append that is repeated because its answer was lost must not make a second event.
      waiting.push({ deliveryId: `hub:${randomUUID()}`, ...change });
      running ??= Promise.resolve().then(drain);
    },
    async close() {
      closing.abort();
      await running;
    },
  };
}
