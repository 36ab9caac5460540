// Answers of one source as text: byte for byte what the ordinary way makes of the same query, or left to the ordinary way.
import { describe, expect, it } from '@jest/globals';
import type { ScopeOptions } from '../../../../src/engine/create-scope.ts';
import { HubFault } from '../../../../src/faults/hub-fault.ts';
import { JsonText, JsonValue } from '../../../../src/transport/json-text.ts';
import { askBothForms, type Answered } from '../../../kit/both-forms.ts';
import { fakeSource, testGraph, type Answers, type FakeSource } from '../../../kit/graph.ts';

/** What both forms have in common. Text is given where nothing failed, unless `isText` says otherwise. */
function agree(forms: Awaited<ReturnType<typeof askBothForms>>): Answered {
  expect(forms.text.body).toBe(forms.objects.body);
  expect(forms.text.calls).toEqual(forms.objects.calls);
  return forms.text;
}

interface Asking extends ScopeOptions {
  readonly variables?: Readonly<Record<string, unknown>>;
  readonly operationName?: string;
}

async function ask(sources: readonly FakeSource[], query: string, asking: Asking = {}): Promise<Answered> {
  const graph = testGraph(...sources.map(({ subgraph }) => subgraph));
  return agree(await askBothForms(graph, sources, query, asking.variables, asking));
}

const PARTS = /* GraphQL */ `
  type Query {
    parts: [Part] @rest(get: "/parts")
  }
  type Part {
    string: String
    name: String!
    id: ID
    int: Int
    count: Int!
    float: Float
    boolean: Boolean
    colour: Colour
    json: JSON
    date: Date
    dateTime: DateTime
    decimal: Decimal
    long: Long
    strings: [String]
    names: [String!]!
    grid: [[Int]]
    firmGrid: [[Int!]!]
    jsons: [JSON!]
    dates: [[Date!]]
    part: Part
    box: Box!
    parts: [Part!]
    boxes: [[Box]]
    entries: [Entry!]
    entryLists: [[Entry!]!]
  }
  type Box {
    id: ID!
  }
  type Entry @shape(as: entries) {
    key: String!
    value: Int
  }
  enum Colour {
    RED @map(name: "r")
    BLUE
  }
  scalar JSON
  scalar Date
  scalar DateTime
  scalar Decimal
  scalar Long
`;

const FIELDS = [
  ...['string', 'name', 'id', 'int', 'count', 'float', 'boolean', 'colour', 'json', 'date', 'dateTime', 'decimal'],
  ...['long', 'strings', 'names', 'grid', 'firmGrid', 'jsons', 'dates', 'part { id }', 'part { part { box { id } } }'],
  ...['box { id }', 'parts { id }', 'boxes { id }', 'entries { key value }', 'entryLists { key value }'],
];

/** As JSON.parse may give them: it makes "__proto__" a property, and numbers that are too long infinite. */
const VALUES: readonly unknown[] = [
  ...[null, undefined, {}, [], [null], [[]], [undefined], [[null]], [{}], [[{}]]],
  ...['', 'plain', '"', '\\', 'a\n\t\b\f\r', '\u0000', '\u001f', '\u007f', 'é\u2028\u2029', '😀', '</script>'],
  ...['\ud800', '\udc00', 'x\ud83d', '\ude00\ud83d', '😀\ud83d'],
  ...[0, -0, 1, -1, 1.5, 1e21, 1e-7, 0.1 + 0.2, 2 ** 31, -(2 ** 31), 2 ** 53, 1e300, JSON.parse('1e400')],
  ...[true, false, 'true', '0', '12', ' 12', '1.50', '1e3', '12345678901234567890', 'NaN', 'Infinity', '0x10'],
  ...['2026-01-02', '2026-01-02T03:04:05.600+01:00', '2026-13', 'r', 'RED', 'BLUE', 'toString'],
  ...[
    ['a', '"'],
    ['a', null],
    [1, '2'],
    [[1, null], [], null],
    [['2026-01-02'], null],
    [['x'], [3]],
  ],
  ...[{ id: 1 }, { id: '"' }, { id: null }, { id: {} }, [{ id: 1 }, { id: 2 }], [{ id: 1 }, null], [[{ id: 1 }, null]]],
  ...[{ part: null }, { part: { box: null } }, { part: { box: { id: 3 } } }, { part: [{ box: { id: 3 } }] }],
  ...[{ a: 1, '"': null, 10: 2 }, [{ a: 1 }, {}], [[{ a: 1 }]], { key: 'k', value: 1 }, [{ key: 'k', value: 1 }]],
  ...[JSON.parse('{ "__proto__": { "id": 1 }, "toJSON": 2, "constructor": 3, "id": 4 }')],
];

describe('a value written as text', () => {
  it.each(FIELDS)('is what it is as an object, or as wrong: %s', async (field) => {
    let parts: unknown;
    const source = fakeSource('shop', PARTS, { 'GET /parts': () => parts });
    const graph = testGraph(source.subgraph);
    const [name = ''] = field.split(' ');
    for (const value of VALUES) {
      parts = [{ [name]: value }];
      const { isText, body } = agree(await askBothForms(graph, [source], `{ parts { ${field} } }`));
      // What is no object is let pass by the ordinary way: all its properties are null.
      const isUnusual = field.includes('{') || JSON.stringify([value]).includes('"\\"":');
      if (!isUnusual) expect(isText).toBe(!body.includes('"errors"'));
    }
  });

  it('is as wrong where it stands for everything', async () => {
    let parts: unknown;
    const source = fakeSource('shop', PARTS, { 'GET /parts': () => parts });
    const graph = testGraph(source.subgraph);
    for (parts of VALUES) agree(await askBothForms(graph, [source], '{ parts { id box { id } part { strings } } }'));
  });

  it.each([
    ...['a\\nb', '\\"q\\\\', '\\\\n', '\\b\\f\\r\\t', '\\/', 'x\\n\\/', '\\u0041', '\\u000a', '\\u001F', '\\u00e9'],
    ...['\\ud83d\\ude00', '\\ud800', '\\n\\u0001'],
  ])('is written as JSON.stringify writes it, however it is escaped: %j', async (escaped) => {
    const raw = `[{"string":"${escaped}","id":"${escaped}"}]`;
    const json = JsonText.read(Buffer.from(raw));
    if (json === undefined) throw new Error('it is left to be read');
    const source = fakeSource('shop', PARTS, { 'GET /parts': () => new JsonValue(json, 0) });
    const { body, isText } = (await askBothForms(testGraph(source.subgraph), [source], '{ parts { string id } }')).text;
    expect(isText).toBe(true);
    expect(body).toBe(`{"data":{"parts":${JSON.stringify(JSON.parse(raw))}}}`);
  });

  it('is the property of the record, not of all objects', async () => {
    const sdl = /* GraphQL */ `
      type Query {
        things: [Thing] @rest(get: "/things")
      }
      type Thing {
        constructor: String
        toString: Inner
        proto: String @map(name: "__proto__")
        valueOf: [Int]
      }
      type Inner {
        hasOwnProperty: Int
      }
    `;
    const things = [
      {},
      JSON.parse('{"__proto__": "p", "constructor": "c", "toString": {"hasOwnProperty": 1}, "valueOf": [2]}'),
      { toString: {} },
    ];
    const source = fakeSource('shop', sdl, { 'GET /things': () => things });
    const query = '{ things { constructor toString { hasOwnProperty } proto valueOf } }';
    expect(await ask([source], query)).toMatchObject({
      isText: true,
      body:
        '{"data":{"things":[' +
        '{"constructor":null,"toString":null,"proto":null,"valueOf":null},' +
        '{"constructor":"c","toString":{"hasOwnProperty":1},"proto":"p","valueOf":[2]},' +
        '{"constructor":null,"toString":{"hasOwnProperty":null},"proto":null,"valueOf":null}]}}',
    });
  });
});

const SHOP = /* GraphQL */ `
  type Query {
    orders(first: Int = 2, state: State, where: Where): [Order!] @rest(get: "/orders{?first,state,where}")
    order(id: ID!): Order @rest(get: "/orders/{id}") @lookup
    people(ids: [ID!]!): [Person] @rest(get: "/people{?ids*}") @lookup
    shelf(row: Int!, place: Int!): Shelf @rest(get: "/shelves/{row}/{place}") @lookup
    count: Int @rest(get: "/count")
    firm: Int! @rest(get: "/count")
    mine: Thing @rest(get: "/mine")
    any: Any @rest(get: "/mine")
    says(text: String): String @map(expr: "text & '!'")
    on(day: Date): Int @rest(get: "/on{?day}")
  }
  interface Node {
    id: ID!
  }
  interface Thing {
    id: ID!
  }
  union Any = Order | Person
  type Order implements Node & Thing @key(fields: "id") {
    id: ID!
    total: Float
    buyer: Person @derive(from: "{ id: buyerId }")
    watchers: [Person!] @derive(from: "{ id: watcherIds }")
    seller: Person! @derive(from: "{ id: seller.id }")
    shelf: Shelf @derive(from: "{ row: at.row, place: at.place }")
    shelves: [Shelf] @derive(from: "{ row: rows, place: places }")
    next: Order @derive(from: "{ id: nextId }")
    double: Float @map(expr: "total * 2")
    notes: [String] @rest(get: "/orders/{id}/notes")
    buyerId: ID
    watcherIds: [ID]
    nextId: ID
    at: At
    rows: [Int]
    places: [Int]
  }
  type At {
    row: Int
    place: Int
  }
  type Person implements Thing & Node @key(fields: "id") {
    id: ID!
    name: String!
    friend: Person @derive(from: "{ id: friendId }")
    order: Order @derive(from: "{ id: orderId }")
    friendId: ID
    orderId: ID
  }
  type Shelf @key(fields: "row place") {
    row: Int!
    place: Int!
    label: String
    order: Order @derive(from: "{ id: orderId }")
    orderId: ID
  }
  input Where {
    state: State = OPEN
    above: Float
  }
  enum State {
    PAID @map(name: "is-paid")
    OPEN
  }
  scalar Date
`;

const ORDERS = [
  { id: 1, total: 2, buyerId: 7, watcherIds: ['8', 7, 7], seller: { id: 9 }, at: { row: 1, place: 2 }, nextId: 2 },
  { id: 2, buyerId: '7', watcherIds: [], seller: { id: 9 }, at: { row: 1, place: 2 }, rows: [1, 2], places: [2, 3] },
];
const PEOPLE = [
  { id: 7, name: 'Ada "A" Lovelace', friendId: 8, orderId: 1 },
  { id: 8, name: 'Grace 😀', friendId: 9 },
  { id: 9, name: 'Karen', friendId: 7, orderId: 2 },
];

const ANSWERS: Answers = {
  'GET /orders{?first,state,where}': () => ORDERS,
  'GET /orders/{id}': ({ args }) => ORDERS.find(({ id }) => String(id) === String(args.id)) ?? null,
  'GET /people{?ids*}': ({ args }) =>
    PEOPLE.filter(({ id }) => (args.ids as unknown[]).map(String).includes(String(id))),
  'GET /shelves/{row}/{place}': ({ args }) =>
    args.row === 1 ? { ...args, label: `${String(args.row)}\n${String(args.place)}`, orderId: 1 } : null,
  'GET /count': () => 3,
  'GET /mine': () => ({ __typename: 'Person', ...PEOPLE[0] }),
  'GET /on{?day}': () => 4,
  'GET /orders/{id}/notes': () => ['note'],
};

const shop = (overrides: Answers = {}, maxKeysPerBatch?: number, shareLookups?: boolean): FakeSource =>
  fakeSource('shop', SHOP, { ...ANSWERS, ...overrides }, maxKeysPerBatch, shareLookups);

const askShop = (query: string, asking?: Asking, overrides?: Answers): Promise<Answered> =>
  ask([shop(overrides)], query, asking);

const operationOf = (call: string): unknown => (JSON.parse(call) as unknown[])[0];

describe('a query of one source', () => {
  it.each([
    ['aliases', '{ _1: count constructor: orders { __proto: id toString: total } }'],
    ['aliases of what is null', '{ constructor: order(id: 5) { id } valueOf: order(id: 6) { valueOf: total } }'],
    ['a field more than once', '{ orders { at { row } id at { place row } } orders { total at { r: row } id } }'],
    ['__typename', '{ __typename a: __typename orders { __typename at { __typename } buyer { __typename } } }'],
    ['nothing but __typename', '{ orders { __typename } }'],
    ['inline fragments', '{ ... { count } ... on Query { orders { ... { id } ... on Order { total id } } } }'],
    [
      'named fragments',
      '{ ...Q } fragment Q on Query { orders { ...O } } fragment O on Order { id at { ...A } } fragment A on At { row }',
    ],
    [
      'fragments on interfaces',
      '{ orders { ... on Node { id ... on Thing { i: id } } buyer { ... on Thing { id ... on Person { name } } } } }',
    ],
    [
      'a fragment of which nothing applies',
      '{ orders { ... on Thing { ... on Person { name } } } order(id: 1) { next { ... on Thing { ... on Person { id } } } } }',
    ],
    ['an unused type condition beside others', '{ orders { ... on Node { ... on Person { name } id } total } }'],
    [
      'several root fields',
      '{ count a: count orders { id } order(id: 2) { id } people(ids: [8, 5, "7"]) { name } says(text: "a\\u0001") }',
    ],
    ['an expression at the root', '{ says(text: "\\u2028\\"") }'],
    [
      'literals',
      '{ orders(first: 1, state: PAID, where: { above: -0.0 }) { id } a: orders(state: null, where: {}) { id } }',
    ],
  ])('is answered as text: %s', async (_what, query) => {
    const { isText, body } = await askShop(query);
    expect(isText).toBe(true);
    expect(JSON.parse(body)).toEqual({ data: expect.anything() });
  });

  it.each([{}, { first: 1 }, { first: null, state: 'PAID', where: { above: 1 } }, { state: null, where: null }])(
    'takes variables and their defaults: %j',
    async (variables) => {
      const query = `query ($first: Int = 5, $state: State = PAID, $where: Where = { above: 2 }, $id: ID! = 1, $ids: [ID!]! = 8) {
        orders(first: $first, state: $state, where: $where) { id }
        other: orders(where: { state: $state }) { total }
        order(id: $id) { id }
        people(ids: $ids) { name }
      }`;
      expect((await askShop(query, { variables })).isText).toBe(true);
    },
  );

  it('is the one that the request names', async () => {
    const query = 'query A { count } query B { orders { ...O } } fragment O on Order { id }';
    const answered = await askShop(query, { operationName: 'B' });
    expect(answered).toMatchObject({ isText: true, body: '{"data":{"orders":[{"id":"1"},{"id":"2"}]}}' });
  });

  it.each([
    ['an interface', '{ mine { id } }'],
    ['a union', '{ any { ... on Person { name } } }'],
    ['an expression', '{ orders { id double } }'],
    ['a call per item', '{ orders { id notes } }'],
    ['a condition', '{ orders { id @skip(if: true) total } }'],
    ['a condition of a fragment', '{ ... @include(if: false) { count } orders { id } }'],
    ['introspection', '{ count __schema { queryType { name } } }'],
    ['a type asked for', '{ __type(name: "Order") { name } count }'],
  ])('is left to the ordinary way: %s', async (_what, query) => {
    expect((await askShop(query)).isText).toBe(false);
  });

  it('is as its conditions are decided', async () => {
    const query = `query ($yes: Boolean!, $no: Boolean = false) {
      orders { id @include(if: $yes) total @skip(if: $yes) ... @include(if: $no) { buyerId } }
    }`;
    const bodies = [true, false].map(async (yes) => (await askShop(query, { variables: { yes } })).body);
    expect(await Promise.all(bodies)).toEqual([
      '{"data":{"orders":[{"id":"1"},{"id":"2"}]}}',
      '{"data":{"orders":[{"total":2},{"total":null}]}}',
    ]);
  });

  it('faults the field whose literal a scalar of the source does not take, and only that', async () => {
    const { isText, body } = await askShop('{ on(day: "soon") count }');
    expect(isText).toBe(false);
    expect(JSON.parse(body)).toMatchObject({
      data: { on: null, count: 3 },
      errors: [{ path: ['on'], extensions: { code: 'HUB_REQUEST_INVALID' } }],
    });
    const { isText: isTextOtherwise } = await askShop('{ on(day: "2026-01-02") }');
    expect(isTextOtherwise).toBe(true);
  });

  it('is the same of a source whose root type has another name', async () => {
    const renamed = `schema { query: Root } ${SHOP.replace('type Query', 'type Root')}`;
    const { body } = await ask([fakeSource('shop', renamed, ANSWERS)], '{ __typename ... on Query { count } }');
    expect(body).toBe('{"data":{"__typename":"Query","count":3}}');
  });

  it('is answered without what failed, which is not called again', async () => {
    let counted = 0;
    const fails: Answers = {
      'GET /count': () => {
        counted += 1;
        throw new HubFault('HUB_UPSTREAM_TIMEOUT', 'too slow', { details: { source: 'shop' } });
      },
    };
    const { isText, calls, body } = await askShop('{ orders { buyer { name } } count }', {}, fails);
    expect(isText).toBe(false);
    expect(JSON.parse(body)).toMatchObject({
      data: { orders: [{ buyer: {} }, { buyer: {} }], count: null },
      errors: [{ path: ['count'], extensions: { code: 'HUB_UPSTREAM_TIMEOUT' } }],
    });
    expect(calls).toHaveLength(3);
    expect(counted).toBe(2);
    for (const query of ['{ orders { id } firm }', '{ constructor: firm }'])
      expect((await askShop(query, {}, fails)).body).toContain('"data":null');
  });
});

describe('records that are looked up for a text', () => {
  it.each([
    ['one key', '{ orders { buyer { name } } }', 2],
    ['what the stub has', '{ orders { buyer { id } shelf { row place } watchers { id } } }', 1],
    ['a list of keys', '{ orders { watchers { id name } } }', 2],
    ['a key further inside', '{ orders { seller { name } } }', 2],
    [
      'several places',
      '{ orders { buyer { name } b: buyer { id friendId } seller { id name } watchers { name } } }',
      2,
    ],
    ['several levels', '{ orders { buyer { friend { name friend { friend { id name } } } } } }', 4],
    ['levels of several sorts', '{ orders { next { id buyer { order { shelf { label order { total } } } } } } }', 5],
    ['several keys', '{ orders { shelf { label } } }', 2],
    ['lists of several keys', '{ orders { shelves { row label } } }', 3],
    [
      'a merged selection',
      '{ orders { buyer { id } } orders { buyer { name friend { id } } buyer { friend { name } } } }',
      3,
    ],
    ['a fragment', '{ orders { buyer { ...P } seller { ...P } } } fragment P on Person { name friend { name } }', 3],
    ['a root field beside', '{ orders { buyer { name } } people(ids: [7, 8]) { name friend { name } } }', 3],
    [
      'a lookup at the root',
      '{ order(id: 1) { total next { total buyer { name } } } shelf(row: 1, place: 2) { label } }',
      4,
    ],
  ])('are written: %s', async (_what, query, calls) => {
    const answered = await askShop(query);
    expect(answered.isText).toBe(true);
    expect(answered.calls).toHaveLength(calls);
    expect(new Set(answered.calls).size).toBe(calls);
  });

  it('are asked for in batches of as many keys as the source takes', async () => {
    const { isText, calls } = await ask(
      [shop({}, 1)],
      '{ orders { buyer { name } seller { name } watchers { name } } }',
    );
    expect(isText).toBe(true);
    expect(calls).toHaveLength(4);
  });

  it('are null where there are none, and an error where null is none', async () => {
    const nobody: Answers = { 'GET /people{?ids*}': () => [], 'GET /orders/{id}': () => null };
    expect(await askShop('{ orders { buyer { name } next { id total } } }', {}, nobody)).toMatchObject({
      isText: true,
      body: '{"data":{"orders":[{"buyer":null,"next":null},{"buyer":null,"next":null}]}}',
    });
    for (const field of ['seller', 'watchers']) {
      const { isText, body, calls } = await askShop(`{ orders { id ${field} { name } } }`, {}, nobody);
      expect([isText, body.includes('"errors"'), calls.length]).toEqual([false, true, 2]);
    }
  });

  it.each([
    ['a batch', 'GET /people{?ids*}', '{ orders { id buyer { name friend { name } } next { total } } }', 3],
    ['one of several', 'GET /orders/{id}', '{ orders { id buyer { name order { total } } next { total } } }', 4],
    ['a lookup by several keys', 'GET /shelves/{row}/{place}', '{ orders { shelf { label } shelves { label } } }', 3],
    ['a lookup inside others', 'GET /orders/{id}', '{ orders { buyer { order { total shelf { label } } } } }', 3],
  ])(
    'are told to have failed where they would be otherwise, and not asked for again: %s',
    async (_what, which, query, count) => {
      const fails = () => new HubFault('HUB_UPSTREAM_FAILED', 'broken', { details: { source: 'shop' } });
      const { isText, body, calls } = await askShop(query, {}, { [which]: fails });
      expect(isText).toBe(false);
      expect(body).toContain('HUB_UPSTREAM_FAILED');
      expect(calls).toHaveLength(count);
      expect(new Set(calls).size).toBe(count);
    },
  );

  it('are left to the ordinary way where each is looked up on its own', async () => {
    const alone = [shop({}, undefined, false)];
    const { isText, calls } = await ask(alone, '{ orders { buyer { name } } }');
    expect(isText).toBe(false);
    expect(calls.map(operationOf).filter((one) => one === 'GET /people{?ids*}')).toHaveLength(2);
    expect((await ask(alone, '{ orders { buyer { id } } }')).isText).toBe(true);
  });

  it('are no matter for the rest where a key is an object that has no text', async () => {
    const orders = [
      { id: 1, buyerId: 7 },
      { id: 2, buyerId: { toString: 1, valueOf: 2 } },
    ];
    for (const people of [
      [PEOPLE[0]],
      new HubFault('HUB_UPSTREAM_FAILED', 'broken', { details: { source: 'shop' } }),
    ]) {
      const answers = { 'GET /orders{?first,state,where}': () => orders, 'GET /people{?ids*}': () => people };
      const { body } = await askShop('{ orders { id buyer { name } } }', {}, answers);
      const found = Array.isArray(people) ? '{"name":"Ada \\"A\\" Lovelace"}' : 'null';
      expect(body).toContain(`{"data":{"orders":[{"id":"1","buyer":${found}},{"id":"2","buyer":null}]}`);
    }
  });

  it('are told apart by keys that read alike one after the other', async () => {
    const sdl = /* GraphQL */ `
      type Query {
        pairs: [Pair] @rest(get: "/pairs")
        items(keys: [Key!]!): [Item] @rest(get: "/items") @lookup
      }
      input Key {
        a: ID!
        b: ID!
      }
      type Pair {
        item: Item @derive(from: "{ a, b }")
        a: ID
        b: ID
      }
      type Item @key(fields: "a b") {
        a: ID!
        b: ID!
        name: String
      }
    `;
    const pairs = [
      { a: 'x\u0000y', b: 'z' },
      { a: 'x', b: 'y\u0000z' },
    ];
    const source = fakeSource('shop', sdl, {
      'GET /pairs': () => pairs,
      'GET /items': ({ args }) => (args.keys as typeof pairs).map((key, i) => ({ ...key, name: String(i) })),
    });
    expect(await ask([source], '{ pairs { item { name } } }')).toMatchObject({
      isText: true,
      body: '{"data":{"pairs":[{"item":{"name":"0"}},{"item":{"name":"1"}}]}}',
    });
  });

  it('are left to the ordinary way where the stub has more than their key', async () => {
    const sdl = SHOP.replace('shelf(row: Int!, place: Int!)', 'shelf(row: Int!)')
      .replace('/shelves/{row}/{place}', '/shelves/{row}')
      .replace('"row place"', '"row") @key(fields: "row place"');
    const source = fakeSource('shop', sdl, {
      ...ANSWERS,
      'GET /shelves/{row}': ({ args }) => ({ ...args, label: 'l' }),
    });
    expect((await ask([source], '{ orders { shelf { place label } } }')).isText).toBe(false);
  });
});

describe('a query whose graph says something else than the source', () => {
  const stock = (sdl: string) => fakeSource('stock', sdl, { 'GET /x': () => null });
  const shared = (sdl: string) =>
    fakeSource('shop', sdl, { 'GET /things': () => [{ id: 1, name: 'a', state: 'PAID' }] });
  const things = (fields: string, more = '') => /* GraphQL */ `
    type Query { things: [Thing] @rest(get: "/things") }
    type Thing @shareable { id: ID ${fields} }
    ${more}
  `;
  const other = (type: string) =>
    stock(/* GraphQL */ `
      type Query {
        x: Int @rest(get: "/x")
        thing: Thing @rest(get: "/x")
      }
      ${type}
    `);

  it('is left to the ordinary way where another source makes a field nullable', async () => {
    const sources = [shared(things('name: String!')), other('type Thing @shareable { id: ID name: String }')];
    expect(await ask(sources, '{ things { name } }')).toMatchObject({
      isText: false,
      body: '{"data":{"things":[{"name":"a"}]}}',
    });
    expect((await ask(sources, '{ things { id } }')).isText).toBe(true);
  });

  it('is left to the ordinary way where a value of an enum is not for clients', async () => {
    const state = (value: string) => `enum State { PAID ${value} OPEN }`;
    const isText = async (value: string) =>
      (await ask([shared(things('state: State', state(value)))], '{ things { state } }')).isText;
    expect([await isText('@inaccessible'), await isText('')]).toEqual([false, true]);
  });

  it('is answered as text beside fields that are not for clients', async () => {
    expect((await ask([shared(things('name: String @inaccessible'))], '{ things { id } }')).isText).toBe(true);
  });

  it.each([
    [
      'has the type',
      'interface Named { id: ID } type Other implements Named { id: ID }',
      '"data":{"things":[{"id":"1"}]}',
    ],
    [
      'says that the type has it',
      'interface Named { id: ID } type Other implements Named { id: ID } type Thing implements Named @shareable { id: ID }',
      '"data":{"things":[{"i":"1","id":"1"}]}',
    ],
  ])('takes type conditions on what only another source %s', async (_what, sdl, data) => {
    const union = ' union All = Other | Thing';
    const sources = [
      shared(things('', 'interface Base { id: ID } extend type Thing implements Base')),
      other(`${sdl.includes('type Thing') ? sdl : `${sdl} type Thing @shareable { id: ID }`} ${union}`),
    ];
    const { body } = await ask(sources, '{ things { ... on All { ... on Named { i: id } } id } }');
    expect(body).toContain(data);
  });

  it('is left to the ordinary way where another source answers a part of it', async () => {
    const sources = [shared(things('')), other('type Thing @shareable { id: ID }')];
    expect(await ask(sources, '{ things { id } x }')).toMatchObject({
      isText: false,
      body: '{"data":{"things":[{"id":"1"}],"x":null}}',
    });
  });

  it('is left to the ordinary way where a field is denied', async () => {
    const sdl = things('name: String @requiresScopes(scopes: [["staff"]])');
    const principal = (scopes: readonly string[]) =>
      ({ kind: 'jwt', id: 'a|b', scopes: new Set(scopes), claims: {} }) as const;
    const [may, mayNot] = [
      await ask([shared(sdl)], '{ things { id name } }', { principal: principal(['staff']) }),
      await ask([shared(sdl)], '{ things { id name } }', { principal: principal([]) }),
    ];
    expect(may).toMatchObject({ isText: true, body: '{"data":{"things":[{"id":"1","name":"a"}]}}' });
    expect(mayNot.isText).toBe(false);
    expect(mayNot.body).toContain('"data":{"things":[{"id":"1","name":null}]}');
  });

  it('is left to the ordinary way where the response is to tell of itself', async () => {
    const { isText } = await ask([shared(things(''))], '{ things { id } }', {
      extensions: new Set(['usage']),
    });
    expect(isText).toBe(false);
  });
});
