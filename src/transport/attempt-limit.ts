// Bounds one attempt in time: the source's timeout, the deadline of whoever waits, and their going away, as one signal.
import { HubFault } from '../faults/hub-fault.ts';
import type { Lifetime } from './in-flight.ts';

export interface AttemptLimit {
  /** Aborts with a HubFault: HUB_UPSTREAM_TIMEOUT, HUB_REQUEST_TIMEOUT, or the reason of the lifetime's signal. */
  readonly signal: AbortSignal;
  /** Must be called when the attempt has ended. */
  release(): void;
}

/** Timers fire up to a millisecond early. */
const TIMER_SLACK_MS = 1;

/** @param lifetime undefined for a call that nobody's leaving may stop; then only the timeout bounds it. */
export function limitAttempt(source: string, timeoutMs: number, lifetime: Lifetime | undefined): AttemptLimit {
  const controller = new AbortController();
  const timeoutAt = performance.now() + timeoutMs;
  let timer: NodeJS.Timeout | undefined;

  const arm = (): void => {
    const now = performance.now();
    const deadlineAt = lifetime?.deadlineAt() ?? Infinity;
    const left = Math.min(timeoutAt, deadlineAt) - now;
    if (left > TIMER_SLACK_MS) {
      // The deadline of a shared call may have moved when the timer fires: then it is set again.
      timer = setTimeout(arm, left);
    } else if (timeoutAt <= deadlineAt) {
      const message = `source "${source}" did not answer within ${timeoutMs} ms`;
      controller.abort(new HubFault('HUB_UPSTREAM_TIMEOUT', message, { details: { source } }));
    } else {
      const message = `the request's time was over before source "${source}" had answered`;
      controller.abort(new HubFault('HUB_REQUEST_TIMEOUT', message, { details: { source } }));
    }
  };
  const onAbort = (): void => controller.abort(lifetime?.signal.reason);

  if (lifetime?.signal.aborted === true) onAbort();
  else {
    lifetime?.signal.addEventListener('abort', onAbort, { once: true });
    arm();
  }
  return {
    signal: controller.signal,
    release() {
      clearTimeout(timer);
      lifetime?.signal.removeEventListener('abort', onAbort);
    },
  };
}
