// The body of a POST → the operation in it, or undefined where anything about it is out of the ordinary: then Apollo Server
// reads it, and says what is wrong with it. Called by the fast lane.
import { createBoundedCache } from '../engine/bounded-cache.ts';

export interface LanePayload {
  readonly query: string;
  /** Empty where none was given. */
  readonly operationName: string;
  readonly variables: Readonly<Record<string, unknown>>;
}

/** Bodies that are kept parsed, and how long they may be. */
const MAX_KEPT = 500;
const MAX_KEPT_CHARS = 4_096;
/**
 * One in so many that are not known is kept: what comes often soon is, and what never comes again is hardly a burden. A prime
 * number, so that what comes in turn with others has its turn here too.
 */
const KEPT_OF = 17;

const KNOWN_KEYS: ReadonlySet<string> = new Set(['query', 'operationName', 'variables']);

/** What it yields is never changed by anyone: the same body gives the same object. */
export function createPayloadReader(): (text: string) => LanePayload | undefined {
  const kept = createBoundedCache<LanePayload>(MAX_KEPT);
  let unknown = 0;
  return (text) => {
    const known = kept.get(text);
    if (known !== undefined) return known;
    const payload = read(text);
    unknown = (unknown + 1) % KEPT_OF;
    if (unknown === 0 && payload !== undefined && text.length <= MAX_KEPT_CHARS) kept.set(text, payload);
    return payload;
  };
}

function read(text: string): LanePayload | undefined {
  // Fastify refuses these keys, however their letters are written.
  if (/__proto__|constructor|\\u00[4-7]/i.test(text)) return undefined;
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (!isRecord(body)) return undefined;
  for (const key in body) if (!KNOWN_KEYS.has(key)) return undefined;
  const { query, operationName, variables } = body;
  if (typeof query !== 'string' || query === '' || operationName === '') return undefined;
  if (operationName !== undefined && operationName !== null && typeof operationName !== 'string') return undefined;
  if (variables !== undefined && variables !== null && !isRecord(variables)) return undefined;
  return { query, operationName: operationName ?? '', variables: variables ?? {} };
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
