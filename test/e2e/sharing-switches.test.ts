// A hub whose sharing is switched off, one kind at a time: what reaches the source.
import { expect, it } from '@jest/globals';
import { ask } from '../kit/ask.ts';
import { temporaryFolder } from '../kit/folder.ts';
import { startHubProgram } from '../kit/hub-program.ts';
import { json, startUpstream } from '../kit/upstream.ts';

const yaml = (url: string, sharing: string) => `
sources:
  shop: { kind: rest, url: "${url}", cache: { ttlMs: 600000 } }
sharing: ${sharing}
`;
const SDL = /* GraphQL */ `
  type Query {
    orders: [Order!]! @rest(get: "/orders")
    people(id: [ID!]!): [Person]! @rest(get: "/people{?id*}") @lookup
  }
  type Order {
    id: ID!
    buyerId: ID
    buyer: Person @derive(from: "{ id: buyerId }")
  }
  type Person @key(fields: "id") {
    id: ID!
    name: String
  }
`;
const ORDERS = ['1', '1', '2'].map((buyerId, i) => ({ id: String(i), buyerId }));
const QUERY = '{ orders { buyer { name } } }';
const ANSWER = { orders: ['1', '1', '2'].map((id) => ({ buyer: { name: `person ${id}` } })) };

/** The calls of two requests, one after the other. */
async function callsWith(sharing: string): Promise<readonly (readonly string[])[]> {
  let asked: string[] = [];
  await using stack = new AsyncDisposableStack();
  const upstream = await startUpstream(({ url }, response) => {
    asked.push(url);
    const ids = new URL(url, 'http://shop').searchParams.getAll('id');
    json(response, url === '/orders' ? ORDERS : ids.map((id) => ({ id, name: `person ${id}` })));
  });
  stack.defer(() => upstream.close());
  const files = { 'manifold.yaml': yaml(upstream.url, sharing), 'schema/shop/orders.graphql': SDL };
  const folder = await temporaryFolder(files);
  stack.use(folder);
  const hub = await startHubProgram({ command: 'serve', config: folder.path });
  stack.defer(() => hub.stop());
  const calls: string[][] = [];
  for (let request = 0; request < 2; request += 1) {
    asked = [];
    const { data } = (await ask(hub.url, QUERY)) as { readonly data: unknown };
    expect(data).toEqual(ANSWER);
    calls.push(asked.sort());
  }
  return calls;
}

it('looks records up together, each once, and keeps answers', async () => {
  expect(await callsWith('{}')).toEqual([['/orders', '/people?id=1&id=2'], []]);
});

it('keeps no answer without `cache`', async () => {
  const calls = ['/orders', '/people?id=1&id=2'];
  expect(await callsWith('{ cache: false }')).toEqual([calls, calls]);
});

it('looks every record up on its own without `lookups`, where identical calls are not shared either', async () => {
  const calls = ['/orders', '/people?id=1', '/people?id=1', '/people?id=2'];
  expect(await callsWith('{ lookups: false, calls: false, cache: false }')).toEqual([calls, calls]);
});
