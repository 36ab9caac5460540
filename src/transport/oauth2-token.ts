// OAuth 2 client credentials (RFC 6749, section 4.4): one token for all calls of a source, fetched once for all who wait.
import type { CredentialSettings } from '../config/source-settings.ts';
import { HubFault, toHubFault } from '../faults/hub-fault.ts';
import type { UpstreamResponse } from '../contract/transport.ts';
import { basicAuthorization } from './credentials.ts';
import type { WireRequest } from './wire-request.ts';

export interface TokenSource {
  /** The present token, or the one that is being fetched. Rejects with a HubFault. */
  get(): Promise<string>;
  /** The source refused this token: the next `get` fetches another, unless somebody has done so already. */
  refuse(token: string): void;
  /** The token in use, for redaction. */
  current(): string | undefined;
}

export interface TokenSourceOptions {
  readonly source: string;
  readonly settings: NonNullable<CredentialSettings['oauth2']>;
  /** Sends one request within the source's timeout; rejects with a HubFault. */
  send(request: WireRequest): Promise<UpstreamResponse>;
}

/** A token is renewed this long before it ends. */
const RENEW_BEFORE_MS = 30_000;
/** How long a token is used whose end the server does not tell. */
const DEFAULT_LIFETIME_MS = 300_000;
/** RFC 6749, section 5.2: what the server may say without giving anything away. */
const KNOWN_ERRORS = new Set([
  ...['invalid_request', 'invalid_client', 'invalid_grant', 'unauthorized_client', 'unsupported_grant_type'],
  'invalid_scope',
]);

export function createTokenSource(options: TokenSourceOptions): TokenSource {
  let token: { readonly value: string; readonly renewAt: number } | undefined;
  let pending: Promise<string> | undefined;

  const fetchToken = async (): Promise<string> => {
    const response = await options.send(tokenRequest(options.settings)).catch((error: unknown) => {
      throw unavailable(options.source, error);
    });
    const granted = readGrant(options.source, response);
    const early = granted.lifetimeMs > 2 * RENEW_BEFORE_MS ? RENEW_BEFORE_MS : granted.lifetimeMs / 2;
    token = { value: granted.token, renewAt: performance.now() + granted.lifetimeMs - early };
    return granted.token;
  };

  return {
    get() {
      if (token !== undefined && performance.now() < token.renewAt) return Promise.resolve(token.value);
      pending ??= fetchToken().finally(() => (pending = undefined));
      return pending;
    },
    refuse(refused) {
      if (token?.value === refused) token = undefined;
    },
    current: () => token?.value,
  };
}

function tokenRequest(settings: TokenSourceOptions['settings']): WireRequest {
  const url = new URL(settings.tokenUrl);
  const form = new URLSearchParams({ grant_type: 'client_credentials' });
  if (settings.scopes !== undefined && settings.scopes.length > 0) form.set('scope', settings.scopes.join(' '));
  if (settings.audience !== undefined) form.set('audience', settings.audience);
  const headers: Record<string, string> = {
    accept: 'application/json',
    'content-type': 'application/x-www-form-urlencoded',
  };
  if (settings.clientAuth === 'basic') {
    headers.authorization = basicAuthorization(formEncode(settings.clientId), formEncode(settings.clientSecret));
  } else {
    form.set('client_id', settings.clientId);
    form.set('client_secret', settings.clientSecret);
  }
  return { method: 'POST', origin: url.origin, path: url.pathname + url.search, headers, body: form.toString() };
}

/** RFC 6749, section 2.3.1: id and secret are form-encoded before they become a user name and a password. */
function formEncode(text: string): string {
  return new URLSearchParams({ t: text }).toString().slice(2);
}

function readGrant(source: string, response: UpstreamResponse): { token: string; lifetimeMs: number } {
  const body = parseObject(response.text());
  if (response.status < 200 || response.status > 299) {
    const error = typeof body?.error === 'string' && KNOWN_ERRORS.has(body.error) ? body.error : undefined;
    throw refused(source, `the token server answered with status ${response.status}`, response.status, error);
  }
  const token = body?.access_token;
  const type = body?.token_type ?? 'bearer';
  if (typeof token !== 'string' || !/^[\x21-\x7e]+$/.test(token)) {
    throw refused(source, 'the answer of the token server has no access_token', response.status);
  }
  if (typeof type !== 'string' || type.toLowerCase() !== 'bearer') {
    throw refused(source, 'the token is not a bearer token', response.status);
  }
  const seconds = Number(body?.expires_in ?? NaN);
  return { token, lifetimeMs: Number.isFinite(seconds) && seconds >= 0 ? seconds * 1000 : DEFAULT_LIFETIME_MS };
}

function parseObject(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : undefined;
  } catch {
    return undefined;
  }
}

function refused(source: string, why: string, upstreamStatus: number, upstreamCode?: string): HubFault {
  const message = `could not get a token for source "${source}": ${why}${upstreamCode === undefined ? '' : ` (${upstreamCode})`}`;
  return new HubFault('HUB_UPSTREAM_REJECTED', message, {
    details: { source, upstreamStatus, ...(upstreamCode === undefined ? {} : { upstreamCode }) },
  });
}

/** No answer at all: the code stays what it is, so that the call may be repeated. */
function unavailable(source: string, error: unknown): HubFault {
  const fault = toHubFault(error);
  return new HubFault(fault.code, `could not get a token for source "${source}": no answer from the token server`, {
    details: { source },
    cause: fault,
  });
}
