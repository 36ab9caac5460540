import { beforeAll, describe, expect, it } from '@jest/globals';
import { createHash, scryptSync } from 'node:crypto';
import { createAuthenticator } from '../../../src/auth/create-authenticator.ts';
import { authSettingsSchema } from '../../../src/config/auth-settings.ts';
import { ANONYMOUS } from '../../../src/contract/principal.ts';
import { makeKey, NOW, token, ISSUER, AUDIENCE, type SigningKey } from './tokens.ts';

const sha256 = (key: string) => `sha256:${createHash('sha256').update(key).digest('hex')}`;
const scryptHash = (key: string) => {
  const salt = Buffer.from('0011223344556677', 'hex');
  return `scrypt:${salt.toString('hex')}:${scryptSync(key, salt, 32).toString('hex')}`;
};

const KEYS = [
  { name: 'reports', hash: sha256('key-of-reports'), scopes: ['orders:read'] },
  { name: 'night-batch', hash: scryptHash('chosen by a person') },
];

function door(settings: object) {
  return createAuthenticator(authSettingsSchema.parse(settings), { now: () => NOW });
}

describe('the front door', () => {
  let key: SigningKey;
  beforeAll(async () => {
    key = await makeKey();
  });
  const jwt = () => [{ issuer: ISSUER, audience: AUDIENCE, publicKey: key.pem }];
  const invalid = { code: 'HUB_AUTH_INVALID', message: 'the credential is not accepted' };

  it('lets a caller without a credential in as anonymous', async () => {
    const { authenticate } = door({ apiKeys: KEYS });
    expect(await authenticate({ headers: {} })).toBe(ANONYMOUS);
    expect(await authenticate({ connectionParams: undefined })).toBe(ANONYMOUS);
    expect(await authenticate({ connectionParams: null })).toBe(ANONYMOUS);
    expect(await authenticate({ connectionParams: 'x-api-key' })).toBe(ANONYMOUS);
  });

  it('turns a caller without a credential away where anonymous access is off, and says what to send', async () => {
    await expect(
      door({ anonymous: false, apiKeys: KEYS, jwt: jwt() }).authenticate({ headers: {} }),
    ).rejects.toMatchObject({
      code: 'HUB_AUTH_UNAUTHENTICATED',
      message: 'anonymous callers are not let in: send a bearer token in "authorization" or an API key in "x-api-key"',
    });
  });

  it('does not look at credentials where neither keys nor issuers are configured', async () => {
    const headers = { authorization: 'Bearer meant-for-an-upstream' };
    expect(await door({}).authenticate({ headers })).toBe(ANONYMOUS);
    await expect(door({ anonymous: false }).authenticate({ headers })).rejects.toMatchObject({
      code: 'HUB_AUTH_UNAUTHENTICATED',
    });
  });

  it('knows an API key by its sha256, whatever the case of the header', async () => {
    const { authenticate } = door({ apiKeys: KEYS });
    for (const name of ['x-api-key', 'X-API-Key']) {
      expect(await authenticate({ headers: { [name]: 'key-of-reports' } })).toEqual({
        kind: 'api-key',
        id: 'reports',
        scopes: new Set(['orders:read']),
        claims: {},
      });
    }
  });

  it('knows an API key by its scrypt hash, and makes one principal for it', async () => {
    const { authenticate } = door({ apiKeys: KEYS });
    const first = await authenticate({ headers: { 'x-api-key': 'chosen by a person' } });
    expect(first.id).toBe('night-batch');
    expect(await authenticate({ headers: { 'x-api-key': 'chosen by a person' } })).toBe(first);
  });

  it('takes the API key from the configured header only', async () => {
    const { authenticate } = door({ apiKeys: KEYS, apiKeyHeader: 'X-Hub-Key' });
    expect((await authenticate({ headers: { 'x-hub-key': 'key-of-reports' } })).id).toBe('reports');
    expect(await authenticate({ headers: { 'x-api-key': 'key-of-reports' } })).toBe(ANONYMOUS);
  });

  it('refuses an unknown, empty or hashed API key even where anonymous callers are let in', async () => {
    const { authenticate } = door({ apiKeys: KEYS });
    for (const key of ['nobody', '', ' ', sha256('key-of-reports'), '__proto__', 'k'.repeat(20_000)]) {
      await expect(authenticate({ headers: { 'x-api-key': key } })).rejects.toMatchObject(invalid);
    }
  });

  it('holds no more than a bounded number of slow checks', async () => {
    const { authenticate } = door({ apiKeys: KEYS });
    const outcomes = await Promise.allSettled(
      Array.from({ length: 40 }, (_, n) => authenticate({ headers: { 'x-api-key': `guess ${n}` } })),
    );
    const codes = outcomes.map((outcome) => outcome.status === 'rejected' && outcome.reason.code);
    expect(codes.filter((code) => code === 'HUB_CAPACITY_EXCEEDED')).toHaveLength(8);
    expect(codes.filter((code) => code === 'HUB_AUTH_INVALID')).toHaveLength(32);
  });

  it('refuses two credentials at once, also the same one twice', async () => {
    const { authenticate } = door({ apiKeys: KEYS, jwt: jwt() });
    const authorization = `Bearer ${await token(key.privateKey)}`;
    const both = { authorization, 'x-api-key': 'key-of-reports' };
    const refused = { code: 'HUB_AUTH_INVALID', message: 'more than one credential was sent' };
    await expect(authenticate({ headers: both })).rejects.toMatchObject(refused);
    await expect(authenticate({ connectionParams: both })).rejects.toMatchObject(refused);
    await expect(
      authenticate({ connectionParams: { authorization, headers: { Authorization: authorization } } }),
    ).rejects.toMatchObject(refused);
    await expect(
      authenticate({ headers: { authorization }, connectionParams: { 'x-api-key': 'key-of-reports' } }),
    ).rejects.toMatchObject(refused);
  });

  it('reads the same credentials from the connection parameters of a websocket', async () => {
    const { authenticate } = door({ apiKeys: KEYS, jwt: jwt() });
    const bearer = `bearer ${await token(key.privateKey)}`;
    for (const connectionParams of [
      { authorization: bearer },
      { Authorization: bearer },
      { headers: { authorization: bearer } },
      { headers: { Authorization: bearer }, locale: 'de' },
    ]) {
      expect((await authenticate({ connectionParams })).id).toBe(`${ISSUER}|ada`);
    }
    expect((await authenticate({ connectionParams: { 'X-Api-Key': 'key-of-reports' } })).id).toBe('reports');
    expect((await authenticate({ connectionParams: { headers: { 'x-api-key': 'key-of-reports' } } })).id).toBe(
      'reports',
    );
  });

  it('refuses connection parameters that hold something else where a credential should be', async () => {
    const { authenticate } = door({ apiKeys: KEYS, jwt: jwt() });
    for (const connectionParams of [{ authorization: {} }, { authorization: 7 }, { 'x-api-key': ['key-of-reports'] }]) {
      await expect(authenticate({ connectionParams })).rejects.toMatchObject(invalid);
    }
    expect(await authenticate({ connectionParams: { headers: 'authorization' } })).toBe(ANONYMOUS);
    expect(await authenticate({ connectionParams: JSON.parse('{"__proto__":{"authorization":"x"}}') })).toBe(ANONYMOUS);
  });

  it('refuses any other authorization scheme, and each kind of credential that is not configured', async () => {
    const tokens = door({ jwt: jwt() });
    const keys = door({ apiKeys: KEYS });
    for (const authorization of ['Basic YTpi', 'Bearer', 'Bearer ', 'Bearer a b', 'token', 'Bearer not-a-token']) {
      await expect(tokens.authenticate({ headers: { authorization } })).rejects.toMatchObject(invalid);
    }
    const authorization = `Bearer ${await token(key.privateKey)}`;
    await expect(keys.authenticate({ headers: { authorization } })).rejects.toMatchObject(invalid);
    expect(
      await tokens
        .authenticate({ headers: { 'x-api-key': 'key-of-reports' } })
        .catch((thrown: unknown) => (thrown as { code: string }).code),
    ).toBe('HUB_AUTH_INVALID');
  });
});

describe('the settings of the front door', () => {
  const issues = (settings: object) =>
    authSettingsSchema.safeParse(settings).error?.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`);
  const entry = { issuer: ISSUER, audience: AUDIENCE };
  const publicKey = '-----BEGIN PUBLIC KEY-----';

  it('are open by default', () => {
    expect(authSettingsSchema.parse({})).toEqual({ anonymous: true, apiKeys: [], apiKeyHeader: 'x-api-key', jwt: [] });
  });

  it('refuse a key in plain text, and unknown keys', () => {
    expect(issues({ apiKeys: [{ name: 'a', hash: 'key-of-reports' }] })).toEqual([
      'apiKeys.0.hash: must be "sha256:<hex>" or "scrypt:<salt in hex>:<hash in hex>"',
    ]);
    expect(issues({ anonymus: true })).toHaveLength(1);
  });

  it('refuse two keys of one name and two entries of one issuer', () => {
    const [first, second] = KEYS;
    expect(issues({ apiKeys: [first, { ...second, name: 'reports' }] })).toEqual([
      'apiKeys: two keys have the same name',
    ]);
    expect(
      issues({
        jwt: [
          { ...entry, publicKey },
          { ...entry, publicKey },
        ],
      }),
    ).toEqual(['jwt: two entries have the same issuer']);
  });

  it('ask for exactly one kind of key', () => {
    const message = 'jwt.0.issuer: needs exactly one of jwksUrl, publicKey and secret';
    expect(issues({ jwt: [entry] })).toEqual([message]);
    expect(issues({ jwt: [{ ...entry, publicKey, jwksUrl: 'https://id.example/jwks' }] })).toEqual([message]);
  });

  it('refuse an algorithm that does not go with the key, and "none"', () => {
    expect(issues({ jwt: [{ ...entry, publicKey, algorithms: ['ES256', 'HS256'] }] })).toEqual([
      'jwt.0.algorithms: HS256 does not go with publicKey',
    ]);
    expect(issues({ jwt: [{ ...entry, secret: 's'.repeat(64), algorithms: ['RS256'] }] })).toEqual([
      'jwt.0.algorithms: RS256 does not go with secret',
    ]);
    expect(issues({ jwt: [{ ...entry, publicKey, algorithms: ['none'] }] })).toHaveLength(1);
  });

  it('refuse a secret that is shorter than its algorithm needs', () => {
    expect(issues({ jwt: [{ ...entry, secret: 'short' }] })).toEqual(['jwt.0.secret: HS256 needs 32 bytes or more']);
  });
});
