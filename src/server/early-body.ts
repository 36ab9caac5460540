// Bodies that the fast lane has read before it left a request to Fastify, which then reads them as if nothing had been.
import type { IncomingMessage } from 'node:http';
import { Readable } from 'node:stream';
import type { FastifyInstance } from 'fastify';

export interface EarlyBodies {
  keep(request: IncomingMessage, body: Buffer): void;
}

export function createEarlyBodies(server: FastifyInstance): EarlyBodies {
  const kept = new WeakMap<IncomingMessage, Buffer>();
  server.addHook('preParsing', (request, _reply, payload, done) => {
    const body = kept.get(request.raw);
    if (body === undefined) done(null, payload);
    else
      done(null, Object.assign(Readable.from([body], { objectMode: false }), { receivedEncodedLength: body.length }));
  });
  return { keep: (request, body) => void kept.set(request, body) };
}
