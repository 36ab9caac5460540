import { afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { createPublicKey } from 'node:crypto';
import { exportPKCS8 } from 'jose';
import { createJwtVerifier } from '../../../src/auth/create-jwt-verifier.ts';
import { jwtIssuerSchema } from '../../../src/config/auth-settings.ts';
import { json, startUpstream, type Upstream } from '../../kit/upstream.ts';
import { AUDIENCE, ISSUER, makeKey, NOW, seconds, token, type SigningKey } from './tokens.ts';

const invalid = { code: 'HUB_AUTH_INVALID', message: 'the credential is not accepted' };
const expired = { code: 'HUB_AUTH_INVALID', message: 'the token has expired' };

function verifier(settings: object, now = () => NOW) {
  return createJwtVerifier([jwtIssuerSchema.parse({ issuer: ISSUER, audience: AUDIENCE, ...settings })], now);
}

describe('bearer tokens with a configured key', () => {
  let key: SigningKey;
  let stranger: SigningKey;
  beforeAll(async () => {
    [key, stranger] = await Promise.all([makeKey(), makeKey()]);
  });
  const verify = (bearer: string, settings: object = {}) => verifier({ publicKey: key.pem, ...settings })(bearer);

  it('make a principal of issuer, subject, scopes and claims', async () => {
    const principal = await verify(await token(key.privateKey, { scope: 'orders:read orders:write', tenant: 'acme' }));
    expect(principal).toMatchObject({ kind: 'jwt', id: `${ISSUER}|ada`, claims: { sub: 'ada', tenant: 'acme' } });
    expect([...principal.scopes]).toEqual(['orders:read', 'orders:write']);
  });

  it('give their scopes as a string, as a list, as "scp", or under a configured claim', async () => {
    const scopes = async (claims: object, settings = {}) => [
      ...(await verify(await token(key.privateKey, { ...claims }), settings)).scopes,
    ];
    expect(await scopes({ scope: ['a', 'b', 7] })).toEqual(['a', 'b']);
    expect(await scopes({ scp: 'a  b' })).toEqual(['a', 'b']);
    expect(await scopes({ scope: 'a', permissions: ['p'] }, { scopesClaim: 'permissions' })).toEqual(['p']);
    expect(await scopes({ scope: { a: true } })).toEqual([]);
    expect(await scopes({}, { scopesClaim: 'constructor' })).toEqual([]);
  });

  it('are refused when they have expired, beyond the tolerated clock skew', async () => {
    await expect(verify(await token(key.privateKey, { exp: seconds(NOW) - 31 }))).rejects.toMatchObject(expired);
    expect((await verify(await token(key.privateKey, { exp: seconds(NOW) - 20 }))).id).toBe(`${ISSUER}|ada`);
    await expect(
      verify(await token(key.privateKey, { exp: seconds(NOW) - 1 }), { clockToleranceSec: 0 }),
    ).rejects.toMatchObject(expired);
  });

  it('are refused before their time, beyond the tolerated clock skew', async () => {
    await expect(verify(await token(key.privateKey, { nbf: seconds(NOW) + 40 }))).rejects.toMatchObject(invalid);
    expect((await verify(await token(key.privateKey, { nbf: seconds(NOW) + 20 }))).kind).toBe('jwt');
  });

  it('are refused without an expiry or a subject', async () => {
    await expect(verify(await token(key.privateKey, { exp: undefined }))).rejects.toMatchObject(invalid);
    await expect(verify(await token(key.privateKey, { sub: undefined }))).rejects.toMatchObject(invalid);
    await expect(verify(await token(key.privateKey, { sub: '' }))).rejects.toMatchObject(invalid);
  });

  it('are refused for another audience or issuer', async () => {
    for (const claims of [{ aud: 'other' }, { aud: undefined }, { iss: 'other' }, { iss: undefined }]) {
      await expect(verify(await token(key.privateKey, claims))).rejects.toMatchObject(invalid);
    }
    const settings = { audience: ['one', AUDIENCE] };
    expect((await verify(await token(key.privateKey, { aud: [AUDIENCE, 'else'] }), settings)).kind).toBe('jwt');
  });

  it('are refused with the signature of a stranger, and do not say whether they had expired', async () => {
    await expect(verify(await token(stranger.privateKey))).rejects.toMatchObject(invalid);
    const stale = await token(stranger.privateKey, { exp: 1 });
    await expect(verify(stale)).rejects.toMatchObject(invalid);
  });

  it('are refused when they are signed with the public key as an HMAC secret', async () => {
    const forged = await token(new TextEncoder().encode(key.pem), {}, { alg: 'HS256' });
    await expect(verify(forged)).rejects.toMatchObject(invalid);
    const der = createPublicKey(key.pem).export({ type: 'spki', format: 'der' });
    await expect(verify(await token(new Uint8Array(der), {}, { alg: 'HS256' }))).rejects.toMatchObject(invalid);
  });

  it('are refused unsigned', async () => {
    const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
    const claims = { iss: ISSUER, aud: AUDIENCE, sub: 'ada', exp: seconds(NOW) + 600 };
    for (const alg of ['none', 'None', '']) {
      await expect(verify(`${part({ alg })}.${part(claims)}.`)).rejects.toMatchObject(invalid);
    }
    const [, payload] = (await token(key.privateKey)).split('.');
    await expect(verify(`${part({ alg: 'ES256' })}.${payload}.`)).rejects.toMatchObject(invalid);
  });

  it('are refused with an algorithm that is not configured', async () => {
    const rsa = await makeKey('RS256');
    const settings = { publicKey: rsa.jwk };
    expect((await verify(await token(rsa.privateKey, {}, { alg: 'RS256' }), settings)).kind).toBe('jwt');
    const only512 = { ...settings, algorithms: ['RS512'] };
    await expect(verify(await token(rsa.privateKey, {}, { alg: 'RS256' }), only512)).rejects.toMatchObject(invalid);
  });

  it('may be signed with a shared secret', async () => {
    const secret = 'a secret of thirty-two bytes or more';
    const signed = await token(new TextEncoder().encode(secret), {}, { alg: 'HS256' });
    expect((await verifier({ secret })(signed)).id).toBe(`${ISSUER}|ada`);
    await expect(verifier({ secret: `${secret}!` })(signed)).rejects.toMatchObject(invalid);
  });

  it('are believed for a minute at most, and never beyond their expiry', async () => {
    let now = NOW;
    const check = verifier({ publicKey: key.pem, clockToleranceSec: 0 }, () => now);
    const long = await token(key.privateKey);
    const short = await token(key.privateKey, { exp: seconds(NOW) + 10 });
    const first = await check(long);
    await check(short);
    now += 9_000;
    expect(await check(long)).toBe(first);
    now += 1_000;
    await expect(check(short)).rejects.toMatchObject(expired);
    now += 50_000;
    expect(await check(long)).not.toBe(first);
  });

  it('need a configured key that is public and usable', async () => {
    const pkcs8 = await exportPKCS8(key.privateKey);
    const configure = (publicKey: unknown) => () => verifier({ publicKey });
    const message = (text: string) =>
      expect.objectContaining({
        code: 'HUB_CONFIG_INVALID',
        message: `auth.jwt: the publicKey of issuer "${ISSUER}" ${text}`,
      });
    expect(configure(pkcs8)).toThrow(message('is a private key: give the public half'));
    expect(configure({ ...key.jwk, d: 'AAAA' })).toThrow(message('is a private key: give the public half'));
    expect(configure('nonsense')).toThrow(message('is neither a PEM public key or certificate nor a JWK'));
    expect(configure({ kty: 'oct', k: 'AAAA' })).toThrow(
      message('is neither a PEM public key or certificate nor a JWK'),
    );
    expect(configure(JSON.stringify(key.jwk))).not.toThrow();
  });
});

describe('bearer tokens of an issuer with a JWKS url', () => {
  let upstream: Upstream | undefined;
  afterEach(() => upstream?.close());
  const url = () => `${upstream?.url ?? ''}/jwks`;

  it('cause one fetch for many tokens', async () => {
    const key = await makeKey();
    upstream = await startUpstream((_, response) => json(response, { keys: [key.jwk] }));
    const verify = verifier({ jwksUrl: url() });
    const tokens = await Promise.all(
      Array.from({ length: 20 }, (_, n) => token(key.privateKey, { sub: `user ${n}` }, { kid: 'k1' })),
    );
    await Promise.all(tokens.map(verify));
    await Promise.all(tokens.map(verify));
    expect(upstream.received).toHaveLength(1);
  });

  it('do not cause a fetch each when they name unknown keys', async () => {
    const key = await makeKey();
    upstream = await startUpstream((_, response) => json(response, { keys: [key.jwk] }));
    const verify = verifier({ jwksUrl: url() });
    await verify(await token(key.privateKey, {}, { kid: 'k1' }));
    for (let n = 0; n < 5; n += 1) {
      const bearer = await token(key.privateKey, {}, { kid: `unknown ${n}` });
      await expect(verify(bearer)).rejects.toMatchObject(invalid);
    }
    expect(upstream.received).toHaveLength(1);
  });

  it('that name no key are tried with each that fits', async () => {
    const [first, second, stranger] = await Promise.all([makeKey('ES256', 'a'), makeKey('ES256', 'b'), makeKey()]);
    upstream = await startUpstream((_, response) => json(response, { keys: [first.jwk, second.jwk] }));
    const verify = verifier({ jwksUrl: url() });
    expect((await verify(await token(second.privateKey))).id).toBe(`${ISSUER}|ada`);
    await expect(verify(await token(stranger.privateKey))).rejects.toMatchObject(invalid);
    await expect(verify(await token(second.privateKey, { exp: 1 }))).rejects.toMatchObject(expired);
  });

  it('are not called invalid when the endpoint is down, and do not hammer it', async () => {
    const key = await makeKey();
    let now = NOW;
    let up = false;
    upstream = await startUpstream((_, response) =>
      up ? json(response, { keys: [key.jwk] }) : json(response, { secret: 'stack trace' }, 503),
    );
    const verify = verifier({ jwksUrl: `${url()}?token=hush` }, () => now);
    const bearer = await token(key.privateKey, {}, { kid: 'k1' });
    const unreachable = { code: 'HUB_UPSTREAM_UNREACHABLE', details: { source: 'auth', upstreamStatus: 503 } };
    await expect(verify(bearer)).rejects.toMatchObject(unreachable);
    await expect(verify(bearer)).rejects.toMatchObject(unreachable);
    await expect(verify(bearer)).rejects.not.toThrow(/hush/);
    expect(upstream.received).toHaveLength(1);
    up = true;
    now += 2_000;
    expect((await verify(bearer)).id).toBe(`${ISSUER}|ada`);
  });

  it('say so when the endpoint cannot be connected to', async () => {
    const key = await makeKey();
    upstream = await startUpstream((_, response) => json(response, {}));
    const jwksUrl = url();
    await upstream.close();
    await expect(verifier({ jwksUrl })(await token(key.privateKey))).rejects.toMatchObject({
      code: 'HUB_UPSTREAM_UNREACHABLE',
      details: { source: 'auth' },
    });
  });

  it.each([
    ['HTML', '<html></html>'],
    ['other JSON', '{"keys":"none"}'],
    ['something endless', `{"keys":[${'1,'.repeat(600_000)}1]}`],
  ])('say so when the endpoint answers %s', async (_, body) => {
    const key = await makeKey();
    upstream = await startUpstream((_request, response) => void response.end(body));
    await expect(verifier({ jwksUrl: url() })(await token(key.privateKey))).rejects.toMatchObject({
      code: 'HUB_UPSTREAM_MALFORMED',
      details: { source: 'auth' },
    });
  });

  it('are refused with an HMAC, even with a symmetric key in the set', async () => {
    const secret = new TextEncoder().encode('a secret of thirty-two bytes or more');
    const k = Buffer.from(secret).toString('base64url');
    upstream = await startUpstream((_, response) => json(response, { keys: [{ kty: 'oct', k, kid: 'k1' }] }));
    const bearer = await token(secret, {}, { alg: 'HS256', kid: 'k1' });
    await expect(verifier({ jwksUrl: url() })(bearer)).rejects.toMatchObject(invalid);
  });
});
