// A sender of signed webhooks, as a provider is: each is sent again until it is acknowledged, those of one entity in order.
import { signWebhook } from '../../examples/storefront/shop/sign-webhook.ts';
import type { Random } from './seeded.ts';

export const SECRET = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';

export interface SenderOptions {
  readonly urls: readonly string[];
  readonly count: number;
  readonly random: Random;
  /** After each acknowledgement, with how many there are. */
  readonly onAcknowledged: (count: number) => void;
}

export interface Delivery {
  readonly entity: string;
  readonly sequence: number;
}

/** How many entities there are, each with a sender of its own. */
const ENTITIES = 24;

/** Resolves when all are acknowledged, with how many attempts that took. */
export async function sendWebhooks({ urls, count, random, onAcknowledged }: SenderOptions): Promise<number> {
  let next = 0;
  let attempts = 0;
  let acknowledged = 0;
  const send = async (delivery: Delivery): Promise<void> => {
    for (;;) {
      attempts += 1;
      const url = urls[Math.floor(random() * urls.length)] ?? '';
      if (await post(url, delivery)) break;
      await new Promise((resolve) => setTimeout(resolve, 10 + random() * 40));
    }
    acknowledged += 1;
    onAcknowledged(acknowledged);
    // Now and then a sender has not heard the answer, and sends it once more.
    if (random() < 0.02) await post(urls[0] ?? '', delivery);
  };
  await Promise.all(
    Array.from({ length: ENTITIES }, async (_, entity) => {
      for (let sequence = 1; next < count; sequence++) {
        next += 1;
        await send({ entity: `e${entity}`, sequence });
      }
    }),
  );
  return attempts;
}

async function post(url: string, { entity, sequence }: Delivery): Promise<boolean> {
  const id = `${entity}-${sequence}`;
  const body = JSON.stringify({ entity, sequence });
  try {
    const response = await fetch(`${url}/webhooks/shop`, {
      method: 'POST',
      headers: signWebhook(SECRET, id, body),
      body,
      signal: AbortSignal.timeout(15_000),
    });
    await response.arrayBuffer();
    if (response.status >= 400 && response.status < 500) throw new RangeError(`refused with ${response.status}`);
    return response.ok;
  } catch (thrown) {
    if (thrown instanceof RangeError) throw thrown;
    return false;
  }
}
