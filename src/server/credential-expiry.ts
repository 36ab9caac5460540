// Nothing that goes on outlives the credential that it began with: websockets and event streams end with their token.
import type { Principal } from '../contract/principal.ts';

/** What setTimeout can hold: 24 days. */
const MAX_TIMER_MS = 2 ** 31 - 1;

/**
 * Calls `expire` once the principal's token has expired (RFC 7519, section 4.1.4: `exp` is in seconds).
 * @returns what calls it off
 */
export function atExpiry({ claims }: Principal, expire: () => void): () => void {
  const expiresAt = claims.exp;
  if (typeof expiresAt !== 'number') return () => undefined;
  const remainingMs = expiresAt * 1_000 - Date.now();
  if (remainingMs > MAX_TIMER_MS) return () => undefined;
  const timer = setTimeout(expire, Math.max(0, remainingMs)).unref();
  return () => clearTimeout(timer);
}
