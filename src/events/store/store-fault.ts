// Whatever the database or its client threw → the fault that it is.
import { HubFault } from '../../faults/hub-fault.ts';

/** SQLSTATE classes in which the statement is to blame, not the database: asking again would fail again. */
const OUR_OWN = /^(?:0A|21|22|23|42|P0|XX)/;

/**
 * Without a SQLSTATE it is the connection: refused, reset, timed out. Of those with one, only what the statement itself
 * is to blame for is no outage: starting up, shutting down, disk full, too many connections, failover and lock timeouts
 * all pass with time.
 */
export function toStoreFault(thrown: unknown): HubFault {
  if (thrown instanceof HubFault) return thrown;
  const code = typeof thrown === 'object' && thrown !== null && 'code' in thrown ? String(thrown.code) : '';
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  const code5 = /^[0-9A-Z]{5}$/.test(code) ? code : '';
  if (OUR_OWN.test(code5)) {
    return new HubFault('HUB_INTERNAL', `the event store refused a statement (${code5}): ${message}`, {
      cause: thrown,
    });
  }
  return new HubFault('HUB_EVENT_STORE_UNAVAILABLE', `the event store cannot be used (${code || message})`, {
    cause: thrown,
  });
}
