// Any other HMAC: algorithm, header, encoding and what is signed are configured.
import type { WebhookSettings } from '../../../config/webhook-settings.ts';
import type { Delivery } from '../../../contract/webhooks.ts';
import type { Scheme } from '../scheme.ts';
import { fromBase64, fromHex, fromUnixSeconds, hmacMatches, isFresh } from '../signatures.ts';

type HmacSettings = Extract<WebhookSettings, { readonly scheme: 'hmac' }>;
type Piece = (delivery: Delivery) => string | Buffer;

export function hmac(settings: HmacSettings): Scheme {
  const { algorithm, secrets: keys, header, encoding, prefix, timestampHeader, deliveryIdHeader } = settings;
  const pieces = parseTemplate(settings.signed);
  const decode = (text: string): Buffer => (encoding === 'hex' ? fromHex(text) : fromBase64(text, encoding));
  return {
    verify(delivery, nowMs) {
      const value = delivery.headers[header] ?? '';
      const candidates = value.startsWith(prefix) ? [decode(value.slice(prefix.length))] : [];
      const signed = pieces.map((piece) => piece(delivery));
      const matches = hmacMatches({ algorithm, keys, signed, candidates });
      if (timestampHeader === undefined) return matches;
      const fresh = isFresh(fromInstant(delivery.headers[timestampHeader] ?? ''), nowMs, settings.toleranceSec);
      return matches && fresh;
    },
    deliveryId: ({ headers }) => (deliveryIdHeader === undefined ? undefined : headers[deliveryIdHeader]),
  };
}

function parseTemplate(template: string): readonly Piece[] {
  return template.split(/(\{body\}|\{header:[^}]+\})/).map((text): Piece => {
    if (text === '{body}') return ({ body }) => body;
    const name = /^\{header:([^}]+)\}$/.exec(text)?.[1]?.toLowerCase();
    return name === undefined ? () => text : ({ headers }) => headers[name] ?? '';
  });
}

/** Seconds or milliseconds since 1970, or ISO 8601, as milliseconds. */
function fromInstant(text: string): number {
  if (/^\d{13}$/.test(text)) return Number(text);
  const seconds = fromUnixSeconds(text);
  return Number.isNaN(seconds) && /^\d{4}-\d\d-\d\dT/.test(text) ? Date.parse(text) : seconds;
}
