// How a provider proves that a delivery is its own, and where it says which delivery it is. One file per provider.
import type { Delivery } from '../../contract/webhooks.ts';

export interface Scheme {
  /**
   * Whether the delivery is genuine and recent. All that a wrong one costs, a right one costs too: signature and time are
   * both checked whatever the other says. Never throws.
   */
  verify(delivery: Delivery, nowMs: number): boolean;
  /** The provider's id of the delivery, the same when it sends it again. `body` is the parsed one. */
  deliveryId(delivery: Delivery, body: unknown): string | undefined;
  /** What to answer to a body that is no event but a question whether the hub is there. */
  challenge?(body: unknown): Readonly<Record<string, unknown>> | undefined;
}

/** A text field of a body that may be anything. */
export function textField(body: unknown, name: string): string | undefined {
  if (typeof body !== 'object' || body === null || !Object.hasOwn(body, name)) return undefined;
  const value = (body as Readonly<Record<string, unknown>>)[name];
  return typeof value === 'string' && value !== '' ? value : undefined;
}
