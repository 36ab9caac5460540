// The server: one port with the graph over HTTP and websockets, health and GraphiQL. Built and closed by compose.ts.
import type { AddressInfo } from 'node:net';
import fastifyApollo from '@as-integrations/fastify';
import { fastify, type FastifyInstance } from 'fastify';
import type { ServerSettings } from '../config/server-settings.ts';
import type { EntityChange } from '../contract/events.ts';
import type { ComposedGraph } from '../contract/graph.ts';
import type { WebhookIntake } from '../contract/webhooks.ts';
import { HubFault } from '../faults/hub-fault.ts';
import type { Logger } from '../telemetry/logger.ts';
import { createApollo } from './apollo.ts';
import { createBrowserGuard } from './browser-guard.ts';
import { createCurrentGraph } from './current-graph.ts';
import { registerErrorAnswers } from './error-answers.ts';
import { createFastLane } from './fast-lane.ts';
import { registerGraphiql } from './graphiql-page.ts';
import { registerHealth } from './health.ts';
import { createOperationGate, type AdmitOperation } from './operation-gate.ts';
import { createRequestContext, type Authenticate } from './request-context.ts';
import { requestIdOf } from './request-id.ts';
import { createErrorFormat } from './response-errors.ts';
import { createSseEndpoint } from './sse.ts';
import { createStartOperation } from './start-operation.ts';
import { createSubscriptionLimit } from './subscription-limit.ts';
import { registerUploads } from './uploads.ts';
import { registerWebhooks } from './webhooks.ts';
import { createWebsocketEndpoint } from './websocket.ts';

export interface ServerOptions {
  readonly settings: ServerSettings;
  /** Served first; closed by the server. */
  readonly graph: ComposedGraph;
  readonly logger: Logger;
  readonly authenticate: Authenticate;
  readonly admit: AdmitOperation;
  /** Most tokens of a document, as `admit` has it; undefined for no limit. */
  readonly maxTokens: number | undefined;
  /** Whether identical queries in flight are executed once. */
  readonly shareOperations: boolean;
  /** Told what mutations changed. Never throws. */
  readonly onChange?: (change: EntityChange) => void;
  /** What takes deliveries at /webhooks/<name>; there is no such path without it. */
  readonly webhooks?: WebhookIntake;
  readonly graphiql?: {
    readonly title: string;
    /** The query that GraphiQL opens with. */
    readonly query?: string;
  };
}

export interface HubServer {
  /** Rejects with HUB_CONFIG_PORT_IN_USE, or HUB_CONFIG_INVALID where the address cannot be listened on. Call it once. */
  listen(): Promise<{ readonly url: string }>;
  /**
   * Serves the new graph from the next request on. What is in flight goes on with the old one: queries and mutations to
   * their end; subscriptions of the hub's own events move to the new graph one after the other, and others go on for
   * `drainMs`, after which their socket is closed with 1012 and clients connect again.
   * Resolves when the new graph serves; rejects, and changes nothing, where it cannot be served.
   */
  replaceGraph(graph: ComposedGraph): Promise<void>;
  /**
   * Takes no new requests, is not ready any more, lets requests in flight end for at most `drainMs`, closes websockets
   * with 1001 and then the graph. Calls after the first wait for it.
   */
  close(): Promise<void>;
}

const GRAPHQL_PATH = '/graphql';
const STREAM_PATH = '/graphql/stream';
const PATHS = [GRAPHQL_PATH, STREAM_PATH];

export function createServer(options: ServerOptions): HubServer {
  const { settings, logger, authenticate, onChange = () => undefined } = options;
  const { development, requestTimeoutMs, drainMs } = settings;
  const graphs = createCurrentGraph({ graph: options.graph, graceMs: drainMs, requestTimeoutMs, logger });
  const guard = createBrowserGuard({
    origins: settings.cors.origins,
    trustProxy: settings.trustProxy,
    forms: settings.uploads !== false,
  });
  const formatError = createErrorFormat({ development, maxTokens: options.maxTokens });
  const gate = createOperationGate({ admit: options.admit, introspection: settings.introspection });
  const server = createFastify(settings);
  let ready = false;
  let closing: Promise<void> | undefined;
  const lane = createFastLane({
    ...{ path: GRAPHQL_PATH, alias: '/', graphs, guard, authenticate, requestTimeoutMs, onChange, logger },
    maxBodyBytes: settings.maxBodyBytes,
    share: options.shareOperations,
    isClosing: () => closing !== undefined,
  });
  lane.register(server);
  const apollo = createApollo({ graphs, gate, lane, formatError, maxTokens: options.maxTokens, development, logger });

  server.addHook('onSend', (_request, reply, _payload, done) => {
    // A connection that is kept alive would hold up the close until the drain time is over.
    if (closing !== undefined) void reply.header('connection', 'close');
    done();
  });
  guard.register(server, PATHS);
  registerErrorAnswers(server, PATHS, logger);
  registerHealth(server, () => ready);
  if (options.webhooks !== undefined) registerWebhooks(server, options.webhooks);
  if (settings.uploads !== false) {
    registerUploads(server, { settings: settings.uploads, maxBodyBytes: settings.maxBodyBytes, authenticate });
  }
  if (settings.graphiql) {
    const { title = 'Manifold', query } = options.graphiql ?? {};
    registerGraphiql(server, {
      title,
      endpoint: GRAPHQL_PATH,
      ...(query === undefined ? {} : { defaultQuery: query }),
    });
  }

  const { maxPerPrincipal, idleMs, maxLifetimeMs } = settings.subscriptions;
  const start = createStartOperation({
    graphs,
    gate,
    lane,
    requestTimeoutMs,
    moveWithinMs: drainMs / 2,
    limit: createSubscriptionLimit(maxPerPrincipal),
    development,
    onChange,
    logger,
  });
  const sockets = createWebsocketEndpoint({
    server: server.server,
    path: GRAPHQL_PATH,
    authenticate,
    mayConnect: (request) => guard.mayConnect(request),
    start,
    formatError,
    maxMessageBytes: settings.maxBodyBytes,
    maxOperations: settings.maxSubscriptionsPerConnection,
    logger,
    idleMs,
    maxLifetimeMs,
  });
  const streams = createSseEndpoint({ authenticate, start, logger, maxLifetimeMs });
  streams.register(server, STREAM_PATH, GRAPHQL_PATH);

  async function stop(): Promise<void> {
    ready = false;
    const deadline = performance.now() + drainMs;
    const cutOff = setTimeout(() => server.server.closeAllConnections(), drainMs);
    streams.close();
    // Fastify waits for its connections, websockets among them, so both go on side by side.
    await Promise.all([server.close(), sockets.close(drainMs)]);
    clearTimeout(cutOff);
    await apollo.stop().catch((error: unknown) => logger.debug({ err: error }, 'Apollo Server had not started'));
    await graphs.close(Math.max(0, deadline - performance.now()));
  }

  return {
    async listen() {
      await apollo.start();
      await server.register(fastifyApollo(apollo), {
        path: GRAPHQL_PATH,
        method: ['GET', 'POST'],
        context: (request, reply) =>
          createRequestContext(request, reply, { authenticate, graphs, requestTimeoutMs, development, onChange }),
      });
      await listenOn(server, settings);
      ready = true;
      return { url: urlOf(server.server.address() as AddressInfo) };
    },
    async replaceGraph(graph) {
      graphs.replace(graph);
      return Promise.resolve();
    },
    close: () => (closing ??= stop()),
  };
}

function createFastify(settings: ServerSettings): FastifyInstance {
  const server = fastify({
    bodyLimit: settings.maxBodyBytes,
    trustProxy: settings.trustProxy,
    // A client that takes forever to send its request holds no connection forever.
    requestTimeout: settings.requestTimeoutMs,
    forceCloseConnections: 'idle',
    // Clients of other gateways post to the root.
    rewriteUrl: ({ method, url = '/' }) =>
      method !== 'GET' && /^\/(?:\?|$)/.test(url) ? `${GRAPHQL_PATH}${url.slice(1)}` : url,
    genReqId: ({ headers }) => requestIdOf(headers),
    // No route has a schema. Fastify's own compilers for them are large, and only loaded where no others are given.
    schemaController: { compilersFactory: { buildValidator: noSchemas, buildSerializer: noSchemas } },
  });
  server.removeContentTypeParser('text/plain');
  server.addHook('onRequest', (request, reply, done) => {
    void reply.header('x-request-id', request.id);
    done();
  });
  return server;
}

function noSchemas(): never {
  throw new Error('routes of the hub have no schemas');
}

async function listenOn(server: FastifyInstance, { host, port }: ServerSettings): Promise<void> {
  try {
    await server.listen({ host, port });
  } catch (thrown) {
    const code = typeof thrown === 'object' && thrown !== null && 'code' in thrown ? thrown.code : undefined;
    if (code === 'EADDRINUSE') {
      throw new HubFault(
        'HUB_CONFIG_PORT_IN_USE',
        `port ${port} on ${host} is taken by another program: stop it, or choose another port with --port or server.port`,
        { cause: thrown },
      );
    }
    if (typeof code === 'string') {
      throw new HubFault(
        'HUB_CONFIG_INVALID',
        `the hub cannot listen on ${host}:${port} (${code}): check server.host and server.port`,
        { cause: thrown },
      );
    }
    throw thrown;
  }
}

/** An address that a person can open: a server on all addresses is reached on the loopback one too. */
function urlOf({ address, family, port }: AddressInfo): string {
  const wildcard = address === '0.0.0.0' || address === '::';
  const host = wildcard ? 'localhost' : family === 'IPv6' ? `[${address}]` : address;
  return `http://${host}:${port}`;
}
