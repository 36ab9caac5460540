// How the hub proves itself to a source: puts the configured credentials on a request that goes to the source's origin.
import type { Scope } from '../contract/scope.ts';
import { listed, type CredentialSettings } from '../config/source-settings.ts';
import { HubFault } from '../faults/hub-fault.ts';
import { addQuery, type BaseUrl, type WireRequest } from './wire-request.ts';

export interface Credentials {
  /** The caller's headers that travel on, lower-case; a part of the cache partition. */
  forwarded(scope: Scope): Readonly<Record<string, string>>;
  /**
   * The request with the static credentials on it, then an OAuth token where there is one, then what the caller forwards:
   * the more specific identity wins. A request to another origin is returned as it is.
   */
  apply(request: WireRequest, forwarded: Readonly<Record<string, string>>, token: string | undefined): WireRequest;
  /** Configured values that must never show up in a fault. */
  readonly secrets: readonly string[];
}

/** Headers that belong to one connection or frame the message: passing them on would break or smuggle requests. */
const NEVER_FORWARDED = new Set([
  ...['connection', 'content-length', 'content-type', 'content-encoding', 'expect', 'host', 'keep-alive'],
  ...['proxy-authenticate', 'proxy-authorization', 'proxy-connection', 'te', 'trailer', 'transfer-encoding', 'upgrade'],
]);

/** Throws HUB_CONFIG_INVALID where a header cannot be forwarded. */
export function createCredentials(source: string, auth: CredentialSettings, base: BaseUrl): Credentials {
  const forward = (auth.forward ?? []).map((name) => name.toLowerCase());
  const refused = forward.find((name) => NEVER_FORWARDED.has(name));
  if (refused !== undefined) {
    const message = `sources.${source}.auth.forward: the header "${refused}" belongs to one connection and cannot be forwarded`;
    throw new HubFault('HUB_CONFIG_INVALID', message);
  }
  const basic = auth.basic ?? base.userInfo;
  const fixed: Record<string, string> = {};
  if (basic !== undefined) fixed.authorization = basicAuthorization(basic.username, basic.password);
  if (auth.bearer !== undefined) fixed.authorization = `Bearer ${auth.bearer.token}`;
  for (const { name, value } of listed(auth.header)) fixed[name.toLowerCase()] = value;
  const cookies = listed(auth.cookie).map(({ name, value }) => `${name}=${value}`);
  const query = listed(auth.query)
    .map(({ name, value }) => `${encodeURIComponent(name)}=${encodeURIComponent(value)}`)
    .join('&');

  return {
    forwarded(scope) {
      const headers: Record<string, string> = {};
      for (const name of forward) {
        const value = scope.headers[name];
        if (value !== undefined) headers[name] = value;
      }
      return headers;
    },
    apply(request, forwarded, token) {
      if (request.origin !== base.origin) return request;
      const bearer = token === undefined ? undefined : { authorization: `Bearer ${token}` };
      return {
        ...request,
        path: addQuery(request.path, query),
        headers: withCookies({ ...request.headers, ...fixed, ...bearer, ...forwarded }, cookies),
      };
    },
    secrets: [
      ...[auth.header, auth.query, auth.cookie].flatMap((one) => listed(one).map(({ value }) => value)),
      ...[auth.bearer?.token, auth.oauth2?.clientSecret, auth.clientCertificate?.passphrase],
      ...[basic?.password, basic && `${basic.username}:${basic.password}`],
    ].filter((secret): secret is string => secret !== undefined && secret !== ''),
  };
}

/** Those of the call stay beside those of the source (RFC 6265, section 5.4: one header). */
function withCookies(
  headers: Readonly<Record<string, string>>,
  cookies: readonly string[],
): Readonly<Record<string, string>> {
  if (cookies.length === 0) return headers;
  return { ...headers, cookie: [headers.cookie, ...cookies].filter((one) => one !== undefined).join('; ') };
}

export function basicAuthorization(username: string, password: string): string {
  return `Basic ${Buffer.from(`${username}:${password}`, 'utf8').toString('base64')}`;
}
