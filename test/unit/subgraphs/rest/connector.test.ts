// Fields with @rest against a real upstream: what is sent, what comes back, what a wrong directive is told.
import { afterEach, describe, expect, it } from '@jest/globals';
import { buildASTSchema, concatAST, isObjectType, parse, valueFromASTUntyped } from 'graphql';
import type { ConnectorField, FieldCall } from '../../../../src/contract/connector.ts';
import { createScope } from '../../../../src/engine/create-scope.ts';
import { HubFault } from '../../../../src/faults/hub-fault.ts';
import { HUB_DIRECTIVES, upstreamName } from '../../../../src/subgraphs/local/hub-directives.ts';
import { createRestConnector } from '../../../../src/subgraphs/rest/connector.ts';
import { type Answer, json, startUpstream } from '../../../kit/upstream.ts';
import { startTransport } from '../../transport/start-transport.ts';

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

const TYPES = /* GraphQL */ `
  scalar JSON
  input Filter {
    a: String
  }
  type Product {
    id: ID!
    ownerId: ID @map(name: "owner_id")
  }
`;

/** The field `Type.field` of the SDL, as the local builder would hand it over. */
function fieldOf(sdl: string, coordinate: string): ConnectorField {
  const schema = buildASTSchema(concatAST([HUB_DIRECTIVES, parse(TYPES + sdl)]), { assumeValidSDL: true });
  const [typeName = '', fieldName = ''] = coordinate.split('.');
  const parent = schema.getType(typeName);
  if (!isObjectType(parent)) throw new Error(typeName);
  const field = parent.getFields()[fieldName]!;
  const node = field.astNode?.directives?.find(({ name }) => name.value === 'rest');
  const given = (node?.arguments ?? []).map(({ name, value }) => [name.value, valueFromASTUntyped(value)]);
  return {
    source: 'shop',
    schema,
    parent,
    field,
    root: typeName === 'Query' ? 'query' : typeName === 'Mutation' ? 'mutation' : undefined,
    directive: { encoding: 'json', ...Object.fromEntries(given) },
    tagsOf: () => [],
    argumentNames: Object.fromEntries(field.args.map(({ name, astNode }) => [name, upstreamName(astNode, name)])),
  };
}

const unused = createRestConnector({ transport: startTransport('http://127.0.0.1:1').transport });
const prepare = (sdl: string, coordinate: string) => unused.prepare(fieldOf(sdl, coordinate));

/** Runs one call of the field and yields its outcome and what the upstream received. */
async function run(sdl: string, coordinate: string, call: Partial<FieldCall>, answer: Answer) {
  const upstream = await startUpstream(answer);
  const { transport } = startTransport(`${upstream.url}/api`, { retry: { attempts: 1 } });
  closing.push(
    () => transport.close(),
    () => upstream.close(),
  );
  const prepared = createRestConnector({ transport }).prepare(fieldOf(sdl, coordinate));
  const [outcome] = await prepared.run(createScope(), [{ args: {}, parent: {}, ...call }]);
  return { outcome, received: upstream.received, sent: upstream.received[0] };
}
const ok: Answer = (_, response) => json(response, { id: '1' });
const read = (type: string, rest = '@rest(get: "/x")') => `type Query { x: ${type} ${rest} }`;

describe('what is sent', () => {
  it('binds variables to arguments by their upstream names', async () => {
    const sdl = `type Query { x(id: ID!, pageSize: Int @map(name: "page_size"), q: String): Product
      @rest(get: "/x/{id}{?page_size,q}") }`;
    const { sent } = await run(sdl, 'Query.x', { args: { id: 'a/b', page_size: 5 } }, ok);
    expect(sent).toMatchObject({ method: 'GET', url: '/api/x/a%2Fb?page_size=5', body: '' });
    expect(sent?.headers.accept).toContain('application/json');
    expect(sent?.headers['content-type']).toBeUndefined();
  });

  it('pairs the one variable and the one argument that are left over', async () => {
    const sdl = 'type Query { products(ids: [ID!]!): [Product]! @rest(get: "/products{?id*}") @lookup }';
    const { sent } = await run(sdl, 'Query.products', { args: { ids: ['1', '2'] } }, ok);
    expect(sent?.url).toBe('/api/products?id=1&id=2');
  });

  it('binds variables to the parent where it is no root field, and arguments win', async () => {
    const sdl = `type Query { p: Product @rest(get: "/p") }
      extend type Product { owner(id: ID): Product @rest(get: "/owners/{owner_id}{?id}") }`;
    const parent = { id: '7', owner_id: 'o1' };
    expect((await run(sdl, 'Product.owner', { parent }, ok)).sent?.url).toBe('/api/owners/o1?id=7');
    expect((await run(sdl, 'Product.owner', { parent, args: { id: '8' } }, ok)).sent?.url).toBe('/api/owners/o1?id=8');
  });

  it.each([
    ['input', 'post', 'input: Filter', '', { input: { a: 'ü' } }, '{"a":"ü"}', 'application/json'],
    [
      'the named argument',
      'put',
      'data: Filter, q: String',
      'body: "data"',
      { data: { a: '1' }, q: 'q' },
      '{"a":"1"}',
      'application/json',
    ],
    [
      'the rest',
      'patch',
      'a: String, b: Int, q: String',
      '',
      { a: '1', b: 2, q: 'q' },
      '{"a":"1","b":2}',
      'application/json',
    ],
    [
      'a large integer',
      'post',
      'input: JSON',
      '',
      { input: { n: 9007199254740993n } },
      '{"n":9007199254740993}',
      'application/json',
    ],
    [
      'a form',
      'post',
      'input: JSON',
      'encoding: form',
      { input: { a: 'x y', b: [1, 2], c: { d: true, e: [{ f: 1 }] }, n: null } },
      'a=x+y&b=1&b=2&c%5Bd%5D=true&c%5Be%5D%5B0%5D%5Bf%5D=1',
      'application/x-www-form-urlencoded',
    ],
    [
      'a text',
      'post',
      'note: String',
      'body: "note", encoding: text',
      { note: 'grün' },
      'grün',
      'text/plain; charset=utf-8',
    ],
    ['of a delete', 'delete', 'input: Filter', '', { input: { a: '1' } }, '{"a":"1"}', 'application/json'],
    ['none', 'post', 'input: Filter', '', {}, '', undefined],
    [
      'another content type',
      'patch',
      'input: JSON',
      'headers: ["Content-Type: application/merge-patch+json"]',
      { input: {} },
      '{}',
      'application/merge-patch+json',
    ],
  ])('writes the body: %s', async (_name, method, parameters, more, args, body, contentType) => {
    const query = parameters.includes('q: ') ? '{?q}' : '';
    const sdl = `type Mutation { x(${parameters}): Product @rest(${method}: "/x${query}", ${more}) }`;
    const { sent } = await run(sdl, 'Mutation.x', { args }, ok);
    expect(sent?.body).toBe(body);
    expect(sent?.method).toBe(method.toUpperCase());
    expect(sent?.headers['content-type']).toBe(contentType);
    if (query !== '') expect(sent?.url).toBe('/api/x?q=q');
  });

  it('writes headers, leaves out those without a value, and refuses line breaks', async () => {
    const sdl = `type Query { x(tenant: String, note: String @map(name: "X-Note")): Product
      @rest(get: "/x", headers: ["X-Tenant: t-{tenant}", "X-Note: {X-Note}", "X-Fixed: a:b"]) }`;
    expect(() => prepare(sdl, 'Query.x')).not.toThrow();
    const given = await run(sdl, 'Query.x', { args: { tenant: 'ü' } }, ok);
    expect(given.sent?.headers).toMatchObject({ 'x-tenant': 't-ü', 'x-fixed': 'a:b' });
    expect(given.sent?.headers['x-note']).toBeUndefined();
    for (const tenant of ['a\r\nx-admin: 1', 'a\nb', '\u0000', '日本']) {
      const { outcome, received } = await run(sdl, 'Query.x', { args: { tenant } }, ok);
      expect(outcome).toMatchObject({ code: 'HUB_REQUEST_INVALID' });
      expect(received).toEqual([]);
    }
  });

  it.each([undefined, null, '', '..', '\ud800'])('refuses %j in the path before anything is sent', async (id) => {
    const sdl = 'type Query { x(id: ID): Product @rest(get: "/x/{id}") }';
    const { outcome, received } = await run(sdl, 'Query.x', { args: id === undefined ? {} : { id } }, ok);
    expect(outcome).toMatchObject({ code: 'HUB_REQUEST_INVALID' });
    expect((outcome as HubFault).message).toContain('Query.x');
    expect(received).toEqual([]);
  });

  it('sends a method of its own', async () => {
    const sdl = 'type Mutation { x(id: ID!): Product @rest(post: "/x/{id}", method: "copy") }';
    const { sent, outcome } = await run(sdl, 'Mutation.x', { args: { id: '1' } }, ok);
    expect([sent?.method, sent?.url, outcome]).toEqual(['COPY', '/api/x/1', { id: '1' }]);
  });

  it('sends identical reads of one run once, and other calls side by side', async () => {
    const upstream = await startUpstream((request, response) => json(response, { id: request.url }));
    const { transport } = startTransport(upstream.url);
    closing.push(
      () => transport.close(),
      () => upstream.close(),
    );
    const field = fieldOf('type Query { x(id: ID!): Product @rest(get: "/x/{id}") }', 'Query.x');
    const prepared = createRestConnector({ transport }).prepare(field);
    const calls = ['1', '2', '1', '..'].map((id) => ({ args: { id }, parent: {} }));
    const outcomes = await prepared.run(createScope(), calls);
    expect(outcomes.slice(0, 3)).toEqual([{ id: '/x/1' }, { id: '/x/2' }, { id: '/x/1' }]);
    expect(outcomes[3]).toBeInstanceOf(HubFault);
    expect(upstream.received).toHaveLength(2);
  });
});

describe('what comes back', () => {
  const text = (type: string | undefined, body: string, status = 200): Answer => {
    return (_, response) => {
      response.writeHead(status, type === undefined ? {} : { 'content-type': type });
      response.end(body);
    };
  };

  it.each<[string, string, string | undefined, string, unknown]>([
    ['JSON', 'Product', 'application/json', '{"id":1}', { id: 1 }],
    ['JSON of a kind', 'Product', 'application/hal+json; charset=utf-8', '{"id":1}', { id: 1 }],
    ['JSON without a content type', 'Product', undefined, '{"id":1}', { id: 1 }],
    ['JSON that is called text', 'Product', 'text/plain', '{"id":1}', { id: 1 }],
    ['JSON that is called text, for a string', 'JSON', 'text/plain', '{"id":1}', { id: 1 }],
    ['JSON with a byte order mark', 'Product', 'application/json', '\ufeff{"id":1}', { id: 1 }],
    ['a number that is called text', 'Int', 'text/plain', '42', 42],
    ['a text', 'String', 'text/plain', 'hello', 'hello'],
    ['a text that looks like a number', 'String!', 'text/plain', '007', '007'],
    ['another text', 'String', 'text/csv', 'a,b', 'a,b'],
    ['a large integer', 'Product', 'application/json', '{"id":9007199254740993}', { id: '9007199254740993' }],
    ['nothing', 'Product', 'application/json', '', null],
    ['nothing, for a boolean', 'Boolean', undefined, '', true],
    ['null', 'Product', 'application/json', 'null', null],
    ['false', 'Boolean', 'application/json', 'false', false],
  ])('reads %s for %s', async (_name, type, contentType, body, payload) => {
    expect((await run(read(type), 'Query.x', {}, text(contentType, body))).outcome).toEqual(payload);
  });

  it.each<[string, string, string | undefined, string]>([
    ['HTML', 'Product', 'text/html; charset=utf-8', '<h1>Oops</h1>'],
    ['HTML for a string', 'String', 'text/html', '<h1>Oops</h1>'],
    ['XML', 'String', 'application/xml', '<a/>'],
    ['broken JSON', 'Product', 'application/json', '{"id":'],
    ['a text for an object', 'Product', 'text/plain', 'hello'],
    ['bytes', 'String', 'image/png', '\u0089PNG'],
    ['HTML without a content type', 'Product', undefined, '<h1>Oops</h1>'],
    ['endless nesting', 'JSON', 'application/json', '['.repeat(50_000)],
  ])('takes %s for malformed', async (_name, type, contentType, body) => {
    const { outcome } = await run(read(type), 'Query.x', {}, text(contentType, body));
    expect(outcome).toMatchObject({
      code: 'HUB_UPSTREAM_MALFORMED',
      details: { source: 'shop', upstreamStatus: 200, contentType: (contentType ?? '').split(';')[0] },
    });
    expect(JSON.stringify(outcome)).not.toContain('Oops');
  });

  it('reads the payload at its path, and null where there is none', async () => {
    const rest = '@rest(get: "/x", at: "data.items")';
    const answer: Answer = (_, response) => json(response, { data: { items: [{ id: 1 }] } });
    expect((await run(read('[Product]', rest), 'Query.x', {}, answer)).outcome).toEqual([{ id: 1 }]);
    expect((await run(read('[Product]', rest), 'Query.x', {}, ok)).outcome).toBeNull();
  });

  it.each([
    ['a nullable object', read('Product'), null],
    ['a lookup', read('[Product]!', '@rest(get: "/x") @lookup'), null],
    ['an object that must be there', read('Product!'), 'HUB_UPSTREAM_REJECTED'],
    ['a list', read('[Product]'), 'HUB_UPSTREAM_REJECTED'],
    ['a scalar', read('String'), 'HUB_UPSTREAM_REJECTED'],
  ])('takes 404 as none or as a refusal: %s', async (_name, sdl, expected) => {
    const { outcome } = await run(sdl, 'Query.x', {}, text('application/json', '{"message":"no such thing"}', 404));
    if (expected === null) expect(outcome).toBeNull();
    else
      expect(outcome).toMatchObject({
        code: expected,
        details: { upstreamStatus: 404, upstreamDetail: 'no such thing' },
      });
  });

  it('takes 404 of a mutation as a refusal', async () => {
    const sdl = 'type Mutation { x: Product @rest(post: "/x") }';
    const { outcome } = await run(sdl, 'Mutation.x', {}, text(undefined, '', 404));
    expect(outcome).toMatchObject({ code: 'HUB_UPSTREAM_REJECTED' });
  });

  it.each([301, 304])('takes %i as a refusal', async (status) => {
    const answer: Answer = (_, response) => void response.writeHead(status, { location: 'http://x.example/' }).end();
    const { outcome } = await run(read('Product'), 'Query.x', {}, answer);
    expect(outcome).toMatchObject({ code: 'HUB_UPSTREAM_REJECTED', details: { upstreamStatus: status } });
  });
});

describe('a prepared field', () => {
  it.each([
    ['post: "/orders"', 'CREATED'],
    ['post: "/orders/{id}/cancel"', 'UPDATED'],
    ['post: "/orders{?id}"', 'CREATED'],
    ['put: "/orders/{id}"', 'UPDATED'],
    ['patch: "/orders/{id}"', 'UPDATED'],
    ['delete: "/orders/{id}"', 'DELETED'],
  ])('says what a mutation does: %s is %s', (rest, change) => {
    const prepared = prepare(`type Mutation { x(id: ID!): Product @rest(${rest}) }`, 'Mutation.x');
    expect(prepared).toMatchObject({ change, merges: false });
  });

  it('of a query changes nothing, even where it is a POST', () => {
    const prepared = prepare('type Query { search(q: String): [Product] @rest(post: "/search") }', 'Query.search');
    expect(prepared.change).toBeUndefined();
    expect(prepared.operation).toBe('POST /search');
  });

  it.each([
    ['no method', 'x: Product @rest(at: "a")', 'exactly one of get, head, query, post, put, patch, delete, and has 0'],
    [
      'no method that can be sent',
      'x: Product @rest(post: "/a", method: "CONNECT")',
      '"CONNECT" of @rest is no method',
    ],
    ['two methods', 'x: Product @rest(get: "/a", post: "/b")', 'has 2'],
    ['an unknown variable', 'x(a: ID, b: ID): Product @rest(get: "/x/{id}{?a}{&c}")', 'nothing for the variable "id"'],
    ['a variable too many', 'x(a: ID, b: ID): Product @rest(get: "/x/{id}")', '@map(name: "id")'],
    ['no arguments at all', 'x: Product @rest(get: "/x/{id}")', 'it has no arguments'],
    [
      'an argument that nothing uses',
      'x(a: ID): Product @rest(get: "/x")',
      'nothing uses the argument "a": add it to the query, as in {?a}',
    ],
    ['a broken template', 'x: Product @rest(get: "/x/{id")', 'brace'],
    ['a body for a HEAD', 'x(a: ID): Product @rest(head: "/x", body: "a")', 'a HEAD has no body'],
    [
      'an unknown body',
      'x(a: ID): Product @rest(post: "/x", body: "b")',
      '"b" is not an argument of the field: it has argument "a"',
    ],
    ['a broken header', 'x: Product @rest(get: "/x", headers: ["nonsense"])', 'not written as "name: value"'],
    ['a header of the hub', 'x: Product @rest(get: "/x", headers: ["Host: y"])', "hub's own"],
    [
      'an unknown value in a header',
      'x: Product @rest(get: "/x", headers: ["A: {b}"])',
      'uses "b", which the field does not have',
    ],
  ])('is refused with its coordinate: %s', (_name, field, message) => {
    const run = () => prepare(`type Query { ${field} }`, 'Query.x');
    expect(run).toThrow(message);
    expect(run).toThrow('Query.x');
    expect(run).toThrow(expect.objectContaining({ code: 'HUB_COMPOSE_SDL' }));
  });

  it('of a type may use fields of the type and nothing else', () => {
    const sdl = (variable: string) => `type Query { p: Product @rest(get: "/p") }
      extend type Product { owner: Product @rest(get: "/owners/{${variable}}") }`;
    expect(() => prepare(sdl('owner_id'), 'Product.owner')).not.toThrow();
    expect(() => prepare(sdl('ownerId'), 'Product.owner')).not.toThrow();
    expect(() => prepare(sdl('owner'), 'Product.owner')).not.toThrow();
    expect(() => prepare(sdl('onwer'), 'Product.owner')).toThrow('it has field "id", field "owner_id"');
  });
});
