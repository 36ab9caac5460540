// Load at a steady rate over kept connections, whatever the answers take: how long each took from the moment that it was
// due, so that a server that stands still is charged for all who wait meanwhile.
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import type { Load } from './load.ts';

export interface PacedResult {
  readonly p50Ms: number;
  readonly p99Ms: number;
}

const HEAD_END = '\r\n\r\n';

export async function runPacedLoad({
  url,
  seconds,
  connections,
  body,
  perSecond,
}: Load & { readonly perSecond: number }): Promise<PacedResult> {
  const { port, pathname, host } = new URL(url);
  const took: number[] = [];
  const due: number[] = [];
  const free: Line[] = [];
  const lines = await Promise.all(
    Array.from({ length: connections }, async () => {
      const socket = connect(Number(port), '127.0.0.1').setNoDelay();
      await once(socket, 'connect');
      return lineOf(socket, (line, at) => {
        took.push(performance.now() - at);
        const next = due.shift();
        if (next === undefined) free.push(line);
        else ask(line, next);
      });
    }),
  );
  free.push(...lines);
  const head = [`POST ${pathname} HTTP/1.1`, `host: ${host}`, 'content-type: application/json'].join('\r\n');
  const requestOf = (text: string): string => `${head}\r\ncontent-length: ${Buffer.byteLength(text)}${HEAD_END}${text}`;
  const same = body.includes('%d') ? undefined : requestOf(body);
  let asked = 2_000_000_000;
  function ask(line: Line, at: number): void {
    line.ask(same ?? requestOf(body.replace('%d', String((asked += 1)))), at);
  }

  const startedAt = performance.now();
  const total = Math.ceil(perSecond * seconds);
  for (let begun = 0; begun < total;) {
    const now = performance.now();
    for (; begun < total; begun += 1) {
      const at = startedAt + (begun / perSecond) * 1_000;
      if (at > now) break;
      const line = free.shift();
      if (line === undefined) due.push(at);
      else ask(line, at);
    }
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  const giveUpAt = performance.now() + 20_000;
  while (took.length < total && performance.now() < giveUpAt) await new Promise((resolve) => setTimeout(resolve, 5));
  for (const { socket } of lines) socket.destroy();
  // What was never answered took longer than anything that was.
  const sorted = took.sort((a, b) => a - b);
  const at = (share: number): number => sorted[Math.floor(total * share)] ?? Infinity;
  return { p50Ms: at(0.5), p99Ms: at(0.99) };
}

interface Line {
  readonly socket: Socket;
  ask(request: string, at: number): void;
}

/** `answered` is told which request was, by its time. */
function lineOf(socket: Socket, answered: (line: Line, at: number) => void): Line {
  let asked = 0;
  let missing = 0;
  /** Of the last answer: most are of one size, and come in one piece. */
  let size = 0;
  const line: Line = {
    socket,
    ask(request, at) {
      asked = at;
      socket.write(request, 'latin1');
    },
  };
  socket.on('error', () => undefined);
  socket.on('data', (chunk) => {
    if (missing === 0 && chunk.length === size) {
      answered(line, asked);
      return;
    }
    if (missing === 0) {
      const end = chunk.indexOf(HEAD_END);
      const length = /content-length: *(\d+)/i.exec(chunk.toString('latin1', 0, end))?.[1];
      size = missing = end + HEAD_END.length + Number(length);
    }
    missing -= chunk.length;
    if (missing === 0) answered(line, asked);
  });
  return line;
}
