import { request as rawRequest } from 'node:http';
import { afterEach, describe, expect, it } from '@jest/globals';
import type { EntityChange } from '../../../src/contract/events.ts';
import { ANONYMOUS } from '../../../src/contract/principal.ts';
import type { Scope } from '../../../src/contract/scope.ts';
import { HubFault } from '../../../src/faults/hub-fault.ts';
import { createFakeGraph } from '../../kit/fake-graph.ts';
import { startHub, type StartedHub } from './start-hub.ts';

let hub: StartedHub;
afterEach(() => hub.close());

const codes = (body: any): unknown[] => body.errors.map((error: any) => error.extensions.code);

describe('the server over HTTP', () => {
  it('answers a query with its variables', async () => {
    hub = await startHub();
    const answer = await hub.post('query($name: String) { hello(name: $name) }', { variables: { name: 'Ada' } });
    expect(answer).toMatchObject({ status: 200, body: { data: { hello: 'hello Ada' } } });
    expect(answer.headers.get('content-type')).toBe('application/graphql-response+json; charset=utf-8');
  });

  it('answers a GET request', async () => {
    hub = await startHub();
    const response = await fetch(`${hub.graphql}?query=${encodeURIComponent('{ hello }')}`);
    expect(await response.json()).toEqual({ data: { hello: 'hello world' } });
  });

  it('answers at the root, too, where clients of other gateways post to', async () => {
    hub = await startHub();
    const response = await fetch(new URL('/', hub.graphql), {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query: '{ hello }' }),
    });
    expect(await response.json()).toEqual({ data: { hello: 'hello world' } });
    const page = await fetch(new URL('/', hub.graphql), {
      method: 'POST',
      body: 'x',
      headers: { origin: 'http://x.y' },
    });
    expect(page.status).toBeGreaterThanOrEqual(400);
  });

  it('refuses a mutation by GET', async () => {
    hub = await startHub({
      graph: createFakeGraph({ sdl: 'type Query { a: Int } type Mutation { b: Int }', mutation: { b: () => 1 } }),
    });
    const response = await fetch(`${hub.graphql}?query=${encodeURIComponent('mutation { b }')}`);
    expect(response.status).toBe(405);
    expect(codes(await response.json())).toEqual(['HUB_REQUEST_MALFORMED']);
  });

  it('tells where a subscription is served instead', async () => {
    hub = await startHub({ graph: ticking() });
    const answer = await hub.post('subscription { tick }');
    expect(answer.status).toBe(400);
    expect(codes(answer.body)).toEqual(['HUB_REQUEST_INVALID']);
    expect(answer.body.errors[0].message).toContain('websocket');
  });

  it.each([
    ['a document that does not parse', '{', {}, 'GRAPHQL_PARSE_FAILED'],
    ['a field that does not exist', '{ nope }', {}, 'GRAPHQL_VALIDATION_FAILED'],
    ['an operation that does not exist', 'query a { hello }', { operationName: 'b' }, 'OPERATION_RESOLUTION_FAILURE'],
    ['an operation that is not chosen', 'query a { hello } query b { hello }', {}, 'OPERATION_RESOLUTION_FAILURE'],
    [
      'a variable that does not fit',
      'query($a: String) { hello(name: $a) }',
      { variables: { a: [{}] } },
      'HUB_REQUEST_INVALID',
    ],
    ['variables that are no map', '{ hello }', { variables: 'x' }, 'HUB_REQUEST_MALFORMED'],
  ])('gives %s a code of its table', async (_title, query, options, code) => {
    hub = await startHub();
    const answer = await hub.post(query, options);
    expect(answer.status).toBe(400);
    expect(codes(answer.body)).toEqual([code]);
    expect(JSON.stringify(answer.body)).not.toContain('stack');
  });

  it('keeps the code and the place of a limit', async () => {
    hub = await startHub({ limits: { maxAliases: 1 } });
    expect((await hub.post('{ a: hello b: hello }')).body.errors).toEqual([
      {
        message: 'the operation uses 2 aliases, the limit is 1',
        locations: [{ line: 1, column: 1 }],
        extensions: { code: 'HUB_REQUEST_TOO_MANY_ALIASES', limit: 1, found: 2 },
      },
    ]);
  });

  it('tells a document with too many tokens from one that does not parse', async () => {
    hub = await startHub({ limits: { maxTokens: 20 } });
    expect(codes((await hub.post(`{ ${'hello '.repeat(50)} }`)).body)).toEqual(['HUB_REQUEST_TOO_LARGE']);
    expect(codes((await hub.post('{ hello } }')).body)).toEqual(['GRAPHQL_PARSE_FAILED']);
  });

  it('does not suggest names of the schema where introspection is off', async () => {
    hub = await startHub({}, { introspection: false });
    expect((await hub.post('{ hell }')).body.errors[0].message).not.toContain('hello');
    expect(codes((await hub.post('{ __schema { types { name } } }')).body)).toContain('GRAPHQL_VALIDATION_FAILED');
  });

  it('gives a failed field its error and the others their values', async () => {
    hub = await startHub({
      graph: createFakeGraph({
        sdl: 'type Query { a: Int b: Int }',
        query: {
          a: () => 1,
          b: () => {
            throw new HubFault('HUB_UPSTREAM_FAILED', 'secret url', {
              details: { source: 'shop', upstreamStatus: 500 },
            });
          },
        },
      }),
    });
    expect((await hub.post('{ a b }')).body).toEqual({
      data: { a: 1, b: null },
      errors: [
        {
          message: 'The source "shop" failed.',
          path: ['b'],
          extensions: { code: 'HUB_UPSTREAM_FAILED', source: 'shop', upstreamStatus: 500 },
        },
      ],
    });
  });

  it('masks what fails inside, and logs it with the id of the request', async () => {
    const graph = createFakeGraph();
    const failing = { ...graph, prepare: () => { throw new Error('password=hunter2'); } }; // prettier-ignore
    hub = await startHub({ graph: failing });
    const answer = await hub.post('{ hello }', { headers: { 'x-request-id': 'abc-1' } });
    expect(answer.status).toBe(500);
    expect(answer.body).toEqual({
      errors: [{ message: 'Something went wrong inside the hub.', extensions: { code: 'HUB_INTERNAL' } }],
    });
    expect(hub.logs.find((line) => line.requestId === 'abc-1')?.err.message).toBe('password=hunter2');
  });

  it('tells what failed inside in development', async () => {
    const failing = { ...createFakeGraph(), prepare: () => { throw new Error('the cause'); } }; // prettier-ignore
    hub = await startHub({ graph: failing }, { development: true });
    expect((await hub.post('{ hello }')).body.errors[0].message).toBe('the cause');
  });

  it('gives an operation that could not begin the status of its fault', async () => {
    const failing = {
      ...createFakeGraph(),
      prepare: () => {
        throw new HubFault('HUB_CAPACITY_EXCEEDED', 'come back later');
      },
    };
    hub = await startHub({ graph: failing });
    expect((await hub.post('{ hello }')).status).toBe(503);
  });

  it('takes over a well-formed request id and makes one where there is none', async () => {
    const seen: string[] = [];
    hub = await startHub({
      graph: createFakeGraph({ query: { hello: (_args, scope) => seen.push(scope.id) && 'x' } }),
    });
    const own = await hub.post('{ hello }', { headers: { 'x-request-id': 'trace-42.a_b' } });
    const odd = await hub.post('{ hello }', { headers: { 'x-request-id': 'a b"; drop' } });
    expect(own.headers.get('x-request-id')).toBe('trace-42.a_b');
    expect(odd.headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/);
    expect(seen).toEqual(['trace-42.a_b', odd.headers.get('x-request-id')]);
  });

  it('tells who changed what', async () => {
    const changes: EntityChange[] = [];
    const change = { source: 'shop', type: 'Order', operation: 'CREATED', key: { id: '1' } } as const;
    hub = await startHub({
      onChange: (made) => changes.push(made),
      graph: createFakeGraph({
        sdl: 'type Query { a: Int } type Mutation { b: Int }',
        mutation: { b: (_args, scope) => (scope.changed(change), 1) },
      }),
    });
    await hub.post('mutation { b }', { headers: { 'x-request-id': 'r-7' } });
    expect(changes).toEqual([{ ...change, correlationId: 'r-7' }]);
  });

  it('adds what a request used when it is asked to, and only then', async () => {
    const call = { source: 'shop', operation: 'GET /a', durationMs: 2, shared: false };
    const model = { source: 'ai', model: 'local/x', task: 'summarize', items: 2, inputTokens: 10, outputTokens: 5 };
    hub = await startHub({
      graph: createFakeGraph({
        query: {
          hello: (_args, { usage }) => {
            usage.upstreamCall(call);
            usage.upstreamCall({ ...call, shared: true });
            usage.model(model);
            usage.model(model);
          },
        },
      }),
    });
    expect((await hub.post('{ hello }')).body).toEqual({ data: { hello: null } });
    const { body } = await hub.post('{ hello }', { headers: { 'x-manifold-extensions': 'usage' } });
    expect(body.extensions).toEqual({
      usage: {
        sources: [{ source: 'shop', calls: 2, shared: 1, cached: 0, durationMs: 4 }],
        models: [{ ...model, calls: 2, items: 4, inputTokens: 20, outputTokens: 10 }],
      },
    });
  });
});

describe('authentication over HTTP', () => {
  it('passes the caller on to the operation', async () => {
    const seen: Scope[] = [];
    hub = await startHub({
      authenticate: ({ headers }) => Promise.resolve({ ...ANONYMOUS, kind: 'api-key', id: headers['x-api-key'] ?? '' }),
      graph: createFakeGraph({ query: { hello: (_args, scope) => void seen.push(scope) } }),
    });
    await hub.post('{ hello }', { headers: { 'x-api-key': 'ada', 'x-tenant': 'one' } });
    expect(seen[0]).toMatchObject({ partition: 'api-key:ada', headers: { 'x-tenant': 'one' } });
  });

  it.each([
    ['HUB_AUTH_UNAUTHENTICATED', 401, 'Bearer'],
    ['HUB_AUTH_INVALID', 401, 'Bearer'],
    ['HUB_AUTH_FORBIDDEN', 403, null],
  ] as const)('answers %s with %d and a GraphQL error', async (code, status, challenge) => {
    hub = await startHub({ authenticate: () => Promise.reject(new HubFault(code, 'no entry')) });
    for (const accept of ['application/json', 'application/graphql-response+json']) {
      const answer = await hub.post('{ hello }', { headers: { accept } });
      expect(answer.status).toBe(status);
      expect(answer.headers.get('www-authenticate')).toBe(challenge);
      expect(answer.body).toEqual({ errors: [{ message: 'no entry', extensions: { code } }] });
    }
  });

  it('masks an authenticator that breaks', async () => {
    hub = await startHub({ authenticate: () => Promise.reject(new Error('ldap://secret')) });
    const answer = await hub.post('{ hello }');
    expect(answer.status).toBe(500);
    expect(JSON.stringify(answer.body)).not.toContain('ldap');
    expect(codes(answer.body)).toEqual(['HUB_INTERNAL']);
    expect(JSON.stringify(hub.logs)).toContain('ldap://secret');
  });
});

describe('the life of a request', () => {
  it('aborts the scope when the caller goes away', async () => {
    const started = Promise.withResolvers<Scope>();
    const aborted = Promise.withResolvers<unknown>();
    hub = await startHub({
      graph: createFakeGraph({
        query: {
          hello: (_args, scope) => {
            scope.signal.addEventListener('abort', () => aborted.resolve(scope.signal.reason));
            started.resolve(scope);
            return aborted.promise.then(() => null);
          },
        },
      }),
    });
    const controller = new AbortController();
    const call = hub.post('{ hello }', { signal: controller.signal });
    await started.promise;
    controller.abort();
    await expect(call).rejects.toThrow();
    expect(await aborted.promise).toMatchObject({ code: 'HUB_REQUEST_ABORTED' });
  });

  it('aborts the scope when the time of the request is over', async () => {
    hub = await startHub(
      {
        graph: createFakeGraph({
          query: {
            hello: (_args, { signal }) =>
              new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason as Error))),
          },
        }),
      },
      { requestTimeoutMs: 20 },
    );
    expect(codes((await hub.post('{ hello }')).body)).toEqual(['HUB_REQUEST_TIMEOUT']);
  });

  it('leaves nothing running when the answer is out', async () => {
    const scopes: Scope[] = [];
    hub = await startHub({ graph: createFakeGraph({ query: { hello: (_args, scope) => void scopes.push(scope) } }) });
    await hub.post('{ hello }');
    await new Promise((resolve) => {
      if (scopes[0]?.signal.aborted === true) resolve(undefined);
      else scopes[0]?.signal.addEventListener('abort', resolve);
    });
  });
});

describe('what is no GraphQL request', () => {
  const send = async (path: string, init: RequestInit) => {
    const response = await fetch(`${hub.url}${path}`, init);
    const text = await response.text();
    return { status: response.status, headers: response.headers, body: text === '' ? undefined : JSON.parse(text) };
  };

  it('gets 413 for a body that is too large', async () => {
    hub = await startHub({}, { maxBodyBytes: 1_000 });
    const answer = await hub.post(`{ hello } # ${'x'.repeat(2_000)}`);
    expect(answer.status).toBe(413);
    expect(codes(answer.body)).toEqual(['HUB_REQUEST_TOO_LARGE']);
  });

  it.each([
    ['application/json', '{', 400],
    ['application/json', '', 400],
    ['application/json', '{"__proto__": {"query": "{ hello }"}}', 400],
    ['application/json', '[{"query": "{ hello }"}]', 400],
    ['text/plain', '{"query": "{ hello }"}', 415],
    ['application/x-www-form-urlencoded', 'query=%7Bhello%7D', 415],
    ['multipart/form-data; boundary=x', '--x--', 415],
  ])('gets a GraphQL error for %s %s', async (type, body, status) => {
    hub = await startHub();
    const answer = await send('/graphql', { method: 'POST', headers: { 'content-type': type }, body });
    expect(answer.status).toBe(status);
    expect(codes(answer.body)).toEqual(['HUB_REQUEST_MALFORMED']);
  });

  it.each(['PUT', 'PATCH', 'DELETE'])('gets 405 for %s', async (method) => {
    hub = await startHub();
    const answer = await send('/graphql', { method });
    expect(answer.status).toBe(405);
    expect(answer.headers.get('allow')).toBe('GET, POST');
  });

  it('gets 404 for an unknown route, without an echo of it', async () => {
    hub = await startHub();
    const answer = await send('/nope/<script>?a=b', {});
    expect(answer.status).toBe(404);
    expect(JSON.stringify(answer.body)).not.toContain('script');
  });

  it('gets an answer for bytes that are no HTTP, and the hub goes on', async () => {
    hub = await startHub();
    const { port } = new URL(hub.url);
    await new Promise<void>((resolve) => {
      const request = rawRequest({ port, method: 'POST', path: '/graphql', headers: { 'content-length': '-5' } });
      request.on('error', () => resolve());
      request.on('response', (response) => response.resume().on('end', resolve));
      request.end();
    });
    expect((await hub.post('{ hello }')).status).toBe(200);
  });
});

function ticking() {
  return createFakeGraph({
    sdl: 'type Query { a: Int } type Subscription { tick: Int }',

    subscription: { tick: async function* () { yield 1; } }, // prettier-ignore
  });
}
