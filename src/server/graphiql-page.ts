// GraphiQL at `/`, from the hub itself: it loads nothing from anywhere else.
import { once } from 'node:events';
import { Readable } from 'node:stream';
import { Worker } from 'node:worker_threads';
import { createGunzip } from 'node:zlib';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { GraphiqlInput, GraphiqlOutput } from './graphiql-worker.ts';

/** Rendered at the first request. */
export function registerGraphiql(server: FastifyInstance, input: GraphiqlInput): void {
  let rendered: Promise<GraphiqlOutput> | undefined;

  server.get('/', async (request, reply) => {
    rendered ??= render(input);
    const page = await rendered.catch((error: unknown) => {
      rendered = undefined;
      throw error;
    });
    return send(page, request, reply);
  });
}

function send(page: GraphiqlOutput, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  void reply.headers({
    'content-type': 'text/html; charset=utf-8',
    'content-security-policy': contentSecurityPolicy(page.scriptHash),
    'cache-control': 'no-cache',
    etag: page.etag,
    vary: 'accept-encoding',
  });
  if (request.headers['if-none-match'] === page.etag) return reply.code(304).send();
  if (/\bgzip\b/.test(request.headers['accept-encoding'] ?? '')) {
    return reply.header('content-encoding', 'gzip').send(Buffer.from(page.gzipped.buffer));
  }
  return reply.send(Readable.from([page.gzipped]).pipe(createGunzip()));
}

/** Monaco runs its workers from blobs and writes its styles into the page; nothing else is let in. */
function contentSecurityPolicy(scriptHash: string): string {
  return [
    "default-src 'none'",
    `script-src 'sha256-${scriptHash}' blob:`,
    'worker-src blob:',
    "style-src 'unsafe-inline'",
    "img-src 'self' data:",
    'font-src data:',
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; ');
}

async function render(input: GraphiqlInput): Promise<GraphiqlOutput> {
  // The file's name ends as this one's does: .ts in the sources, .js when compiled.
  const ending = import.meta.url.slice(import.meta.url.lastIndexOf('.'));
  const worker = new Worker(new URL(`./graphiql-worker${ending}`, import.meta.url), { workerData: input });
  worker.unref();
  const [output] = (await once(worker, 'message')) as [GraphiqlOutput];
  return output;
}
