// What an HTTP status of a REST upstream means for a field.
import type { UpstreamRequest, UpstreamResponse } from '../../contract/transport.ts';
import { HubFault } from '../../faults/hub-fault.ts';
import { faultOfStatus } from '../../transport/fault-of-status.ts';

/** Statuses that say that there is no such thing. */
const NONE = new Set([404, 410]);

/** @param noneIsNull whether the field asks for one thing that need not be there. */
export function createFaultOf(
  source: string,
  operation: string,
  noneIsNull: boolean,
): NonNullable<UpstreamRequest['faultOf']> {
  return (response) => {
    if (response.status >= 200 && response.status < 300) return undefined;
    if (noneIsNull && NONE.has(response.status)) return undefined;
    return faultOfStatus(source, operation, response) ?? notFollowed(source, operation, response);
  };
}

/** Whether an answer that is no fault says that there is nothing. */
export function isNone(response: UpstreamResponse): boolean {
  return NONE.has(response.status);
}

function notFollowed(source: string, operation: string, response: UpstreamResponse): HubFault {
  const message =
    `${operation} of source "${source}" answered with status ${response.status}, a redirect that the hub does not follow: ` +
    'set the url of the source to where it leads';
  return new HubFault('HUB_UPSTREAM_REJECTED', message, { details: { source, upstreamStatus: response.status } });
}
