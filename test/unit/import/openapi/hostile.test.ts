// Descriptions that mean harm: refused with one message or neutralised, quickly and in little memory.
import { describe, expect, it } from '@jest/globals';
import { isEnumType, isObjectType, type GraphQLNamedType } from 'graphql';
import { HubFault } from '../../../../src/faults/hub-fault.ts';
import { answers, api, importText, json, schemaOf } from './sdl-of.ts';

const MEGABYTE = 'n'.repeat(1_000_000);

/** Imports quickly (two seconds, of which a busy machine makes more), or is refused with one line. */
async function attack(document: unknown): Promise<Awaited<ReturnType<typeof importText>> | HubFault> {
  const start = performance.now();
  const outcome = await importText(document).catch((error: unknown) => error as HubFault);
  expect(performance.now() - start).toBeLessThan(10_000);
  if (outcome instanceof Error) {
    expect(outcome).toBeInstanceOf(HubFault);
    expect(outcome.message).not.toContain('\n');
    expect(outcome.message.length).toBeLessThan(1_000);
    return outcome;
  }
  schemaOf(outcome.sdl);
  return outcome;
}

function namesIn(type: GraphQLNamedType): string[] {
  if (isEnumType(type)) return [type.name, ...type.getValues().map(({ name }) => name)];
  if (!isObjectType(type)) return [type.name];
  return [
    type.name,
    ...Object.values(type.getFields()).flatMap(({ name, args }) => [name, ...args.map((one) => one.name)]),
  ];
}

const aliases = (levels: number): string =>
  ['a0: &a0 [x, x, x, x, x, x, x, x, x, x]']
    .concat(
      Array.from(
        { length: levels },
        (_, i) => `a${i + 1}: &a${i + 1} [${Array.from({ length: 10 }, () => `*a${i}`).join(', ')}]`,
      ),
    )
    .join('\n');

describe('a hostile description', () => {
  it.each([
    ['a YAML bomb', `openapi: 3.0.0\n${aliases(9)}`],
    ['an alias inside its own anchor', 'openapi: 3.0.0\npaths: &p { a: *p }'],
    ['flow collections that nest deeply', `openapi: 3.0.0\npaths: ${'['.repeat(50_000)}`],
    ['objects that nest deeply', `${'{"a":'.repeat(100_000)}1${'}'.repeat(100_000)}`],
    ['a tag that would run code', 'openapi: !!js/function "function () {}"\npaths: {}'],
  ])('is refused: %s', async (_what, text) => {
    expect(await attack(text)).toMatchObject({ code: expect.stringMatching(/^HUB_IMPORT_(?:TOO_LARGE|INVALID)$/) });
  });

  it.each([
    ['operationId', { '/a': { get: { operationId: MEGABYTE, responses: answers({ type: 'string' }) } } }],
    ['path', { [`/${MEGABYTE}`]: { get: { responses: answers({ type: 'string' }) } } }],
    [
      'property',
      { '/a': { get: { operationId: 'a', responses: answers({ properties: { [MEGABYTE]: { type: 'string' } } }) } } },
    ],
    [
      'enum',
      { '/a': { get: { operationId: 'a', responses: answers({ properties: { x: { enum: [MEGABYTE, 'b'] } } }) } } },
    ],
    [
      'parameter',
      {
        '/a': {
          get: {
            operationId: 'a',
            parameters: [{ name: MEGABYTE, in: 'query' }],
            responses: answers({ type: 'string' }),
          },
        },
      },
    ],
  ])('has names of a megabyte that are cut short: %s', async (_where, paths) => {
    const outcome = await attack(api(paths));
    const names = outcome instanceof Error ? [] : Object.values(schemaOf(outcome.sdl).getTypeMap()).flatMap(namesIn);
    // A boolean, since a failure would print megabytes.
    expect(names.every((name) => name.length <= 110)).toBe(true);
  });

  it('has reserved names everywhere, and none of them does anything', async () => {
    const properties = JSON.parse(
      '{"__proto__":{"type":"string"},"constructor":{"type":"string"},"__typename":{"type":"string"}}',
    ) as object;
    const outcome = await attack(
      api(
        {
          '/a': {
            post: { operationId: '__schema', requestBody: json({ properties }), responses: answers({ properties }) },
          },
        },
        { components: { schemas: { Query: { properties }, _Entity: { properties }, String: { properties } } } },
      ),
    );
    expect((outcome as { sdl: string }).sdl).toContain('constructor: String');
    expect(({} as Record<string, unknown>).type).toBeUndefined();
  });

  it('has text that would be code elsewhere, which stays text', async () => {
    const text = '</script><script>alert(1)</script> """ \\""" \u0000\u001b[31m\u202e #{x} ${y}';
    const outcome = await attack({
      ...api({
        '/a': {
          get: {
            operationId: 'a',
            summary: text,
            description: text,
            responses: answers({ type: 'string', description: text }),
          },
        },
      }),
      info: { title: `x\ntype Evil { a: Int }\n${text}`, version: text },
    });
    const { sdl } = outcome as { sdl: string };
    expect(sdl).not.toMatch(/^type Evil/m);
    // eslint-disable-next-line no-control-regex -- they are what is looked for
    expect(sdl).not.toMatch(/[\u0000\u001b\u202e]/);
  });

  it.each([
    'file:///etc/passwd',
    '/etc/passwd',
    '../../../../etc/passwd',
    'http://169.254.169.254/latest/meta-data',
    'ftp://x/y',
    '\\\\host\\share',
  ])('reads nothing outside its folder: %s', async (reference) => {
    const outcome = await attack(api({ '/a': { get: { operationId: 'a', responses: answers({ $ref: reference }) } } }));
    expect(outcome).toMatchObject({ report: { notes: [{ kind: 'loss' }] } });
    expect((outcome as { sdl: string }).sdl).not.toContain('root:');
  });

  it('has schemas without end: maps of maps, lists of lists, unions of themselves', async () => {
    const schemas = {
      M: { type: 'object', additionalProperties: { $ref: '#/components/schemas/M' } },
      L: { type: 'array', items: { $ref: '#/components/schemas/L' } },
      U: { oneOf: [{ $ref: '#/components/schemas/U' }, { type: 'array', items: { $ref: '#/components/schemas/U' } }] },
      A: { allOf: [{ $ref: '#/components/schemas/A' }], properties: { a: { $ref: '#/components/schemas/A' } } },
      D: { discriminator: { propertyName: 'k' }, allOf: [{ $ref: '#/components/schemas/E' }] },
      E: { discriminator: { propertyName: 'k' }, allOf: [{ $ref: '#/components/schemas/D' }] },
    };
    const properties = Object.fromEntries(
      Object.keys(schemas).map((name) => [name, { $ref: `#/components/schemas/${name}` }]),
    );
    const both = { requestBody: json({ properties }), responses: answers({ properties }) };
    await attack(api({ '/a': { post: { operationId: 'a', ...both } } }, { components: { schemas } }));
  });

  it('has ten thousand members in a union and as many enum values', async () => {
    const many = Array.from({ length: 10_000 }, (_, i) => ({ properties: { [`p${i}`]: { type: 'string' } } }));
    await attack(api({ '/a': { get: { operationId: 'a', responses: answers({ oneOf: many.slice(0, 2_000) }) } } }));
    await attack(
      api({ '/a': { get: { operationId: 'a', responses: answers({ enum: many.map((_, i) => `v ${i}`) }) } } }),
    );
  });
});
