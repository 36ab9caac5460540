// The short way for queries that Apollo Server has let in before: the same checks, the same answer byte for byte, without
// its pipeline, and identical ones in flight as one. Whatever is out of the ordinary goes to Fastify untouched.
// Stands before Fastify's own listener; made by create-server.ts.
import type { IncomingHttpHeaders, IncomingMessage, Server, ServerResponse } from 'node:http';
import type { FastifyInstance } from 'fastify';
import type { EntityChange } from '../contract/events.ts';
import type { ComposedGraph, GraphResponse, PreparedOperation } from '../contract/graph.ts';
import type { Principal } from '../contract/principal.ts';
import { createBoundedCache, type BoundedCache } from '../engine/bounded-cache.ts';
import { cachePartition } from '../engine/cache-partition.ts';
import { createScope, type ScopeOptions } from '../engine/create-scope.ts';
import type { Logger } from '../telemetry/logger.ts';
import type { BrowserGuard } from './browser-guard.ts';
import type { CurrentGraph } from './current-graph.ts';
import { createEarlyBodies } from './early-body.ts';
import { createKnownHeads } from './known-heads.ts';
import { createPayloadReader, type LanePayload } from './lane-payload.ts';
import { toLaneAnswer, type LaneAnswer, type LaneRequest } from './lane-request.ts';
import { createOperationFlights } from './operation-flights.ts';
import { ParsedRequest } from './parsed-request.ts';
import type { Authenticate } from './request-context.ts';
import { requestIdOf } from './request-id.ts';
import { isInternal } from './response-errors.ts';
import { createSocketLane } from './socket-lane.ts';
import { EXTENSIONS_HEADER } from './wanted-extensions.ts';

export interface FastLaneOptions {
  readonly path: string;
  /** Another path that means the same for a POST. */
  readonly alias: string;
  readonly graphs: CurrentGraph;
  readonly guard: BrowserGuard;
  readonly authenticate: Authenticate;
  readonly requestTimeoutMs: number;
  readonly maxBodyBytes: number;
  readonly onChange: (change: EntityChange) => void;
  /** Whether identical queries in flight are executed once. */
  readonly share: boolean;
  readonly isClosing: () => boolean;
  readonly logger: Logger;
}

export interface FastLane {
  /** Takes over the requests of a Fastify server. Called once, before it listens. */
  register(server: FastifyInstance): void;
  /** A query has passed every check and was answered: the next one like it may take the lane. */
  learn(graph: ComposedGraph, query: string, operationName: string | undefined, prepared: PreparedOperation): void;
  /** A mutation has ended: nobody who asks from now on gets an answer from before it. */
  mutated(): void;
}

type Fallback = (request: IncomingMessage, response: ServerResponse) => void;

interface KnownOperations {
  /** Tells graphs apart that were composed of the same SDL. */
  readonly graphId: number;
  readonly prepared: BoundedCache<PreparedOperation>;
}

/** What all who wait for one execution get; undefined where it is no matter for the lane. */
type Answer = LaneAnswer | undefined;

const CONTENT_TYPE = /^application\/json(?:; ?charset=utf-8)?$/i;
/** Operations that the lane knows of one graph. */
const MAX_KNOWN = 1_000;
const MAX_ACCEPTS = 100;

export function createFastLane(options: FastLaneOptions): FastLane {
  const { path, graphs, guard, authenticate, requestTimeoutMs, maxBodyBytes, logger } = options;
  const known = new WeakMap<ComposedGraph, KnownOperations>();
  let graphCount = 0;
  let mutations = 0;
  /** How Apollo Server has answered to an Accept header: its type of content. */
  const contentTypes = createBoundedCache<string>(MAX_ACCEPTS);
  const flights = createOperationFlights<Answer>();
  const readPayload = createPayloadReader();

  function isOrdinary({ method, url, headers }: IncomingMessage): boolean {
    if (method !== 'POST' || (url !== path && url !== options.alias) || options.isClosing()) return false;
    if (!CONTENT_TYPE.test(headers['content-type'] ?? '') || Number(headers['content-length']) > maxBodyBytes)
      return false;
    return (
      headers['content-length'] !== undefined &&
      headers['transfer-encoding'] === undefined &&
      headers['content-encoding'] === undefined &&
      headers.expect === undefined &&
      headers[EXTENSIONS_HEADER] === undefined
    );
  }

  async function execute(
    prepared: PreparedOperation,
    { variables }: LanePayload,
    scope: ScopeOptions,
  ): Promise<Answer> {
    return toAnswer(await prepared.execute(createScope(scope), variables, 'text'), logger);
  }

  async function serve(request: LaneRequest): Promise<void> {
    const { headers, flat, text } = request;
    const payload = readPayload(text);
    if (payload === undefined) {
      request.leave();
      return;
    }
    let principal: Principal;
    try {
      principal = await authenticate({ headers: flat });
    } catch {
      request.leave();
      return;
    }
    const lease = graphs.acquire();
    const { graph } = lease;
    const operations = known.get(graph);
    const prepared = operations?.prepared.get(operationKey(payload.query, payload.operationName));
    if (operations === undefined || prepared === undefined || request.isGone) {
      lease.release();
      request.leave();
      return;
    }
    // Made when it is needed: what waits for its turn keeps little.
    let id: string | undefined;
    const idOf = (): string => (id ??= requestIdOf(headers));
    // Each holds the graph until it is answered: one of them may be replaced while a query that they share is under way.
    const leaveFlight = flights.join(
      options.share ? `${operations.graphId} ${mutations} ${shareKey(graph, principal, flat, text)}` : undefined,
      {
        deadlineAt: performance.now() + requestTimeoutMs,
        answer(answer) {
          lease.release();
          if (answer === undefined) request.leave();
          else request.answer(answer, idOf());
        },
      },
      (lifetime) =>
        execute(prepared, payload, { id: idOf(), principal, headers: flat, lifetime, onChange: options.onChange }),
    );
    request.whenGone(() => {
      leaveFlight();
      lease.release();
    });
  }

  function start(request: LaneRequest): void {
    serve(request).catch((error: unknown) => {
      logger.error({ err: error }, 'a request failed inside the hub');
      request.drop();
    });
  }

  const headersFor = (headers: IncomingHttpHeaders): Readonly<Record<string, string>> =>
    guard.headersFor('POST', headers);
  const sockets = createSocketLane({
    heads: createKnownHeads({ contentTypeOf: (accept = '') => contentTypes.get(accept), headersFor }),
    serve: start,
    isClosing: options.isClosing,
  });

  return {
    register(server) {
      const [fastify] = server.server.listeners('request') as [Fallback];
      const bodies = createEarlyBodies(server);
      server.addHook('onSend', ({ method, url, headers }, reply, _payload, done) => {
        const contentType = reply.getHeader('content-type');
        const single = typeof contentType === 'string' && /^application\/(?:graphql-response\+)?json/.test(contentType);
        if (method === 'POST' && url === path && reply.statusCode === 200 && single) {
          contentTypes.set(headers.accept ?? '', contentType);
        }
        done();
      });
      // A connection whose request takes longer than that is closed as idle.
      if (requestTimeoutMs < server.server.keepAliveTimeout) sockets.register(server.server);
      takeOver(server.server, (request, response) => {
        const ordinary = isOrdinary(request);
        const left = sockets.parsed(request, response, ordinary);
        const contentType = ordinary && !left ? contentTypes.get(request.headers.accept ?? '') : undefined;
        if (contentType === undefined) {
          fastify(request, response);
          return;
        }
        readBody(request, (body) => {
          const leave = (): void => {
            bodies.keep(request, body);
            fastify(request, response);
          };
          const head = { 'content-type': contentType, ...headersFor(request.headers) };
          start(new ParsedRequest(request, response, body.toString('utf8'), head, options.isClosing, leave));
        });
      });
    },
    learn(graph, query, operationName, prepared) {
      if (prepared.kind !== 'query') return;
      const operations = known.get(graph) ?? { graphId: (graphCount += 1), prepared: createBoundedCache(MAX_KNOWN) };
      known.set(graph, operations);
      operations.prepared.set(operationKey(query, operationName ?? ''), prepared);
    },
    mutated: () => void (mutations += 1),
  };
}

const operationKey = (query: string, operationName: string): string => `${operationName}\n${query}`;

/** Everything that decides what a graph answers: who asks, what of the request reaches a source, what is asked. */
function shareKey(
  graph: ComposedGraph,
  principal: Principal,
  headers: Readonly<Record<string, string>>,
  body: string,
): string {
  const forwarded = graph.forwards.length === 0 ? '' : JSON.stringify(graph.forwards.map((name) => headers[name]));
  const partition = cachePartition(principal);
  return `${partition.length} ${partition} ${forwarded} ${body}`;
}

function toAnswer(response: GraphResponse, logger: Logger): Answer {
  // Without data the status depends on what is wrong.
  if (response.data === undefined && response.text === undefined) return undefined;
  for (const error of response.errors ?? []) {
    if (isInternal(error)) logger.error({ error }, 'a request failed inside the hub');
  }
  return toLaneAnswer(response);
}

function takeOver(server: Server, listener: Fallback): void {
  server.removeAllListeners('request');
  server.on('request', listener);
}

function readBody(request: IncomingMessage, done: (body: Buffer) => void): void {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => void chunks.push(chunk));
  request.once('end', () => {
    const [first] = chunks;
    done(chunks.length === 1 && first !== undefined ? first : Buffer.concat(chunks));
  });
}
