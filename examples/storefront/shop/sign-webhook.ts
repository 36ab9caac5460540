// The headers of a signed webhook (Standard Webhooks): what a sender puts on a body, at the moment when it sends it.
import { createHmac } from 'node:crypto';

/** @param secret "whsec_" and base64. @param id of the delivery: the same when it is sent again. */
export function signWebhook(secret: string, id: string, body: string): Record<string, string> {
  const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64');
  const time = String(Math.floor(Date.now() / 1_000));
  const signature = createHmac('sha256', key).update(`${id}.${time}.${body}`).digest('base64');
  return {
    'content-type': 'application/json',
    'webhook-id': id,
    'webhook-timestamp': time,
    'webhook-signature': `v1,${signature}`,
  };
}
