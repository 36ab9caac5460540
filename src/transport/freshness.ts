// How long an answer may be given out again: its own headers by RFC 9111, the source's settings where they are silent.
import CachePolicy from 'http-cache-semantics';
import type { SourceCacheSettings } from '../config/cache-settings.ts';
import type { UpstreamResponse } from '../contract/transport.ts';
import type { WireRequest } from './wire-request.ts';

/** Of one kept answer. Times are in milliseconds of the same clock. */
export interface Freshness {
  readonly freshUntil: number;
  /** Until then it may be given out while a fresh one is fetched; never before `freshUntil`. */
  readonly staleUntil: number;
  /** `if-none-match` and the like: with them the upstream may answer 304. Empty where it gave no validator. */
  readonly validators: Readonly<Record<string, string>>;
}

/** Undefined where the answer must not be kept, or never could be given out again. */
export function freshnessOf(
  wire: WireRequest,
  response: UpstreamResponse,
  settings: SourceCacheSettings,
  now: number,
): Freshness | undefined {
  const { ttlMs, staleMs } = settings;
  if (settings.ignoreHeaders) return atLeastSome({ freshUntil: now + ttlMs, staleUntil: now + ttlMs + staleMs });
  const headers = response.headers;
  const control = directivesOf(headers['cache-control']);
  if (control.has('no-store') || headers.vary?.includes('*') === true) return undefined;
  const saysSo = control.has('max-age') || control.has('no-cache') || headers.expires !== undefined;
  const freshMs = saysSo ? Math.max(0, lifetimeSec(wire, response) - ageSec(headers.age)) * 1_000 : ttlMs;
  const mustAsk = control.has('no-cache') || control.has('must-revalidate') || control.has('proxy-revalidate');
  const ownStaleMs = Number(control.get('stale-while-revalidate') ?? 0) * 1_000 || 0;
  const freshUntil = now + freshMs;
  return atLeastSome(
    { freshUntil, staleUntil: freshUntil + (mustAsk ? 0 : Math.max(staleMs, ownStaleMs)) },
    validatorsOf(headers),
  );

  function atLeastSome(times: Omit<Freshness, 'validators'>, validators: Freshness['validators'] = {}) {
    return times.staleUntil > now || Object.keys(validators).length > 0 ? { ...times, validators } : undefined;
  }
}

/** A read that is sent with POST (SOAP, GraphQL) is kept by the same rules; the source's settings opted in to that. */
function lifetimeSec(wire: WireRequest, response: UpstreamResponse): number {
  const request = { method: 'GET', url: wire.path, headers: wire.headers };
  return new CachePolicy(request, { status: response.status, headers: response.headers }, { shared: false }).maxAge();
}

const ageSec = (header: string | undefined): number => Math.max(0, Number(header ?? 0)) || 0;

function validatorsOf(headers: Readonly<Record<string, string>>): Freshness['validators'] {
  return {
    ...(headers.etag === undefined ? {} : { 'if-none-match': headers.etag }),
    ...(headers['last-modified'] === undefined ? {} : { 'if-modified-since': headers['last-modified'] }),
  };
}

function directivesOf(header: string | undefined): ReadonlyMap<string, string> {
  return new Map(
    (header ?? '').split(',').map((part): [string, string] => {
      const [name = '', value = ''] = part.split('=');
      return [name.trim().toLowerCase(), value.trim().replaceAll('"', '')];
    }),
  );
}
