// The axios adapter over an undici pool: a wire request in, an answer out. Follows what may be followed; judges nothing.
// The adapter is called as axios would call it: axios's own way to it (merging configurations, classes of headers,
// interceptors) is most of what a small call costs, and there is nothing in it for this caller.
import { readFileSync } from 'node:fs';
import type { AxiosRequestHeaders } from 'axios';
import type { UpstreamResponse } from '../contract/transport.ts';
import type { SourceSettings } from '../config/source-settings.ts';
import { HubFault } from '../faults/hub-fault.ts';
import { ACCEPTED_ENCODINGS } from './decode-body.ts';
import { Pool } from './undici.ts';
import { createUndiciAdapter } from './undici-adapter.ts';
import { createUpstreamResponse } from './upstream-response.ts';
import type { WireRequest } from './wire-request.ts';

export interface HttpClient {
  /** Rejects with a HubFault, or with the signal's reason as soon as it aborts. */
  send(request: WireRequest, signal: AbortSignal): Promise<UpstreamResponse>;
  /** Drops every connection; calls in flight fail. */
  close(): Promise<void>;
}

const DEFAULT_HEADERS = { accept: '*/*', 'accept-encoding': ACCEPTED_ENCODINGS, 'user-agent': 'manifold' } as const;
const MAX_REDIRECTS = 3;
const MAX_CONNECT_MS = 10_000;
const REDIRECTS = new Set([301, 302, 303, 307, 308]);

export function createHttpClient(source: string, settings: SourceSettings): HttpClient {
  const connections = {
    connections: settings.concurrency,
    connectTimeout: Math.min(settings.timeoutMs, MAX_CONNECT_MS),
    // The attempt's own limit covers headers and body together.
    headersTimeout: 0,
    bodyTimeout: 0,
    allowH2: false,
    ...(settings.auth.clientCertificate === undefined
      ? {}
      : { connect: readCertificate(source, settings.auth.clientCertificate) }),
  };
  /** One for each origin: a source has its own, and those that its SDL names. */
  const pools = new Map<string, Pool>();
  const poolOf = (origin: string): Pool => {
    let pool = pools.get(origin);
    if (pool === undefined) pools.set(origin, (pool = new Pool(origin, connections)));
    return pool;
  };
  const adapter = createUndiciAdapter({ source, poolOf, maxResponseBytes: settings.maxResponseBytes });

  return {
    async send(request, signal) {
      let current = request;
      for (let followed = 0; ; followed += 1) {
        const answer = await adapter({
          method: current.method,
          baseURL: current.origin,
          url: current.path,
          headers: { ...DEFAULT_HEADERS, ...current.headers } as Record<string, string> as AxiosRequestHeaders,
          data: current.body,
          signal,
        });
        const headers = flatten(answer.headers as RawHeaders);
        const next = followed < MAX_REDIRECTS ? redirectOf(current, answer.status, headers.location) : undefined;
        if (next === undefined) return createUpstreamResponse(answer.status, headers, answer.data as Buffer);
        current = next;
      }
    },
    async close() {
      await Promise.all(Array.from(pools.values(), (pool) => pool.destroy()));
    },
  };
}

/** Throws HUB_CONFIG_INVALID where a file of it cannot be read. */
function readCertificate(source: string, settings: Certificate): Certificate {
  const read = (key: 'cert' | 'key' | 'ca'): Certificate => {
    const value = settings[key];
    if (value?.startsWith('/') !== true) return {};
    try {
      return { [key]: readFileSync(value, 'utf8') };
    } catch (cause) {
      const message = `sources.${source}.auth.clientCertificate.${key}: ${value} cannot be read`;
      throw new HubFault('HUB_CONFIG_INVALID', message, { cause });
    }
  };
  return { ...settings, ...read('cert'), ...read('key'), ...read('ca') };
}

type Certificate = Partial<NonNullable<SourceSettings['auth']['clientCertificate']>>;

/** Only a read that stays on its origin is followed: credentials go nowhere else, and nothing is done twice. */
function redirectOf(request: WireRequest, status: number, location: string | undefined): WireRequest | undefined {
  if (request.method !== 'GET' || location === undefined || !REDIRECTS.has(status)) return undefined;
  const target = URL.parse(location, request.origin + request.path);
  if (target?.origin !== request.origin) return undefined;
  return { ...request, path: target.pathname + target.search };
}

type RawHeaders = Readonly<Record<string, string | string[]>>;

/** undici's names are lower-case already. */
function flatten(headers: RawHeaders): Readonly<Record<string, string>> {
  const flat: Record<string, string> = {};
  for (const name of Object.keys(headers)) {
    const value = headers[name];
    flat[name] = Array.isArray(value) ? value.join(', ') : String(value);
  }
  return flat;
}
