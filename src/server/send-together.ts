// Head and body of an answer → one write. Used by the socket lane.
import type { Socket } from 'node:net';

const ROOM = 1 << 16;

/** What goes out at once is copied here, so that an answer takes no memory of its own. */
let memory = Buffer.allocUnsafeSlow(ROOM);

/** @param head of Latin-1 characters. @returns whether more may be written, as `write` does */
export function sendTogether(socket: Socket, head: string, body: Uint8Array): boolean {
  const length = head.length + body.length;
  if (length > ROOM) {
    socket.cork();
    socket.write(head, 'latin1');
    const flows = socket.write(body);
    socket.uncork();
    return flows;
  }
  memory.write(head, 0, 'latin1');
  memory.set(body, head.length);
  const flows = socket.write(memory.subarray(0, length));
  // The rest of it is sent from where it is, later.
  if (socket.writableLength > 0) memory = Buffer.allocUnsafeSlow(ROOM);
  return flows;
}
