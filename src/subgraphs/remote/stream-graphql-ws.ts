// The graphql-ws protocol (graphql-transport-ws): one connection for one subscription.
import { createClient } from 'graphql-ws';
import { exactIntegers } from '../../transport/parse-json.ts';
import { untilEnded, type OpenStream } from './stream-connection.ts';
import {
  connectTimeout,
  faultOfClose,
  faultOfSocketError,
  malformed,
  socketOf,
  type Dropped,
} from './stream-socket.ts';

/** A silent connection is asked for a sign of life this often, and given as long to answer. */
const PING_MS = 30_000;
/** Close code of the client itself where the server did not acknowledge in time. */
const ACK_TIMEOUT = 4504;

export const openGraphQlWs: OpenStream = (target, payload, listener) => {
  const sink = untilEnded(listener);
  const { Socket, url, refusedStatus, abandon } = socketOf(target);
  let pong: NodeJS.Timeout | undefined;

  const drop = ({ fault, again }: Dropped): void => {
    sink.dropped(fault, again);
    stop();
  };
  const client = createClient({
    url,
    webSocketImpl: Socket,
    connectionParams: target.headers,
    connectionAckWaitTimeout: target.timeoutMs,
    keepAlive: PING_MS,
    // Reconnecting is the reader's business: it counts attempts and waits between them.
    retryAttempts: 0,
    jsonMessageReviver: exactIntegers as (key: string, value: unknown) => unknown,
    on: {
      connected: () => sink.connected(),
      ping: (received) => {
        if (!received) pong = setTimeout(() => drop(connectTimeout(target)), PING_MS);
      },
      pong: () => clearTimeout(pong),
      error: (error) =>
        drop(
          // The client's own complaint about a message is a plain Error; what ws reports is an event.
          error instanceof Error && refusedStatus() === undefined
            ? malformed(target.source, 'a message cannot be read', error)
            : faultOfSocketError(target, error, refusedStatus()),
        ),
      closed: (event) => {
        const { code } = event as { readonly code: number };
        drop(code === ACK_TIMEOUT ? connectTimeout(target) : faultOfClose(target, code));
      },
    },
  });
  const release = client.subscribe(payload, {
    next: (response) => sink.next(response),
    complete: () => sink.complete(),
    // What ends the connection is heard above; a list of GraphQL errors is what remains.
    error: (errors) => sink.refused(errors),
  });
  const stop = (): void => {
    clearTimeout(pong);
    // It rejects where the connection never came about, which is known by then.
    void Promise.resolve(client.dispose()).catch(() => undefined);
  };
  return () => {
    if (sink.ended) return;
    sink.end();
    release();
    abandon();
    stop();
  };
};
