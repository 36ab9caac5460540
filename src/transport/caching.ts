// Reads of one source through the answer cache: fresh answers from it, stale ones while a fresh one is fetched, and
// everything else from the upstream. Used by the transport.
import type { SourceCacheSettings } from '../config/cache-settings.ts';
import type { UpstreamRequest, UpstreamResponse } from '../contract/transport.ts';
import type { AnswerCache, KeptAnswer } from './answer-cache.ts';
import { freshnessOf, type Freshness } from './freshness.ts';
import { createUpstreamResponse } from './upstream-response.ts';
import type { WireRequest } from './wire-request.ts';

export interface CachedRead {
  readonly key: string;
  readonly request: UpstreamRequest;
  readonly wire: WireRequest;
}

export interface Caching {
  /** An answer that may be given out now. `stale`: and that should be fetched anew. */
  find(key: string): { readonly response: UpstreamResponse; readonly state: 'fresh' | 'stale' } | undefined;
  /**
   * Asks the upstream, with the validators of the answer that is kept, and keeps what it says. A 304 is answered with the
   * kept answer. Rejects as `ask` does.
   */
  fill(
    read: CachedRead,
    ask: (request: UpstreamRequest, wire: WireRequest) => Promise<UpstreamResponse>,
  ): Promise<UpstreamResponse>;
}

/** @param now milliseconds of a clock that never goes back. */
export function createCaching(cache: AnswerCache, settings: SourceCacheSettings, now: () => number): Caching {
  const fill: Caching['fill'] = async ({ key, request, wire }, ask) => {
    const mark = cache.mark();
    const kept = cache.get(key);
    const validators = kept?.freshness.validators ?? {};
    const asked = kept === undefined || Object.keys(validators).length === 0 ? undefined : kept;
    const response =
      asked === undefined
        ? await ask(request, wire)
        : await ask(takingNotModified(request), { ...wire, headers: { ...wire.headers, ...validators } });
    const answer = asked !== undefined && response.status === 304 ? freshened(asked, response) : response;
    const freshness = freshnessOf(wire, answer, settings, now());
    if (freshness !== undefined) keep(key, answer, freshness, request, mark);
    return answer;
  };

  const keep = (
    key: string,
    response: UpstreamResponse,
    freshness: Freshness,
    { tagsOf }: UpstreamRequest,
    mark: number,
  ): void => {
    const { status, headers, body } = response;
    try {
      cache.put(key, { response: { status, headers, body }, freshness, tags: tagsOf?.(response) ?? [] }, mark);
    } catch {
      // What cannot be read is not kept; whoever asked for it gets to know why.
    }
  };

  return {
    find(key) {
      const kept = cache.get(key);
      if (kept === undefined || now() >= kept.freshness.staleUntil) return undefined;
      return { response: reopened(kept), state: now() < kept.freshness.freshUntil ? 'fresh' : 'stale' };
    },
    fill,
  };
}

function takingNotModified(request: UpstreamRequest): UpstreamRequest {
  const { faultOf } = request;
  return faultOf === undefined
    ? request
    : { ...request, faultOf: (response) => (response.status === 304 ? undefined : faultOf(response)) };
}

const reopened = ({ response: { status, headers, body } }: KeptAnswer): UpstreamResponse =>
  createUpstreamResponse(status, headers, Buffer.from(body.buffer, body.byteOffset, body.byteLength));

/** What a 304 may say anew about the answer that is kept (RFC 9110, section 15.4.5). */
const UPDATED = new Set(['cache-control', 'expires', 'date', 'age', 'etag', 'last-modified', 'vary']);

function freshened(kept: KeptAnswer, { headers }: UpstreamResponse): UpstreamResponse {
  const { status, body, headers: older } = kept.response;
  const newer = Object.entries(headers).filter(([name]) => UPDATED.has(name));
  return reopened({
    ...kept,
    response: { status, body, headers: { ...older, age: '0', ...Object.fromEntries(newer) } },
  });
}
