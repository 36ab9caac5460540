// The Retry-After header of an answer (RFC 9110, section 10.2.3) → milliseconds from now.

/** Undefined where the header is absent or neither whole seconds nor an HTTP date; a date in the past is 0. */
export function parseRetryAfter(header: string | undefined, nowMs: number = Date.now()): number | undefined {
  if (header === undefined) return undefined;
  const text = header.trim();
  if (/^\d{1,9}$/.test(text)) return Number(text) * 1000;
  // Every HTTP date names its day; without this check Date.parse takes "7.5" for a month.
  if (!/^[A-Za-z]{3,9},? /.test(text)) return undefined;
  const at = Date.parse(text);
  return Number.isNaN(at) ? undefined : Math.max(0, at - nowMs);
}
