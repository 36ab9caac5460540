// The bytes of a verified delivery → JSON, as deep as everything after it can take.

/** Deeper than any event of a provider; the database and JSON.stringify would fail on much more. */
const MAX_DEPTH = 100;

/** Throws an Error that says what is wrong, without any of the body. */
export function parseBody(body: Buffer): unknown {
  let parsed: unknown;
  try {
    parsed = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body));
  } catch {
    throw new Error('the body is not JSON in UTF-8');
  }
  if (isDeeper(parsed, MAX_DEPTH)) throw new Error(`the body is nested deeper than ${MAX_DEPTH} levels`);
  return parsed;
}

/** Level by level, so that depth costs no stack. */
function isDeeper(value: unknown, depth: number): boolean {
  let level: unknown[] = [value];
  for (let left = depth; level.length > 0; left--) {
    level = level.flatMap((one) => (typeof one === 'object' && one !== null ? (Object.values(one) as unknown[]) : []));
    if (left === 0) return level.length > 0;
  }
  return false;
}
