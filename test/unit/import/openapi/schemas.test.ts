import { describe, expect, it } from '@jest/globals';
import { answers, api, importText, json, ref, sdlOf } from './sdl-of.ts';

const text = { type: 'string' };
const thing = (properties: object, more: object = {}): object => ({ type: 'object', properties, ...more });

/** A document with `GET /a` answering with the schema A, and `POST /a` taking it. */
const both = (schemas: object): object =>
  api(
    {
      '/a': {
        get: { operationId: 'get', responses: answers(ref('A')) },
        post: { operationId: 'set', requestBody: json(ref('A')), responses: answers(text) },
      },
    },
    { components: { schemas } },
  );
const reading = (schemas: object, more: object = {}): object =>
  api({ '/a': { get: { operationId: 'get', responses: answers(ref('A')) } } }, { components: { schemas }, ...more });

describe('scalars', () => {
  it('follow type and format', async () => {
    const sdl = await sdlOf(
      reading({
        A: thing({
          id: { type: 'integer' },
          big: { type: 'integer', format: 'int64' },
          large: { type: 'integer', maximum: 1e12 },
          shown: { type: 'integer', example: 1700000000000 },
          whole: { type: 'integer', example: 17 },
          small: { type: 'integer', format: 'int32' },
          at: { type: 'string', format: 'date-time' },
          on: { type: 'string', format: 'date' },
          price: { type: 'number' },
          ok: { type: 'boolean' },
          owner_id: { type: 'string', format: 'uuid' },
          token: { type: 'string', format: 'uuid' },
          any: {},
          free: { type: 'object', additionalProperties: true },
          link: { type: 'string', format: 'uri' },
        }),
      }),
    );
    expect(sdl).toContain(
      'type A { id: ID big: Long large: Long shown: Long whole: Int small: Int at: DateTime on: Date price: Float ok: Boolean ' +
        'owner_id: ID token: UUID any: JSON free: JSON link: URL }',
    );
    for (const name of ['Date', 'DateTime', 'JSON', 'Long']) expect(sdl).toContain(`scalar ${name}`);
  });

  it('are known under names that JSON Schema does not have', async () => {
    const sdl = await sdlOf(
      reading({
        A: {
          type: 'Object',
          properties: {
            name: { type: 'String' },
            count: { type: 'int' },
            big: { type: 'long' },
            price: { type: 'float' },
            ok: { type: 'bool' },
            on: { type: 'date' },
            at: { type: 'datetime' },
            tags: { type: 'Array', items: { type: 'text' } },
            values: { type: 'list' },
            extra: { type: 'map', additionalProperties: { type: 'Integer' } },
            unknown: { type: 'whatever' },
          },
        },
      }),
    );
    expect(sdl).toContain(
      'type A { name: String count: Int big: Long price: Float ok: Boolean on: Date at: DateTime tags: [String!] ' +
        'values: [JSON] extra: [AExtraEntry!] unknown: JSON }',
    );
  });

  it('of several types are JSON, numbers of both kinds Float', async () => {
    const sdl = await sdlOf(
      reading(
        {
          A: thing(
            {
              mixed: { type: ['string', 'integer'] },
              orNull: { type: ['string', 'null'] },
              any: { type: ['integer', 'number'] },
            },
            { required: ['mixed', 'orNull', 'any'] },
          ),
        },
        { openapi: '3.1.0' },
      ),
    );
    expect(sdl).toContain('type A { mixed: JSON orNull: String any: Float! }');
  });
});

describe('objects', () => {
  it('are types and inputs, without what is only written or only read', async () => {
    const sdl = await sdlOf(
      both({
        A: thing(
          { key: text, made: { ...text, readOnly: true }, secret: { ...text, writeOnly: true } },
          { required: ['key', 'made', 'secret'] },
        ),
      }),
    );
    expect(sdl).toContain('type A { key: String! made: String! }');
    expect(sdl).toContain('input AInput { key: String! secret: String! }');
  });

  it('without usable fields are JSON', async () => {
    expect(await sdlOf(both({ A: thing({ made: { ...text, readOnly: true } }) }))).toContain('set(input: JSON)');
    expect(await sdlOf(reading({ A: thing({}) }))).toContain('get: JSON');
  });

  it('map names that GraphQL does not allow, and keep those that it does', async () => {
    const sdl = await sdlOf(
      reading({
        A: thing({
          'first-name': text,
          firstName: text,
          __typename: text,
          snake_case: text,
          '1st': text,
          ü: text,
          '': text,
        }),
      }),
    );
    expect(sdl).toContain(
      'firstName2: String @map(name: "first-name") firstName: String typename: String @map(name: "__typename") snake_case: String _1st: String @map(name: "1st") u: String @map(name: "ü")',
    );
  });

  it('keep apart components whose names become the same, and stay clear of reserved names', async () => {
    const sdl = await sdlOf(
      reading({
        A: thing({ a: ref('order-item'), b: ref('OrderItem'), c: ref('Query'), d: ref('JSON'), e: ref('String') }),
        'order-item': thing({ x: text }),
        OrderItem: thing({ y: text }),
        Query: thing({ z: text }),
        JSON: thing({ z: text }),
        String: thing({ z: text }),
      }),
    );
    expect(sdl).toContain('type A { a: OrderItem b: OrderItem2 c: Query2 d: JSON2 e: String2 }');
  });

  it('inside others are named after where they stand', async () => {
    const sdl = await sdlOf(
      reading({ A: thing({ address: thing({ city: text }), rows: { type: 'array', items: thing({ n: text }) } }) }),
    );
    expect(sdl).toContain('type A { address: AAddress rows: [ARow!] }');
  });

  it('may contain themselves, but inputs never need themselves', async () => {
    const sdl = await sdlOf(
      both({
        A: thing({ b: ref('B'), list: { type: 'array', items: ref('A') } }, { required: ['b', 'list'] }),
        B: thing({ a: ref('A') }, { required: ['a'] }),
      }),
    );
    expect(sdl).toContain('type A { b: B! list: [A!]! }');
    expect(sdl).toContain('input AInput { b: BInput! list: [AInput!]! }');
    expect(sdl).toContain('input BInput { a: AInput }');
  });

  it('take what is required without being described as JSON in inputs, where nothing else has a place for it', async () => {
    const A = thing({ name: text }, { required: ['name', 'kind', 'x-y'] });
    const sdl = await sdlOf(both({ A }));
    expect(sdl).toContain('type A { name: String! }');
    expect(sdl).toContain('input AInput { name: String! kind: JSON xY: JSON @map(name: "x-y") }');
    expect(await sdlOf(both({ A: { ...A, additionalProperties: text } }))).toMatch(
      /input AInput \{ name: String! additionalProperties: \[\w+!\] @additional \}/,
    );
  });

  it('fill in what is required and has a default in inputs', async () => {
    const sdl = await sdlOf(both({ A: thing({ n: { type: 'integer', default: 1 } }, { required: ['n'] }) }));
    expect(sdl).toContain('type A { n: Int! }');
    expect(sdl).toContain('input AInput { n: Int = 1 }');
  });

  it('lose properties called __proto__ and nothing else', async () => {
    const document =
      '{"openapi":"3.0.0","info":{},"paths":{"/a":{"get":{"operationId":"get","responses":{"200":{"content":{"application/json":{"schema":{"type":"object","properties":{"__proto__":{"type":"string"},"constructor":{"type":"string"}}}}}}}}}}}';
    expect(await sdlOf(document)).toContain('type GetResult { constructor: String }');
    expect(Object.hasOwn(Object.prototype, 'type')).toBe(false);
  });

  it('describe fields and deprecate them', async () => {
    const { sdl } = await importText(
      reading({ A: { ...thing({ x: { ...text, deprecated: true, description: 'The x.' } }), description: 'An A.' } }),
    );
    expect(sdl).toContain(
      '"An A."\ntype A {\n  "The x."\n  x: String @deprecated(reason: "The API marks this as deprecated.")\n}',
    );
  });
});

describe('dynamic references', () => {
  const page = thing({ total: { type: 'integer' }, items: { type: 'array', items: { $dynamicRef: '#T' } } });
  const Page = { ...page, $defs: { T: { $dynamicAnchor: 'T', not: {} } } };
  const of = (name: string) => ({ ...ref('Page'), $defs: { T: { $dynamicAnchor: 'T', ...ref(name) } } });
  const Dog = thing({ name: text });
  const document = (schemas: object) => ({ ...reading({ A: of('Dog'), Page, Dog, ...schemas }), openapi: '3.1.0' });

  it('lead to the one schema that is meant', async () => {
    expect(await sdlOf(document({}))).toContain('{ total: Int items: [Dog!] }');
  });

  it('are JSON and a loss where it may be one or another', async () => {
    const { sdl, report } = await importText(document({ Cats: of('Dog') }));
    expect(sdl).toContain('items: [JSON]');
    expect(report.notes).toEqual([
      expect.objectContaining({ message: expect.stringContaining('several schemas have that dynamic anchor') }),
    ]);
  });
});

describe('several types', () => {
  it('of which one is an object with properties are a union', async () => {
    const sdl = await sdlOf({
      ...reading({
        A: thing({
          any: { type: ['object', 'string', 'null'], properties: { x: { type: 'string' } } },
          list: { type: ['object', 'array'], properties: { y: { type: 'string' } }, items: { type: 'integer' } },
        }),
      }),
      openapi: '3.1.0',
    });
    expect(sdl).toContain('type A { any: AAny list: AList }');
    expect(sdl).toContain('union AAny = AAnyOption1 | StringValue');
    expect(sdl).toContain('union AList = AListOption1 | AListOption2Value');
  });
});

describe('enums', () => {
  it('map values that GraphQL does not allow', async () => {
    const sdl = await sdlOf(
      reading({
        A: thing({ s: ref('State') }),
        State: { enum: ['in-progress', 'in progress', 'true', '', '+1', '.', 'ok', null] },
      }),
    );
    expect(sdl).toContain(
      'enum State { in_progress @map(name: "in-progress") in_progress2 @map(name: "in progress") TRUE @map(name: "true") ' +
        'EMPTY @map(name: "") plus_1 @map(name: "+1") DOT @map(name: ".") ok }',
    );
  });

  it('of numbers are numbers, with the values in the description', async () => {
    const mixed = { enum: [{ a: 1 }, 'x'] };
    expect(await sdlOf(reading({ A: thing({ n: mixed }) }))).toContain('type A { n: JSON }');
    const { sdl } = await importText(reading({ A: thing({ n: { type: 'integer', enum: [1, 2] } }) }));
    expect(sdl).toContain('  "One of 1, 2."\n  n: Int\n');
  });

  it('are of the type that the schema has, whatever its values are', async () => {
    const sdl = await sdlOf(reading({ A: thing({ n: { type: 'integer', enum: ['1', '2'] } }) }));
    expect(sdl).toContain('type A { n: Int }');
  });

  it('of one value that has no name are text', async () => {
    const { sdl } = await importText(reading({ A: thing({ object: { type: 'string', enum: ['charge'] } }) }));
    expect(sdl).toContain('"Always \\"charge\\"."\n  object: String');
  });
});

describe('allOf', () => {
  it('merges fields and what is required', async () => {
    const sdl = await sdlOf(
      reading({
        A: { allOf: [ref('Base'), thing({ y: text }, { required: ['y'] })], required: ['x'] },
        Base: thing({ x: text, z: text }),
      }),
    );
    expect(sdl).toContain('type A { x: String! z: String y: String! }');
  });

  it('around one schema is that schema', async () => {
    const sdl = await sdlOf(
      reading({
        A: thing({ b: { allOf: [ref('B')], nullable: true, description: 'Its B.' } }, { required: ['b'] }),
        B: thing({ x: text }),
      }),
    );
    expect(sdl).toContain('type A { b: B }');
  });

  it('notes where its parts disagree', async () => {
    const { sdl, report } = await importText(
      reading({ A: { allOf: [thing({ x: text }), thing({ x: { type: 'boolean' } })] } }),
    );
    expect(sdl).toContain('x: Boolean');
    expect(report.notes[0]?.message).toContain('disagree about the property "x"');
  });

  it('keeps the values that one of its parts lists', async () => {
    const { sdl, report } = await importText(
      reading({ A: { allOf: [thing({ x: { enum: ['a', 'b'] } }), thing({ x: text }), thing({ x: text })] } }),
    );
    expect(sdl).toContain('x: AX');
    expect(report.notes).toEqual([]);
  });

  it('keeps the name of a component whose parts have none', async () => {
    const sdl = await sdlOf(
      reading({ A: { allOf: [thing({ s: ref('S') })] }, S: { allOf: [{ type: 'string' }, { enum: ['x', 'y'] }] } }),
    );
    expect(sdl).toContain('type A { s: S }');
  });

  it('that contains itself has an end', async () => {
    expect(await sdlOf(reading({ A: { allOf: [ref('B'), thing({ x: text })] }, B: { allOf: [ref('A')] } }))).toContain(
      'type A { x: String }',
    );
  });
});

describe('what else an object or a list may hold', () => {
  const newest = (schemas: object): object => ({ ...both(schemas), openapi: '3.2.0' });

  it('is there where keys follow patterns', async () => {
    const sdl = await sdlOf(
      newest({
        A: thing({
          one: { type: 'object', patternProperties: { '^x-': { type: 'integer' } } },
          two: { type: 'object', patternProperties: { '^n': { type: 'integer' }, '^s': text } },
          beside: thing({ name: text }, { patternProperties: { '^x-': text } }),
          rest: thing({ name: text }, { unevaluatedProperties: { type: 'boolean' } }),
        }),
      }),
    );
    expect(sdl).toContain('type A { one: [AOneEntry!] two: [ATwoEntry!] beside: ABeside rest: ARest }');
    expect(sdl).toContain('union ATwoValue = IntValue | StringValue');
    expect(sdl).toContain(
      'type ABeside { name: String additionalProperties: [ABesideAdditionalPropertiesEntry!] @additional }',
    );
    expect(sdl).toContain(
      'type ARest { name: String additionalProperties: [ARestAdditionalPropertiesEntry!] @additional }',
    );
  });

  it('is there where it depends on conditions', async () => {
    const sdl = await sdlOf(
      newest({
        A: thing(
          { a: text },
          {
            if: thing({ a: { const: 'x' } }),
            then: thing({ b: text }, { required: ['b'] }),
            else: thing({ c: text }),
            dependentSchemas: { a: thing({ d: text }) },
          },
        ),
      }),
    );
    expect(sdl).toContain('type A { a: String b: String c: String d: String }');
  });

  it('follows the items of a tuple that have a place of their own', async () => {
    const sdl = await sdlOf(
      newest({ A: thing({ t: { type: 'array', prefixItems: [text], items: { type: 'integer' } } }) }),
    );
    expect(sdl).toContain('type AT @shape(as: tuple) { item1: String @map(name: "0") rest: [Int!] @additional }');
    expect(sdl).toContain('input ATInput @shape(as: tuple) { item1: String @map(name: "0") rest: [Int!] @additional }');
  });

  it('has numbers with all their digits where they are whole', async () => {
    expect(await sdlOf(newest({ A: thing({ n: { type: 'number', format: 'int64' } }) }))).toContain(
      'type A { n: Long }',
    );
  });
});

describe('oneOf and anyOf', () => {
  const Cat = thing({ meow: text });
  const Dog = thing({ bark: text });

  it('of objects are a union that the discriminator tells apart', async () => {
    const sdl = await sdlOf(
      reading({
        A: {
          oneOf: [ref('Cat'), ref('Dog')],
          discriminator: { propertyName: 'kind', mapping: { cat: '#/components/schemas/Cat', hound: 'Dog' } },
        },
        Cat,
        Dog,
      }),
    );
    expect(sdl).toContain('union A @discriminator(property: "kind", mapping: ["cat=Cat", "hound=Dog"]) = Cat | Dog');
  });

  it('may be named by their definitions alone in the mapping of a discriminator', async () => {
    const kind = (name: string): object => thing({ kind: text, [name]: text });
    const discriminator = { propertyName: 'kind', mapping: { c: 'Cat', d: 'Dog' } };
    const oneOf = [{ $ref: '#/definitions/Cat' }, { $ref: '#/definitions/Dog' }];
    const paths = { '/a': { get: { operationId: 'get', responses: answers({ oneOf, discriminator }) } } };
    const { sdl, report } = await importText(api(paths, { definitions: { Cat: kind('purrs'), Dog: kind('barks') } }));
    expect(sdl).toContain('@discriminator(property: "kind", mapping: ["c=Cat", "d=Dog"])');
    expect(report.notes).toEqual([]);
  });

  it('have a member for what the discriminator does not name', async () => {
    const discriminator = { propertyName: 'kind', mapping: { cat: 'Cat' }, defaultMapping: 'Dog' };
    const sdl = await sdlOf(
      reading({ A: { oneOf: [ref('Cat'), ref('Dog')], discriminator }, Cat, Dog }, { openapi: '3.2.0' }),
    );
    expect(sdl).toContain(
      'union A @discriminator(property: "kind", mapping: ["cat=Cat"], otherwise: "Dog") = Cat | Dog',
    );
  });

  it('find the tag that every member has', async () => {
    const tagged = (tag: string) => thing({ object: { enum: [tag] }, x: text });
    const sdl = await sdlOf(
      reading({ A: { anyOf: [ref('Card'), ref('Bank')] }, Card: tagged('card'), Bank: tagged('bank_account') }),
    );
    expect(sdl).toContain(
      'union A @discriminator(property: "object", mapping: ["card=Card", "bank_account=Bank"]) = Card | Bank',
    );
  });

  it('with null are the other one, nullable', async () => {
    const sdl = await sdlOf(
      reading(
        { A: thing({ c: { oneOf: [ref('Cat'), { type: 'null' }] } }, { required: ['c'] }), Cat },
        { openapi: '3.1.0' },
      ),
    );
    expect(sdl).toContain('type A { c: Cat }');
  });

  it('of scalars or of scalars and objects are unions of what has a value, of texts String', async () => {
    const sdl = await sdlOf(
      reading({
        A: thing({
          a: { oneOf: [text, { type: 'boolean' }] },
          b: { anyOf: [text, ref('Cat')] },
          c: { anyOf: [text, { enum: ['x', 'y'] }] },
          d: { oneOf: [{ required: ['x'] }, { required: ['y'] }], ...Cat },
        }),
        Cat,
      }),
    );
    expect(sdl).toContain('type A { a: AA b: AB c: String d: AD }');
    expect(sdl).toContain('union AA = StringValue | BooleanValue union AB = StringValue | Cat');
    expect(sdl).toContain('type StringValue @shape(as: value) @shareable { value: String! }');
  });

  it('as inputs are one of their members', async () => {
    const sdl = await sdlOf(
      both({
        A: { oneOf: [ref('Cat'), ref('Dog')] },
        Cat: thing({ name: text, meow: text }, { required: ['name', 'meow'] }),
        Dog: thing({ name: text }, { required: ['name'] }),
      }),
    );
    expect(sdl).toContain('input AInput @oneOf @shape(as: choice) { cat: CatInput dog: DogInput }');
  });
});
