// The front door: what a caller sent in, the Principal out. Called by the server, once per HTTP request or websocket.
import type { AuthSettings } from '../config/auth-settings.ts';
import { ANONYMOUS, type Principal } from '../contract/principal.ts';
import { HubFault } from '../faults/hub-fault.ts';
import { createApiKeyVerifier } from './create-api-key-verifier.ts';
import { createJwtVerifier } from './create-jwt-verifier.ts';
import { notAccepted, readCredential, type CredentialSources } from './read-credential.ts';

export interface Authenticator {
  /**
   * Who the caller is. Without a credential: ANONYMOUS, or HUB_AUTH_UNAUTHENTICATED where anonymous callers are not let
   * in. A credential that is unknown, expired, not well-formed or not alone rejects with HUB_AUTH_INVALID and is never
   * taken for no credential. HUB_UPSTREAM_* (source "auth") where an issuer's key set cannot be had.
   */
  readonly authenticate: (sources: CredentialSources) => Promise<Principal>;
}

export interface AuthenticatorOptions {
  /** Milliseconds since the epoch; `Date.now` by default. */
  readonly now?: () => number;
}

/**
 * Built once per configuration. Throws HUB_CONFIG_INVALID where a configured key cannot be used.
 * Where neither keys nor issuers are configured, credentials are not the hub's business: they are not looked at, and
 * may still be forwarded to a source that knows them.
 */
export function createAuthenticator(settings: AuthSettings, options: AuthenticatorOptions = {}): Authenticator {
  const now = options.now ?? Date.now;
  const acceptsKeys = settings.apiKeys.length > 0;
  const acceptsTokens = settings.jwt.length > 0;
  const apiKeyHeader = settings.apiKeyHeader.toLowerCase();
  const verifyApiKey = createApiKeyVerifier(settings.apiKeys, now);
  const verifyJwt = createJwtVerifier(settings.jwt, now);
  const accepted = [
    ...(acceptsTokens ? ['a bearer token in "authorization"'] : []),
    ...(acceptsKeys ? [`an API key in "${apiKeyHeader}"`] : []),
  ];
  const signInMessage =
    accepted.length === 0
      ? 'anonymous callers are not let in, and auth names no API keys or issuers'
      : `anonymous callers are not let in: send ${accepted.join(' or ')}`;

  return {
    async authenticate(sources) {
      const credential = accepted.length === 0 ? undefined : readCredential(sources, apiKeyHeader);
      if (credential === undefined) {
        if (settings.anonymous) return ANONYMOUS;
        throw new HubFault('HUB_AUTH_UNAUTHENTICATED', signInMessage);
      }
      if (credential.kind === 'api-key' && acceptsKeys) return verifyApiKey(credential.key);
      if (credential.kind === 'bearer' && acceptsTokens) return verifyJwt(credential.token);
      throw notAccepted();
    },
  };
}
