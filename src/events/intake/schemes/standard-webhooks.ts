// Standard Webhooks 1.0 (standardwebhooks.com), symmetric signatures; Svix sends the same under names of its own.
import type { Scheme } from '../scheme.ts';
import { fromBase64, fromUnixSeconds, hmacMatches, isFresh } from '../signatures.ts';

/** `secrets` are base64, with or without "whsec_" before it. */
export function standardWebhooks(secrets: readonly string[], toleranceSec: number): Scheme {
  const keys = secrets.map((secret) => Buffer.from(secret.replace(/^whsec_/, ''), 'base64'));
  return {
    verify({ headers, body }, nowMs) {
      const id = headers['webhook-id'] ?? headers['svix-id'] ?? '';
      const time = headers['webhook-timestamp'] ?? headers['svix-timestamp'] ?? '';
      const signatures = headers['webhook-signature'] ?? headers['svix-signature'] ?? '';
      // Divided by spaces; a comma before one is that of a header that came twice.
      const candidates = signatures.split(/,?\s+/).flatMap((signature) => {
        const [version, value] = signature.split(',', 2);
        return version === 'v1' && value !== undefined ? [fromBase64(value.trim())] : [];
      });
      const matches = hmacMatches({ algorithm: 'sha256', keys, signed: [`${id}.${time}.`, body], candidates });
      const fresh = isFresh(fromUnixSeconds(time), nowMs, toleranceSec);
      return matches && fresh && id !== '';
    },
    deliveryId: ({ headers }) => headers['webhook-id'] ?? headers['svix-id'],
  };
}
