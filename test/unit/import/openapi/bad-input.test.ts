import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { importOpenApi } from '../../../../src/import/openapi/import-openapi.ts';
import { answers, api, importText, json, ref } from './sdl-of.ts';

describe('what is no OpenAPI document', () => {
  it.each([
    ['', 'empty'],
    ['<!DOCTYPE html><html></html>', 'web page'],
    ['<definitions xmlns="http://schemas.xmlsoap.org/wsdl/"/>', 'XML'],
    ['#%RAML 1.0\ntitle: x', 'RAML'],
    ['type Query { a: Int }', 'GraphQL schema'],
    ['{"asyncapi":"2.0.0"}', 'AsyncAPI'],
    ['{"data":{"__schema":{}}}', 'introspection'],
    ['{"info":{"_postman_id":"1"},"item":[]}', 'Postman'],
    ['{"$schema":"http://json-schema.org/draft-07/schema#"}', 'JSON Schema'],
    ['{"swaggerVersion":"1.2","apis":[]}', 'Swagger 1.2 is not supported'],
    ['swagger: 1.1', 'Swagger 1.1 is not supported'],
    ['openapi: 4.0.0', 'OpenAPI 4.0.0 is not supported'],
    ['hello: world', 'neither "openapi" nor "swagger", but hello'],
    ['paths: [a, b]', 'neither "openapi" nor "swagger", but paths'],
    ['just some words', 'plain text'],
    ['[1, 2]', 'a list'],
    ['{"openapi": "3.0.0", "paths": {', 'not JSON'],
    ['openapi: 3.0.0\npaths: [1\ninfo: 2', 'api.yaml:3:1: it is not valid YAML'],
    ['openapi: 3.0.0\ninfo: {}', '"paths" is missing'],
    ['openapi: 3.0.0\npaths: {}', 'it describes none'],
  ])('is refused for what it is: %j', async (text, reason) => {
    await expect(importText(text)).rejects.toMatchObject({
      code: 'HUB_IMPORT_INVALID',
      message: expect.stringContaining(reason),
    });
  });

  it('accepts versions that YAML reads as numbers', async () => {
    const paths = 'paths: {/a: {get: {responses: {204: {description: x}}}}}';
    expect((await importText(`swagger: 2.0\n${paths}`)).report.operations).toBe(1);
    expect((await importText(`openapi: 3.0\n${paths}`)).report.operations).toBe(1);
  });

  it('takes what does not say its version for what it looks like, and says so', async () => {
    const answer = '{type: object, properties: {n: {type: integer}}}';
    const told = (version: string): object => ({
      kind: 'advice',
      message: expect.stringContaining(`read as ${version}`),
    });
    const old = await importText(
      `host: h.example\npaths: {/a: {get: {responses: {200: {description: x, schema: ${answer}}}}}}`,
    );
    expect(old.sdl).toContain('n: Int');
    expect(old.report.notes).toContainEqual(expect.objectContaining(told('2.0')));
    const young = await importText(
      `paths: {/a: {get: {responses: {200: {description: x, content: {application/json: {schema: ${answer}}}}}}}}`,
    );
    expect(young.sdl).toContain('n: Int');
    expect(young.report.notes).toContainEqual(expect.objectContaining(told('3.0')));
  });
});

describe('hostile documents', () => {
  const refused = { code: 'HUB_IMPORT_TOO_LARGE' };

  it('with an anchor inside itself are refused at once', async () => {
    const folder = new URL('../../../fixtures/openapi/', import.meta.url).pathname;
    const start = performance.now();
    await expect(importOpenApi({ spec: 'mermade-yamlbomb.yaml', folder })).rejects.toMatchObject(refused);
    expect(performance.now() - start).toBeLessThan(2_000);
  });

  it('that grow without end when their aliases are written out are refused', async () => {
    const levels = Array.from(
      { length: 12 },
      (_, i) =>
        `x-${i + 1}: &l${i + 1} [${Array(12)
          .fill(i === 0 ? 'lol' : `*l${i}`)
          .join(',')}]`,
    );
    await expect(importText(`openapi: 3.0.0\n${levels.join('\n')}\npaths: {}`)).rejects.toMatchObject(refused);
  });

  it.each([
    ['JSON', `{"openapi":"3.0.0","paths":${'['.repeat(50_000)}${']'.repeat(50_000)}}`],
    ['YAML', `openapi: 3.0.0\npaths: ${'['.repeat(3_000)}${']'.repeat(3_000)}`],
  ])('that nest without end are refused: %s', async (_kind, text) => {
    await expect(importText(text)).rejects.toMatchObject(refused);
  });
});

describe('schemas that build on one another without end', () => {
  it.each(['first', 'inside'])('are refused: %s', async (where) => {
    const link = (i: number): object => ({ allOf: [ref(`S${i + 1}`)], properties: { [`p${i}`]: { type: 'string' } } });
    const chain = Object.fromEntries(Array.from({ length: 20_000 }, (_, i) => [`S${i}`, link(i)]));
    const schemas = { ...chain, S20000: { type: 'object', properties: { end: { type: 'string' } } } };
    const answer = where === 'first' ? ref('S0') : { type: 'object', properties: { s: ref('S0') } };
    const document = api({ '/a': { get: { responses: answers(answer) } } }, { components: { schemas } });
    await expect(importText(document)).rejects.toMatchObject({ code: 'HUB_IMPORT_TOO_LARGE' });
  });
});

describe('references', () => {
  const uses = (reference: string): object => api({ '/a': { get: { responses: answers({ $ref: reference }) } } });

  const where = '#/paths/~1a/get/responses/200/content/application~1json/schema';

  it('to what is not there are a loss at their place: the field is JSON', async () => {
    const { sdl, report } = await importText(uses('#/components/schemas/Nope'));
    expect(sdl).toContain('a: JSON @rest(get: "/a")');
    expect(report).toMatchObject({ operations: 1, withLoss: 1 });
    expect(report.notes).toEqual([
      {
        kind: 'loss',
        at: where,
        message: 'the reference to #/components/schemas/Nope leads nowhere: there is nothing at that place',
      },
    ]);
  });

  it('that lead nowhere in a parameter, a body or a response cost no more than that', async () => {
    const lost = { $ref: '#/components/none/x' };
    const { sdl, report } = await importText(
      api({
        '/a/{id}': {
          parameters: [lost],
          post: { operationId: 'a', parameters: [lost], requestBody: lost, responses: { 200: lost } },
        },
        '/b': lost,
        '/c': { get: { operationId: 'c', responses: answers({ type: 'string' }) } },
      }),
    );
    expect(sdl).toContain('a(id: ID!): JSON @rest(post: "/a/{id}")');
    expect(sdl).toContain('c: String @rest(get: "/c")');
    expect(report.notes.map(({ at }) => at)).toEqual(expect.arrayContaining(['#/paths/~1b']));
  });

  it.each([
    ['Pet', { components: { schemas: { Pet: { type: 'boolean' } } } }],
    ['Pet', { definitions: { Pet: { type: 'boolean' } } }],
    ['#pet', { components: { schemas: { Any: { $anchor: 'pet', type: 'boolean' } } } }],
    ['https://a.example/pet', { components: { schemas: { Any: { $id: 'https://a.example/pet', type: 'boolean' } } } }],
    [
      'https://a.example/api.yaml#/components/schemas/Pet',
      { $self: 'https://a.example/api.yaml', components: { schemas: { Pet: { type: 'boolean' } } } },
    ],
  ])('that are names are looked up: %s', async (reference, rest) => {
    const { sdl } = await importText({ ...uses(reference), ...rest });
    expect(sdl).toContain('a: Boolean');
  });

  it.each(['#/components/schemas/__proto__', '#/components/schemas/constructor', '#Anchor'])(
    'such as %s lead nowhere',
    async (reference) => {
      const { report } = await importText({ ...uses(reference), components: { schemas: {} } });
      expect(report.notes).toMatchObject([{ kind: 'loss', at: where }]);
    },
  );

  it('that lead in a circle are named', async () => {
    const document = { ...uses('#/components/schemas/A'), components: { schemas: { A: ref('B'), B: ref('A') } } };
    const { report } = await importText(document);
    expect(report.notes.map(({ message }) => message)).toContainEqual(expect.stringContaining('circle'));
  });

  it('that lead into themselves are named', async () => {
    const schemas = { A: { $ref: '#/components/schemas/A/properties/a' } };
    const { report } = await importText({ ...uses('#/components/schemas/A'), components: { schemas } });
    expect(report.notes.map(({ message }) => message)).toContainEqual(expect.stringContaining('circle'));
  });

  describe('to other files', () => {
    let folder = '';
    beforeAll(async () => {
      folder = await mkdtemp(join(tmpdir(), 'manifold-openapi-'));
      await mkdir(join(folder, 'api/parts'), { recursive: true });
      await writeFile(join(folder, 'secret.yaml'), 'password: hunter2');
      await writeFile(
        join(folder, 'api/parts/order.yaml'),
        'type: object\nproperties:\n  item: {$ref: "../item.json#/Item"}',
      );
      await writeFile(
        join(folder, 'api/item.json'),
        '{"Item":{"type":"object","properties":{"sku":{"type":"string"}}}}',
      );
      await writeFile(join(folder, 'api/good.json'), JSON.stringify(uses('parts/order.yaml')));
      await writeFile(join(folder, 'api/outside.json'), JSON.stringify(uses('../secret.yaml')));
      await writeFile(join(folder, 'api/missing.json'), JSON.stringify(uses('parts/none.yaml#/X')));
    });
    afterAll(() => rm(folder, { recursive: true, force: true }));

    it('are followed within the folder of the document', async () => {
      const { sdl } = await importOpenApi({ spec: 'api/good.json', folder });
      expect(sdl).toContain('type Order {\n  item: Item\n}');
      expect(sdl).toContain('type Item {\n  sku: String\n}');
    });

    it('are followed from the mapping of a discriminator, which may name schemas with dots as well', async () => {
      const kind = { type: 'object', properties: { kind: { type: 'string' } } };
      const pet = {
        oneOf: [{ $ref: './pets/all.json#/Cat' }, { $ref: '#/components/schemas/Pets.Dog' }],
        discriminator: { propertyName: 'kind', mapping: { c: 'pets/all.json#/Cat', d: 'Pets.Dog' } },
      };
      const schemas = { Pet: pet, 'Pets.Dog': kind };
      await mkdir(join(folder, 'api/pets'));
      await writeFile(join(folder, 'api/pets/all.json'), JSON.stringify({ Cat: kind }));
      await writeFile(
        join(folder, 'api/pets.json'),
        JSON.stringify({ ...uses('#/components/schemas/Pet'), components: { schemas } }),
      );
      const { sdl, report } = await importOpenApi({ spec: 'api/pets.json', folder });
      expect(sdl).toContain('@discriminator(property: "kind", mapping: ["c=Cat", "d=PetsDog"]) = Cat | PetsDog');
      expect(report.notes).toEqual([]);
    });

    it.each([
      ['outside.json', 'may not be read'],
      ['missing.json', 'there is no such file'],
    ])('are not followed, for a reason: %s', async (file, reason) => {
      const { report, sdl } = await importOpenApi({ spec: `api/${file}`, folder });
      expect(report.notes).toMatchObject([{ kind: 'loss', at: where, message: expect.stringContaining(reason) }]);
      expect(sdl).not.toContain('hunter2');
    });
  });
});

describe('operations that are broken', () => {
  it('are left out with a note while the others are imported', async () => {
    const { report, sdl } = await importText(
      api({
        '/good': { get: { operationId: 'good', responses: answers({ type: 'string' }) } },
        '/null': null,
        '/text': { get: 'nothing' },
        '/odd': {
          get: { operationId: 'odd', parameters: [{ in: 'query' }, 7], responses: { 200: null }, requestBody: 3 },
        },
      }),
    );
    expect(sdl).toContain('good: String');
    expect(report.operations).toBe(2);
    expect(report.notes.map((note) => note.at)).toEqual(
      expect.arrayContaining(['#/paths/~1null', '#/paths/~1text/get', '#/paths/~1odd/get/parameters/0']),
    );
  });

  it('have schemas that are no schemas: anything goes', async () => {
    const { sdl } = await importText(
      api({
        '/a': {
          post: {
            requestBody: json({ type: 7, properties: [1], enum: 'x', allOf: {} }),
            responses: answers({ type: 'array', items: 4 }),
          },
        },
      }),
    );
    expect(sdl).toContain('input: JSON');
    expect(sdl).toContain('[JSON]');
  });
});
