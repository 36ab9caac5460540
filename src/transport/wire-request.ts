// A request as it goes over the wire: where to, with which headers. Made from an UpstreamRequest and the source's url.
import type { UpstreamRequest } from '../contract/transport.ts';
import { HubFault } from '../faults/hub-fault.ts';

export interface WireRequest {
  readonly method: UpstreamRequest['method'];
  /** `https://api.example.com:8443`, as URL.origin writes it. */
  readonly origin: string;
  /** Path and query, percent-encoded, without a fragment; starts with a slash. */
  readonly path: string;
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Uint8Array | undefined;
}

export interface BaseUrl {
  readonly origin: string;
  /** Absolute or relative address (see UpstreamRequest.url) → where it leads. */
  resolve(url: string): { readonly origin: string; readonly path: string };
  /** User information of the url, decoded; it is never sent as a part of the url. */
  readonly userInfo: { readonly username: string; readonly password: string } | undefined;
}

const ABSOLUTE = /^https?:\/\//i;
/** What a request target may consist of; anything else goes through the URL parser, which encodes it. */
const CLEAN_TARGET = /^[\x21-\x7e]*$/;

/** Throws HUB_CONFIG_INVALID where `url` is not an http or https address. */
export function parseBaseUrl(source: string, url: string): BaseUrl {
  const parsed = ABSOLUTE.test(url) ? URL.parse(url) : null;
  if (parsed === null) {
    throw new HubFault('HUB_CONFIG_INVALID', `sources.${source}.url is not an http or https address`);
  }
  const prefix = parsed.pathname.replace(/\/+$/, '');
  const { origin, pathname, search } = parsed;
  return {
    origin,
    userInfo:
      parsed.username === '' && parsed.password === ''
        ? undefined
        : { username: decode(parsed.username), password: decode(parsed.password) },
    resolve(target) {
      if (ABSOLUTE.test(target)) return resolveAbsolute(target);
      const hash = target.indexOf('#');
      const bare = hash === -1 ? target : target.slice(0, hash);
      if (bare === '') return { origin, path: pathname + search };
      const appended = bare.startsWith('/') || bare.startsWith('?') ? bare : `/${bare}`;
      const path = addQuery(appended.startsWith('?') ? pathname + appended : prefix + appended, search.slice(1));
      return { origin, path: CLEAN_TARGET.test(path) ? path : encodeTarget(origin, path) };
    },
  };
}

/** Appends `a=b&c=d` to the query of a path. */
export function addQuery(path: string, query: string): string {
  if (query === '') return path;
  return `${path}${path.includes('?') ? '&' : '?'}${query}`;
}

function resolveAbsolute(target: string): { origin: string; path: string } {
  const parsed = URL.parse(target);
  if (parsed === null) throw new HubFault('HUB_REQUEST_INVALID', 'the address of an upstream call is not valid');
  return { origin: parsed.origin, path: parsed.pathname + parsed.search };
}

function encodeTarget(origin: string, path: string): string {
  return resolveAbsolute(origin + path).path;
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
