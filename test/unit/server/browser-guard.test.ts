import { afterEach, describe, expect, it } from '@jest/globals';
import { request, type IncomingHttpHeaders } from 'node:http';
import type { ServerSettings } from '../../../src/config/server-settings.ts';
import { startHub, type StartedHub } from './start-hub.ts';

let hub: StartedHub;
afterEach(() => hub.close());

/** Like a browser would: fetch does not let a program set these headers. */
function send(headers: Record<string, string>, method = 'GET', path = '/graphql?query=%7Bhello%7D') {
  return new Promise<{ status: number; headers: IncomingHttpHeaders; body: any }>((resolve, reject) => {
    const call = request(`${hub.url}${path}`, { method, headers }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
      response.on('end', () =>
        resolve({
          status: response.statusCode ?? 0,
          headers: response.headers,
          body: text === '' ? undefined : JSON.parse(text),
        }),
      );
    });
    call.on('error', reject).end();
  });
}

const start = async (settings: Partial<ServerSettings> = {}) => {
  hub = await startHub({}, settings);
};

describe('GET requests of browsers', () => {
  it.each([
    { 'sec-fetch-site': 'cross-site' },
    { 'sec-fetch-site': 'same-site' },
    { origin: 'https://evil.example' },
    { origin: 'null' },
    { referer: 'https://evil.example/page' },
  ])('are refused from another site (%o)', async (headers) => {
    await start();
    const answer = await send(headers);
    expect(answer.status).toBe(400);
    expect(answer.body.errors[0].extensions.code).toBe('HUB_REQUEST_MALFORMED');
  });

  it.each([
    {},
    { 'sec-fetch-site': 'same-origin' },
    { 'sec-fetch-site': 'none' },
    { 'sec-fetch-site': 'cross-site', 'apollo-require-preflight': '1' },
    { 'sec-fetch-site': 'cross-site', authorization: 'Bearer x' },
  ])('are served otherwise (%o)', async (headers) => {
    await start();
    expect((await send(headers as unknown as Record<string, string>)).status).toBe(200);
  });

  it('are served from the own origin of a browser without fetch metadata', async () => {
    await start();
    expect((await send({ referer: `${hub.url}/` })).status).toBe(200);
  });

  it('believe a proxy about the own origin only where it is trusted', async () => {
    const headers = { origin: 'https://hub.example', 'x-forwarded-host': 'hub.example' };
    await start({ trustProxy: true });
    expect((await send(headers)).status).toBe(200);
    await hub.close();
    await start();
    expect((await send(headers)).status).toBe(400);
  });
});

describe('CORS', () => {
  const preflight = {
    origin: 'https://app.example',
    'access-control-request-method': 'POST',
    'access-control-request-headers': 'content-type,authorization',
  };

  it('answers the preflight of a configured origin', async () => {
    await start({ cors: { origins: ['https://app.example'] } });
    const answer = await send(preflight, 'OPTIONS');
    expect(answer.status).toBe(204);
    expect(answer.headers).toMatchObject({
      'access-control-allow-origin': 'https://app.example',
      'access-control-allow-methods': 'GET, POST',
      'access-control-allow-headers': 'content-type,authorization',
      vary: 'origin',
    });
  });

  it('lets pages of a configured origin read answers', async () => {
    await start({ cors: { origins: ['https://app.example'] } });
    const answer = await send({ origin: 'https://app.example', 'sec-fetch-site': 'cross-site' });
    expect(answer).toMatchObject({ status: 200, headers: { 'access-control-allow-origin': 'https://app.example' } });
  });

  it('lets pages of all origins in where "*" is configured', async () => {
    await start({ cors: { origins: ['*'] } });
    expect((await send(preflight, 'OPTIONS')).headers['access-control-allow-origin']).toBe('*');
  });

  it.each([[[]], [['https://other.example']]])('lets no other origin in (%j)', async (origins) => {
    await start({ cors: { origins } });
    const answer = await send(preflight, 'OPTIONS');
    expect(answer.headers['access-control-allow-origin']).toBeUndefined();
  });
});

describe('security headers', () => {
  it.each(['/graphql?query=%7Bhello%7D', '/health/live', '/nowhere'])('are on the answer of %s', async (path) => {
    await start();
    expect((await send({}, 'GET', path)).headers).toMatchObject({
      'x-content-type-options': 'nosniff',
      'x-frame-options': 'DENY',
      'referrer-policy': 'no-referrer',
      'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
    });
  });

  it('do not tell what serves', async () => {
    await start();
    const { headers } = await send({});
    expect(headers['x-powered-by']).toBeUndefined();
    expect(headers.server).toBeUndefined();
  });
});
