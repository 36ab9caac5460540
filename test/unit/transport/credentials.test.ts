// Credentials on the wire, OAuth 2 tokens, forwarded headers; and that no secret ever gets into a fault.
import { afterEach, describe, expect, it } from '@jest/globals';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { TLSSocket } from 'node:tls';
import { createScope } from '../../../src/engine/create-scope.ts';
import { type Answer, json, startUpstream } from '../../kit/upstream.ts';
import { deferred, faultOf, get, post, startTransport } from './start-transport.ts';

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

async function upstreamOf(answer: Answer) {
  const upstream = await startUpstream(answer);
  closing.push(() => upstream.close());
  return upstream;
}
async function start(answer: Answer, auth: Record<string, unknown>, more: Record<string, unknown> = {}) {
  const upstream = await upstreamOf(answer);
  const { transport } = startTransport(upstream.url, { auth, ...more });
  closing.push(() => transport.close());
  return { upstream, transport };
}
const ok: Answer = (_, response) => json(response, {});
const once = { retry: { attempts: 1 } };

describe('credentials', () => {
  it.each([
    ['a header', { header: { name: 'X-Api-Key', value: 'k-1' } }, { 'x-api-key': 'k-1' }, '/a?b=1'],
    ['a query parameter', { query: { name: 'api key', value: 'k&1' } }, {}, '/a?b=1&api%20key=k%261'],
    [
      'several of a kind, and cookies',
      {
        header: [
          { name: 'a', value: '1' },
          { name: 'b', value: '2' },
        ],
        query: [
          { name: 'key', value: 'k' },
          { name: 'token', value: 't' },
        ],
        cookie: { name: 'sid', value: 's' },
      },
      { a: '1', b: '2', cookie: 'sid=s' },
      '/a?b=1&key=k&token=t',
    ],
    ['basic', { basic: { username: 'ü', password: 'p:w' } }, { authorization: 'Basic w7w6cDp3' }, '/a?b=1'],
    ['bearer', { bearer: { token: 't-1' } }, { authorization: 'Bearer t-1' }, '/a?b=1'],
    ['none', {}, { authorization: undefined }, '/a?b=1'],
  ])('travel as configured: %s', async (_name, auth, headers, url) => {
    const { transport, upstream } = await start(ok, auth);
    await transport.request(createScope({ headers: { authorization: 'Bearer caller' } }), get('/a?b=1'));
    expect(upstream.received[0]?.url).toBe(url);
    for (const [name, value] of Object.entries(headers)) expect(upstream.received[0]?.headers[name]).toBe(value);
  });

  it('as cookies stay beside those of the call', async () => {
    const { transport, upstream } = await start(ok, {
      cookie: [
        { name: 'a', value: '1' },
        { name: 'b', value: '2' },
      ],
    });
    await transport.request(createScope(), get('/', { headers: { cookie: 'c=3' } }));
    expect(upstream.received[0]?.headers.cookie).toBe('c=3; a=1; b=2');
  });

  it('may be a certificate of the hub, whose files have to be there', async () => {
    const folder = join(import.meta.dirname, '../../fixtures/tls');
    const read = (name: string) => readFile(join(folder, name), 'utf8');
    const ca = await read('ca.pem');
    const options = { cert: await read('server.pem'), key: await read('server.key'), ca, requestCert: true };
    const server = createServer({ ...options, rejectUnauthorized: false }, (request, response) => {
      const socket: unknown = request.socket;
      json(response, { subject: (socket as TLSSocket).getPeerCertificate().subject.CN });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    closing.push(async () => void server.close());
    const url = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const ask = async (clientCertificate: object) => {
      const { transport } = startTransport(url, { auth: { clientCertificate }, ...once });
      closing.push(() => transport.close());
      return JSON.parse((await transport.request(createScope(), get('/'))).text()) as unknown;
    };
    const cert = await read('client.pem');
    expect(await ask({ cert, key: await read('client.key'), ca })).toEqual({ subject: 'client' });
    expect(await ask({ cert, key: join(folder, 'client.key'), ca: join(folder, 'ca.pem') })).toEqual({
      subject: 'client',
    });
    expect(() => startTransport(url, { auth: { clientCertificate: { cert, key: '/nowhere.key' } } })).toThrow(
      /clientCertificate\.key: \/nowhere\.key cannot be read/,
    );
  });

  it('win over headers of the call, and lose to what the caller forwards', async () => {
    const { transport, upstream } = await start(ok, { bearer: { token: 'static' }, forward: ['Authorization'] });
    const call = get('/', { headers: { Authorization: 'from the call' } });
    await transport.request(createScope(), call);
    await transport.request(createScope({ headers: { authorization: 'Bearer caller' } }), call);
    expect(upstream.received.map(({ headers }) => headers.authorization)).toEqual(['Bearer static', 'Bearer caller']);
  });

  it('in the url of the source become basic authentication', async () => {
    const upstream = await upstreamOf(ok);
    const { transport } = startTransport(upstream.url.replace('//', '//me:p%40ss@'));
    closing.push(() => transport.close());
    await transport.request(createScope(), get('/'));
    expect(upstream.received[0]?.headers.authorization).toBe(`Basic ${btoa('me:p@ss')}`);
  });

  it.each(['Host', 'content-length', 'Transfer-Encoding', 'Connection'])('do not forward %s', (name) => {
    expect(() => startTransport('http://127.0.0.1', { auth: { forward: [name] } })).toThrow('cannot be forwarded');
  });
});

describe('OAuth 2 client credentials', () => {
  const oauth2 = (tokenUrl: string, more = {}) => ({
    oauth2: { tokenUrl, clientId: 'id 1', clientSecret: 's&cret', ...more },
  });
  async function startBoth(token: Answer, api: Answer, more = {}) {
    const tokens = await upstreamOf(token);
    const { transport, upstream } = await start(api, oauth2(`${tokens.url}/token`, more), once);
    return { tokens, upstream, transport };
  }

  it('fetches one token for all calls and sends it', async () => {
    const { tokens, upstream, transport } = await startBoth(
      (_, response) => json(response, { access_token: 'tok', token_type: 'Bearer', expires_in: 3600 }),
      ok,
      { scopes: ['a', 'b'], audience: 'shop' },
    );
    await Promise.all(['/1', '/2', '/3'].map((url) => transport.request(createScope(), get(url))));
    await transport.request(createScope(), get('/4'));
    expect(tokens.received).toHaveLength(1);
    expect(tokens.received[0]).toMatchObject({
      method: 'POST',
      body: 'grant_type=client_credentials&scope=a+b&audience=shop',
      headers: { authorization: `Basic ${btoa('id+1:s%26cret')}` },
    });
    expect(upstream.received.map(({ headers }) => headers.authorization)).toEqual(Array(4).fill('Bearer tok'));
  });

  it('sends id and secret in the body where it is told so', async () => {
    const { tokens, transport } = await startBoth((_, response) => json(response, { access_token: 'tok' }), ok, {
      clientAuth: 'body',
    });
    await transport.request(createScope(), get('/'));
    expect(tokens.received[0]?.body).toBe('grant_type=client_credentials&client_id=id+1&client_secret=s%26cret');
    expect(tokens.received[0]?.headers.authorization).toBeUndefined();
  });

  it('takes a fresh token once when the source refuses one, for writes too', async () => {
    let issued = 0;
    const { tokens, upstream, transport } = await startBoth(
      (_, response) => json(response, { access_token: `tok${++issued}`, expires_in: 3600 }),
      (request, response) => json(response, {}, request.headers.authorization === 'Bearer tok1' ? 401 : 200),
    );
    const answers = await Promise.all([1, 2, 3].map(() => transport.request(createScope(), post('/', '{}'))));
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200]);
    expect(tokens.received).toHaveLength(2);
    expect(upstream.received).toHaveLength(6);
  });

  it('gives up when the fresh token is refused too', async () => {
    const { tokens, transport } = await startBoth(
      (_, response) => json(response, { access_token: 'tok' }),
      (_, response) => json(response, {}, 401),
    );
    const fault = await faultOf(transport.request(createScope(), get('/')));
    expect(fault).toMatchObject({ code: 'HUB_UPSTREAM_REJECTED', details: { upstreamStatus: 401 } });
    expect(tokens.received).toHaveLength(2);
  });

  it('renews a token before it ends', async () => {
    const { tokens, transport } = await startBoth(
      (_, response) => json(response, { access_token: 'tok', expires_in: 0 }),
      ok,
    );
    await transport.request(createScope(), get('/'));
    await transport.request(createScope(), get('/'));
    expect(tokens.received).toHaveLength(2);
  });

  it('goes on fetching for the others when one of those who wait leaves', async () => {
    const arrived = deferred();
    const release = deferred();
    const caller = new AbortController();
    const { tokens, transport } = await startBoth(async (_, response) => {
      arrived.resolve(null);
      await release.promise;
      json(response, { access_token: 'tok' });
    }, ok);
    const leaving = faultOf(transport.request(createScope({ signal: caller.signal }), get('/1')));
    await arrived.promise;
    const staying = transport.request(createScope(), get('/2'));
    caller.abort();
    expect((await leaving).code).toBe('HUB_REQUEST_ABORTED');
    release.resolve(null);
    expect((await staying).status).toBe(200);
    expect(tokens.received).toHaveLength(1);
  });

  it.each<[string, Answer, string]>([
    [
      'refuses',
      (_, response) => json(response, { error: 'invalid_client', error_description: 's&cret is wrong' }, 401),
      'status 401 (invalid_client)',
    ],
    ['answers HTML', (_, response) => void response.end('<html>s&cret</html>'), 'no access_token'],
    [
      'answers another kind of token',
      (_, response) => json(response, { access_token: 'x', token_type: 'mac' }),
      'bearer',
    ],
    [
      'answers a token that is no header',
      (_, response) => json(response, { access_token: 'a\r\nb' }),
      'no access_token',
    ],
  ])('says that it could not get a token when the server %s', async (_name, answer, message) => {
    const { upstream, transport } = await startBoth(answer, ok);
    const fault = await faultOf(transport.request(createScope(), get('/')));
    expect(fault.code).toBe('HUB_UPSTREAM_REJECTED');
    expect(fault.message).toContain('could not get a token');
    expect(fault.message).toContain(message);
    expect(JSON.stringify([fault, fault.message])).not.toContain('cret');
    expect(upstream.received).toEqual([]);
  });

  it('says that it could not get a token when the server is down', async () => {
    const { tokens, transport } = await startBoth(ok, ok);
    await tokens.close();
    const fault = await faultOf(transport.request(createScope(), get('/')));
    expect(fault.code).toBe('HUB_UPSTREAM_UNREACHABLE');
    expect(fault.message).toContain('could not get a token');
  });
});

describe('a fault', () => {
  const secret = 'S3cr3t/Value+1';
  it.each<[string, Record<string, unknown>]>([
    ['header', { header: { name: 'x-key', value: secret } }],
    ['header with a scheme', { header: { name: 'x-key', value: `Token ${secret}` } }],
    ['query', { query: { name: 'k', value: secret } }],
    ['bearer', { bearer: { token: secret } }],
    ['basic', { basic: { username: 'me', password: secret } }],
    ['forward', { forward: ['x-session'] }],
  ])('never holds the secret of %s, however the upstream repeats it', async (_name, auth) => {
    const { transport } = await start(
      (request, response) =>
        json(
          response,
          {
            title: `plain ${secret}`,
            message: `url ${request.url} encoded ${encodeURIComponent(secret)}`,
            detail: JSON.stringify(request.headers),
            code: secret,
          },
          400,
        ),
      auth,
    );
    const fault = await faultOf(transport.request(createScope({ headers: { 'x-session': secret } }), get('/a')));
    const shown = JSON.stringify([fault, fault.message, fault.details, String(fault.cause)]);
    expect(shown).toContain('[secret]');
    for (const form of [secret, encodeURIComponent(secret), btoa(secret), btoa(`me:${secret}`)]) {
      expect(shown).not.toContain(form);
    }
  });

  it.each([
    'Authorization: Bearer abc.def.ghi-123',
    'token=abc.def.ghi-123&x=1',
    'see https://me:abc.def.ghi-123@host/',
    '{"api_key": "abc.def.ghi-123"}',
    'eyJhbGciOiJ.abc.def.ghi-123',
  ])('never holds what looks like a credential: %s', async (message) => {
    const { transport } = await start((_, response) => json(response, { message }, 400), {});
    const fault = await faultOf(transport.request(createScope(), get('/')));
    expect(fault.details.upstreamDetail).toContain('[secret]');
    expect(fault.details.upstreamDetail).not.toContain('ghi-123');
  });
});
