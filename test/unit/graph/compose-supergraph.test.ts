import { describe, expect, it } from '@jest/globals';
import { parse, printType, Source } from 'graphql';
import { composeSupergraph } from '../../../src/graph/compose-supergraph.ts';
import { findEntities } from '../../../src/graph/find-entities.ts';
import { parseSdl } from '../../../src/graph/parse-sdl.ts';
import { createPlanner } from '../../../src/graph/query-planner.ts';

const LINK =
  'extend schema @link(url: "https://specs.apollo.dev/federation/v2.3", import: ["@key", "@shareable", "@external", "@requires", "@interfaceObject", "@inaccessible"])';

const subgraphs = (sdls: Readonly<Record<string, string>>) =>
  Object.entries(sdls).map(([name, sdl]) => ({ name, sdl: parse(`${LINK}\n${sdl}`) }));

const compose = (sdls: Readonly<Record<string, string>>) => composeSupergraph(subgraphs(sdls));

describe('composition', () => {
  it('shows clients nothing of the machinery and nothing inaccessible', () => {
    const { publicSchema } = compose({
      a: 'type Query { a: T } type T @key(fields: "id") { id: ID! hidden: Int @inaccessible }',
    });
    expect(Object.keys(publicSchema.getTypeMap()).filter((name) => /join|link/.test(name))).toEqual([]);
    expect(printType(publicSchema.getType('T') as never)).not.toContain('hidden');
  });

  it('takes what is inaccessible out of unions', () => {
    const { publicSchema } = compose({
      a: `type Query { any: Any } union Any = Secret | Open type Secret @inaccessible { id: ID } type Open { id: ID }`,
    });
    expect(printType(publicSchema.getType('Any') as never)).toBe('union Any = Open');
  });

  it('refuses a union with nothing accessible in it, unless nobody sees it', () => {
    const any = (field: string, union: string) =>
      compose({ a: `type Query { any: Any ${field} n: Int } union Any ${union} = S type S @inaccessible { id: ID }` });
    expect(() => any('', '')).toThrow(
      /ONLY_INACCESSIBLE_CHILDREN: Type "Any" is in the API schema but all of its members are @inaccessible\. — to mend/,
    );
    expect(any('@inaccessible', '@inaccessible').publicSchema.getType('Any')).toBeUndefined();
  });

  it('says which field of which type clashes, in which sources, and what to do', () => {
    const clash = () =>
      compose({ a: 'type Query { a: T } type T { x: Int }', b: 'type Query { b: T } type T { x: Int }' });
    expect(clash).toThrow(expect.objectContaining({ code: 'HUB_COMPOSE_INVALID' }));
    expect(clash).toThrow(/INVALID_FIELD_SHARING: .*"T\.x".*"?a"?.*"?b"?.* to mend it, mark the field @shareable/);
  });

  it('names the missing query where no source has one', () => {
    expect(() => compose({ a: 'type T { x: Int }' })).toThrow(/at least one source must have a query field/);
  });

  it('gives a field that differs between sources the most general of its types', () => {
    const supergraph = compose({
      a: 'type Query { item: Book @shareable } type Book { title: String @shareable }',
      b: 'type Query { item: Item @shareable } union Item = Book | Film type Book { title: String @shareable } type Film { minutes: Int }',
    });
    expect(String(supergraph.publicSchema.getQueryType()?.getFields().item?.type)).toBe('Item');
    const plan = createPlanner(supergraph).plan('{ item { ... on Book { title } } }', undefined);
    expect(JSON.stringify(plan)).toContain('title');
  });

  it('takes fragments on interfaces in @requires', () => {
    const supergraph = compose({
      a: `type Query { t: T } type T @key(fields: "id") { id: ID! data: Data }
        interface Data { kind: Int } interface Bar { bar: Int } type Both implements Data & Bar { kind: Int bar: Int } type Plain implements Data { kind: Int }`,
      b: `type T @key(fields: "id") { id: ID! data: Data @external sum: Int @requires(fields: "data { ... on Bar { bar } }") }
        interface Data { kind: Int @external } interface Bar { bar: Int @external }
        type Both implements Data & Bar { kind: Int @external bar: Int @external } type Plain implements Data { kind: Int @external }`,
    });
    expect(JSON.stringify(createPlanner(supergraph).plan('{ t { sum } }', undefined))).toContain('...on Both{bar}');
  });

  it('keeps the executable directives of sources beside subgraphs that can define none', () => {
    const access = 'directive @access(to: Scope = READ) on FIELD enum Scope { READ WRITE }';
    const { publicSchema } = compose({ a: `${access} type Query { a: Int }`, hub: 'type Query { hub: Int }' });
    expect(publicSchema.getDirective('access')?.args[0]?.defaultValue).toBe('READ');
  });

  it('refuses an operation that no source can answer instead of planning half of it', () => {
    const supergraph = compose({ a: 'type Query { a: Int }' });
    expect(() => createPlanner(supergraph).plan('{ nope }', undefined)).toThrow(
      expect.objectContaining({ code: 'HUB_REQUEST_INVALID' }),
    );
  });
});

describe('versions of Federation', () => {
  const linked = (version: string, imports: string, sdl: string) =>
    composeSupergraph([
      {
        name: 'a',
        sdl: parse(
          `extend schema @link(url: "https://specs.apollo.dev/federation/v${version}", import: ["@key", ${imports}]) ${sdl}`,
        ),
      },
    ]);

  it.each(['2.0', '2.9', '2.12', '2.30'])('%s composes, as far as what it has is used', (version) => {
    const { publicSchema } = linked(
      version,
      '"@shareable"',
      'type Query { t: T } type T @key(fields: "id") { id: ID! }',
    );
    expect(printType(publicSchema.getType('T') as never)).toContain('id: ID!');
  });

  it('names what a later version added', () => {
    const late = () => linked('2.12', '"@cacheTag"', 'type Query { t: Int @cacheTag(format: "t") }');
    expect(late).toThrow(/cacheTag/);
  });

  it('refuses arguments from the context, which would be left out', () => {
    const supergraph = linked(
      '2.8',
      '"@context", "@fromContext"',
      `type Query { p: P } type P @key(fields: "id") @context(name: "p") { id: ID! currency: String c: C }
       type C @key(fields: "id") { id: ID! price(currency: String @fromContext(field: "$p { currency }")): Int }`,
    );
    expect(() => createPlanner(supergraph)).toThrow(
      expect.objectContaining({ code: 'HUB_COMPOSE_INVALID', message: expect.stringContaining('"price"') }),
    );
  });
});

describe('the entities of a graph', () => {
  const find = (sdls: Readonly<Record<string, string>>) => findEntities(subgraphs(sdls));

  it('are the types with a flat key that some source resolves, once each', () => {
    const T = 'type T @key(fields: "id") { id: ID! }';
    expect(
      find({ a: T, b: 'type T @key(fields: "sku") { sku: String! } type U @key(fields: "a b") { a: Int! b: ID! }' }),
    ).toEqual([
      { type: 'T', keyFields: [{ name: 'id', type: 'ID' }] },
      {
        type: 'U',
        keyFields: [
          { name: 'a', type: 'Int' },
          { name: 'b', type: 'ID' },
        ],
      },
    ]);
  });

  it.each([
    ['has a nested key only', 'type T @key(fields: "o { id }") { o: O } type O { id: ID! }'],
    ['cannot be resolved', 'type T @key(fields: "id", resolvable: false) { id: ID! }'],
    ['is hidden', 'type T @key(fields: "id") @inaccessible { id: ID! }'],
    ['stands for an interface', 'type T @key(fields: "id") @interfaceObject { id: ID! }'],
  ])('are none where a type %s', (_what, sdl) => {
    expect(find({ a: sdl })).toEqual([]);
  });

  it('are none where another source has the type without a key', () => {
    expect(find({ a: 'type T @key(fields: "id") { id: ID! }', b: 'type T { more: Int }' })).toEqual([]);
  });
});

describe('SDL text', () => {
  it('that does not parse is named by file, line and column', () => {
    expect(() => parseSdl(new Source('type T {\n  x: ]\n}', 'schema/shop/joins.graphql'))).toThrow(
      /^schema\/shop\/joins\.graphql:2:6: Syntax Error: Expected Name, found "\]"/,
    );
  });

  it('may be empty, or nothing but comments', () => {
    expect(parseSdl(new Source('\n# later\n', 'x.graphql')).definitions).toEqual([]);
  });
});
