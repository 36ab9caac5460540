// Shopify (shopify.dev, "Verify webhook deliveries"): `x-shopify-hmac-sha256`, base64.
import type { Scheme } from '../scheme.ts';
import { fromBase64, hmacMatches } from '../signatures.ts';

export function shopify(secrets: readonly string[]): Scheme {
  return {
    verify({ headers, body }) {
      const candidates = [fromBase64(headers['x-shopify-hmac-sha256'] ?? '')];
      return hmacMatches({ algorithm: 'sha256', keys: secrets, signed: [body], candidates });
    },
    deliveryId: ({ headers }) => headers['x-shopify-webhook-id'],
  };
}
