// What goes out on a websocket, and how fast: a client that does not read what it is sent, or that is gone without a word,
// holds nothing of the hub for long. Used by the websocket endpoint for each of its sockets.
import type { Socket } from 'node:net';
import type { WebSocket } from 'ws';

export interface SocketFlowOptions {
  /** Pause between pings. */
  readonly keepAliveMs: number;
  /** How long a client may leave unread what was sent to it, and unanswered a ping. */
  readonly unreadMs: number;
  /** Called once, where it takes longer. */
  readonly onUnread: () => void;
}

export interface SocketFlow {
  /** Resolves when the client's side has taken it, or will never: whoever waits for that takes no more from its source than is read. */
  send(text: string): Promise<void>;
  stop(): void;
}

/** A client that asks and asks and never reads is not listened to beyond this much of unread answers. */
const MAX_UNREAD_BYTES = 1_048_576;

/** @param connection what the websocket runs on */
export function createSocketFlow(socket: WebSocket, connection: Socket, options: SocketFlowOptions): SocketFlow {
  const { keepAliveMs, unreadMs, onUnread } = options;
  const timers = new Set<NodeJS.Timeout>();
  const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()));
  let stopped = false;

  /** @returns what is to be called when it was read */
  function expectRead(): () => void {
    if (stopped) return () => undefined;
    const timer = setTimeout(() => {
      stop();
      socket.resume();
      onUnread();
    }, unreadMs).unref();
    timers.add(timer);
    return () => {
      clearTimeout(timer);
      timers.delete(timer);
    };
  }

  function stop(): void {
    stopped = true;
    clearInterval(pulse);
    for (const timer of timers) clearTimeout(timer);
    timers.clear();
  }

  let answered: (() => void) | undefined;
  const pulse = setInterval(() => {
    if (answered !== undefined) return;
    answered = expectRead();
    socket.ping();
  }, keepAliveMs).unref();
  socket.on('pong', () => {
    answered?.();
    answered = undefined;
  });

  function holdBack(): void {
    if (stopped || socket.isPaused || socket.bufferedAmount <= MAX_UNREAD_BYTES) return;
    const read = expectRead();
    socket.pause();
    connection.once('drain', () => {
      read();
      socket.resume();
    });
  }
  // Each message may be answered; each ping is, by ws itself.
  socket.on('message', holdBack);
  socket.on('ping', holdBack);

  return {
    send: (text) =>
      new Promise((resolve, reject) => {
        if (socket.readyState !== socket.OPEN) {
          // Not at once: whoever sends would go on and on without ever letting the close happen.
          closed.then(resolve, reject);
          return;
        }
        const read = expectRead();
        socket.send(text, (error) => {
          read();
          if (error) reject(error);
          else resolve();
        });
      }),
    stop,
  };
}
