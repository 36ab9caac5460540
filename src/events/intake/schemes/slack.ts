// Slack (docs.slack.dev, "Verifying requests from Slack"): `x-slack-signature: v0=…` over `v0:<time>:<body>`.
import { textField, type Scheme } from '../scheme.ts';
import { fromHex, fromUnixSeconds, hmacMatches, isFresh } from '../signatures.ts';

export function slack(secrets: readonly string[], toleranceSec: number): Scheme {
  return {
    verify({ headers, body }, nowMs) {
      const time = headers['x-slack-request-timestamp'] ?? '';
      const [version, value] = (headers['x-slack-signature'] ?? '').split('=', 2);
      const candidates = version === 'v0' && value !== undefined ? [fromHex(value)] : [];
      const matches = hmacMatches({ algorithm: 'sha256', keys: secrets, signed: [`v0:${time}:`, body], candidates });
      const fresh = isFresh(fromUnixSeconds(time), nowMs, toleranceSec);
      return matches && fresh;
    },
    deliveryId: (_delivery, body) => textField(body, 'event_id'),
    challenge(body) {
      const challenge = textField(body, 'challenge');
      return textField(body, 'type') === 'url_verification' && challenge !== undefined ? { challenge } : undefined;
    },
  };
}
