// What providers sign, by the vectors of their documentation where they give one.
import { createHmac } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { webhooksSchema } from '../../../../src/config/webhook-settings.ts';
import type { Delivery } from '../../../../src/contract/webhooks.ts';
import { createScheme } from '../../../../src/events/intake/create-scheme.ts';

type Headers = Readonly<Record<string, string>>;

interface Vector {
  readonly name: string;
  readonly settings: Readonly<Record<string, unknown>>;
  /** A second secret, under which nothing here is signed. */
  readonly other: string;
  readonly body: string;
  readonly headers: Headers;
  /** Headers that take part in the proof. */
  readonly signing: readonly string[];
  /** When it was signed, in seconds; undefined where no time is signed. */
  readonly signedAt?: number;
  readonly deliveryId?: string;
}

const hmacOf = (key: string | Buffer, text: string, encoding: 'hex' | 'base64', algorithm = 'sha256') =>
  createHmac(algorithm, key).update(text).digest(encoding);

const STRIPE_BODY = '{"id":"evt_1","object":"event"}';
const SLACK_BODY =
  'token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V&channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text=&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c';

const VECTORS: readonly Vector[] = [
  {
    // The example of Standard Webhooks' libraries and of Svix's documentation.
    name: 'standard-webhooks',
    settings: { scheme: 'standard-webhooks', secrets: ['whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'] },
    other: 'whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD',
    body: '{"test": 2432232314}',
    headers: {
      'webhook-id': 'msg_p5jXN8AQM9LWM0D4loKWxJek',
      'webhook-timestamp': '1614265330',
      'webhook-signature': 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
    },
    signing: ['webhook-id', 'webhook-timestamp', 'webhook-signature'],
    signedAt: 1614265330,
    deliveryId: 'msg_p5jXN8AQM9LWM0D4loKWxJek',
  },
  {
    name: 'standard-webhooks as Svix names its headers',
    settings: { scheme: 'standard-webhooks', secrets: ['whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'] },
    other: 'whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD',
    body: '{"test": 2432232314}',
    headers: {
      'svix-id': 'msg_p5jXN8AQM9LWM0D4loKWxJek',
      'svix-timestamp': '1614265330',
      'svix-signature': 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
    },
    signing: ['svix-id', 'svix-timestamp', 'svix-signature'],
    signedAt: 1614265330,
    deliveryId: 'msg_p5jXN8AQM9LWM0D4loKWxJek',
  },
  {
    // docs.github.com, "Validating webhook deliveries", "Testing the webhook payload validation".
    name: 'github',
    settings: { scheme: 'github', secrets: ["It's a Secret to Everybody"] },
    other: 'another',
    body: 'Hello, World!',
    headers: {
      'x-hub-signature-256': 'sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17',
      'x-github-delivery': '72d3162e-cc78-11e3-81ab-4c9367dc0958',
    },
    signing: ['x-hub-signature-256'],
    deliveryId: '72d3162e-cc78-11e3-81ab-4c9367dc0958',
  },
  {
    // docs.slack.dev, "Verifying requests from Slack".
    name: 'slack',
    settings: { scheme: 'slack', secrets: ['8f742231b10e8888abcd99yyyzzz85a5'] },
    other: 'another',
    body: SLACK_BODY,
    headers: {
      'x-slack-request-timestamp': '1531420618',
      'x-slack-signature': 'v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503',
    },
    signing: ['x-slack-request-timestamp', 'x-slack-signature'],
    signedAt: 1531420618,
  },
  {
    // docs.stripe.com, "Verify webhook signatures manually".
    name: 'stripe',
    settings: { scheme: 'stripe', secrets: ['whsec_test_secret'] },
    other: 'whsec_another',
    body: STRIPE_BODY,
    headers: {
      'stripe-signature': `t=1492774577,v1=${hmacOf('whsec_test_secret', `1492774577.${STRIPE_BODY}`, 'hex')}`,
    },
    signing: ['stripe-signature'],
    signedAt: 1492774577,
    deliveryId: 'evt_1',
  },
  {
    // shopify.dev, "Verify webhook deliveries".
    name: 'shopify',
    settings: { scheme: 'shopify', secrets: ['hush'] },
    other: 'another',
    body: '{"id":1}',
    headers: {
      'x-shopify-hmac-sha256': hmacOf('hush', '{"id":1}', 'base64'),
      'x-shopify-webhook-id': 'b54557e4-bdd9-4b37-8a5f-bf7d70bcd043',
    },
    signing: ['x-shopify-hmac-sha256'],
    deliveryId: 'b54557e4-bdd9-4b37-8a5f-bf7d70bcd043',
  },
  {
    name: 'hmac over a time and the body',
    settings: {
      scheme: 'hmac',
      secrets: ['key'],
      algorithm: 'sha512',
      header: 'X-Sig',
      encoding: 'base64',
      prefix: 'sig:',
      signed: '{header:X-Time}|{body}|end',
      timestampHeader: 'X-Time',
      deliveryIdHeader: 'X-Id',
    },
    other: 'another',
    body: '{"a":1}',
    headers: {
      'x-time': '2026-01-02T03:04:05Z',
      'x-sig': `sig:${hmacOf('key', '2026-01-02T03:04:05Z|{"a":1}|end', 'base64', 'sha512')}`,
      'x-id': '7',
    },
    signing: ['x-time', 'x-sig'],
    signedAt: Date.UTC(2026, 0, 2, 3, 4, 5) / 1000,
    deliveryId: '7',
  },
  {
    name: 'hmac with the defaults',
    settings: { scheme: 'hmac', secrets: ['key'], header: 'x-sig' },
    other: 'another',
    body: '{"a":1}',
    headers: { 'x-sig': hmacOf('key', '{"a":1}', 'hex') },
    signing: ['x-sig'],
  },
];

const COMMON = { source: 'shop', map: '$' };

function schemeOf(settings: Readonly<Record<string, unknown>>) {
  return createScheme(webhooksSchema.parse({ hook: { ...COMMON, ...settings } }).hook!);
}

const delivery = (headers: Headers, body: string | Buffer): Delivery => ({
  requestId: 'r',
  headers,
  body: Buffer.from(body),
});

/** The same text with the character at `index` replaced by another one that looks as plausible. */
function altered(text: string, index: number): string {
  const is = text.charAt(index);
  const other = /\d/.test(is) ? String((Number(is) + 1) % 10) : is === 'a' ? 'b' : 'a';
  return text.slice(0, index) + other + text.slice(index + 1);
}

describe.each(VECTORS)('the signature of $name', (vector) => {
  const { settings, body, headers, signing, signedAt } = vector;
  const nowMs = (signedAt ?? 0) * 1000;

  it('is right', () => {
    const scheme = schemeOf(settings);
    expect(scheme.verify(delivery(headers, body), nowMs)).toBe(true);
  });

  it('is wrong when any one byte of the body is another', () => {
    const scheme = schemeOf(settings);
    for (let index = 0; index < body.length; index++) {
      const bytes = Buffer.from(body);
      bytes.writeUInt8(bytes.readUInt8(index) ^ 1, index);
      expect(scheme.verify(delivery(headers, bytes), nowMs)).toBe(false);
    }
    expect(scheme.verify(delivery(headers, `${body} `), nowMs)).toBe(false);
    expect(scheme.verify(delivery(headers, ''), nowMs)).toBe(false);
  });

  it.each(signing)('is wrong when any one character of %s is another, or it is missing', (name) => {
    const scheme = schemeOf(settings);
    const text = headers[name] ?? '';
    for (let index = 0; index < text.length; index++) {
      expect(scheme.verify(delivery({ ...headers, [name]: altered(text, index) }, body), nowMs)).toBe(false);
    }
    const rest = Object.fromEntries(Object.entries(headers).filter(([other]) => other !== name));
    expect(scheme.verify(delivery(rest, body), nowMs)).toBe(false);
    for (const garbage of ['', ',', '=', text.slice(0, -1), `${text}0`, text.toUpperCase() + 'x', 'v1,', 't=,v1='])
      expect(scheme.verify(delivery({ ...headers, [name]: garbage }, body), nowMs)).toBe(false);
  });

  it('is right under any of several secrets, and wrong under none of them', () => {
    const own = (settings.secrets as string[])[0]!;
    for (const secrets of [
      [vector.other, own],
      [own, vector.other],
    ]) {
      expect(schemeOf({ ...settings, secrets }).verify(delivery(headers, body), nowMs)).toBe(true);
    }
    expect(schemeOf({ ...settings, secrets: [vector.other] }).verify(delivery(headers, body), nowMs)).toBe(false);
  });

  it('tells which delivery it is', () => {
    const parsed: unknown = body.startsWith('{') ? JSON.parse(body) : undefined;
    expect(schemeOf(settings).deliveryId(delivery(headers, body), parsed)).toBe(vector.deliveryId);
  });

  if (signedAt === undefined) return;
  it('is right within the tolerance of clocks, and wrong beyond it, on both sides', () => {
    const scheme = schemeOf({ ...settings, toleranceSec: 10 });
    for (const [offsetSec, right] of [
      [-11, false],
      [-10, true],
      [10, true],
      [11, false],
    ] as const) {
      expect(scheme.verify(delivery(headers, body), nowMs + offsetSec * 1000)).toBe(right);
    }
  });
});

describe('signatures', () => {
  const key = Buffer.from('MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw', 'base64');
  const sign = (text: string) => `v1,${hmacOf(key, text, 'base64')}`;

  it('of Standard Webhooks are found among those of other versions and secrets', () => {
    const scheme = schemeOf(VECTORS[0]!.settings);
    const { headers, body } = VECTORS[0]!;
    const right = headers['webhook-signature']!;
    const several = `v1a,hnO3f9T8Ytu9HwrXslvumlUpqtNVqkhqw/enGzPCXe5BdqzCInXqYXFymVJaA7AZdpXwVLPo3mNl8EM+m7TBAg== v1,AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA= ${right}`;
    expect(scheme.verify(delivery({ ...headers, 'webhook-signature': several }, body), 1614265330_000)).toBe(true);
    const asOther = right.replace('v1,', 'v2,');
    expect(scheme.verify(delivery({ ...headers, 'webhook-signature': asOther }, body), 1614265330_000)).toBe(false);
  });

  it('of Standard Webhooks need an id', () => {
    const scheme = schemeOf(VECTORS[0]!.settings);
    const headers = { 'webhook-timestamp': '1614265330', 'webhook-signature': sign('.1614265330.{}') };
    expect(scheme.verify(delivery(headers, '{}'), 1614265330_000)).toBe(false);
  });

  it('of Stripe are found among several, while a secret is replaced', () => {
    const { settings, headers, body } = VECTORS.find(({ name }) => name === 'stripe')!;
    const [time, right] = headers['stripe-signature']!.split(',');
    const several = `${time},v1=${'0'.repeat(64)},${right},v0=${'1'.repeat(64)}`;
    expect(schemeOf(settings).verify(delivery({ 'stripe-signature': several }, body), 1492774577_000)).toBe(true);
    const asTest = headers['stripe-signature']!.replace('v1=', 'v0=');
    expect(schemeOf(settings).verify(delivery({ 'stripe-signature': asTest }, body), 1492774577_000)).toBe(false);
  });

  it('are looked at only so often, whatever a header is full of', () => {
    const { settings, headers, body } = VECTORS.find(({ name }) => name === 'stripe')!;
    const [time, right] = headers['stripe-signature']!.split(',');
    const many = `${time}${`,v1=${'0'.repeat(64)}`.repeat(100)},${right}`;
    expect(schemeOf(settings).verify(delivery({ 'stripe-signature': many }, body), 1492774577_000)).toBe(false);
  });

  it('have one spelling', () => {
    const { settings, headers, body } = VECTORS.find(({ name }) => name === 'shopify')!;
    const right = headers['x-shopify-hmac-sha256']!;
    for (const spelled of [right.replace(/=+$/, ''), ` ${right}`, `${right}=`, `${right}\n`]) {
      const sent = delivery({ ...headers, 'x-shopify-hmac-sha256': spelled }, body);
      expect(schemeOf(settings).verify(sent, 0)).toBe(false);
    }
  });

  it('may carry their time in seconds or milliseconds', () => {
    for (const time of ['1700000000', '1700000000000']) {
      const scheme = schemeOf({
        scheme: 'hmac',
        secrets: ['key'],
        header: 'x-sig',
        signed: '{header:x-time}.{body}',
        timestampHeader: 'x-time',
      });
      const headers = { 'x-time': time, 'x-sig': hmacOf('key', `${time}.{}`, 'hex') };
      expect(scheme.verify(delivery(headers, '{}'), 1_700_000_000_000)).toBe(true);
      expect(scheme.verify(delivery(headers, '{}'), 1_700_000_000_000 + 301_000)).toBe(false);
    }
  });
});

describe('the challenge of Slack', () => {
  const scheme = schemeOf({ scheme: 'slack', secrets: ['s'] });
  const challenge = (body: unknown) => scheme.challenge?.(body);
  it('is answered with itself, and events are none', () => {
    expect(challenge({ type: 'url_verification', challenge: '3eZb', token: 't' })).toEqual({ challenge: '3eZb' });
    expect(challenge({ type: 'event_callback', challenge: '3eZb' })).toBeUndefined();
    expect(challenge({ type: 'url_verification' })).toBeUndefined();
    for (const other of [null, 1, 'x', [], undefined]) expect(challenge(other)).toBeUndefined();
  });
});

describe('senders that do not sign', () => {
  const auth = (text: string) => ({ authorization: `Basic ${Buffer.from(text).toString('base64')}` });

  it('prove themselves with a user and a password', () => {
    const scheme = schemeOf({ scheme: 'basic', secrets: ['ann:old', 'ann:new:1'], deliveryIdHeader: 'X-Id' });
    expect(scheme.verify(delivery(auth('ann:old'), ''), 0)).toBe(true);
    expect(scheme.verify(delivery(auth('ann:new:1'), ''), 0)).toBe(true);
    for (const wrong of [auth('ann:ol'), auth('bob:old'), auth(''), {}, { authorization: 'Bearer YW5uOm9sZA==' }]) {
      expect(scheme.verify(delivery(wrong, ''), 0)).toBe(false);
    }
    expect(scheme.deliveryId(delivery({ 'x-id': '5' }, ''), {})).toBe('5');
  });

  it('prove themselves with a token in a header', () => {
    const scheme = schemeOf({ scheme: 'token', secrets: ['t1', 't2'], header: 'X-Gitlab-Token' });
    expect(scheme.verify(delivery({ 'x-gitlab-token': 't2' }, ''), 0)).toBe(true);
    for (const wrong of [{ 'x-gitlab-token': 't3' }, { 'x-gitlab-token': '' }, {}]) {
      expect(scheme.verify(delivery(wrong, ''), 0)).toBe(false);
    }
    expect(scheme.deliveryId(delivery({}, ''), {})).toBeUndefined();
  });

  it('are let in where nothing is asked of them', () => {
    expect(schemeOf({ scheme: 'none' }).verify(delivery({}, ''), 0)).toBe(true);
  });
});
