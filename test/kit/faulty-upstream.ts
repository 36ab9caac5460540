// A loopback upstream that can be told to misbehave: the shapes of failure that a hub meets in real life.
import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { startUpstream, type Answer, type Received, type Upstream } from './upstream.ts';

export const HUGE_BYTES = 100 * 1024 * 1024;

export type Misbehaviour =
  'slow' | 'html' | 'cut' | 'failing' | 'limited' | 'wrong-type' | 'huge' | 'huge-announced' | 'not-http';

export interface FaultyUpstream extends Upstream {
  /** From now on; undefined is good behaviour. */
  behave(badly: Misbehaviour | undefined): void;
  /** Bytes of huge answers that went out before somebody hung up. */
  readonly poured: () => number;
}

/** @param good what it answers while it behaves. @param wrongType the same with values of other types. */
export async function startFaultyUpstream(good: Answer, wrongType: Answer): Promise<FaultyUpstream> {
  let badly: Misbehaviour | undefined;
  let poured = 0;
  const pour = (response: ServerResponse) => pourOut(response, (bytes) => (poured += bytes));
  const upstream = await startUpstream((request, response) => {
    if (badly === undefined) return good(request, response);
    if (badly === 'wrong-type') return wrongType(request, response);
    return misbehave(badly, request, response, pour);
  });
  return {
    ...upstream,
    behave(next) {
      badly = next;
    },
    poured: () => poured,
  };
}

async function misbehave(
  how: Exclude<Misbehaviour, 'wrong-type'>,
  request: Received,
  response: ServerResponse,
  pour: (response: ServerResponse) => Promise<void>,
): Promise<void> {
  const type = request.method === 'POST' && request.headers.soapaction !== undefined ? 'text/xml' : 'application/json';
  switch (how) {
    case 'slow':
      // Never answers: whoever calls has to give up.
      return;
    case 'html':
      response
        .writeHead(200, { 'content-type': 'text/html' })
        .end('<!doctype html><title>Down for maintenance</title>');
      return;
    case 'cut':
      response.writeHead(200, { 'content-type': type, 'content-length': '1000' });
      response.write(type === 'text/xml' ? '<?xml version="1.0"?><soap:Envelope' : '[{"id": "1", ', () =>
        response.socket?.end(),
      );
      return;
    case 'failing':
      response
        .writeHead(500, { 'content-type': 'text/plain' })
        .end('java.lang.NullPointerException at com.acme.Secret');
      return;
    case 'limited':
      response
        .writeHead(429, { 'content-type': 'application/json', 'retry-after': '120' })
        .end('{"message":"slow down"}');
      return;
    case 'huge':
      response.writeHead(200, { 'content-type': type });
      await pour(response);
      return;
    case 'huge-announced':
      response.writeHead(200, { 'content-type': type, 'content-length': String(HUGE_BYTES) });
      await pour(response);
      return;
    case 'not-http':
      response.socket?.end('SSH-2.0-OpenSSH_9.9\r\n');
      return;
  }
}

/** As fast as it is read, until all is out or nobody listens any more. */
async function pourOut(response: ServerResponse, count: (bytes: number) => void): Promise<void> {
  const chunk = Buffer.alloc(1024 * 1024, ' ');
  const gone = once(response, 'close');
  for (let sent = 0; sent < HUGE_BYTES && !response.destroyed; sent += chunk.byteLength) {
    count(chunk.byteLength);
    if (!response.write(chunk)) await Promise.race([once(response, 'drain'), gone]);
  }
  response.end();
}
