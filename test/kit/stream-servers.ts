// Servers that stream in each protocol that remote sources may speak; each connection is handed to the test.
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { useServer } from 'graphql-ws/use/ws';
import type { GraphQLSchema } from 'graphql';
import { WebSocketServer, type WebSocket } from 'ws';

export interface StreamServer {
  readonly url: string;
  readonly port: number;
  /** Requests that opened a connection, in order. */
  readonly opened: IncomingMessage[];
  /** Payloads of connection_init. */
  readonly inits: unknown[];
  /** Cuts every connection without a word. */
  cut(): void;
  close(): Promise<void>;
}

/** The real server of graphql-ws over an executable schema with `subscribe` resolvers. */
export async function startGraphQlWs(schema: GraphQLSchema, port = 0): Promise<StreamServer> {
  const inits: unknown[] = [];
  const { server, wss, started } = await listen(port);
  const sockets = new WebSocketServer({ noServer: true });
  const disposable = useServer(
    {
      schema,
      onConnect: ({ connectionParams }) => {
        inits.push(connectionParams);
        return connectionParams?.authorization !== 'Bearer refused';
      },
    },
    sockets,
  );
  wss.accept = (socket, request) => sockets.emit('connection', socket, request);
  return {
    ...started,
    inits,
    async close() {
      started.cut();
      await disposable.dispose();
      await closeServer(server);
    },
  };
}

/** A server of subscriptions-transport-ws, written from its protocol; `operate` gets each `start`. */
export async function startLegacyWs(
  operate: (send: (message: object) => void, payload: any, socket: WebSocket) => void,
  port = 0,
): Promise<StreamServer & { readonly received: any[] }> {
  const inits: unknown[] = [];
  const received: any[] = [];
  const { server, wss, started } = await listen(port);
  wss.accept = (socket) => {
    const send = (message: object) => socket.send(JSON.stringify(message));
    socket.on('message', (data: Buffer) => {
      const message = JSON.parse(data.toString());
      received.push(message);
      if (message.type === 'connection_init') {
        inits.push(message.payload);
        if (message.payload?.authorization === 'Bearer refused') {
          send({ type: 'connection_error', payload: { message: 'who are you?' } });
          return;
        }
        send({ type: 'connection_ack' });
        send({ type: 'ka' });
      } else if (message.type === 'start') {
        operate((answer) => send({ id: message.id, ...answer }), message.payload, socket);
      }
    });
  };
  return {
    ...started,
    inits,
    received,
    close: async () => {
      started.cut();
      await closeServer(server);
    },
  };
}

interface Accepting {
  accept(socket: WebSocket, request: IncomingMessage): void;
}

async function listen(port: number) {
  const server = createServer();
  const opened: IncomingMessage[] = [];
  const sockets = new Set<WebSocket>();
  const wss: Accepting = { accept: () => undefined };
  const acceptor = new WebSocketServer({ server, handleProtocols: (protocols) => [...protocols][0] ?? false });
  acceptor.on('connection', (socket, request) => {
    opened.push(request);
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    wss.accept(socket, request);
  });
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  const address = server.address() as AddressInfo;
  const cut = () => sockets.forEach((socket) => socket.terminate());
  return { server, wss, started: { url: `http://127.0.0.1:${address.port}`, port: address.port, opened, cut } };
}

function closeServer(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
