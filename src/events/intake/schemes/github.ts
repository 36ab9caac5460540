// GitHub (docs.github.com, "Validating webhook deliveries"): `x-hub-signature-256: sha256=…`.
import type { Scheme } from '../scheme.ts';
import { fromHex, hmacMatches } from '../signatures.ts';

/** GitHub signs no time: an old delivery is told from a new one by its id alone, and that is not signed either. */
export function github(secrets: readonly string[]): Scheme {
  return {
    verify({ headers, body }) {
      const [algorithm, value] = (headers['x-hub-signature-256'] ?? '').split('=', 2);
      const candidates = algorithm === 'sha256' && value !== undefined ? [fromHex(value)] : [];
      return hmacMatches({ algorithm: 'sha256', keys: secrets, signed: [body], candidates });
    },
    deliveryId: ({ headers }) => headers['x-github-delivery'],
  };
}
