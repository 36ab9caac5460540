// The shop tells of its orders: signed webhooks (Standard Webhooks), sent again until they are taken.
import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import type { Order } from '../data.ts';
import { signWebhook } from './sign-webhook.ts';

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
  let last: Promise<void> = Promise.resolve();

  async function send(id: string, body: string): Promise<void> {
    for (let waitMs = RETRY_MS; ; waitMs = Math.min(waitMs * 2, MAX_RETRY_MS)) {
      const headers = signWebhook(secret, id, body);
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
