// A mutation of a GraphQL server that the hub federates is an event of the entity it changed, as one of any other source.
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { connect, subscribe, type Subscribed } from '../kit/ask.ts';
import { link, startFederation, type FederatedHub } from '../kit/federation.ts';

const SDL = `${link('key')}
  type Query { product(id: ID!): Product }
  type Mutation {
    addProduct(name: String!): Product
    renameProduct(id: ID!, name: String!): Renamed
    deleteProduct(id: ID!): Boolean
    failProduct: Product
    ping: Int
  }
  type Product @key(fields: "id") { id: ID! name: String }
  type Renamed { ok: Boolean product: Product }
`;

let hub: FederatedHub;
let client: ReturnType<typeof connect>;
let events: Subscribed;

beforeAll(async () => {
  const product = { id: 'p1', name: 'desk' };
  hub = await startFederation({
    shop: {
      sdl: SDL,
      resolvers: {
        Query: { product: () => product },
        Mutation: {
          addProduct: () => product,
          renameProduct: () => ({ ok: true, product }),
          deleteProduct: (_root: unknown, { id }: { id: string }) => id === 'p3',
          failProduct: () => null,
          ping: () => 1,
        },
        Product: { __resolveReference: () => product },
      },
    },
  });
  client = connect(hub.url);
  events = await subscribe(client, 'subscription { productChanged { operation key entity { name } } }');
}, 60_000);
afterAll(async () => {
  await client.dispose();
  await hub[Symbol.asyncDispose]();
});

it('an entity that a mutation returns has changed', async () => {
  const answer = await hub.ask('mutation { made: addProduct(name: "desk") { id: name } }');
  expect(answer).toEqual({ status: 200, data: { made: { id: 'desk' } } });
  expect((await events.next()).data.productChanged).toMatchObject({ operation: 'CREATED', key: { id: 'p1' } });
});

it('so has one in the payload, even where the client does not ask for it', async () => {
  const answer = await hub.ask('mutation { renameProduct(id: "p1", name: "table") { ok } }');
  expect(answer).toEqual({ status: 200, data: { renameProduct: { ok: true } } });
  expect((await events.next()).data.productChanged).toEqual({
    operation: 'UPDATED',
    key: { id: 'p1' },
    entity: { name: 'desk' },
  });
});

it('and one that only the arguments name, if the mutation says that it did it', async () => {
  const query = 'mutation ($id: ID!) { failProduct { id } ping deleteProduct(id: $id) }';
  for (const id of ['p2', 'p3']) {
    const answer = await hub.ask(query, { variables: { id } });
    expect(answer.data).toEqual({ failProduct: null, ping: 1, deleteProduct: id === 'p3' });
  }
  expect((await events.next()).data.productChanged).toMatchObject({ operation: 'DELETED', key: { id: 'p3' } });
});
