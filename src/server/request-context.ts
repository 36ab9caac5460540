// From an HTTP request to what its operation runs with: who calls, the scope, the graph that serves it.
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { EntityChange } from '../contract/events.ts';
import type { ComposedGraph } from '../contract/graph.ts';
import type { Principal } from '../contract/principal.ts';
import type { Scope } from '../contract/scope.ts';
import { createScope } from '../engine/create-scope.ts';
import { HubFault } from '../faults/hub-fault.ts';
import type { CurrentGraph } from './current-graph.ts';
import { carryFault } from './response-errors.ts';
import { wantedExtensions } from './wanted-extensions.ts';
import { whenClosed } from './when-closed.ts';

/** Where a credential may be: headers of the request, or the payload of a websocket's `connection_init`. */
export interface CallerCredentials {
  readonly headers: Readonly<Record<string, string>>;
  readonly connectionParams?: unknown;
}

/** Resolves to who calls; rejects with HUB_AUTH_*. */
export type Authenticate = (credentials: CallerCredentials) => Promise<Principal>;

export interface RequestContextOptions {
  readonly authenticate: Authenticate;
  readonly graphs: CurrentGraph;
  readonly requestTimeoutMs: number;
  readonly development: boolean;
  readonly onChange: (change: EntityChange) => void;
}

/** Apollo Server's context value. A type, not an interface: Apollo wants an index signature. */
export type RequestContext = { readonly graph: ComposedGraph; readonly scope: Scope }; // eslint-disable-line @typescript-eslint/consistent-type-definitions

/**
 * The scope aborts when the caller's connection closes before the answer, and when the answer is out: nothing that was
 * begun for a request outlives it. Rejects with a CarriedError of what is
 * wrong with the credential, which makes it the whole answer: 401 or 403.
 */
export async function createRequestContext(
  request: FastifyRequest,
  reply: FastifyReply,
  options: RequestContextOptions,
): Promise<RequestContext> {
  const over = new AbortController();
  const lease = options.graphs.acquire();
  whenClosed(reply.raw, () => {
    over.abort();
    lease.release();
  });
  const headers = flattenHeaders(request.headers);
  const principal = await authenticateOrRefuse(headers, options);
  const scope = createScope({
    id: request.id,
    principal,
    headers,
    timeoutMs: options.requestTimeoutMs,
    signal: over.signal,
    onChange: options.onChange,
    extensions: wantedExtensions(headers, principal, options.development),
  });
  return { graph: lease.graph, scope };
}

async function authenticateOrRefuse(
  headers: Readonly<Record<string, string>>,
  options: RequestContextOptions,
): Promise<Principal> {
  try {
    return await options.authenticate({ headers });
  } catch (thrown) {
    if (thrown instanceof HubFault) throw carryFault(thrown, options.development);
    throw thrown;
  }
}

/** Repeated headers joined as RFC 9110, section 5.3 allows. */
export function flattenHeaders(headers: NodeJS.Dict<string | string[]>): Record<string, string> {
  const flat: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined) flat[name] = Array.isArray(value) ? value.join(', ') : value;
  }
  return flat;
}
