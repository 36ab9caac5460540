import { afterEach, describe, expect, it } from '@jest/globals';
import { makeExecutableSchema } from '@graphql-tools/schema';
import { buildSchema, executeSync, introspectionFromSchema, parse } from 'graphql';
import { importGraphQl } from '../../../../src/import/graphql/import-graphql.ts';
import { graphQlSettingsSchema } from '../../../../src/subgraphs/graphql/config.ts';
import { temporaryFolder } from '../../../kit/folder.ts';
import { startGraphQl } from '../../../kit/graphql-upstream.ts';
import { json, startUpstream, type Answer } from '../../../kit/upstream.ts';

const opened: { close(): Promise<unknown> }[] = [];
afterEach(async () => {
  await Promise.all(opened.splice(0).map((one) => one.close()));
});

async function writeFolder(files: Readonly<Record<string, string>>): Promise<string> {
  const folder = await temporaryFolder(files);
  opened.push({ close: async () => folder[Symbol.asyncDispose]() });
  return folder.path;
}

function importFrom(given: Record<string, unknown>, folder = import.meta.dirname) {
  const settings = graphQlSettingsSchema.parse({ kind: 'graphql', url: 'http://127.0.0.1:1/graphql', ...given });
  return importGraphQl({ source: { name: 'shop', settings }, folder });
}

const SDL = /* GraphQL */ `
  "A thing to buy"
  type Product implements Node {
    name: String @deprecated(reason: "use title")
    id: ID!
    size(unit: Unit = METRE): Size
  }
  interface Node {
    id: ID!
  }
  enum Unit {
    METRE
    FOOT
  }
  input Size_Input {
    unit: Unit = METRE
    parts: [Part!] = [{ unit: FOOT }]
  }
  input Part {
    unit: Unit
  }
  scalar Size @specifiedBy(url: "https://example.com/size")
  type query_root {
    product(id: ID!, size: Size_Input = { unit: FOOT }): Product
    nodes: [Node!]
  }
  schema {
    query: query_root
  }
`;

async function serve(answer: Answer) {
  const upstream = await startUpstream(answer);
  opened.push(upstream);
  return upstream;
}

describe('the import of a GraphQL server', () => {
  it('asks the server, with its credentials, and tells root types by their usual names', async () => {
    const upstream = await startGraphQl(makeExecutableSchema({ typeDefs: SDL }));
    opened.push(upstream);
    const { sdl, origin, report } = await importFrom({
      url: upstream.url,
      auth: { header: { name: 'x-key', value: 'secret' } },
    });
    expect(upstream.received[0]?.headers['x-key']).toBe('secret');
    expect(origin).toBe(`${upstream.url}/`);
    expect(report.operations).toBe(2);
    expect(sdl).toContain('type Query @mapType(name: "query_root") {');
    expect(sdl).toContain('product(id: ID!, size: Size_Input = {parts: [{unit: FOOT}], unit: FOOT}): Product');
    expect(sdl).toContain('name: String @deprecated(reason: "use title")');
    expect(sdl).toContain('"""A thing to buy"""');
    expect(sdl).toContain('scalar Size @specifiedBy(url: "https://example.com/size")');
    expect(sdl).not.toContain('schema {');
  });

  it('is the same text however the server orders its schema', async () => {
    const folder = await writeFolder({
      'a.graphql': SDL,
      'b.graphql': SDL.replace('name: String @deprecated(reason: "use title")', '').replace(
        'id: ID!\n    size',
        'id: ID!\n    name: String @deprecated(reason: "use title")\n    size',
      ),
      'c.json': JSON.stringify({ data: introspectionFromSchema(buildSchema(SDL)) }),
      'd.json': JSON.stringify(introspectionFromSchema(buildSchema(SDL))),
    });
    const all = await Promise.all(
      ['a.graphql', 'b.graphql', 'c.json', 'd.json'].map((spec) => importFrom({ spec }, folder)),
    );
    expect(new Set(all.map(({ sdl }) => sdl)).size).toBe(1);
    expect(new Set(all.map(({ digest }) => digest)).size).toBe(1);
    expect(all[0]?.origin).toBe('a.graphql');
    expect(all[0]?.digest).toMatch(/^sha256:[0-9a-f]{64}$/);
  });

  it.each([
    ['oneOf', /isOneOf/],
    ['deprecated arguments', /isOneOf|inputFields\(includeDeprecated/],
    ['anything new', /isOneOf|inputFields\(includeDeprecated|specifiedByURL|isRepeatable/],
  ])('asks older servers, which do not know of %s, for less', async (_what, unknown) => {
    const schema = buildSchema(SDL);
    const upstream = await serve((request, response) => {
      const { query } = JSON.parse(request.body);
      if (unknown.test(query)) json(response, { errors: [{ message: 'Unknown argument' }] }, 400);
      else json(response, executeSync({ schema, document: parse(query) }));
    });
    expect((await importFrom({ url: upstream.url })).sdl).toContain('type Product');
  });

  it('puts the prefix before types, and before root fields in lower camel case', async () => {
    const folder = await writeFolder({ 'a.graphql': SDL });
    const { sdl } = await importFrom({ spec: 'a.graphql', typePrefix: 'Shop' }, folder);
    expect(sdl).toContain('type ShopProduct implements ShopNode @mapType(name: "Product") {');
    expect(sdl).toContain('input ShopSize_Input @mapType(name: "Size_Input") {');
    expect(sdl).toContain('shopNodes: [ShopNode!] @map(name: "nodes")');
    expect(sdl).toContain('scalar Size @specifiedBy');
    expect((await importFrom({ spec: 'a.graphql', typePrefix: 'shop_' }, folder)).sdl).toContain(
      'shop_nodes: [shop_Node!] @map(name: "nodes")',
    );
  });

  it('renames types, fields, arguments, input fields and enum values, and what refers to them', async () => {
    const folder = await writeFolder({ 'a.graphql': SDL });
    const fields = {
      'Node.id': 'key',
      'Product.size(unit:)': 'in',
      'Size_Input.unit': 'measure',
      'Unit.FOOT': 'FEET',
      'query_root.product': 'item',
    };
    const { sdl } = await importFrom(
      { spec: 'a.graphql', rename: { types: { Product: 'Item', Size: 'Extent' }, fields } },
      folder,
    );
    expect(sdl).toContain('type Item implements Node @mapType(name: "Product") {');
    expect(sdl).toContain('key: ID! @map(name: "id")');
    expect(sdl).toContain('size(in: Unit = METRE @map(name: "unit")): Extent');
    expect(sdl).toContain('scalar Extent @specifiedBy(url: "https://example.com/size") @mapType(name: "Size")');
    expect(sdl).toContain('measure: Unit = METRE @map(name: "unit")');
    expect(sdl).toContain('parts: [Part!] = [{unit: FEET}]');
    expect(sdl).toContain('FEET @map(name: "FOOT")');
    expect(sdl).toContain(
      'item(id: ID!, size: Size_Input = {parts: [{unit: FEET}], measure: FEET}): Item @map(name: "product")',
    );
    // Both the interface and what implements it.
    expect(sdl.match(/key: ID! @map\(name: "id"\)/g)).toHaveLength(2);
  });

  it('leaves out what a server does for gateways, and the directives of its framework', async () => {
    const folder = await writeFolder({
      'a.graphql': `
        extend schema @link(url: "https://specs.apollo.dev/federation/v2.0", import: ["@key"])
        directive @mine on OBJECT
        type Product @key(fields: "id") @mine { id: ID! @unheardOf(a: 1) }
        scalar _Any
        type _Service { sdl: String }
        union _Entity = Product
        extend type Query { product: Product _service: _Service! _entities(representations: [_Any!]!): [_Entity]! }
      `,
    });
    const { sdl, report } = await importFrom({ spec: 'a.graphql' }, folder);
    expect(sdl).toBe('type Product {\n  id: ID!\n}\n\ntype Query {\n  product: Product\n}\n');
    expect(report.operations).toBe(1);
  });
});

describe('an import that cannot be', () => {
  it.each<[string, Answer, string, RegExp]>([
    [
      'off',
      (_r, response) => json(response, { errors: [{ message: 'introspection is off' }] }, 400),
      'HUB_IMPORT_UNREADABLE',
      /introspection is off.*set spec/,
    ],
    [
      'HTML',
      (_r, response) => void response.writeHead(200, { 'content-type': 'text/html' }).end('<p>'),
      'HUB_IMPORT_UNREADABLE',
      /status 200 and no GraphQL/,
    ],
    ['refused', (_r, response) => void response.writeHead(401).end(), 'HUB_IMPORT_UNREADABLE', /status 401/],
    ['cut', (_r, response) => void response.destroy(), 'HUB_IMPORT_UNREADABLE', /cannot be reached/],
    [
      'nonsense',
      (_r, response) => json(response, { data: { __schema: { types: [] } } }),
      'HUB_IMPORT_INVALID',
      /127\.0\.0\.1/,
    ],
  ])('says why: introspection that is %s', async (_name, answer, code, message) => {
    const upstream = await serve(answer);
    await expect(importFrom({ url: upstream.url })).rejects.toMatchObject({
      code,
      message: expect.stringMatching(message),
    });
  });

  it('keeps credentials out of its messages', async () => {
    const upstream = await serve((_request, response) => json(response, { errors: [{ message: 'no, s3cr3t-key' }] }));
    const url = upstream.url.replace('http://', 'http://user:pass-word@');
    await expect(
      importFrom({ url: `${url}/graphql`, auth: { header: { name: 'x-key', value: 's3cr3t-key' } } }),
    ).rejects.toMatchObject({ message: expect.not.stringMatching(/s3cr3t-key|pass-word/) });
  });

  it.each([
    ['SDL that does not parse', 'type A {', {}, 'HUB_IMPORT_INVALID', /a\.graphql:1:9/],
    ['SDL that is not valid', 'type Query { a: Nothing }', {}, 'HUB_IMPORT_INVALID', /Nothing/],
    ['no query type', 'type A { a: Int }', {}, 'HUB_IMPORT_INVALID', /no query type/],
    [
      'a rename of nothing',
      SDL,
      { rename: { fields: { 'Product.nothing': 'x' }, types: { No: 'Y' } } },
      'HUB_IMPORT_INVALID',
      /types: No, .*Product\.nothing/,
    ],
    [
      'two types of one name',
      SDL,
      { rename: { types: { Product: 'Node' } } },
      'HUB_IMPORT_INVALID',
      /both be called Node/,
    ],
    ['endless nesting', `type Query { a: ${'['.repeat(200_000)}Int`, {}, 'HUB_IMPORT_TOO_LARGE', /nested/],
  ])('says where: %s', async (_name, text, given, code, message) => {
    const folder = await writeFolder({ 'a.graphql': text });
    await expect(importFrom({ spec: 'a.graphql', ...given }, folder)).rejects.toMatchObject({
      code,
      message: expect.stringMatching(message),
    });
  });

  it('says that a file is no introspection result', async () => {
    const folder = await writeFolder({ 'a.json': '{"data": {}}', 'b.json': '{"data": ' });
    await expect(importFrom({ spec: 'a.json' }, folder)).rejects.toMatchObject({ code: 'HUB_IMPORT_INVALID' });
    await expect(importFrom({ spec: 'b.json' }, folder)).rejects.toMatchObject({ code: 'HUB_IMPORT_INVALID' });
    await expect(importFrom({ spec: 'c.json' }, folder)).rejects.toMatchObject({ code: 'HUB_IMPORT_UNREADABLE' });
  });
});
