// HTTP headers or websocket connection parameters in, the one credential in them out. Called by the authenticator.
import { HubFault } from '../faults/hub-fault.ts';

/** Where a caller's credential may be. Both are untrusted; both are read where both are given. */
export interface CredentialSources {
  /** HTTP headers; names in any case. */
  readonly headers?: Readonly<Record<string, string | readonly string[] | undefined>>;
  /**
   * The payload of graphql-ws's `connection_init`: `authorization` and the API key header at the top or under
   * `headers`, names in any case.
   */
  readonly connectionParams?: unknown;
}

export type Credential =
  { readonly kind: 'bearer'; readonly token: string } | { readonly kind: 'api-key'; readonly key: string };

/** Longer than any token in use, and short enough to hash without a thought. */
const MAX_CREDENTIAL_LENGTH = 16_384;

/** The fault of every credential that is not accepted: it does not say which part was wrong. */
export function notAccepted(message = 'the credential is not accepted', cause?: unknown): HubFault {
  return new HubFault('HUB_AUTH_INVALID', message, { cause });
}

/**
 * The caller's credential, undefined where there is none.
 * Throws HUB_AUTH_INVALID for one that is not well-formed, and for more than one.
 */
export function readCredential(sources: CredentialSources, apiKeyHeader: string): Credential | undefined {
  const found: Credential[] = [];
  for (const carrier of carriersOf(sources)) {
    for (const [name, value] of Object.entries(carrier)) {
      const key = name.toLowerCase();
      if (value === undefined || value === null) continue;
      if (key === 'authorization') found.push({ kind: 'bearer', token: bearerToken(value) });
      else if (key === apiKeyHeader) found.push({ kind: 'api-key', key: text(value) });
    }
  }
  if (found.length > 1) throw notAccepted('more than one credential was sent');
  return found[0];
}

function carriersOf({ headers, connectionParams }: CredentialSources): readonly object[] {
  const carriers: object[] = headers === undefined ? [] : [headers];
  if (!isObject(connectionParams)) return carriers;
  carriers.push(connectionParams);
  const nested = Object.hasOwn(connectionParams, 'headers') ? (connectionParams as { headers: unknown }).headers : null;
  if (isObject(nested)) carriers.push(nested);
  return carriers;
}

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null;

function bearerToken(value: unknown): string {
  const token = /^bearer +([^\s]+)$/i.exec(text(value))?.[1];
  if (token === undefined) throw notAccepted();
  return token;
}

function text(value: unknown): string {
  if (typeof value !== 'string' || value.length > MAX_CREDENTIAL_LENGTH) throw notAccepted();
  const trimmed = value.trim();
  if (trimmed === '') throw notAccepted();
  return trimmed;
}
