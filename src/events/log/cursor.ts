// Cursors of an event log: opaque outside, log id and position inside.
import { HubFault } from '../../faults/hub-fault.ts';

/** Longer than any cursor that was ever made. */
const MAX_CURSOR_LENGTH = 96;

export function toCursor(logId: string, position: number): string {
  return Buffer.from(`${logId}:${position}`).toString('base64url');
}

/** Throws HUB_EVENT_CURSOR_INVALID for what `toCursor` cannot have made. */
export function fromCursor(cursor: string): { readonly logId: string; readonly position: number } {
  const [logId = '', digits = '', ...rest] =
    cursor.length <= MAX_CURSOR_LENGTH ? Buffer.from(cursor, 'base64url').toString('latin1').split(':') : [];
  const position = /^\d{1,15}$/.test(digits) ? Number(digits) : NaN;
  if (rest.length > 0 || Number.isNaN(position) || toCursor(logId, position) !== cursor) throw invalidCursor();
  return { logId, position };
}

export function invalidCursor(): HubFault {
  return new HubFault(
    'HUB_EVENT_CURSOR_INVALID',
    'the cursor in `after` was not made by this event log; use the cursor of an event received from it, or leave `after` away',
  );
}

/** @param horizon position of the newest event that is no longer kept. */
export function gapAfter(logId: string, position: number, horizon: number): HubFault {
  return new HubFault(
    'HUB_EVENT_GAP',
    `${horizon - position} events after this cursor are no longer kept; read the present state with a query, then go on after the cursor in extensions.resumeAfter`,
    { details: { resumeAfter: toCursor(logId, horizon), lost: horizon - position } },
  );
}
