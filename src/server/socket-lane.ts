// Requests that need no parser: one whose head was read before, and whose body comes with it, is served from its bytes.
// Node's HTTP server keeps every connection with its timeouts, errors and end, and parses whatever else comes in, the first
// request of each among it. Stands before that parser; made by the fast lane.
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { KnownHeads } from './known-heads.ts';
import { LaneConnection, type LaneTraffic } from './lane-connection.ts';
import type { LaneRequest } from './lane-request.ts';

export interface SocketLaneOptions {
  readonly heads: KnownHeads;
  /** Never throws. */
  readonly serve: (request: LaneRequest) => void;
  readonly isClosing: () => boolean;
}

export interface SocketLane {
  /** Called once, before the server listens. */
  register(server: Server): void;
  /**
   * The parser has read a request; `ordinary` says that the next one with its head may be served from its bytes.
   * @returns whether it was served so before, and left to the others
   */
  parsed(request: IncomingMessage, response: ServerResponse, ordinary: boolean): boolean;
}

export function createSocketLane({ heads, serve, isClosing }: SocketLaneOptions): SocketLane {
  const connections = new WeakMap<object, LaneConnection>();
  let serving = 0;
  let whenIdle: (() => void) | undefined;
  const traffic: LaneTraffic = {
    heads,
    serve,
    isClosing,
    count(change) {
      serving += change;
      if (serving === 0) whenIdle?.();
    },
  };

  function attach(server: Server, socket: Socket): void {
    const [parse, ...others] = socket.listeners('data') as ((chunk: Buffer) => void)[];
    // Attached in another way than this knows: then Node's server reads everything itself.
    if (parse === undefined || others.length > 0) return;
    const connection = new LaneConnection(socket, parse, server.keepAliveTimeout, traffic);
    connections.set(socket, connection);
    socket.removeListener('data', parse).on('data', connection.read);
    socket.once('close', connection.close);
  }

  return {
    register(server) {
      server.on('connection', (socket: Socket) => attach(server, socket));
      server.prependListener('upgrade', (_request, socket) => {
        const connection = connections.get(socket);
        if (connection !== undefined) socket.removeListener('data', connection.read);
      });
      // To the parser, a connection that is served from its bytes is idle.
      const closeIdle = server.closeIdleConnections.bind(server);
      server.closeIdleConnections = () => {
        if (serving === 0) closeIdle();
        else whenIdle = closeIdle;
      };
    },
    parsed: (request, response, ordinary) =>
      connections.get(request.socket)?.parsed(request, response, ordinary) ?? false,
  };
}
