// A configured public key or secret in, a key for jose and the algorithms it is for out. Used by the JWT verifier.
import { createPublicKey, type JsonWebKey, type KeyObject } from 'node:crypto';
import type { JwtIssuerSettings } from '../config/auth-settings.ts';
import { HubFault } from '../faults/hub-fault.ts';

export interface LocalKey {
  readonly key: KeyObject | Uint8Array;
  /** What is accepted where the configuration names no algorithms. */
  readonly algorithms: readonly string[];
}

const CURVES: ReadonlyMap<string | undefined, string> = new Map([
  ['prime256v1', 'ES256'],
  ['secp384r1', 'ES384'],
  ['secp521r1', 'ES512'],
]);

/** Throws HUB_CONFIG_INVALID, naming the issuer, where the key cannot be used. */
export function importLocalKey(settings: JwtIssuerSettings): LocalKey {
  if (settings.secret !== undefined) {
    return { key: new TextEncoder().encode(settings.secret), algorithms: ['HS256'] };
  }
  const refuse = (why: string, cause?: unknown) =>
    new HubFault('HUB_CONFIG_INVALID', `auth.jwt: the publicKey of issuer "${settings.issuer}" ${why}`, { cause });
  const key = readPublicKey(settings.publicKey, refuse);
  const algorithms = algorithmsOf(key);
  if (algorithms === undefined) throw refuse(`is of a kind that no algorithm uses: ${key.asymmetricKeyType ?? '?'}`);
  return { key, algorithms };
}

function readPublicKey(
  configured: JwtIssuerSettings['publicKey'],
  refuse: (why: string, cause?: unknown) => HubFault,
): KeyObject {
  const given = typeof configured === 'string' ? configured.trim() : (configured ?? {});
  const isPem = typeof given === 'string' && !given.startsWith('{');
  // Node would take the public half of a private key; one that lies in a configuration should rather be noticed.
  if (isPem ? given.includes('PRIVATE KEY') : given instanceof Object && Object.hasOwn(given, 'd')) {
    throw refuse('is a private key: give the public half');
  }
  try {
    if (isPem) return createPublicKey(given);
    const jwk = (typeof given === 'string' ? JSON.parse(given) : given) as JsonWebKey;
    if (Object.hasOwn(jwk, 'd')) throw refuse('is a private key: give the public half');
    return createPublicKey({ format: 'jwk', key: jwk });
  } catch (cause) {
    if (cause instanceof HubFault) throw cause;
    throw refuse('is neither a PEM public key or certificate nor a JWK', cause);
  }
}

function algorithmsOf(key: KeyObject): readonly string[] | undefined {
  switch (key.asymmetricKeyType) {
    case 'rsa':
      return ['RS256'];
    case 'rsa-pss':
      return ['PS256'];
    case 'ed25519':
      return ['EdDSA', 'Ed25519'];
    case 'ec': {
      const algorithm = CURVES.get(key.asymmetricKeyDetails?.namedCurve);
      return algorithm === undefined ? undefined : [algorithm];
    }
    default:
      return undefined;
  }
}
