// Real keys and signed tokens for the tests of the front door.
import { exportJWK, exportSPKI, generateKeyPair, SignJWT } from 'jose';
import type { CryptoKey, JWK } from 'jose';

export const ISSUER = 'https://id.example';
export const AUDIENCE = 'https://hub.example';
/** The fake clock of these tests, in milliseconds. */
export const NOW = 1_800_000_000_000;

export interface SigningKey {
  readonly privateKey: CryptoKey;
  readonly pem: string;
  readonly jwk: JWK;
}

export async function makeKey(alg = 'ES256', kid = 'k1'): Promise<SigningKey> {
  const { privateKey, publicKey } = await generateKeyPair(alg, { extractable: true });
  return { privateKey, pem: await exportSPKI(publicKey), jwk: { ...(await exportJWK(publicKey)), kid, alg } };
}

export const seconds = (ms: number): number => Math.floor(ms / 1_000);

export function token(
  key: CryptoKey | Uint8Array,
  claims: Readonly<Record<string, unknown>> = {},
  header: { alg?: string; kid?: string } = {},
): Promise<string> {
  const payload = { iss: ISSUER, aud: AUDIENCE, sub: 'ada', exp: seconds(NOW) + 600, ...claims };
  return new SignJWT(JSON.parse(JSON.stringify(payload))).setProtectedHeader({ alg: 'ES256', ...header }).sign(key);
}
