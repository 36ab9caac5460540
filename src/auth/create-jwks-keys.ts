// The keys behind a JWKS url, as jose asks for them: kept, fetched again when a token names an unknown one. Used by the JWT verifier.
import { createRemoteJWKSet, customFetch, errors, type FetchImplementation, type JWTVerifyGetKey } from 'jose';
import { HubFault } from '../faults/hub-fault.ts';

const TIMEOUT_MS = 5_000;
/** Strangers can name unknown key ids at will: they cause one fetch in this time. */
const COOLDOWN_MS = 30_000;
const MAX_AGE_MS = 600_000;
/** After a failed fetch, how long nobody asks again. */
const FAILURE_PAUSE_MS = 2_000;
const MAX_BYTES = 1024 * 1024;

/**
 * Resolves the key of a token. Concurrent fetches are one. Rejects with jose's own errors where the token is at fault,
 * and with HUB_UPSTREAM_UNREACHABLE, _TIMEOUT or _MALFORMED (source "auth") where the endpoint is: a caller with a good
 * token must not be told to sign in again because the issuer is down.
 */
export function createJwksKeys(jwksUrl: string, now: () => number): JWTVerifyGetKey {
  let failure: { readonly fault: HubFault; readonly untilMs: number } | undefined;
  const fetchOnce: FetchImplementation = async (url, options) => {
    if (failure !== undefined && now() < failure.untilMs) throw failure.fault;
    try {
      const body = await read(url, options);
      failure = undefined;
      return body;
    } catch (thrown) {
      const fault = toFetchFault(thrown, jwksUrl);
      failure = { fault, untilMs: now() + FAILURE_PAUSE_MS };
      throw fault;
    }
  };
  const keys = createRemoteJWKSet(new URL(jwksUrl), {
    timeoutDuration: TIMEOUT_MS,
    cooldownDuration: COOLDOWN_MS,
    cacheMaxAge: MAX_AGE_MS,
    [customFetch]: fetchOnce,
  });
  return async (header, token) => {
    try {
      return await keys(header, token);
    } catch (thrown) {
      // JSON that is no key set is found out by jose, after the fetch.
      if (thrown instanceof errors.JWKSInvalid) throw malformed(jwksUrl, thrown);
      throw thrown;
    }
  };
}

/** The answer with its body read in full, so that its size and its being JSON are judged here. */
async function read(url: string, options: Parameters<FetchImplementation>[1]): Promise<Response> {
  const response = await fetch(url, options);
  if (response.status !== 200 || response.body === null) {
    await response.body?.cancel();
    throw new HubFault('HUB_UPSTREAM_UNREACHABLE', `${place(url)} answered with status ${response.status}`, {
      details: { source: 'auth', upstreamStatus: response.status },
    });
  }
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response.body as AsyncIterable<Uint8Array>) {
    size += chunk.byteLength;
    if (size > MAX_BYTES) throw malformed(url, new Error(`more than ${MAX_BYTES} bytes`));
    chunks.push(chunk);
  }
  const text = Buffer.concat(chunks).toString('utf8');
  try {
    return Response.json(JSON.parse(text));
  } catch (cause) {
    throw malformed(url, cause);
  }
}

function toFetchFault(thrown: unknown, url: string): HubFault {
  if (thrown instanceof HubFault) return thrown;
  const timedOut = thrown instanceof Error && thrown.name === 'TimeoutError';
  return timedOut
    ? fault('HUB_UPSTREAM_TIMEOUT', `${place(url)} did not answer in ${TIMEOUT_MS} ms`, thrown)
    : fault('HUB_UPSTREAM_UNREACHABLE', `${place(url)} cannot be reached`, thrown);
}

const malformed = (url: string, cause: unknown): HubFault =>
  fault('HUB_UPSTREAM_MALFORMED', `${place(url)} did not answer with a JSON Web Key Set`, cause);

const fault = (code: HubFault['code'], message: string, cause: unknown): HubFault =>
  new HubFault(code, message, { details: { source: 'auth' }, cause });

/** Origin and path only: a query string may hold a secret. */
function place(url: string): string {
  const { origin, pathname } = new URL(url);
  return `the key set at ${origin}${pathname}`;
}
