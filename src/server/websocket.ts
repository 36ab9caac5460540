// GraphQL over websockets (graphql-transport-ws) on the same path as HTTP: queries, mutations and subscriptions.
import type { IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import { CloseCode, handleProtocols, makeServer, type Context } from 'graphql-ws';
import type { ExecutionArgs, ExecutionResult, FormattedExecutionResult } from 'graphql';
import { WebSocketServer, type WebSocket } from 'ws';
import { ANONYMOUS, type Principal } from '../contract/principal.ts';
import { FAULT_TABLE } from '../faults/fault-table.ts';
import { HubFault, toHubFault } from '../faults/hub-fault.ts';
import type { Logger } from '../telemetry/logger.ts';
import { afterLifetime, atExpiry } from './credential-expiry.ts';
import { flattenHeaders, type Authenticate } from './request-context.ts';
import { isInternal, type ErrorFormat } from './response-errors.ts';
import { createSocketFlow } from './socket-flow.ts';
import type { StartedOperation, StartOperation } from './start-operation.ts';

export interface WebsocketOptions {
  readonly server: Server;
  readonly path: string;
  readonly authenticate: Authenticate;
  /** Whether a page of this origin may connect. */
  readonly mayConnect: (request: IncomingMessage) => boolean;
  readonly start: StartOperation;
  readonly formatError: ErrorFormat;
  readonly maxMessageBytes: number;
  readonly maxOperations: number;
  readonly logger: Logger;
  /** Pause between pings. Default 12,000. */
  readonly keepAliveMs?: number;
  /** How long a client may take to say who it is. Default 3,000. */
  readonly initTimeoutMs?: number;
  /**
   * How long a client may leave unread what was sent to it, and unanswered a ping; then its socket is closed with 4408.
   * Default 30,000.
   */
  readonly unreadMs?: number;
  /** How long a socket may be open with nothing running on it; then it is closed with 1000. Default 600,000. */
  readonly idleMs?: number;
  /** How long a socket may last; then it is closed with 1012, and its client connects again. No limit by default. */
  readonly maxLifetimeMs?: number | undefined;
}

export interface WebsocketEndpoint {
  /**
   * Takes nothing new, lets queries and mutations end for at most `drainMs`, then closes every socket with 1001.
   * Subscriptions end with their socket: clients connect again, to a hub that goes on.
   */
  close(drainMs: number): Promise<void>;
}

/** What is known of a client, from its upgrade request to its close. */
interface Connection {
  readonly socket: WebSocket;
  readonly request: IncomingMessage;
  readonly operations: Set<StartedOperation>;
  principal: Principal;
  headers: Readonly<Record<string, string>>;
  stopExpiry: () => void;
  idle: NodeJS.Timeout | undefined;
}

export function createWebsocketEndpoint(options: WebsocketOptions): WebsocketEndpoint {
  const { authenticate, formatError, logger, keepAliveMs = 12_000, unreadMs = 30_000, idleMs = 600_000 } = options;
  const sockets = new WebSocketServer({
    noServer: true,
    maxPayload: options.maxMessageBytes,
    perMessageDeflate: false,
    handleProtocols,
  });
  const executions = new Set<Promise<unknown>>();
  let draining = false;

  const protocol = makeServer<Record<string, unknown>, Connection>({
    connectionInitWaitTimeout: options.initTimeoutMs ?? 3_000,
    onConnect: async (context) => admit(context, authenticate, logger),
    onSubscribe: ({ extra, subscriptions }, _id, payload) => {
      try {
        if (draining) throw new HubFault('HUB_CAPACITY_EXCEEDED', 'the hub is stopping; connect again');
        if (Object.keys(subscriptions).length > options.maxOperations) {
          throw new HubFault(
            'HUB_CAPACITY_EXCEEDED',
            `a connection may run ${options.maxOperations} operations at once; end one, or open another connection`,
          );
        }
        const operation = options.start(extra, payload);
        track(extra, operation);
        return operation.args;
      } catch (thrown) {
        return options.start.errors(thrown);
      }
    },
    execute: (args) => {
      const execution = operationOf(args).execute();
      executions.add(execution);
      void execution.finally(() => executions.delete(execution));
      return execution;
    },
    subscribe: (args) => resultsOf(operationOf(args)),
    // Results and errors are in their outward form already; graphql-ws would call toJSON on each error.
    onNext: (_context, _id, _payload, _args, result) => result as FormattedExecutionResult,
    onError: (_context, _id, _payload, errors) =>
      errors.map((thrown) => {
        const error = formatError(thrown.toJSON(), thrown);
        if (isInternal(error)) logger.error({ err: thrown }, 'an operation failed inside the hub');
        return error;
      }),
  });

  function track(connection: Connection, operation: StartedOperation): void {
    connection.operations.add(operation);
    clearTimeout(connection.idle);
    operation.ended.addEventListener(
      'abort',
      () => {
        connection.operations.delete(operation);
        awaitUse(connection);
      },
      { once: true },
    );
    operation.expired.addEventListener(
      'abort',
      () => {
        // 1012 tells clients that they may come back at once.
        if (!operation.ended.aborted) connection.socket.close(1012, 'the graph has changed: connect again');
      },
      { once: true, signal: operation.ended },
    );
    if (connection.socket.readyState !== connection.socket.OPEN) operation.end();
  }

  function awaitUse(connection: Connection): void {
    clearTimeout(connection.idle);
    if (connection.operations.size > 0 || connection.socket.readyState !== connection.socket.OPEN) return;
    connection.idle = setTimeout(() => connection.socket.close(1000, 'nothing ran here for long'), idleMs).unref();
  }

  function opened(socket: WebSocket, request: IncomingMessage): void {
    const connection: Connection = {
      socket,
      request,
      operations: new Set(),
      principal: ANONYMOUS,
      headers: {},
      stopExpiry: () => undefined,
      idle: undefined,
    };
    awaitUse(connection);
    const stopLifetime = afterLifetime(options.maxLifetimeMs, () =>
      socket.close(1012, 'its time is over: connect again'),
    );
    // ws has closed the socket with the right code by itself: 1009 for a message that is too large, 1007 for bad UTF-8.
    socket.on('error', (error) => logger.debug({ err: error }, 'a websocket failed'));
    const flow = createSocketFlow(socket, request.socket, {
      keepAliveMs,
      unreadMs,
      onUnread() {
        const { closeCode, message } = FAULT_TABLE.HUB_EVENT_UNREAD;
        logger.info('a websocket was closed: its client does not read');
        for (const operation of connection.operations) operation.end();
        socket.close(closeCode, message);
        setTimeout(() => socket.terminate(), LAST_READ_MS).unref();
      },
    });
    const closed = protocol.opened(
      {
        protocol: socket.protocol,
        send: (text) => flow.send(text),
        close: (code, reason) => socket.close(code, reason),
        onMessage: (take) => {
          socket.on('message', (data: Buffer) => {
            take(data.toString('utf8')).catch((thrown: unknown) => {
              if (socket.readyState !== socket.OPEN) return;
              logger.error({ err: thrown }, 'a websocket message could not be handled');
              socket.close(CloseCode.InternalServerError, 'Internal server error');
            });
          });
        },
      },
      connection,
    );
    socket.once('close', (code, reason) => {
      flow.stop();
      connection.stopExpiry();
      stopLifetime();
      clearTimeout(connection.idle);
      for (const operation of connection.operations) operation.end();
      closed(code, reason.toString()).catch((thrown: unknown) =>
        logger.error({ err: thrown }, 'closing a websocket failed'),
      );
    });
  }

  const upgrade = (request: IncomingMessage, stream: Duplex, head: Buffer): void => {
    stream.on('error', () => stream.destroy());
    if (request.url?.split('?', 1)[0] !== options.path) refuse(stream, '404 Not Found');
    else if (draining) refuse(stream, '503 Service Unavailable');
    else if (!options.mayConnect(request)) refuse(stream, '403 Forbidden');
    else sockets.handleUpgrade(request, stream, head, opened);
  };
  options.server.on('upgrade', upgrade);

  return {
    async close(drainMs) {
      draining = true;
      const startedAt = performance.now();
      await Promise.race([Promise.allSettled(executions), delay(drainMs, undefined, { ref: false })]);
      const gone = [...sockets.clients].map(
        (socket) => new Promise<void>((resolve) => socket.once('close', () => resolve())),
      );
      await closeGradually([...sockets.clients], drainMs - (performance.now() - startedAt));
      await Promise.race([Promise.all(gone), delay(CLOSE_HANDSHAKE_MS, undefined, { ref: false })]);
      for (const socket of sockets.clients) socket.terminate();
      options.server.off('upgrade', upgrade);
    },
  };
}

/** Clients connect again at once, and whoever takes them in should not have to take them all in at once. */
const CLOSES_PER_MS = 1;

async function closeGradually(sockets: readonly WebSocket[], withinMs: number): Promise<void> {
  const ms = Math.min(withinMs, sockets.length / CLOSES_PER_MS);
  const startedAt = performance.now();
  for (const [index, socket] of sockets.entries()) {
    const aheadMs = (index / sockets.length) * ms - (performance.now() - startedAt);
    if (aheadMs > 5) await delay(aheadMs);
    socket.close(1001, 'the hub is stopping');
  }
}

/** How long a client that has not read may take to read why it is closed. */
const LAST_READ_MS = 5_000;

/** How long a client may take to answer a close. */
const CLOSE_HANDSHAKE_MS = 1_000;

/** @returns false where the socket was closed with the code of what is wrong with the credential. */
async function admit(
  context: Context<Record<string, unknown>, Connection>,
  authenticate: Authenticate,
  logger: Logger,
): Promise<boolean> {
  const { extra: connection, connectionParams } = context;
  const { socket } = connection;
  try {
    const headers = flattenHeaders(connection.request.headers);
    connection.principal = await authenticate({ headers, connectionParams });
    connection.headers = { ...headers, ...headersIn(connectionParams) };
    connection.stopExpiry = atExpiry(connection.principal, () => socket.close(4401, 'the credential has expired'));
    return true;
  } catch (thrown) {
    const fault = toHubFault(thrown);
    if (fault.code === 'HUB_INTERNAL') logger.error({ err: thrown }, 'a websocket could not be authenticated');
    socket.close(fault.rule.closeCode, fault.publicMessage.slice(0, MAX_REASON_LENGTH));
    return false;
  }
}

/** A close frame holds 123 bytes of reason; messages of the hub are almost all ASCII. */
const MAX_REASON_LENGTH = 60;

/** Browsers cannot set headers of a websocket, so clients send them as connection parameters. */
function headersIn(connectionParams: Readonly<Record<string, unknown>> | undefined): Record<string, string> {
  const nested = connectionParams?.headers;
  const all = { ...connectionParams, ...(typeof nested === 'object' ? nested : {}) };
  return Object.fromEntries(
    Object.entries(all).flatMap(([name, value]) => (typeof value === 'string' ? [[name.toLowerCase(), value]] : [])),
  );
}

function refuse(stream: Duplex, status: string): void {
  stream.end(`HTTP/1.1 ${status}\r\nconnection: close\r\ncontent-length: 0\r\n\r\n`);
}

/** A client of this protocol keeps the place itself: it is a field of each event. */
async function* resultsOf(operation: StartedOperation): AsyncGenerator<ExecutionResult, void, undefined> {
  for await (const { result } of operation.subscribe()) if (result !== undefined) yield result;
}

function operationOf(args: ExecutionArgs): StartedOperation {
  return args.contextValue as StartedOperation;
}
