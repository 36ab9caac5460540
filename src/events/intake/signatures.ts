// Comparing what a sender signed with what it should have: in the same time for every way to be wrong.
import { createHash, createHmac, timingSafeEqual } from 'node:crypto';

export type HmacAlgorithm = 'sha1' | 'sha256' | 'sha384' | 'sha512';

const DIGEST_BYTES: Readonly<Record<HmacAlgorithm, number>> = { sha1: 20, sha256: 32, sha384: 48, sha512: 64 };

/** More signatures than any sender puts on one delivery; a header full of them costs no more. */
const MAX_CANDIDATES = 16;

export interface HmacClaim {
  readonly algorithm: HmacAlgorithm;
  readonly keys: readonly (string | Buffer)[];
  /** What is signed, in pieces. */
  readonly signed: readonly (string | Buffer)[];
  /** Signatures that came with it, decoded. */
  readonly candidates: readonly Buffer[];
}

/** Whether any candidate is the HMAC under any key. Every key is tried, also when nothing came or one was right. */
export function hmacMatches({ algorithm, keys, signed, candidates }: HmacClaim): boolean {
  const length = DIGEST_BYTES[algorithm];
  const presented = candidates.slice(0, MAX_CANDIDATES);
  if (presented.length === 0) presented.push(Buffer.alloc(0));
  let matched = false;
  for (const key of keys) {
    const hmac = createHmac(algorithm, key);
    for (const piece of signed) hmac.update(piece);
    const expected = hmac.digest();
    for (const candidate of presented) {
      const comparable = candidate.length === length ? candidate : Buffer.alloc(length);
      const same = timingSafeEqual(comparable, expected) && candidate.length === length;
      matched = same || matched;
    }
  }
  return matched;
}

/** Whether `presented` is one of the secrets. Neither which one, nor how much of it, shows in the time it takes. */
export function secretMatches(presented: string, secrets: readonly string[]): boolean {
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
  const given = digest(presented);
  let matched = false;
  for (const secret of secrets) matched = timingSafeEqual(digest(secret), given) || matched;
  return matched;
}

/** Text that is not hexadecimal from end to end is no signature, where Buffer would take its beginning. */
export function fromHex(text: string): Buffer {
  return /^(?:[0-9a-f]{2})+$/i.test(text) ? Buffer.from(text, 'hex') : Buffer.alloc(0);
}

/** Canonical base64 or base64url only: one signature has one spelling. */
export function fromBase64(text: string, encoding: 'base64' | 'base64url' = 'base64'): Buffer {
  const bytes = Buffer.from(text, encoding);
  return bytes.toString(encoding) === text ? bytes : Buffer.alloc(0);
}

/** @param signedAt milliseconds since 1970; NaN is never fresh. */
export function isFresh(signedAt: number, nowMs: number, toleranceSec: number): boolean {
  return Math.abs(nowMs - signedAt) <= toleranceSec * 1000;
}

/** Decimal seconds since 1970 as milliseconds; NaN for anything else. */
export function fromUnixSeconds(text: string): number {
  return /^\d{1,12}$/.test(text) ? Number(text) * 1000 : NaN;
}
