// A connection whose bytes a test writes itself, and the answers that come back over it.
import { connect, type Socket } from 'node:net';

export interface RawClient {
  readonly socket: Socket;
  send(text: string): void;
  /**
   * The next answer as it came, without the lines that differ each time (date, request id); '' where the connection is
   * closed. Without `body` its head alone.
   */
  answer(body?: boolean): Promise<string>;
}

export async function connectRaw(url: string): Promise<RawClient> {
  const socket = connect(Number(new URL(url).port), '127.0.0.1').setEncoding('latin1');
  await new Promise<void>((resolve, reject) => socket.once('connect', resolve).once('error', reject));
  let received = '';
  let look = (): void => undefined;
  const told = (): void => look();
  socket.on('data', (text: string) => {
    received += text;
    look();
  });
  socket.on('close', told).on('error', told);
  return {
    socket,
    send: (text) => void socket.write(text, 'latin1'),
    answer: (body = true) =>
      new Promise((resolve) => {
        look = () => {
          const size = sizeOf(received, body);
          if (size > received.length && !socket.closed) return;
          look = () => undefined;
          const answer = received.slice(0, size);
          received = received.slice(answer.length);
          resolve(answer.replace(/^(date|x-request-id): .*\r\n/gim, ''));
        };
        look();
      }),
  };
}

/** Bytes of the first answer; more than there are where it is not whole. */
function sizeOf(received: string, whole: boolean): number {
  const body = received.indexOf('\r\n\r\n') + 4;
  if (body === 3) return Infinity;
  if (!whole || received.startsWith('HTTP/1.1 100')) return body;
  const length = /^content-length: (\d+)/im.exec(received.slice(0, body))?.[1];
  return body + Number(length ?? 0);
}
