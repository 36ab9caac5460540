// What protects callers in browsers: security headers, CORS, and the refusal of cross-site requests that no preflight
// has announced. Fastify hooks of the server; `mayConnect` is the same rule for websockets.
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { HubFault } from '../faults/hub-fault.ts';

export interface BrowserGuardOptions {
  /** Origins whose pages may call the hub; "*" for all. */
  readonly origins: readonly string[];
  readonly trustProxy: boolean;
  /** Whether forms are taken at all. */
  readonly forms: boolean;
}

export interface BrowserGuard {
  /** `paths` are where the graph is. */
  register(server: FastifyInstance, paths: readonly string[]): void;
  /** The headers of every answer to such a request, lower-case: of security, and of CORS where origins are allowed. */
  headersFor(method: string | undefined, headers: IncomingHttpHeaders): Readonly<Record<string, string>>;
  /** Whether a page of this request's origin may open a websocket; programs that send no origin may. */
  mayConnect(request: IncomingMessage): boolean;
}

const SECURITY_HEADERS = {
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'referrer-policy': 'no-referrer',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
};

/** Request headers that a page can only send after a preflight; the names are those that Apollo's clients send. */
const PREFLIGHTED_HEADERS = ['apollo-require-preflight', 'x-apollo-operation-name', 'authorization', 'x-request-id'];

const isAnnounced = ({ headers }: FastifyRequest): boolean =>
  PREFLIGHTED_HEADERS.some((name) => headers[name] !== undefined);

export function createBrowserGuard({ origins, trustProxy, forms }: BrowserGuardOptions): BrowserGuard {
  const allowed = new Set(origins.map((origin) => (origin === '*' ? origin : new URL(origin).origin)));
  const isAllowed = (origin: string): boolean => allowed.has('*') || allowed.has(origin);

  function isOwn(origin: string, headers: IncomingMessage['headers']): boolean {
    const forwarded = trustProxy ? headers['x-forwarded-host'] : undefined;
    const host = typeof forwarded === 'string' ? forwarded.split(',', 1)[0]?.trim() : headers.host;
    return URL.canParse(origin) && new URL(origin).host === host?.toLowerCase();
  }

  function headersFor(method: string | undefined, headers: IncomingHttpHeaders): Readonly<Record<string, string>> {
    if (allowed.size === 0) return SECURITY_HEADERS;
    const { origin } = headers;
    if (origin === undefined || !isAllowed(origin)) return { ...SECURITY_HEADERS, vary: 'origin' };
    const wanted = headers['access-control-request-headers'];
    return {
      ...SECURITY_HEADERS,
      vary: 'origin',
      'access-control-allow-origin': allowed.has('*') ? '*' : origin,
      'access-control-expose-headers': 'x-request-id',
      ...(method !== 'OPTIONS'
        ? {}
        : {
            'access-control-allow-methods': 'GET, POST',
            ...(wanted === undefined ? {} : { 'access-control-allow-headers': wanted }),
            'access-control-max-age': '600',
          }),
    };
  }

  /**
   * A simple GET runs in a browser whatever site it comes from. Its answer is unreadable there, but its time and its cost
   * are not nothing. A POST needs JSON, for which browsers ask first.
   */
  function refuseCrossSite(request: FastifyRequest): void {
    if (request.method !== 'GET') return;
    const { headers } = request;
    if (isAnnounced(request)) return;
    const site = headers['sec-fetch-site'];
    const origin = headers.origin ?? headers.referer;
    const crossSite =
      site === undefined ? origin !== undefined && !isOwn(origin, headers) : site !== 'same-origin' && site !== 'none';
    if (!crossSite || (headers.origin !== undefined && isAllowed(headers.origin))) return;
    throw new HubFault(
      'HUB_REQUEST_MALFORMED',
      'a GET request from another site is refused: send POST with content-type application/json, or the header apollo-require-preflight',
    );
  }

  /** A page of any site can send a form with files, and browsers do not ask before. */
  function refuseUnannouncedForm(request: FastifyRequest): void {
    if (!forms || !/^multipart\/form-data/i.test(request.headers['content-type'] ?? '') || isAnnounced(request)) return;
    throw new HubFault(
      'HUB_REQUEST_MALFORMED',
      'a form is only taken with a header that pages of other sites cannot send: add apollo-require-preflight: true',
    );
  }

  return {
    register(server, paths) {
      server.addHook('onRequest', (request, reply, done) => {
        void reply.headers(headersFor(request.method, request.headers));
        refuseUnannouncedForm(request);
        done();
      });
      server.addHook('preHandler', (request, _reply, done) => {
        if (paths.includes(request.routeOptions.url ?? '')) refuseCrossSite(request);
        done();
      });
    },
    headersFor,
    mayConnect({ headers }) {
      return headers.origin === undefined || isOwn(headers.origin, headers) || isAllowed(headers.origin);
    },
  };
}
