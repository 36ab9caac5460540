// Nothing that goes on outlives the credential that it began with: websockets and event streams end with their token, and
// where there is a limit, with their time.
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

/**
 * Calls `expire` once `maxMs` and up to a tenth of it have passed, so that those that came together do not go together.
 * @returns what calls it off
 */
export function afterLifetime(maxMs: number | undefined, expire: () => void): () => void {
  if (maxMs === undefined) return () => undefined;
  const timer = setTimeout(expire, Math.min(maxMs * (1 + Math.random() / 10), MAX_TIMER_MS)).unref();
  return () => clearTimeout(timer);
}
