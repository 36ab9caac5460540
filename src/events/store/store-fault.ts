// Whatever the database or its client threw → the fault that it is.
import { HubFault } from '../../faults/hub-fault.ts';

/** SQLSTATE classes in which the statement is to blame, not the database: asking again would fail again. */
const OUR_OWN = /^(?:0A|21|22|23|42|P0|XX)/;
/** The same of SQLite's result codes: ERROR, TOOBIG, CONSTRAINT, MISMATCH, MISUSE, RANGE. */
const OUR_OWN_SQLITE: ReadonlySet<number> = new Set([1, 18, 19, 20, 21, 25]);

/**
 * Without a SQLSTATE it is the connection: refused, reset, timed out. Of those with one, only what the statement itself
 * is to blame for is no outage: starting up, shutting down, disk full, too many connections, failover and lock timeouts
 * all pass with time.
 */
export function toStoreFault(thrown: unknown): HubFault {
  if (thrown instanceof HubFault) return thrown;
  const { code, errcode } = (typeof thrown === 'object' && thrown !== null ? thrown : {}) as Partial<
    Record<'code' | 'errcode', unknown>
  >;
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  const state = typeof code === 'string' && /^[0-9A-Z]{5}$/.test(code) ? code : '';
  // The lower byte is the code, what is above says more about it (https://sqlite.org/rescode.html).
  const result = typeof errcode === 'number' ? errcode & 0xff : undefined;
  if (OUR_OWN.test(state) || (result !== undefined && OUR_OWN_SQLITE.has(result))) {
    return new HubFault('HUB_INTERNAL', `the event store refused a statement (${state || result}): ${message}`, {
      cause: thrown,
    });
  }
  const why = result === undefined && typeof code === 'string' ? code : message;
  return new HubFault('HUB_EVENT_STORE_UNAVAILABLE', `the event store cannot be used (${why})`, { cause: thrown });
}
