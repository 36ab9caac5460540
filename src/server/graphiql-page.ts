// GraphiQL at `/`, from the hub itself: it loads nothing from anywhere else.
import { fork } from 'node:child_process';
import { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { GraphiqlInput, GraphiqlOutput } from './graphiql-renderer.ts';

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
    return reply.header('content-encoding', 'gzip').send(page.gzipped);
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
  const renderer = fork(new URL(`./graphiql-renderer${ending}`, import.meta.url), [JSON.stringify(input)], {
    execArgv: [],
    serialization: 'advanced',
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  });
  let complaint = '';
  renderer.stderr?.setEncoding('utf8').on('data', (text: string) => (complaint = (complaint + text).slice(-2_000)));
  return new Promise((resolve, reject) => {
    renderer.once('message', (output) => resolve(output as GraphiqlOutput));
    renderer.once('error', reject);
    renderer.once('close', () => reject(new Error(`GraphiQL could not be rendered: ${complaint}`)));
  });
}
