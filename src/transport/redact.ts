// Takes secrets out of texts that came from an upstream before they become part of a fault.
import { HubFault } from '../faults/hub-fault.ts';

export type Redact = (text: string) => string;

/** Texts of an upstream are cut here, in UTF-16 units; redaction comes first and must see more, so that no secret is cut apart. */
const MAX_EXCERPT = 300;
const MAX_UNREDACTED = 4096;
const MARK = '[secret]';

/** What looks like a credential, whoever it belongs to. Texts are hostile: no pattern may backtrack far. */
const PATTERNS: readonly (readonly [RegExp, string])[] = [
  [/\b(bearer|basic|digest|negotiate)\s+[\w.~+/=-]{4,}/gi, `$1 ${MARK}`],
  // A JSON Web Token, signed or encrypted.
  [/\beyJ[\w-]{5,}\.[\w-]+(?:\.[\w-]*){0,3}/g, MARK],
  [/\b((?:proxy-)?authorization|cookie|set-cookie)\s*[:=]\s*[^\r\n,;]+/gi, `$1: ${MARK}`],
  [
    /(key|token|secret|password|passwd|pwd|signature|credentials?|sig|auth|session(?:id)?)(["']?\s*[=:]\s*["']?)[^\s&"',;#]+/gi,
    `$1$2${MARK}`,
  ],
  // User information in an address.
  [/([a-z][a-z0-9+.-]{0,19}:\/\/)[^\s/@]{1,512}@/gi, `$1${MARK}@`],
];

/** @param secrets values that are known to be secret; each is also found in its percent-encoded and base64 form. */
export function createRedactor(secrets: Iterable<string>): Redact {
  const known = new Set<string>();
  for (const secret of secrets) {
    if (secret === '') continue;
    // `Token abc`, `ApiKey abc`: the part behind the scheme is the secret.
    for (const part of [secret, secret.slice(secret.lastIndexOf(' ') + 1)]) {
      if (part === '') continue;
      known.add(part);
      known.add(encodeURIComponent(part));
      known.add(Buffer.from(part, 'utf8').toString('base64'));
    }
  }
  // The longest first, so that no secret is cut apart by one that it contains.
  const ordered = [...known].sort((a, b) => b.length - a.length);
  return (text) => {
    let clean = text;
    for (const secret of ordered) clean = clean.replaceAll(secret, MARK);
    for (const [pattern, replacement] of PATTERNS) clean = clean.replace(pattern, replacement);
    return clean;
  };
}

/** The fault without secrets in its message, upstreamDetail and upstreamCode; an excerpt is cut to its final length. */
export function redactFault(fault: HubFault, secrets: Iterable<string>): HubFault {
  const redact = createRedactor(secrets);
  const { upstreamDetail, upstreamCode } = fault.details;
  return new HubFault(fault.code, redact(fault.message), {
    cause: fault.cause,
    details: {
      ...fault.details,
      ...(upstreamDetail === undefined ? {} : { upstreamDetail: redactDetail(upstreamDetail, redact) }),
      ...(upstreamCode === undefined ? {} : { upstreamCode: redact(upstreamCode) }),
    },
  });
}

/** Every string inside a JSON-like value; what is nested deeper is left out. */
function redactDetail(value: unknown, redact: Redact, depth = 8): unknown {
  if (typeof value === 'string') return cut(redact(value.slice(0, MAX_UNREDACTED)));
  if (typeof value !== 'object' || value === null) return value;
  if (depth === 0) return undefined;
  if (Array.isArray(value)) return value.map((item) => redactDetail(item, redact, depth - 1));
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, redactDetail(item, redact, depth - 1)]));
}

function cut(text: string): string {
  return text.length <= MAX_EXCERPT ? text : `${text.slice(0, MAX_EXCERPT - 1)}…`;
}
