// Unions, interfaces and interface objects over the wire: each subgraph with members of its own.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { link, startFederation, type FederatedHub } from '../kit/federation.ts';

const COMMON = { __typename: 'Common', label: 'common' };
const ONLY_A = { __typename: 'OnlyA', label: 'a', a: 'only a', more: { __typename: 'MoreOfA', depth: 1 } };
const ONLY_B = { __typename: 'OnlyB', label: 'b', b: 'only b' };
const BOX = { id: '1' };

const HEAD = link('key', 'shareable');
const box = (more: string): string => `
  type Box @key(fields: "id") { id: ID! inside: Inside @shareable ${more} }
  type Inside @shareable { things: [Thing!]! named: [Named!]! }`;

const resolvers = (own: readonly object[]) => ({
  Box: {
    __resolveReference: ({ id }: { id: string }) => (id === BOX.id ? BOX : null),
    inside: () => ({ things: own, named: own }),
  },
});

describe('a shared field of an abstract type whose members differ between subgraphs', () => {
  let hub: FederatedHub;
  beforeAll(async () => {
    hub = await startFederation({
      a: {
        sdl: `${HEAD}
          type Query { boxA: Box }
          ${box('')}
          union Thing = Common | OnlyA
          interface Named { label: String }
          type Common implements Named @shareable { label: String }
          type OnlyA implements Named { label: String a(loud: Boolean): String more: MoreOfA }
          type MoreOfA { depth: Int }`,
        resolvers: {
          Query: { boxA: () => BOX },
          OnlyA: { a: ({ a }: any, { loud }: any) => (loud === true ? a.toUpperCase() : a) },
          ...resolvers([COMMON, ONLY_A]),
        },
      },
      b: {
        sdl: `${HEAD}
          type Query { boxB: Box }
          ${box('own: Inside')}
          union Thing = Common | OnlyB
          interface Named { label: String }
          type Common implements Named @shareable { label: String }
          type OnlyB implements Named { label: String b: String }`,
        resolvers: {
          Query: { boxB: () => BOX },
          Box: { ...resolvers([COMMON, ONLY_B]).Box, own: () => ({ things: [ONLY_B], named: [ONLY_B] }) },
        },
      },
    });
  });
  afterAll(async () => hub[Symbol.asyncDispose]());

  const FRAGMENTS = '__typename ... on Common { label } ... on OnlyA { a more { depth } } ... on OnlyB { b }';

  it.each([
    ['A', [COMMON, { __typename: 'OnlyA', a: 'only a', more: { depth: 1 } }]],
    ['B', [COMMON, { __typename: 'OnlyB', b: 'only b' }]],
  ])('answers with what subgraph %s has, and asks it for nothing that it does not know', async (name, things) => {
    const answer = await hub.ask(`{ box${name} { inside { things { ${FRAGMENTS} } named { ${FRAGMENTS} } } } }`);
    expect(answer).toEqual({ status: 200, data: { [`box${name}`]: { inside: { things, named: things } } } });
  });

  it('keeps to the subgraph that alone has a field', async () => {
    const answer = await hub.ask(`{ boxA { own { things { ${FRAGMENTS} } } } }`);
    expect(answer.data).toEqual({ boxA: { own: { things: [{ __typename: 'OnlyB', b: 'only b' }] } } });
  });

  it('asks one subgraph once, and sends no variable that only the other would use', async () => {
    const before = [hub.asked('a').length, hub.asked('b').length] as const;
    const query = `query ($loud: Boolean) {
      boxB { inside { things { ...Loud ... on OnlyB { b } } } }
    } fragment Loud on OnlyA { a(loud: $loud) }`;
    expect(await hub.ask(query, { variables: { loud: true } })).toEqual({
      status: 200,
      data: { boxB: { inside: { things: [{}, { b: 'only b' }] } } },
    });
    expect([hub.asked('a').length, hub.asked('b').length]).toEqual([before[0], before[1] + 1]);
    expect(hub.asked('b').at(-1)?.variables).toEqual({});
  });
});

describe('an interface object', () => {
  const accounts = [
    { __typename: 'Admin', id: '1', level: 3 },
    { __typename: 'Guest', id: '2' },
  ];
  const find = ({ id }: { id: string }) => accounts.find((one) => one.id === id) ?? null;
  let hub: FederatedHub;
  beforeAll(async () => {
    hub = await startFederation({
      accounts: {
        sdl: `${link('key')}
          type Query { accounts: [Account!]! }
          interface Account @key(fields: "id") { id: ID! }
          type Admin implements Account @key(fields: "id") { id: ID! level: Int }
          type Guest implements Account @key(fields: "id") { id: ID! }`,
        resolvers: {
          Query: { accounts: () => accounts },
          Account: { __resolveReference: find },
          Admin: { __resolveReference: find },
          Guest: { __resolveReference: find },
        },
      },
      posts: {
        sdl: `${link('key', 'interfaceObject', 'external', 'requires')}
          type Query { authors: [Account!]! }
          type Account @key(fields: "id") @interfaceObject { id: ID! posts: Int! }`,
        resolvers: {
          Query: { authors: () => accounts.map(({ id }) => ({ id })) },
          Account: { __resolveReference: ({ id }: any) => ({ id }), posts: ({ id }: any) => Number(id) * 10 },
        },
      },
    });
  });
  afterAll(async () => hub[Symbol.asyncDispose]());

  it('adds its fields to every object of the interface', async () => {
    const { data, errors } = await hub.ask('{ accounts { __typename id posts ... on Admin { level posts } } }');
    expect(errors).toBeUndefined();
    expect(data.accounts).toEqual([
      { __typename: 'Admin', id: '1', posts: 10, level: 3 },
      { __typename: 'Guest', id: '2', posts: 20 },
    ]);
  });

  it('is told what it is where that is asked, and is not where it is not', async () => {
    const before = hub.asked('accounts').length;
    expect((await hub.ask('{ authors { posts } }')).data.authors).toEqual([{ posts: 10 }, { posts: 20 }]);
    expect(hub.asked('accounts')).toHaveLength(before);
    const { data } = await hub.ask('{ authors { __typename ... on Admin { level posts } } }');
    expect(data.authors).toEqual([{ __typename: 'Admin', level: 3, posts: 10 }, { __typename: 'Guest' }]);
  });
});

describe('what only some subgraphs know', () => {
  let hub: FederatedHub;
  beforeAll(async () => {
    hub = await startFederation({
      a: {
        sdl: `${link('key', 'shareable')}
          enum Level { LOW HIGH }
          input Filter { first: Int! = 1 }
          type User @key(fields: "id") { id: ID! level: Level @shareable }
          type Query { users(filter: Filter!): [User!]! }`,
        resolvers: {
          Query: {
            users: (_: unknown, { filter }: any) =>
              [
                { id: '1', level: 'LOW' },
                { id: '2', level: 'HIGH' },
              ].slice(0, filter.first),
          },
        },
      },
      b: {
        sdl: `${link('key', 'shareable', 'inaccessible')}
          enum Level { LOW HIGH @inaccessible }
          input Filter { first: Int! = 1 offset: Int }
          type User @key(fields: "id") { id: ID! level: Level @shareable secret: String @inaccessible }
          type Query { others(filter: Filter!): [User!]! byLevel(level: Level): Int }`,
      },
    });
  });
  afterAll(async () => hub[Symbol.asyncDispose]());

  it.each([
    ['an enum value that is inaccessible', '{ byLevel(level: HIGH) }', /HIGH/],
    ['a field that one subgraph does not take in its input', '{ others(filter: { offset: 1 }) { id } }', /offset/],
    ['a field that is inaccessible', '{ users(filter: {}) { secret } }', /secret/],
  ])('refuses %s', async (_what, query, message) => {
    const { data, errors } = await hub.ask(query);
    expect(data ?? null).toBeNull();
    expect(errors?.[0]?.message).toMatch(message);
  });

  it('nulls a value that clients may not see, and says so', async () => {
    const { data, errors } = await hub.ask('{ users(filter: { first: 2 }) { id level } }');
    expect(data.users).toEqual([
      { id: '1', level: 'LOW' },
      { id: '2', level: null },
    ]);
    expect(errors?.[0]?.path).toEqual(['users', 1, 'level']);
  });

  it('takes the default of an input that is left out, and shows introspection nothing inaccessible', async () => {
    expect((await hub.ask('{ users(filter: {}) { id } }')).data.users).toHaveLength(1);
    const { data } = await hub.ask(
      '{ enum: __type(name: "Level") { enumValues { name } } input: __type(name: "Filter") { inputFields { name } } user: __type(name: "User") { fields { name } } }',
    );
    expect(data).toEqual({
      enum: { enumValues: [{ name: 'LOW' }] },
      input: { inputFields: [{ name: 'first' }] },
      user: { fields: [{ name: 'id' }, { name: 'level' }] },
    });
  });
});
