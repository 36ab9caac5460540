// What went wrong below HTTP, as undici and Node report it → the fault it means.
import { HubFault, type FaultDetails } from '../faults/hub-fault.ts';

/**
 * @param status of the answer where one had begun, else 0.
 * Classified by error codes alone. The cause is kept for the logs; undici's errors hold addresses, never headers.
 */
export function faultOfExchange(source: string, error: unknown, status: number): HubFault {
  if (error instanceof HubFault) return error;
  const code = codeOf(error);
  const details: FaultDetails = { source };
  if (status !== 0) {
    const message = `source "${source}" cut the connection in the middle of its answer (${code})`;
    return new HubFault('HUB_UPSTREAM_MALFORMED', message, {
      details: { ...details, upstreamStatus: status, cut: true },
      cause: error,
    });
  }
  if (code.startsWith('HPE_') || code === 'HTTPParserError' || code === 'UND_ERR_HEADERS_OVERFLOW') {
    const message = `the answer of source "${source}" is not HTTP that the hub can read (${code})`;
    return new HubFault('HUB_UPSTREAM_MALFORMED', message, { details, cause: error });
  }
  if (code === 'UND_ERR_INVALID_ARG') {
    // Its message names the part and never holds the value: "invalid x-tenant header".
    const message = `the call to source "${source}" cannot be written as HTTP: ${(error as Error).message}`;
    return new HubFault('HUB_REQUEST_INVALID', message, { details, cause: error });
  }
  const message = `source "${source}" cannot be reached (${code})`;
  return new HubFault('HUB_UPSTREAM_UNREACHABLE', message, { details, cause: error });
}

function codeOf(error: unknown): string {
  const code = (error as { readonly code?: unknown } | null | undefined)?.code;
  if (typeof code === 'string') return code;
  // A host with several addresses: every attempt failed, the first says why.
  if (error instanceof AggregateError && error.errors.length > 0) return codeOf(error.errors[0]);
  return error instanceof Error ? error.name : 'unknown';
}
