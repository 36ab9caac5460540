// An API key in, its principal out. Keys are known by hash only. Called by the authenticator.
import { createHash, scrypt, timingSafeEqual } from 'node:crypto';
import type { ApiKeySettings } from '../config/auth-settings.ts';
import type { Principal } from '../contract/principal.ts';
import { HubFault } from '../faults/hub-fault.ts';
import { createExpiringCache } from './expiring-cache.ts';
import { notAccepted } from './read-credential.ts';

export type VerifyApiKey = (key: string) => Promise<Principal>;

interface SlowKey {
  readonly salt: Buffer;
  readonly hash: Buffer;
  readonly principal: Principal;
}

/** How long a key that scrypt has proven is believed by its digest. */
const PROVEN_MS = 60_000;
/** Unknown keys cost one scrypt for each slow key, so strangers must not be able to queue up many. */
const MAX_SLOW_CHECKS = 32;

/**
 * Verifies keys. Rejects with HUB_AUTH_INVALID, or HUB_CAPACITY_EXCEEDED where too many keys that need scrypt arrive at
 * once. A key with a `sha256:` hash costs one digest.
 */
export function createApiKeyVerifier(keys: readonly ApiKeySettings[], now: () => number): VerifyApiKey {
  const fast = new Map<string, Principal>();
  const slow: SlowKey[] = [];
  for (const { name, hash, scopes } of keys) {
    const principal: Principal = { kind: 'api-key', id: name, scopes: new Set(scopes), claims: {} };
    const [scheme, first = '', second = ''] = hash.split(':');
    if (scheme === 'sha256') fast.set(first.toLowerCase(), principal);
    else slow.push({ salt: Buffer.from(first, 'hex'), hash: Buffer.from(second, 'hex'), principal });
  }
  const proven = createExpiringCache<Principal>(1_000);
  let checking = 0;

  return async (key) => {
    // Looking up the digest takes no time that depends on how much of the key was right.
    const digest = createHash('sha256').update(key).digest('hex');
    const known = fast.get(digest) ?? proven.get(digest, now());
    if (known !== undefined) return known;
    if (slow.length === 0) throw notAccepted();
    if (checking >= MAX_SLOW_CHECKS) throw new HubFault('HUB_CAPACITY_EXCEEDED', 'too many API keys are being checked');
    checking += 1;
    try {
      // Every slow key is tried, so that the time does not tell which one matched.
      let match: Principal | undefined;
      for (const candidate of slow) if (await matches(key, candidate)) match = candidate.principal;
      if (match === undefined) throw notAccepted();
      proven.set(digest, match, now() + PROVEN_MS);
      return match;
    } finally {
      checking -= 1;
    }
  };
}

function matches(key: string, { salt, hash }: SlowKey): Promise<boolean> {
  return new Promise((resolve, reject) => {
    scrypt(key, salt, hash.length, (error, derived) => {
      if (error === null) resolve(timingSafeEqual(derived, hash));
      else reject(error);
    });
  });
}
