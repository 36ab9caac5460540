// How long a fetch is waited for: until the request is over, and less where later fetches of the plan wait for this one.
import type { Scope } from '../contract/scope.ts';
import { HubFault } from '../faults/hub-fault.ts';

/** What one fetch may take of the time that the request has left, where others wait for it: they need some, too. */
const SHARE = 0.8;

/**
 * Rejects with the reason of the scope's signal, or with HUB_UPSTREAM_TIMEOUT where the share is used up. The work itself
 * goes on until the request is over.
 */
export function waitForFetch<T>(work: Promise<T>, scope: Scope, source: string, awaited: boolean): Promise<T> {
  const { signal, deadlineAt } = scope;
  if (signal.aborted) {
    work.catch(() => undefined);
    return Promise.reject(signal.reason as Error);
  }
  return new Promise<T>((resolve, reject) => {
    const abort = () => reject(signal.reason as Error);
    const timer =
      awaited && deadlineAt !== Infinity ? setTimeout(giveUp, share(deadlineAt), reject, source) : undefined;
    signal.addEventListener('abort', abort, { once: true });
    work.then(resolve, reject).finally(() => {
      signal.removeEventListener('abort', abort);
      clearTimeout(timer);
    });
  });
}

const share = (deadlineAt: number): number => (deadlineAt - performance.now()) * SHARE;

function giveUp(reject: (fault: HubFault) => void, source: string): void {
  const message = `source "${source}" took so long that the sources asked after it would have had no time left`;
  reject(new HubFault('HUB_UPSTREAM_TIMEOUT', message, { details: { source } }));
}
