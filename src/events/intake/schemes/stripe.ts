// Stripe (docs.stripe.com/webhooks#verify-manually): `stripe-signature: t=…,v1=…`.
import { textField, type Scheme } from '../scheme.ts';
import { fromHex, fromUnixSeconds, hmacMatches, isFresh } from '../signatures.ts';

/** `secrets` are the signing secrets as Stripe shows them; "whsec_" is part of the key. */
export function stripe(secrets: readonly string[], toleranceSec: number): Scheme {
  return {
    verify({ headers, body }, nowMs) {
      const parts = (headers['stripe-signature'] ?? '').split(',').map((part) => part.trim().split('=', 2));
      const time = parts.find(([name]) => name === 't')?.[1] ?? '';
      const candidates = parts.flatMap(([name, value]) =>
        name === 'v1' && value !== undefined ? [fromHex(value)] : [],
      );
      const matches = hmacMatches({ algorithm: 'sha256', keys: secrets, signed: [`${time}.`, body], candidates });
      const fresh = isFresh(fromUnixSeconds(time), nowMs, toleranceSec);
      return matches && fresh;
    },
    deliveryId: (_delivery, body) => textField(body, 'id'),
  };
}
