// Health for orchestrators: is the process alive, may it be sent requests.
import type { FastifyInstance } from 'fastify';

/** `/health/live` is 200 while the event loop turns; `/health/ready` is 200 while a graph serves, else 503. */
export function registerHealth(server: FastifyInstance, isReady: () => boolean): void {
  server.get('/health/live', (_request, reply) => reply.header('cache-control', 'no-store').send({ status: 'live' }));
  server.get('/health/ready', (_request, reply) => {
    const ready = isReady();
    return reply
      .code(ready ? 200 : 503)
      .header('cache-control', 'no-store')
      .send({ status: ready ? 'ready' : 'not ready' });
  });
}
