// POST /webhooks/<name>: reads the body as it came over the wire and hands it to the intake. Registered by create-server.ts.
import type { IncomingMessage } from 'node:http';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { DeliveryAnswer, EarlyRefusal, WebhookIntake } from '../contract/webhooks.ts';
import { flattenHeaders } from './request-context.ts';

const JSON_TYPE = /^application\/(?:[\w.+-]+\+)?json\s*(?:;|$)/i;

interface Holding {
  bytes: number;
}

interface Route {
  Params: { readonly name: string };
  Body: Buffer | EarlyRefusal;
}

/** Of all bodies that are read, or read and not answered yet. Beyond it senders are asked to come again. */
const MAX_HELD_BYTES = 33_554_432;

/** Signatures are over bytes, so nothing parses a body here; what is refused by its head is not read at all. */
export function registerWebhooks(
  server: FastifyInstance,
  intake: WebhookIntake,
  maxHeldBytes: number = MAX_HELD_BYTES,
): void {
  let held = 0;
  const holding = new WeakMap<IncomingMessage, Holding>();

  /** Whether there is room for them; the only one that holds any always has it. */
  const hold = (request: IncomingMessage, bytes: number): boolean => {
    const own = holding.get(request);
    if (own === undefined || (held > own.bytes && held + bytes > maxHeldBytes)) return false;
    own.bytes += bytes;
    held += bytes;
    return true;
  };

  void server.register((routes, _options, done) => {
    routes.removeAllContentTypeParsers();
    routes.addContentTypeParser('*', async (request: FastifyRequest, payload: IncomingMessage) =>
      readBody(payload, intake.limitsOf((request.params as Route['Params']).name)?.maxBodyBytes ?? 0, (bytes) =>
        hold(request.raw, bytes),
      ),
    );

    routes.post<Route>('/webhooks/:name', {
      onRequest: (request, reply, next) => {
        const why = refusalOf(request.headers, intake.limitsOf(request.params.name));
        const own: Holding = { bytes: 0 };
        holding.set(request.raw, own);
        // Also where the sender goes away, and nothing is answered.
        reply.raw.once('close', () => {
          holding.delete(request.raw);
          held -= own.bytes;
        });
        if (why === undefined) next();
        else void send(reply, intake.refuse(request.params.name, why));
      },
      handler: async (request, reply) => {
        const { name } = request.params;
        const { body } = request;
        if (!Buffer.isBuffer(body)) return send(reply, intake.refuse(name, body));
        const headers = flattenHeaders(request.headers);
        return send(reply, await intake.receive(name, { requestId: request.id, headers, body }));
      },
    });
    done();
  });
}

function refusalOf(
  headers: IncomingMessage['headers'],
  limits: ReturnType<WebhookIntake['limitsOf']>,
): EarlyRefusal | undefined {
  if (limits === undefined) return 'unknown-name';
  // Signed is what the sender made, which nobody promises to be what is left of it after decompression.
  if (!JSON_TYPE.test(headers['content-type'] ?? '') || (headers['content-encoding'] ?? 'identity') !== 'identity') {
    return 'wrong-type';
  }
  return Number(headers['content-length'] ?? 0) > limits.maxBodyBytes ? 'too-large' : undefined;
}

/** Stops reading where a limit is passed. */
async function readBody(
  payload: IncomingMessage,
  maxBytes: number,
  hold: (bytes: number) => boolean,
): Promise<Buffer | EarlyRefusal> {
  const chunks: Buffer[] = [];
  let size = 0;
  // To destroy the request would be to take the answer's connection away.
  for await (const chunk of payload.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > maxBytes) return 'too-large';
    if (!hold(chunk.length)) return 'unavailable';
    chunks.push(chunk);
  }
  return Buffer.concat(chunks, size);
}

function send(reply: FastifyReply, { status, headers = {}, body }: DeliveryAnswer): FastifyReply {
  return reply
    .code(status)
    .headers({ 'cache-control': 'no-store', ...headers })
    .send(body);
}
