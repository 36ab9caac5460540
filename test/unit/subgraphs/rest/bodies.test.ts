// Bodies and answers that are no JSON, and parameters in every style, against a real upstream.
import { afterEach, describe, expect, it } from '@jest/globals';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { parse } from 'graphql';
import { createScope } from '../../../../src/engine/create-scope.ts';
import { createLocalSubgraph } from '../../../../src/subgraphs/local/create-local-subgraph.ts';
import { createRestConnector } from '../../../../src/subgraphs/rest/connector.ts';
import { startTransport } from '../../transport/start-transport.ts';

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

interface Answered {
  readonly type?: string;
  readonly body?: string | Buffer;
  readonly status?: number;
}

/** Runs one operation; yields its data, its errors and what the upstream received. */
async function run(sdl: string, text: string, answer: Answered = {}, variables: Record<string, unknown> = {}) {
  const received: { method: string; url: string; headers: Record<string, unknown>; body: Buffer }[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const { method = '', url = '', headers } = request;
      received.push({ method, url, headers, body: Buffer.concat(chunks) });
      response.writeHead(answer.status ?? 200, { 'content-type': answer.type ?? 'application/json' });
      response.end(answer.body ?? 'true');
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const { transport } = startTransport(url, { retry: { attempts: 1 } });
  closing.push(
    () => transport.close(),
    () => new Promise((resolve) => server.close(() => resolve())),
  );
  const connector = createRestConnector({ transport, baseUrl: url });
  const subgraph = createLocalSubgraph({
    name: 'api',
    kind: 'rest',
    sdl: parse(`scalar JSON scalar Upload scalar Byte scalar Long ${sdl}`),
    connectors: [connector],
    settings: { maxKeysPerBatch: 10 },
  });
  const document = parse(text);
  const fetch = { subgraph: 'api', text, document, variableNames: Object.keys(variables), representationVariables: [] };
  const kind = text.startsWith('mutation') ? ('mutation' as const) : ('query' as const);
  const result = await subgraph.prepare({ ...fetch, kind })(createScope(), variables);
  const [sent] = received;
  return { data: result.data, errors: result.errors, sent, body: sent?.body.toString('utf8') };
}

const form = (body: Buffer | undefined, type: unknown): Promise<FormData> =>
  new Response(new Uint8Array(body ?? []), { headers: { 'content-type': String(type) } }).formData();

describe('a multipart body', () => {
  const sdl = `
    input Form { file: Upload! more: [Upload!] title: String tags: [String!] meta: Meta logo: Upload @serialize(style: explode, contentType: "image/png") }
    input Meta { a: Int }
    type Mutation { send(input: Form!): Boolean @rest(post: "/files", encoding: multipart) }`;

  it('carries files of multipart requests and of data: urls, texts, and objects as JSON', async () => {
    const file = new File([Buffer.from([0, 1, 2, 255])], 'a "b".bin', { type: 'application/x-bin' });
    const input = {
      ...{ file, more: ['data:text/plain;base64,SGk=', 'plain'], title: 'T', tags: ['x', 'y'], meta: { a: 1 } },
      logo: 'data:text/plain,png',
    };
    const { sent, errors } = await run(sdl, 'mutation ($input: Form!) { send(input: $input) }', {}, { input });
    expect(errors).toBeUndefined();
    const parts = await form(sent?.body, sent?.headers['content-type']);
    const first = parts.get('file') as File;
    expect(Buffer.from(await first.arrayBuffer())).toEqual(Buffer.from([0, 1, 2, 255]));
    expect([first.name, first.type]).toEqual(['a "b".bin', 'application/x-bin']);
    expect(await Promise.all(parts.getAll('more').map((one) => (one as File).text()))).toEqual(['Hi', 'plain']);
    expect(parts.getAll('tags')).toEqual(['x', 'y']);
    expect(parts.get('meta')).toBe('{"a":1}');
    expect(sent?.body.toString()).toContain('name="meta"\r\nContent-Type: application/json\r\n');
    expect((parts.get('logo') as File).type).toBe('image/png');
  });

  it('is of the kind that the call names, with parts that are XML or JSON', async () => {
    const kinds = `
      input Form { meta: Meta @serialize(style: explode, contentType: "application/xml") rows: [[Int!]!] file: Upload }
      input Meta { a: Int }
      type Mutation {
        send(input: Form!): Boolean @rest(post: "/x", encoding: multipart, headers: ["content-type: multipart/related"])
      }`;
    const { sent, body } = await run(
      kinds,
      'mutation { send(input: { meta: { a: 1 }, rows: [[1, 2], [3]], file: "data:image/png,x" }) }',
    );
    const type = String(sent?.headers['content-type']);
    expect(type).toMatch(/^multipart\/related; boundary=[\w-]+; type="application\/xml"$/);
    const parts = (body ?? '').split(/--manifold-\w+(?:--)?\r\n/).slice(1, -1);
    expect(parts).toEqual([
      'Content-Disposition: form-data; name="meta"\r\nContent-Type: application/xml\r\n\r\n' +
        '<?xml version="1.0" encoding="UTF-8"?><meta><a>1</a></meta>\r\n',
      'Content-Disposition: form-data; name="rows"\r\nContent-Type: application/json\r\n\r\n[1,2]\r\n',
      'Content-Disposition: form-data; name="rows"\r\nContent-Type: application/json\r\n\r\n[3]\r\n',
      'Content-Disposition: form-data; name="file"; filename="file"\r\nContent-Type: image/png\r\n\r\nx\r\n',
    ]);
  });

  it('has parts with headers of their own, where those and the parts are given', async () => {
    const headed = `
      input Form {
        file: Upload
        note: String
        limit: Int @partHeader(of: "file", name: "X-Limit")
        owner: [String!] @partHeader(of: "file", name: "X-Owner")
        mark: String @partHeader(of: "note", name: "X-Mark")
      }
      type Mutation { send(input: Form!): Boolean @rest(post: "/x", encoding: multipart) }`;
    const file = 'file: "data:text/plain;name=a%20b.txt;base64,SGk="';
    const { body } = await run(headed, `mutation { send(input: { ${file}, note: "n", limit: 3, owner: ["a", "b"] }) }`);
    expect((body ?? '').split(/--manifold-\w+(?:--)?\r\n/).slice(1, -1)).toEqual([
      'Content-Disposition: form-data; name="file"; filename="a b.txt"\r\nContent-Type: text/plain\r\n' +
        'X-Limit: 3\r\nX-Owner: a,b\r\n\r\nHi\r\n',
      'Content-Disposition: form-data; name="note"\r\n\r\nn\r\n',
    ]);
    const broken = await run(headed, 'mutation { send(input: { note: "n", mark: "a\\r\\nb: c" }) }');
    expect(broken.errors?.[0]?.fault.message).toContain('the header "X-Mark" would hold a line break');
    expect(broken.sent).toBeUndefined();
  });

  it('has a file alone as the part that servers expect one in', async () => {
    const alone = 'type Mutation { send(input: Upload!): Boolean @rest(post: "/x", encoding: multipart) }';
    const { body } = await run(alone, 'mutation { send(input: "data:image/gif;base64,R0lG") }');
    expect((body ?? '').split(/--manifold-\w+(?:--)?\r\n/).slice(1, -1)).toEqual([
      'Content-Disposition: form-data; name="file"; filename="file"\r\nContent-Type: image/gif\r\n\r\nGIF\r\n',
    ]);
  });

  it('refuses what is no file, and sends nothing', async () => {
    const { errors, sent } = await run(sdl, 'mutation { send(input: { file: 3 }) }');
    expect(errors?.[0]?.fault.message).toContain('a file is a part of a multipart request, or a data: url');
    expect(sent).toBeUndefined();
  });
});

it('a body of bytes is the file, with its own content type', async () => {
  const sdl = 'type Mutation { send(input: Upload!): Boolean @rest(post: "/x", encoding: binary) }';
  const { sent, body } = await run(sdl, 'mutation { send(input: "data:image/gif;base64,R0lG") }');
  expect([body, sent?.headers['content-type']]).toEqual(['GIF', 'image/gif']);
});

it('a form writes its fields in the styles that the description gives them', async () => {
  const sdl = `
    input Form { deep: Deep @serialize(style: deepObject) list: [String!] csv: [Int!] @serialize(style: comma) raw: Deep @serialize(style: json) }
    input Deep { a: Int b: [Deep!] }
    type Mutation { send(input: Form!): Boolean @rest(post: "/x", encoding: form) }`;
  const text =
    'mutation { send(input: { deep: { a: 1, b: [{ a: 2 }] }, list: ["x", "y"], csv: [1, 2], raw: { a: 3 } }) }';
  const { body } = await run(sdl, text);
  expect([...new URLSearchParams(body)]).toEqual([
    ['deep[a]', '1'],
    ['deep[b][0][a]', '2'],
    ['list', 'x'],
    ['list', 'y'],
    ['csv', '1,2'],
    ['raw', '{"a":3}'],
  ]);
});

it.each([
  ['QUERY', 'query: "/x"'],
  ['GET', 'get: "/x", body: "input"'],
])('a %s reads by what its body says', async (method, rest) => {
  const { sent, body, data } = await run(
    `type Query { found(input: JSON): Boolean @rest(${rest}) }`,
    '{ found(input: { a: 1 }) }',
  );
  expect([sent?.method, body, sent?.headers['content-type'], data]).toEqual([
    method,
    '{"a":1}',
    'application/json',
    { found: true },
  ]);
});

it('lines are JSON values, there and back', async () => {
  const sdl = 'type Mutation { send(input: [JSON!]!): [JSON] @rest(post: "/x", encoding: ndjson) }';
  const answer = { type: 'application/x-ndjson', body: '{"a":1}\n\n2\n' };
  const { body, data } = await run(sdl, 'mutation { send(input: [{ a: 1 }, true]) }', answer);
  expect([body, data]).toEqual(['{"a":1}\ntrue\n', { send: [{ a: 1 }, 2] }]);
});

it('a sequence of JSON has a record separator before each value', async () => {
  const sdl = `type Mutation {
    send(input: [JSON!]!): Boolean @rest(post: "/x", encoding: ndjson, headers: ["content-type: application/json-seq"])
  }`;
  const { body } = await run(sdl, 'mutation { send(input: [1, { a: 2 }]) }');
  expect(body).toBe('\u001e1\n\u001e{"a":2}\n');
});

describe('XML', () => {
  const sdl = `
    input PetInput { id: Int @xml(attribute: true) name: String @xml(name: "label") tags: [String!] @xml(name: "tagList", item: "tag") toys: [Toy!] }
    input Toy { note: String @xml(text: true) }
    type Pet { id: Int @xml(attribute: true) label: String tags: [String!] @xml(name: "tagList", item: "tag") toys: [PetToy!] good: Boolean big: Long extra: JSON none: String }
    type PetToy { note: String @xml(text: true) price: Float }
    type Mutation { send(input: PetInput!): Pet @rest(post: "/x", encoding: xml, root: "pet xmlns=\\"urn:pets\\"") }
    type Query { pet: Pet @rest(get: "/pet") pets: [Pet] @rest(get: "/pets") }`;

  it('is written as the input says, escaped', async () => {
    const { body, sent } = await run(
      sdl,
      'mutation { send(input: { id: 7, name: "<&\\"\\u0001", tags: ["a", "b"], toys: [{ note: "x" }, { note: "y" }] }) { id } }',
      { type: 'application/xml', body: '<pet id="1"/>' },
    );
    expect(sent?.headers['content-type']).toBe('application/xml');
    expect(body).toBe(
      '<?xml version="1.0" encoding="UTF-8"?><pet xmlns="urn:pets" id="7"><label>&lt;&amp;"</label>' +
        '<tagList><tag>a</tag><tag>b</tag></tagList><toys>x</toys><toys>y</toys></pet>',
    );
  });

  it('has namespaces where the fields name them, and one outermost element around a list', async () => {
    const spaced = `
      input I {
        a: Int @xml(name: "s:a xmlns:s=\\"urn:s\\"", attribute: true)
        b: Int @xml(name: "s:b xmlns:s=\\"urn:s\\"", attribute: true)
        c: [Int!] @xml(name: "s:c xmlns:s=\\"urn:s\\"", item: "s:d")
        e: Int @xml(name: "e><f")
      }
      type O { a: Int @xml(name: "s:a xmlns:s=\\"urn:s\\"", attribute: true) c: [Int] @xml(name: "s:c xmlns:s=\\"urn:s\\"", item: "s:d") }
      type Mutation {
        one(input: I!): O @rest(post: "/x", encoding: xml, root: "r")
        all(input: [I!]!): Boolean @rest(post: "/x", encoding: xml, root: "rs xmlns=\\"urn:a/b\\"/r")
      }`;
    const answer = { type: 'application/xml', body: '<r q:a="1" xmlns:q="urn:s"><q:c><q:d>2</q:d></q:c></r>' };
    const one = await run(spaced, 'mutation { one(input: { a: 1, b: 2, c: [3], e: 4 }) { a c } }', answer);
    expect(one.body).toBe(
      '<?xml version="1.0" encoding="UTF-8"?><r xmlns:s="urn:s" s:a="1" s:b="2">' +
        '<s:c xmlns:s="urn:s"><s:d>3</s:d></s:c><e__f>4</e__f></r>',
    );
    expect(one.data).toEqual({ one: { a: 1, c: [2] } });
    const all = await run(spaced, 'mutation { all(input: [{ c: [] }, { e: 1 }]) }');
    expect(all.body).toBe(
      '<?xml version="1.0" encoding="UTF-8"?><rs xmlns="urn:a/b">' +
        '<r><s:c xmlns:s="urn:s"></s:c></r><r><e__f>1</e__f></r></rs>',
    );
  });

  it('is read as the type says: attributes, lists of one, wrapped lists, numbers, what is nil', async () => {
    const xml = `<?xml version="1.0"?><p:pet xmlns:p="urn:pets" id="7"><p:label>A &amp; <![CDATA[<B>]]></p:label>
      <tagList><tag>a</tag></tagList><toys price="1.5">ball</toys><good>true</good><big>9007199254740993</big>
      <none xsi:nil="true" xmlns:xsi="x"/><extra><a k="1">t</a><b>1</b><b>2</b></extra></p:pet>`;
    const query = '{ pet { id label tags toys { note price } good big extra none } }';
    const { data, errors } = await run(sdl, query, { type: 'text/xml; charset=utf-8', body: xml });
    expect(errors).toBeUndefined();
    expect(data?.pet).toEqual({
      ...{ id: 7, label: 'A & <B>', tags: ['a'], toys: [{ note: 'ball', price: 1.5 }] },
      ...{ good: true, big: '9007199254740993', none: null, extra: { a: { '@k': '1', '#text': 't' }, b: ['1', '2'] } },
    });
  });

  it('is read with what no field stands for, as keys and values, and as one of several types', async () => {
    const loose = `
      type Entry @shape(as: entries) { key: String! value: Int! }
      type Some { a: String more: [Entry!] @additional }
      type Cat { meow: Int } type Dog { bark: Int } union Pet = Cat | Dog
      type Query { some: Some @rest(get: "/x") map: [Entry!] @rest(get: "/x") pet: Pet @rest(get: "/x") }`;
    const answer = (body: string) => ({ type: 'application/xml', body });
    const some = answer('<x><a>1</a><n:b xmlns:n="u">2</n:b><c>3</c></x>');
    const pairs = [
      { key: 'b', value: 2 },
      { key: 'c', value: 3 },
    ];
    expect((await run(loose, '{ some { a more { key value } } }', some)).data).toEqual({
      some: { a: '1', more: pairs },
    });
    expect((await run(loose, '{ map { key value } }', answer('<x><b>2</b><c>3</c></x>'))).data).toEqual({ map: pairs });
    const dog = await run(loose, '{ pet { __typename ... on Dog { bark } } }', answer('<pet><bark>4</bark></pet>'));
    expect(dog.data).toEqual({ pet: { __typename: 'Dog', bark: 4 } });
  });

  it('is read through an envelope, and as a list of elements', async () => {
    const one = '<PetResponse><PetResult><label>x</label></PetResult><Meta>1</Meta></PetResponse>';
    expect((await run(sdl, '{ pet { label } }', { type: 'text/xml', body: one })).data).toEqual({
      pet: { label: 'x' },
    });
    const list = '<pets><pet><label>x</label></pet><pet><label>y</label></pet></pets>';
    expect((await run(sdl, '{ pets { label } }', { type: 'text/xml', body: list })).data).toEqual({
      pets: [{ label: 'x' }, { label: 'y' }],
    });
  });

  it.each([
    '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><pet><label>&x;</label></pet>',
    '<pet><label>',
    '<a>'.repeat(1000),
  ])('that is hostile or broken is a fault: %#', async (body) => {
    const { data, errors } = await run(sdl, '{ pet { label } }', { type: 'text/xml', body });
    expect(data).toEqual({ pet: null });
    expect(errors?.[0]?.fault.code).toBe('HUB_UPSTREAM_MALFORMED');
  });
});

describe('answers', () => {
  it('of bytes are base64 whatever they are', async () => {
    const sdl = 'type Query { logo: Byte @rest(get: "/x", headers: ["accept: image/png"]) }';
    const { data, sent } = await run(sdl, '{ logo }', { type: 'image/png', body: Buffer.from([0, 255, 1]) });
    expect([data, sent?.headers.accept]).toEqual([{ logo: 'AP8B' }, 'image/png']);
  });

  it('of JSON sequences are its values, which may have lines of their own', async () => {
    const sdl = 'type Query { all: [JSON] @rest(get: "/x") }';
    const answer = { type: 'application/json-seq', body: '\u001e{"a":\n1}\n\u001e2\n' };
    expect((await run(sdl, '{ all }', answer)).data).toEqual({ all: [{ a: 1 }, 2] });
  });

  it('of events are what each of them says', async () => {
    const sdl =
      'type Event { event: String data: String id: ID retry: Int } type Query { all: [Event!] @rest(get: "/x") }';
    const body = ': hello\r\nevent: add\r\ndata: {"a":1}\r\nid: 7\r\nretry: 5\r\n\r\nid: 8\r\n\r\ndata:x\r\ndata: y';
    const { data } = await run(sdl, '{ all { event data id retry } }', { type: 'text/event-stream', body });
    expect(data).toEqual({
      all: [
        { event: 'add', data: '{"a":1}', id: '7', retry: 5 },
        { event: null, data: 'x\ny', id: null, retry: null },
      ],
    });
  });

  it('that are asked for as text are not looked into', async () => {
    const sdl = 'type Query { page: String @rest(get: "/x", answer: text) }';
    expect((await run(sdl, '{ page }', { type: 'text/html', body: '<p>' })).data).toEqual({ page: '<p>' });
  });

  it.each([
    [200, true],
    [404, false],
  ])('of HEAD say whether there is something: %s', async (status, exists) => {
    const { data, sent } = await run('type Query { x: Boolean @rest(head: "/x") }', '{ x }', { status, body: '' });
    expect([data, sent?.method]).toEqual([{ x: exists }, 'HEAD']);
  });
});

describe('parameters', () => {
  const sdl = `
    input Filter { a: Int b: [String!] c: Filter }
    type Query {
      q(deep: Filter @serialize(style: deepObject), pipes: [String!] @serialize(style: pipe), spaces: [String!] @serialize(style: space),
        json: Filter @serialize(style: json), spread: Filter @serialize(style: explode), odd: [String!] @map(name: "a:b") @serialize(style: explode)): Boolean
        @rest(get: "/x{?deep*,pipes,spaces,json,spread*,a%3Ab}")
      r(to: String @serialize(style: explode, allowReserved: true), tags: [String!] @serialize(style: comma, allowReserved: true)): Boolean
        @rest(get: "/x{?to,tags}")
      w(q: String): Boolean @rest(get: "/x?{q}")
      j(q: Filter @serialize(style: json)): Boolean @rest(get: "/x?{q}")
      c(list: [String!], each: [String!] @serialize(style: explode), object: Filter @serialize(style: explode)): Boolean
        @rest(get: "/x", headers: ["cookie: list={list}", "cookie: each={each}", "cookie: o={object}"])
      h(list: [Int!], object: Filter @serialize(style: keyed), one: String, two: String): Boolean
        @rest(get: "/x", headers: ["x-list: {list}", "x-object: {object}", "cookie: a={one}", "cookie: b={two}"])
    }`;

  it('are written in every style', async () => {
    const { sent } = await run(
      sdl,
      '{ q(deep: { a: 1, b: ["x"], c: { a: 2 } }, pipes: ["a", "b"], spaces: ["c", "d"], json: { a: 3 }, spread: { a: 4, b: ["e", "f"] }, odd: ["g", "h"]) }',
    );
    expect(sent?.url.slice(3).split('&').map(decodeURIComponent)).toEqual([
      ...['pipes=a|b', 'spaces=c d', 'json={"a":3}'],
      ...['deep[a]=1', 'deep[b][0]=x', 'deep[c][a]=2', 'a=4', 'b=e', 'b=f', 'a:b=g', 'a:b=h'],
    ]);
  });

  it('keep reserved characters that end nothing, and what is encoded already', async () => {
    const { sent } = await run(sdl, '{ r(to: "https://a/b?c=d&e#f+g[h] %41%", tags: ["a:b", "c/d"]) }');
    expect(sent?.url).toBe('/x?to=https://a/b?c=d%26e%23f%2Bg%5Bh%5D%20%41%25&tags=a:b,c/d');
  });

  it('are the whole query', async () => {
    expect((await run(sdl, '{ w(q: "$.a[?(@.b)]&c") }')).sent?.url).toBe('/x?%24.a%5B%3F%28%40.b%29%5D%26c');
    expect((await run(sdl, '{ j(q: { a: 1 }) }')).sent?.url).toBe('/x?%7B%22a%22%3A1%7D');
    expect((await run(sdl, '{ w }')).sent?.url).toBe('/x');
  });

  it('in cookies are one value, or a cookie for each item and key', async () => {
    const { sent } = await run(sdl, '{ c(list: ["a,b", "c d"], each: ["e", "f;g"], object: { a: 1, b: ["h"] }) }');
    expect(sent?.headers.cookie).toBe('list=a%2Cb,c%20d; each=e; each=f%3Bg; a=1; b=h');
    expect((await run(sdl, '{ c }')).sent?.headers.cookie).toBeUndefined();
  });

  it('in headers and cookies are lists, keyed objects, and one header of all cookies that are given', async () => {
    const { sent } = await run(sdl, '{ h(list: [1, 2], object: { a: 1, b: ["x"] }, one: "s; p=ü", two: "t") }');
    expect(sent?.headers).toMatchObject({
      'x-list': '1,2',
      'x-object': 'a=1,b=["x"]',
      cookie: 'a=s%3B%20p=%C3%BC; b=t',
    });
    const none = await run(sdl, '{ h(two: "t") }');
    expect(none.sent?.headers.cookie).toBe('b=t');
  });
});

it('an operation with a server of its own is called there while the source is where the description has it', async () => {
  const elsewhere = await run(
    'type Query { x: Boolean @rest(get: "/x", server: "http://127.0.0.1:1/own", serverOf: "https://api.example.com") }',
    '{ x }',
  );
  expect(elsewhere.sent?.url).toBe('/x');
});

it('integers beyond 53 bits go out and come back with all their digits', async () => {
  const sdl = 'input I { n: Long } type Mutation { send(input: I!): Long @rest(post: "/x") }';
  const answer = { body: '9007199254740995' };
  const { body, data } = await run(sdl, 'mutation { send(input: { n: "9007199254740993" }) }', answer);
  expect([body, data]).toEqual(['{"n":9007199254740993}', { send: '9007199254740995' }]);
  expect((await run(sdl, 'mutation { send(input: { n: 42 }) }')).body).toBe('{"n":42}');
});

it('a value that a scalar of the source does not take is the caller’s mistake, and nothing is sent', async () => {
  const sdl = 'scalar UUID type Query { x(id: UUID): Boolean @rest(get: "/x{?id}") }';
  const { errors, sent } = await run(sdl, 'query ($id: UUID) { x(id: $id) }', {}, { id: 'no uuid' });
  expect(errors?.[0]?.fault.code).toBe('HUB_REQUEST_INVALID');
  expect(sent).toBeUndefined();
});
