// HTTP to one source: what connectors hand in goes out with the source's credentials, under its policies, shared where
// identical reads are in flight, and comes back as an answer or as a fault. Made by compose.ts, one for a source and url.
import type { Scope } from '../contract/scope.ts';
import type { SourceStats } from '../contract/source-stats.ts';
import type { Transport, UpstreamRequest, UpstreamResponse } from '../contract/transport.ts';
import type { SourceSettings } from '../config/source-settings.ts';
import { type HubFault, toHubFault } from '../faults/hub-fault.ts';
import type { Logger } from '../telemetry/logger.ts';
import type { AnswerCache } from './answer-cache.ts';
import { limitAttempt } from './attempt-limit.ts';
import { createCaching } from './caching.ts';
import { createCredentials } from './credentials.ts';
import { faultOfStatus } from './fault-of-status.ts';
import { createHttpClient } from './http-client.ts';
import { withIdempotencyKey } from './idempotency-key.ts';
import { createInFlight, untilAborted, type Lifetime } from './in-flight.ts';
import { createTokenSource } from './oauth2-token.ts';
import { createPolicies, type Outcome } from './policies.ts';
import { redactFault } from './redact.ts';
import { shareKey } from './share-key.ts';
import { parseBaseUrl, type WireRequest } from './wire-request.ts';

export interface TransportOptions {
  readonly source: string;
  /** What relative addresses are relative to; credentials go to its origin alone. */
  readonly baseUrl: string;
  readonly settings: SourceSettings;
  readonly stats: SourceStats;
  readonly logger: Logger;
  /** Of the whole hub. Undefined: no answer is kept. */
  readonly cache?: AnswerCache;
}

/** One call as all its attempts see it. */
interface Call {
  readonly request: UpstreamRequest;
  readonly wire: WireRequest;
  readonly forwarded: Readonly<Record<string, string>>;
  readonly scope: Scope;
  readonly lifetime: Lifetime;
}

/** Throws HUB_CONFIG_INVALID where the url or the credentials cannot be used. Holds no per-request state. */
export function createTransport(options: TransportOptions): Transport {
  const { source, settings, stats, logger } = options;
  const base = parseBaseUrl(source, options.baseUrl);
  const credentials = createCredentials(source, settings.auth, base);
  const http = createHttpClient(source, settings);
  const policies = createPolicies(source, settings, stats, logger);
  const inFlight = createInFlight<UpstreamResponse>();
  /** Calls that may have changed something: who asks after one must not join a read from before it. */
  let changes = 0;
  const caching =
    settings.cache && options.cache && createCaching(options.cache, settings.cache, () => performance.now());
  const tokens =
    settings.auth.oauth2 &&
    createTokenSource({
      source,
      settings: settings.auth.oauth2,
      // Many calls may wait for the token, so none of them bounds it.
      send: (request) => within(undefined, (signal) => http.send(request, signal)),
    });

  /** `run` rejects as soon as its signal aborts. */
  const within = async <T>(lifetime: Lifetime | undefined, run: (signal: AbortSignal) => Promise<T>): Promise<T> => {
    const limit = limitAttempt(source, settings.timeoutMs, lifetime);
    try {
      return await run(limit.signal);
    } finally {
      limit.release();
    }
  };

  const exchange = async ({ wire, forwarded }: Call, signal: AbortSignal): Promise<UpstreamResponse> => {
    if (tokens === undefined || wire.origin !== base.origin || forwarded.authorization !== undefined) {
      return http.send(credentials.apply(wire, forwarded, undefined), signal);
    }
    const token = await untilAborted(tokens.get(), signal);
    const response = await http.send(credentials.apply(wire, forwarded, token), signal);
    if (response.status !== 401) return response;
    // The token may have been withdrawn before its time. A refused call did nothing, so any call may be made again.
    tokens.refuse(token);
    return http.send(credentials.apply(wire, forwarded, await untilAborted(tokens.get(), signal)), signal);
  };

  const attempt = async (call: Call, probe: boolean): Promise<Outcome> => {
    const { request, scope, lifetime } = call;
    if (lifetime.signal.aborted) throw lifetime.signal.reason;
    const startedAt = performance.now();
    let status: number | undefined;
    let fault: HubFault | undefined;
    try {
      // A probe decides about the source for everyone, so the caller's going away must not look like an answer to it.
      const response = await within(probe ? undefined : lifetime, (signal) => exchange(call, signal));
      status = response.status;
      fault = request.faultOf ? request.faultOf(response) : faultOfStatus(source, request.operation, response);
      if (fault === undefined) return { response };
      // Everything an upstream wrote is redacted before it becomes a part of a fault.
      const secrets = [...credentials.secrets, tokens?.current() ?? '', ...Object.values(call.forwarded)];
      fault = redactFault(fault, secrets);
    } catch (thrown) {
      fault = toHubFault(thrown);
    } finally {
      const durationMs = performance.now() - startedAt;
      stats.record(durationMs, fault?.code);
      const usage = { source, operation: request.operation, durationMs, shared: false };
      scope.usage.upstreamCall(status === undefined ? usage : { ...usage, status });
      logger.debug({ source, operation: request.operation, durationMs, status, code: fault?.code }, 'upstream call');
    }
    if (fault.code === 'HUB_REQUEST_ABORTED' || fault.code === 'HUB_REQUEST_TIMEOUT') throw fault;
    return toOutcome(fault, call);
  };

  const toOutcome = (fault: HubFault, { request, lifetime }: Call): Outcome => {
    const afterMs = fault.details.retryAfterMs ?? 0;
    const possible = request.idempotent && (fault.retryable || fault.details.cut === true);
    if (!possible || afterMs > settings.retry.maxDelayMs) return { fault };
    return { fault, repeat: { afterMs, withinMs: lifetime.deadlineAt() - performance.now() } };
  };

  const run = async (call: Call): Promise<UpstreamResponse> => {
    const outcome = await policies.execute((probe) => attempt(call, probe), call.lifetime.signal);
    if ('fault' in outcome) throw outcome.fault;
    return outcome.response;
  };

  /** One call for all who ask the same while it is under way; where answers are kept, it fills the cache. */
  const share = async (call: Omit<Call, 'lifetime'>, key: string): Promise<UpstreamResponse> => {
    const { request, wire, scope } = call;
    const startedAt = performance.now();
    // Who asks after a change must not join a call from before it.
    const { answer, shared } = inFlight.join(`${changes} ${options.cache?.mark() ?? 0} ${key}`, scope, (lifetime) => {
      const made =
        caching === undefined || request.tagsOf === undefined
          ? run({ ...call, lifetime })
          : caching.fill({ key, request, wire }, (asked, sent) =>
              run({ ...call, request: asked, wire: sent, lifetime }),
            );
      return untilAborted(made, lifetime.signal);
    });
    let status: number | undefined;
    try {
      const response = await answer;
      status = response.status;
      return response;
    } finally {
      if (shared) {
        const durationMs = performance.now() - startedAt;
        const usage = { source, operation: request.operation, durationMs, shared };
        scope.usage.upstreamCall(status === undefined ? usage : { ...usage, status });
      }
    }
  };

  const cached = async (call: Omit<Call, 'lifetime'>, key: string): Promise<UpstreamResponse> => {
    const found = caching?.find(key);
    if (found === undefined) return share(call, key);
    const { scope, request } = call;
    const { response, state } = found;
    const usage = { source, operation: request.operation, durationMs: 0, shared: false, cached: state };
    scope.usage.upstreamCall({ ...usage, status: response.status });
    if (state === 'stale') refresh(call, key);
    return response;
  };

  /** The caller has its answer, so neither its end nor its time bounds the call, and its usage does not count it. */
  const refresh = (call: Omit<Call, 'lifetime'>, key: string): void => {
    const scope: Scope = {
      ...call.scope,
      signal: new AbortController().signal,
      deadlineAt: performance.now() + settings.timeoutMs,
      usage: { ...call.scope.usage, upstreamCall: () => undefined },
    };
    share({ ...call, scope }, key).catch((thrown: unknown) => {
      logger.debug({ source, code: toHubFault(thrown).code }, 'a stale answer could not be fetched anew');
    });
  };

  return {
    source,
    async request(scope, asked) {
      const request = withIdempotencyKey(scope, asked);
      if (scope.signal.aborted) throw toHubFault(scope.signal.reason);
      const wire = toWire(request, base.resolve(request.url));
      // What the caller forwards is for the source alone.
      const forwarded = wire.origin === base.origin ? credentials.forwarded(scope) : {};
      const call = { request, wire, forwarded, scope };
      try {
        const keeps = caching !== undefined && request.tagsOf !== undefined;
        if (request.shareable && (settings.shareInFlight || keeps)) {
          const key = shareKey(request, wire, scope.partition, forwarded);
          return await (keeps ? cached(call, key) : share(call, key));
        }
        const lifetime = { signal: scope.signal, deadlineAt: () => scope.deadlineAt };
        return await untilAborted(run({ ...call, lifetime }), scope.signal);
      } catch (error) {
        throw toHubFault(error);
      } finally {
        if (!request.idempotent) changes += 1;
      }
    },
    close: () => http.close(),
  };
}

function toWire(request: UpstreamRequest, target: { readonly origin: string; readonly path: string }): WireRequest {
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(request.headers ?? {})) headers[name.toLowerCase()] = value;
  return { method: request.method, origin: target.origin, path: target.path, headers, body: request.body };
}
