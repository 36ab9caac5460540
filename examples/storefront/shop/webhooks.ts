// The shop tells of its orders: signed webhooks (Standard Webhooks), sent again until they are taken.
import { createHmac, randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import type { Order } from '../data.ts';

export interface WebhookOptions {
  readonly url: string;
  /** "whsec_" and base64. */
  readonly secret: string;
}

export type OrderEvent = 'order.created' | 'order.updated';

const RETRY_MS = 250;
const MAX_RETRY_MS = 10_000;

/** Returns what sends an event; it never throws and never waits. Events of one shop are sent one after the other. */
export function createWebhooks({ url, secret }: WebhookOptions): (type: OrderEvent, order: Order) => void {
  const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64');
  let last: Promise<void> = Promise.resolve();

  async function send(id: string, body: string): Promise<void> {
    for (let waitMs = RETRY_MS; ; waitMs = Math.min(waitMs * 2, MAX_RETRY_MS)) {
      const time = String(Math.floor(Date.now() / 1_000));
      const signature = createHmac('sha256', key).update(`${id}.${time}.${body}`).digest('base64');
      const headers = {
        'content-type': 'application/json',
        'webhook-id': id,
        'webhook-timestamp': time,
        'webhook-signature': `v1,${signature}`,
      };
      const taken = await fetch(url, { method: 'POST', headers, body }).then(
        (response) => response.ok,
        () => false,
      );
      if (taken) return;
      // An end of the program does not wait for a hub that is away.
      await pause(waitMs, undefined, { ref: false });
    }
  }

  return (type, order) => {
    const body = JSON.stringify({ type, timestamp: new Date().toISOString(), data: order });
    const id = randomUUID();
    last = last.then(() => send(id, body));
  };
}
