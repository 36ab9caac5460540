// A hub that is killed while webhooks come in: what it acknowledged is there once when it is back.
import { describe, expect, it } from '@jest/globals';
import { signWebhook } from '../../examples/storefront/shop/sign-webhook.ts';
import { temporaryFolder } from '../kit/folder.ts';
import { runManifold, startManifold } from '../kit/manifold.ts';
import { dropSchema, hasPostgres, POSTGRES_URL, testSchema } from '../kit/stores.ts';

const SECRET = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';

const yaml = (store: string) => `
sources:
  shop: { kind: rest, url: "http://127.0.0.1:9" }
state: { store: ${store} }
webhooks:
  shop:
    source: shop
    scheme: standard-webhooks
    secrets: [${SECRET}]
    map: '{ "type": "Order", "operation": "UPDATED", "key": { "id": id } }'
`;
const SDL =
  'type Query { order(id: ID!): Order @rest(get: "/orders/{id}") @lookup } type Order @key(fields: "id") { id: ID! total: Int }';

/** Resolves with whether the hub acknowledged it. */
async function post(url: string, id: string): Promise<boolean> {
  const body = JSON.stringify({ id });
  try {
    const response = await fetch(new URL('/webhooks/shop', url), {
      method: 'POST',
      headers: signWebhook(SECRET, id, body),
      body,
    });
    return response.ok;
  } catch {
    return false;
  }
}

async function ask(url: string, query: string, variables = {}): Promise<any> {
  const response = await fetch(new URL('/graphql', url), {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query, variables }),
  });
  return response.json();
}

async function start(folder: string) {
  const program = startManifold(['serve', '--port', '0', '--config', folder, '--log-level', 'warn']);
  const [, url = ''] = await program.said(/serving at (\S+)/);
  return { program, url };
}

async function killedWhilePosting(folder: string): Promise<void> {
  const first = await start(folder);
  const acknowledged = new Set<string>();
  // So that the store is open, and the kill comes in the middle of it.
  expect(await post(first.url, 'd-0')).toBe(true);
  const { data } = await ask(first.url, '{ syncEvents { cursor key entity { __typename } } }');
  expect(data.syncEvents).toMatchObject([{ key: { id: 'd-0' }, entity: { __typename: 'Order' } }]);
  const { cursor } = data.syncEvents[0];

  let sent = 0;
  const senders = Array.from({ length: 4 }, async () => {
    for (;;) {
      const id = `d-${(sent += 1)}`;
      if (!(await post(first.url, id))) return;
      acknowledged.add(id);
      if (acknowledged.size === 40) first.program.signal('SIGKILL');
    }
  });
  await Promise.all(senders);
  await first.program.ended;

  const second = await start(folder);
  // Senders do not know what became of the last ones, and send all again.
  for (let id = 1; id <= sent; id++) expect(await post(second.url, `d-${id}`)).toBe(true);
  const page = await ask(second.url, 'query($after: String) { syncEvents(after: $after, first: 500) { key } }', {
    after: cursor,
  });
  const ids: string[] = page.data.syncEvents.map((event: any) => event.key.id);
  expect(new Set(ids).size).toBe(ids.length);
  expect(new Set(ids)).toEqual(new Set(Array.from({ length: sent }, (_, index) => `d-${index + 1}`)));
  second.program.signal('SIGTERM');
  expect(await second.program.ended).toBe(0);
}

const withPostgres = await hasPostgres();

describe('a hub that is killed while webhooks come in', () => {
  it('has lost nothing and doubled nothing, on the embedded store, which is its own meanwhile', async () => {
    await using folder = await temporaryFolder({ 'manifold.yaml': yaml('embedded'), 'schema/shop/order.graphql': SDL });
    await killedWhilePosting(folder.path);

    const hub = await start(folder.path);
    const other = await runManifold(['serve', '--port', '0', '--config', folder.path]);
    expect(other).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/\.manifold is in use by another hub: stop it/),
    });
    expect(await runManifold(['events', 'list', '--config', folder.path])).toMatchObject({ code: 1 });
    hub.program.signal('SIGTERM');
    await hub.program.ended;
    const listed = await runManifold(['events', 'list', '--config', folder.path, '--limit', '2']);
    expect(listed).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^(?:\S+\t\S+\tshop\tUPDATED\tOrder id=\S+\n){2}$/),
    });
  }, 120_000);

  (withPostgres ? it : it.skip)(
    'has lost nothing and doubled nothing, on PostgreSQL',
    async () => {
      const schema = testSchema();
      const store = `{ postgres: { url: "${POSTGRES_URL}", schema: ${schema} } }`;
      await using folder = await temporaryFolder({ 'manifold.yaml': yaml(store), 'schema/shop/order.graphql': SDL });
      await killedWhilePosting(folder.path);
      await dropSchema(schema);
    },
    120_000,
  );

  it('serves queries and asks senders to come again while the database is away', async () => {
    const store = '{ postgres: { url: "postgres://u@127.0.0.1:9/none" } }';
    await using folder = await temporaryFolder({ 'manifold.yaml': yaml(store), 'schema/shop/order.graphql': SDL });
    const hub = await start(folder.path);
    expect(await post(hub.url, 'd-1')).toBe(false);
    expect((await ask(hub.url, '{ hub { name } }')).data.hub.name).toBe('manifold');
    const { errors } = await ask(hub.url, '{ syncEvents { cursor } }');
    expect(errors[0].extensions.code).toBe('HUB_EVENT_STORE_UNAVAILABLE');
    hub.program.signal('SIGTERM');
    expect(await hub.program.ended).toBe(0);
  }, 60_000);
});
