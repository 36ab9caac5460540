// An upstream that honours idempotency keys, and that fails, hangs up and forgets to answer as upstreams do.
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import type { Random } from './seeded.ts';

export interface Applied {
  readonly entity: string;
  readonly sequence: number;
}

export interface KeyedUpstream extends AsyncDisposable {
  readonly url: string;
  /** What was applied, in order; a call with a key that it knows applies nothing. */
  readonly applied: readonly Applied[];
  readonly calls: () => number;
}

export async function startKeyedUpstream(random: Random): Promise<KeyedUpstream> {
  const applied: Applied[] = [];
  const keys = new Set<string>();
  let calls = 0;

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    let text = '';
    for await (const chunk of request) text += String(chunk);
    calls += 1;
    const luck = random();
    if (luck < 0.05) return void response.writeHead(503).end();
    const { entity, sequence } = JSON.parse(text);
    const key = String(request.headers['idempotency-key']);
    if (!keys.has(key)) applied.push({ entity, sequence: Number(sequence) });
    keys.add(key);
    // It did what it was asked to, and nobody hears of it.
    if (luck < 0.1) return void request.socket.destroy();
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ entity, sequence }));
  }

  const server = createServer((request, response) => void answer(request, response).catch(() => response.destroy()));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    applied,
    calls: () => calls,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
