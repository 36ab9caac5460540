import { describe, expect, it } from '@jest/globals';
import { fastify } from 'fastify';
import { registerHealth } from '../../../src/server/health.ts';

describe('health', () => {
  it('is live and not ready before a graph serves and while the hub stops', async () => {
    const server = fastify();
    let ready = false;
    registerHealth(server, () => ready);
    const status = async (path: string) => (await server.inject(path)).statusCode;
    expect([await status('/health/live'), await status('/health/ready')]).toEqual([200, 503]);
    ready = true;
    expect(await status('/health/ready')).toBe(200);
    ready = false;
    const answer = await server.inject('/health/ready');
    expect(answer.json()).toEqual({ status: 'not ready' });
    expect(answer.headers['cache-control']).toBe('no-store');
  });
});
