// The base url that a document names: `servers[0]` with its variables' defaults, or `schemes`, `host` and `basePath`.
import { property, type JsonObject } from './parse-document.ts';
import type { OpenApiVersion } from './recognise-version.ts';

/**
 * @param location what a relative server url is relative to, where it is a url.
 * Without a trailing slash; undefined where no absolute http(s) url comes of it.
 */
export function serverUrlOf(document: JsonObject, version: OpenApiVersion, location: string): string | undefined {
  return absoluteUrl(version === '2.0' ? urlV2(document, location) : firstServerUrl(document), location);
}

/** The first of the `servers` of an operation or a path, variables at their defaults; relative to `base`. */
export function ownServerUrl(owner: unknown, base: string): string | undefined {
  return absoluteUrl(firstServerUrl(owner), base);
}

function absoluteUrl(written: string | undefined, location: string): string | undefined {
  const base = /^https?:/i.test(location) ? location : undefined;
  if (written === undefined || !URL.canParse(written, base)) return undefined;
  const url = new URL(written, base);
  if (url.protocol !== 'http:' && url.protocol !== 'https:') return undefined;
  // What is still a variable would be called literally.
  if (/[{}]|%7B|%7D/i.test(url.href)) return undefined;
  url.username = '';
  url.password = '';
  url.hash = '';
  return url.href.replace(/\/+$/, '');
}

function firstServerUrl(owner: unknown): string | undefined {
  const servers = property(owner, 'servers');
  const first: unknown = Array.isArray(servers) ? servers[0] : undefined;
  const url = property(first, 'url');
  if (typeof url !== 'string') return undefined;
  const variables = property(first, 'variables');
  return url.replace(/\{([^{}]+)\}/g, (whole, name: string) => {
    const value = property(property(variables, name), 'default');
    return typeof value === 'string' || typeof value === 'number' ? String(value) : whole;
  });
}

function urlV2(document: JsonObject, location: string): string | undefined {
  const host = property(document, 'host');
  const basePath = property(document, 'basePath');
  const path = typeof basePath === 'string' ? `/${basePath.replace(/^\/+/, '')}` : '/';
  if (typeof host !== 'string' || host === '') return path;
  const schemes = property(document, 'schemes');
  const own = /^(https?):/i.exec(location)?.[1]?.toLowerCase();
  const list = Array.isArray(schemes) ? schemes.map(String) : [own ?? 'https'];
  return `${list.includes('https') ? 'https' : (list[0] ?? 'https')}://${host}${path}`;
}
