// How many webhook deliveries there were, by webhook and outcome: the intake counts, metrics read.
import type { DeliveryCount, DeliveryOutcome } from '../contract/webhooks.ts';

export interface DeliveryCounts {
  count(webhook: string, outcome: DeliveryOutcome): void;
  snapshot(): readonly DeliveryCount[];
}

/** Names are those of the configuration, so there is no end to what strangers post to, but to what is counted. */
export function createDeliveryCounts(): DeliveryCounts {
  const counts = new Map<string, { webhook: string; outcome: DeliveryOutcome; count: number }>();
  return {
    count(webhook, outcome) {
      const key = `${webhook} ${outcome}`;
      const entry = counts.get(key) ?? { webhook, outcome, count: 0 };
      entry.count += 1;
      counts.set(key, entry);
    },
    snapshot: () => [...counts.values()].map((entry) => ({ ...entry })),
  };
}
