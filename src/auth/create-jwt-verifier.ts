// A bearer token in, its principal out: issuer, signature, audience and times checked. Called by the authenticator.
import { createHash } from 'node:crypto';
import { decodeJwt, errors, jwtVerify, type JWTPayload, type JWTVerifyGetKey, type JWTVerifyOptions } from 'jose';
import type { JwtIssuerSettings } from '../config/auth-settings.ts';
import type { Principal } from '../contract/principal.ts';
import { HubFault } from '../faults/hub-fault.ts';
import { createExpiringCache } from './expiring-cache.ts';
import { createJwksKeys } from './create-jwks-keys.ts';
import { importLocalKey } from './import-local-key.ts';
import { notAccepted } from './read-credential.ts';

export type VerifyJwt = (token: string) => Promise<Principal>;

interface Issuer {
  readonly settings: JwtIssuerSettings;
  readonly algorithms: readonly string[];
  readonly key: JWTVerifyGetKey;
}

/** How long a verified token is believed without another look; a withdrawn key lives on no longer than this. */
const BELIEVED_MS = 60_000;
const MAX_BELIEVED = 10_000;

/**
 * Verifies tokens. Rejects with HUB_AUTH_INVALID, or HUB_UPSTREAM_* where the issuer's key set cannot be had.
 * Throws HUB_CONFIG_INVALID at once where a configured key cannot be used. Keys are imported once.
 */
export function createJwtVerifier(settings: readonly JwtIssuerSettings[], now: () => number): VerifyJwt {
  const issuers = new Map(settings.map((entry) => [entry.issuer, toIssuer(entry, now)]));
  const believed = createExpiringCache<Principal>(MAX_BELIEVED);

  return async (token) => {
    const digest = createHash('sha256').update(token).digest('base64');
    const known = believed.get(digest, now());
    if (known !== undefined) return known;
    const issuer = issuers.get(issuerOf(token));
    if (issuer === undefined) throw notAccepted();
    const claims = await verify(token, issuer, now());
    const principal: Principal = {
      kind: 'jwt',
      id: `${issuer.settings.issuer}|${claims.sub ?? ''}`,
      scopes: new Set(scopesIn(claims, issuer.settings.scopesClaim)),
      claims: Object.freeze(claims),
    };
    const expiresAt = ((claims.exp ?? 0) + issuer.settings.clockToleranceSec) * 1_000;
    believed.set(digest, principal, Math.min(expiresAt, now() + BELIEVED_MS));
    return principal;
  };
}

function toIssuer(settings: JwtIssuerSettings, now: () => number): Issuer {
  if (settings.jwksUrl !== undefined) {
    const algorithms = settings.algorithms ?? ['RS256', 'ES256', 'EdDSA', 'Ed25519'];
    return { settings, algorithms, key: createJwksKeys(settings.jwksUrl, now) };
  }
  const { key, algorithms } = importLocalKey(settings);
  return { settings, algorithms: settings.algorithms ?? algorithms, key: () => key };
}

/** The unverified `iss`: it only chooses whose keys the token must then be signed with. */
function issuerOf(token: string): string {
  try {
    return decodeJwt(token).iss ?? '';
  } catch (cause) {
    throw notAccepted(undefined, cause);
  }
}

async function verify(token: string, { settings, algorithms, key }: Issuer, nowMs: number): Promise<JWTPayload> {
  const options: JWTVerifyOptions = {
    issuer: settings.issuer,
    audience: settings.audience,
    algorithms: [...algorithms],
    clockTolerance: settings.clockToleranceSec,
    requiredClaims: ['exp', 'sub'],
    currentDate: new Date(nowMs),
  };
  try {
    const { payload } = await jwtVerify(token, key, options).catch((thrown: unknown) => {
      if (thrown instanceof errors.JWKSMultipleMatchingKeys) return verifyWithAny(token, thrown, options);
      throw thrown;
    });
    if (typeof payload.sub !== 'string' || payload.sub === '') throw notAccepted();
    return payload;
  } catch (thrown) {
    if (thrown instanceof HubFault) throw thrown;
    // jose looks at the times after the signature, so this tells nothing about a forged token.
    if (thrown instanceof errors.JWTExpired) throw notAccepted('the token has expired', thrown);
    throw notAccepted(undefined, thrown);
  }
}

/** A key set with several keys for a token that does not name one: each is tried. */
async function verifyWithAny(token: string, keys: errors.JWKSMultipleMatchingKeys, options: JWTVerifyOptions) {
  for await (const key of keys) {
    try {
      return await jwtVerify(token, key, options);
    } catch (thrown) {
      if (!(thrown instanceof errors.JWSSignatureVerificationFailed)) throw thrown;
    }
  }
  throw new errors.JWSSignatureVerificationFailed();
}

function scopesIn(claims: JWTPayload, claimName: string): readonly string[] {
  const names = claimName === 'scope' ? ['scope', 'scp'] : [claimName];
  return names.flatMap((name) => {
    const claim: unknown = Object.hasOwn(claims, name) ? claims[name] : undefined;
    if (typeof claim === 'string') return claim.split(' ').filter((scope) => scope !== '');
    return Array.isArray(claim) ? claim.filter((scope) => typeof scope === 'string') : [];
  });
}
