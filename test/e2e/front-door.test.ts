// Who may see what, over HTTP and websockets, whichever way a field is reached: directly, through a join, in an event.
import { createHash } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { Client } from 'graphql-ws';
import { exportJWK, generateKeyPair, SignJWT, type CryptoKey } from 'jose';
import { ask, askSocket, connect, subscribe } from '../kit/ask.ts';
import { temporaryFolder } from '../kit/folder.ts';
import { startHubProgram, type HubProgram } from '../kit/hub-program.ts';
import { json, startUpstream } from '../kit/upstream.ts';

const ISSUER = 'https://id.example';
const AUDIENCE = 'https://hub.example';
const API_KEY = 'a-long-random-key-of-a-program';

const people = new Map([['1', { id: '1', name: 'Ada', email: 'ada@example.com' }]]);

const PEOPLE = /* GraphQL */ `
  type Query {
    person(id: ID!): Person @rest(get: "/people/{id}")
    people(id: [ID!]!): [Person!] @rest(get: "/people{?id*}") @lookup
  }
  type Mutation {
    renamePerson(id: ID!, name: String!): Person @rest(patch: "/people/{id}") @authenticated
  }
  type Person @key(fields: "id") {
    id: ID!
    name: String
    email: String @requiresScopes(scopes: [["people:read"], ["admin"]])
    nick: String @map(name: "name") @authenticated
  }
`;

const ORDERS = /* GraphQL */ `
  type Query {
    orders: [Order!] @rest(get: "/orders")
  }
  type Order {
    id: ID!
    owner: Person @derive(from: "{ id: ownerId }")
    ownerId: ID
  }
  type Person @key(fields: "id", resolvable: false) {
    id: ID!
  }
`;

const yaml = (upstream: string, jwks: string): string => `
auth:
  apiKeys: [{ name: batch, hash: "sha256:${createHash('sha256').update(API_KEY).digest('hex')}", scopes: [people:read] }]
  jwt: [{ issuer: ${ISSUER}, audience: ${AUDIENCE}, jwksUrl: "${jwks}" }]
sources:
  people: { kind: rest, url: "${upstream}" }
  orders: { kind: rest, url: "${upstream}" }
`;

const started = new AsyncDisposableStack();
let hub: HubProgram;
let signingKey: CryptoKey;

beforeAll(async () => {
  const { privateKey, publicKey } = await generateKeyPair('ES256');
  signingKey = privateKey;
  const jwk = { ...(await exportJWK(publicKey)), kid: 'k1', alg: 'ES256' };
  const issuer = await startUpstream((_request, response) => json(response, { keys: [jwk] }));
  const upstream = await startUpstream(({ method, url, body }, response) => {
    const { pathname, searchParams } = new URL(url, 'http://localhost');
    const [, collection, id] = pathname.split('/');
    if (collection === 'orders') json(response, [{ id: '7', ownerId: '1' }]);
    else if (id === undefined)
      json(
        response,
        [...people.values()].filter((one) => searchParams.getAll('id').includes(one.id)),
      );
    else {
      const person = people.get(id);
      if (person !== undefined && method === 'PATCH') Object.assign(person, JSON.parse(body));
      json(response, person);
    }
  });
  for (const server of [issuer, upstream]) started.defer(() => server.close());
  const folder = started.use(
    await temporaryFolder({
      'manifold.yaml': yaml(upstream.url, `${issuer.url}/jwks`),
      'schema/people/people.graphql': PEOPLE,
      'schema/orders/orders.graphql': ORDERS,
    }),
  );
  hub = await startHubProgram({ command: 'serve', config: folder.path });
  started.defer(() => hub.stop());
}, 120_000);
afterAll(() => started.disposeAsync(), 60_000);

const clients: Client[] = [];
afterEach(async () => {
  for (const client of clients.splice(0)) await client.dispose();
});
const open = (params: Readonly<Record<string, unknown>> = {}): Client => {
  const client = connect(hub.url, params);
  clients.push(client);
  return client;
};

interface Claims {
  readonly scope?: string;
  readonly aud?: string;
  readonly iss?: string;
  readonly exp?: number;
}

async function bearer(claims: Claims = {}, key: CryptoKey = signingKey): Promise<{ authorization: string }> {
  const exp = Math.floor(Date.now() / 1000) + 600;
  const token = await new SignJWT({ iss: ISSUER, aud: AUDIENCE, sub: 'ada', exp, ...claims })
    .setProtectedHeader({ alg: 'ES256', kid: 'k1' })
    .sign(key);
  return { authorization: `Bearer ${token}` };
}

const DIRECT = '{ person(id: "1") { name email } }';
const JOINED = '{ orders { id owner { name email } } }';
const EVENT = 'subscription { personChanged { entity { name email } } }';
const RENAME = 'mutation ($name: String!) { renamePerson(id: "1", name: $name) { name } }';
const rename = async (name: string) => ask(hub.url, RENAME, { variables: { name }, headers: await bearer() });

/** Three kinds of caller that may read e-mail addresses, and what they bring along. */
const allowed = [
  ['an API key with the scope', async () => ({ 'x-api-key': API_KEY })],
  ['a token with the scope', () => bearer({ scope: 'orders:read people:read' })],
  ['a token with the other scope', () => bearer({ scope: 'admin' })],
] as const;

/** And those that may not, with the code that they get. */
const refused = [
  ['nobody in particular', async () => ({}), 'HUB_AUTH_UNAUTHENTICATED'],
  ['a token without the scope', () => bearer({ scope: 'orders:read' }), 'HUB_AUTH_FORBIDDEN'],
] as const;

describe('a field that asks for a scope', () => {
  it.each(allowed)('is there for %s: directly, through a join and in an event', async (who, credential) => {
    const headers = await credential();
    const name = `Ada for ${who}`;
    await rename(name);
    const person = { name, email: 'ada@example.com' };
    expect(await ask(hub.url, DIRECT, { headers })).toEqual({ status: 200, data: { person } });
    expect(await ask(hub.url, JOINED, { headers })).toEqual({
      status: 200,
      data: { orders: [{ id: '7', owner: person }] },
    });
    const client = open(headers);
    expect(await askSocket(client, JOINED)).toEqual({ data: { orders: [{ id: '7', owner: person }] } });
    const events = await subscribe(client, EVENT);
    await rename(`${name} again`);
    expect(await events.next()).toEqual({
      data: { personChanged: { entity: { ...person, name: `${name} again` } } },
    });
  });

  it.each(refused)(
    'is null with an error for %s: directly, through a join and in an event',
    async (who, credential, code) => {
      const headers = await credential();
      const name = `Ada for ${who}`;
      await rename(name);
      const person = { name, email: null };
      const denied = (...path: (string | number)[]) => [
        expect.objectContaining({ path, extensions: expect.objectContaining({ code }) }),
      ];
      expect(await ask(hub.url, DIRECT, { headers })).toEqual({
        status: 200,
        data: { person },
        errors: denied('person', 'email'),
      });
      const joined = await ask(hub.url, JOINED, { headers });
      expect(joined.data).toEqual({ orders: [{ id: '7', owner: person }] });
      expect(joined.errors?.map(({ extensions }) => extensions.code)).toEqual([code]);
      const client = open(headers);
      expect(await askSocket(client, DIRECT)).toMatchObject({ data: { person }, errors: denied('person', 'email') });
      const events = await subscribe(client, EVENT);
      await rename(`${name} again`);
      const event = await events.next();
      expect(event.data).toEqual({ personChanged: { entity: { ...person, name: `${name} again` } } });
      expect(event.errors).toMatchObject([{ extensions: { code } }]);
      expect(JSON.stringify([joined, event])).not.toContain('ada@example.com');
    },
  );
});

describe('a field that asks for a caller', () => {
  it('is open to any credential, and a mutation behind it runs for nobody else', async () => {
    const query = '{ person(id: "1") { nick } }';
    expect((await ask(hub.url, query, { headers: await bearer() })).errors).toBeUndefined();
    expect((await ask(hub.url, query)).errors).toMatchObject([{ extensions: { code: 'HUB_AUTH_UNAUTHENTICATED' } }]);
    const { data, errors } = await ask(hub.url, RENAME, { variables: { name: 'Mallory' } });
    expect(data ?? { renamePerson: null }).toEqual({ renamePerson: null });
    expect(errors).toMatchObject([{ extensions: { code: 'HUB_AUTH_UNAUTHENTICATED' } }]);
    expect(people.get('1')?.name).not.toBe('Mallory');
  });
});

describe('a credential that is wrong', () => {
  it.each<[string, () => Promise<Readonly<Record<string, string>>>]>([
    ['an API key that nobody has', async () => ({ 'x-api-key': 'guess' })],
    ['a token of another issuer', () => bearer({ iss: 'https://other.example' })],
    ['a token for another hub', () => bearer({ aud: 'https://other.example' })],
    ['a token that has expired', () => bearer({ exp: Math.floor(Date.now() / 1000) - 3_600 })],
    ['a token signed by another key', async () => bearer({}, (await generateKeyPair('ES256')).privateKey)],
    ['two credentials at once', async () => ({ 'x-api-key': API_KEY, ...(await bearer()) })],
  ])('%s is refused with 401, and with 4401 on a websocket', async (_what, credential) => {
    const headers = await credential();
    const answer = await ask(hub.url, DIRECT, { headers });
    expect(answer).toMatchObject({ status: 401, errors: [{ extensions: { code: 'HUB_AUTH_INVALID' } }] });
    expect(answer.data).toBeUndefined();
    await expect(askSocket(open(headers), DIRECT)).rejects.toMatchObject({ code: 4401 });
  });
});

describe('a hub without anonymous callers', () => {
  it('turns away who brings no credential', async () => {
    await using folder = await temporaryFolder({
      'manifold.yaml': `
auth: { anonymous: false, apiKeys: [{ name: batch, hash: "sha256:${createHash('sha256').update(API_KEY).digest('hex')}" }] }
sources: { people: { kind: rest, url: "http://127.0.0.1:9" } }`,
      'schema/people/people.graphql': PEOPLE,
    });
    const closed = await startHubProgram({ command: 'serve', config: folder.path });
    try {
      expect(await ask(closed.url, '{ __typename }')).toMatchObject({
        status: 401,
        errors: [{ extensions: { code: 'HUB_AUTH_UNAUTHENTICATED' } }],
      });
      const headers = { 'x-api-key': API_KEY };
      expect(await ask(closed.url, '{ __typename }', { headers })).toEqual({
        status: 200,
        data: { __typename: 'Query' },
      });
      const stranger = connect(closed.url);
      await expect(askSocket(stranger, '{ __typename }')).rejects.toMatchObject({ code: 4401 });
      await stranger.dispose();
    } finally {
      await closed.stop();
    }
  });
});
