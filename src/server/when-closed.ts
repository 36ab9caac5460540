// The end of a response, however it comes: sent, given up, or over before anyone asked. Used by whatever goes with a response.
import type { ServerResponse } from 'node:http';

/** Calls `then` once: at once where the caller went away while its request was still being looked at. */
export function whenClosed(response: ServerResponse, then: () => void): void {
  if (response.destroyed) then();
  else response.once('close', then);
}
