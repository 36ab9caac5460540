// The protocol of subscriptions-transport-ws, which servers of Apollo's older libraries still speak.
// https://github.com/apollographql/subscriptions-transport-ws/blob/master/PROTOCOL.md
import { WebSocket } from 'ws';
import { parseJson } from '../../transport/parse-json.ts';
import { isObject } from './read-answer.ts';
import { untilEnded, type OpenStream } from './stream-connection.ts';
import {
  connectTimeout,
  faultOfClose,
  faultOfSocketError,
  malformed,
  socketOf,
  type Dropped,
} from './stream-socket.ts';

/** The websocket subprotocol of that name is this older protocol; graphql-ws itself is "graphql-transport-ws". */
const SUBPROTOCOL = 'graphql-ws';
/** The one subscription of the connection. */
const ID = '1';

export const openLegacyWs: OpenStream = (target, payload, listener) => {
  const sink = untilEnded(listener);
  const { Socket, url, refusedStatus, abandon } = socketOf(target);
  const socket = new Socket(url, SUBPROTOCOL);
  const send = (message: object): void => {
    if (socket.readyState === WebSocket.OPEN) socket.send(JSON.stringify(message));
  };
  const ackTimer = setTimeout(() => drop(connectTimeout(target)), target.timeoutMs);
  const stop = (): void => {
    clearTimeout(ackTimer);
    send({ type: 'connection_terminate' });
    abandon();
    socket.close(1000);
  };
  const drop = ({ fault, again }: Dropped): void => {
    sink.dropped(fault, again);
    stop();
  };

  const take = (message: Readonly<Record<string, unknown>>): void => {
    switch (message.type) {
      case 'connection_ack':
        clearTimeout(ackTimer);
        sink.connected();
        send({ id: ID, type: 'start', payload });
        return;
      case 'connection_error':
        sink.refused([message.payload]);
        stop();
        return;
      case 'data':
        if (message.id === ID) sink.next(message.payload);
        return;
      case 'error':
        if (message.id !== ID) return;
        sink.refused(Array.isArray(message.payload) ? message.payload : [message.payload]);
        stop();
        return;
      case 'complete':
        if (message.id !== ID) return;
        sink.complete();
        stop();
        return;
      default:
      // `ka` says that the server is alive; what is not known is left alone, as the protocol asks.
    }
  };

  socket.on('open', () => send({ type: 'connection_init', payload: target.headers }));
  socket.on('message', (data: Buffer) => {
    let message: unknown;
    try {
      message = parseJson(data.toString('utf8'));
    } catch (error) {
      drop(malformed(target.source, 'a message is not JSON', error));
      return;
    }
    if (isObject(message)) take(message);
    else drop(malformed(target.source, 'a message is not an object'));
  });
  socket.on('error', (error) => drop(faultOfSocketError(target, error, refusedStatus())));
  socket.on('close', (code) => drop(faultOfClose(target, code)));

  return () => {
    if (sink.ended) return;
    sink.end();
    send({ id: ID, type: 'stop' });
    stop();
  };
};
