// Answers in one write: whatever the receiver leaves unread, every byte comes, in order, and once.
import { createServer, connect, type Socket } from 'node:net';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { sendTogether } from '../../../src/server/send-together.ts';

let receiver: Socket;
let sender: Socket;
const server = createServer();

beforeAll(async () => {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const connected = once(server, 'connection');
  receiver = connect((server.address() as AddressInfo).port, '127.0.0.1');
  [sender] = (await connected) as [Socket];
});

afterAll(async () => {
  receiver.destroy();
  sender.destroy();
  server.close();
  await once(server, 'close');
});

describe('an answer in one write', () => {
  it('comes whole behind others that wait, whatever their sizes', async () => {
    const answers = Array.from({ length: 400 }, (_, i) => ({
      head: `HTTP/1.1 200 OK\r\nx: ${i}\r\n\r\n`,
      body: Buffer.alloc(i % 7 === 0 ? 90_000 : 40 * i, 65 + (i % 26)),
    }));
    const flows = answers.map(({ head, body }) => sendTogether(sender, head, body));
    // More than a socket takes while nobody reads.
    expect(flows).toContain(false);
    expect(sender.writableLength).toBeGreaterThan(0);
    const expected = Buffer.concat(answers.flatMap(({ head, body }) => [Buffer.from(head), body]));
    const chunks: Buffer[] = [];
    let received = 0;
    receiver.on('data', (chunk: Buffer) => {
      chunks.push(chunk);
      received += chunk.length;
      if (received === expected.length) receiver.emit('all');
    });
    await once(receiver, 'all');
    expect(Buffer.concat(chunks).equals(expected)).toBe(true);
  });
});
