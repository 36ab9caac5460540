// How many subscriptions one principal may have at once, over all of its connections. Made by create-server.ts.
import type { Principal } from '../contract/principal.ts';
import { HubFault } from '../faults/hub-fault.ts';

export interface SubscriptionLimit {
  /** Throws HUB_CAPACITY_EXCEEDED where there are too many. Returns what is to be called, once or more, at the end. */
  enter(principal: Principal): () => void;
  /** How many there are, of all principals. */
  count(): number;
}

/** Callers without a credential are not one principal: only who is known is counted. */
export function createSubscriptionLimit(maxPerPrincipal: number): SubscriptionLimit {
  const counts = new Map<string, number>();
  let total = 0;
  return {
    enter({ kind, id }) {
      const key = `${kind}:${id}`;
      const count = counts.get(key) ?? 0;
      if (kind !== 'anonymous' && count >= maxPerPrincipal) {
        throw new HubFault(
          'HUB_CAPACITY_EXCEEDED',
          `one principal may have ${maxPerPrincipal} subscriptions at once (server.subscriptions.maxPerPrincipal)`,
        );
      }
      counts.set(key, count + 1);
      total += 1;
      let entered = true;
      return () => {
        if (!entered) return;
        entered = false;
        total -= 1;
        const left = (counts.get(key) ?? 1) - 1;
        if (left === 0) counts.delete(key);
        else counts.set(key, left);
      };
    },
    count: () => total,
  };
}
