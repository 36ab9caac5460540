// Imports a document that a test wrote down, and builds a schema of what came out. For the tests of this folder.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { assertValidSchema, buildASTSchema, Kind, parse, type GraphQLSchema } from 'graphql';
import {
  importOpenApi,
  type ImportedOpenApi,
  type OpenApiImportRequest,
} from '../../../../src/import/openapi/import-openapi.ts';
import { FEDERATION_DIRECTIVES, HUB_DIRECTIVES } from '../../../../src/subgraphs/local/hub-directives.ts';

type Options = Omit<OpenApiImportRequest, 'spec' | 'folder'>;

/** @param document text, or a value that is written as JSON. */
export async function importText(document: unknown, options: Options = {}): Promise<ImportedOpenApi> {
  const folder = await mkdtemp(join(tmpdir(), 'manifold-openapi-'));
  try {
    await writeFile(join(folder, 'api.yaml'), typeof document === 'string' ? document : JSON.stringify(document));
    return await importOpenApi({ spec: 'api.yaml', folder, ...options });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

export const api = (paths: object, rest: object = {}): object => ({
  openapi: '3.0.3',
  info: { title: 'Test', version: '1' },
  paths,
  ...rest,
});

export const json = (schema: object): object => ({ content: { 'application/json': { schema } } });
export const answers = (schema: object): object => ({ 200: { description: 'OK', ...json(schema) } });
export const ref = (name: string): object => ({ $ref: `#/components/schemas/${name}` });

/** The SDL without descriptions and header, one space for every run of white space. */
function flat(sdl: string): string {
  return sdl
    .replaceAll(/^#.*$/gm, '')
    .replaceAll(/"""[\s\S]*?"""|^\s*"(?:[^"\\]|\\.)*"$/gm, '')
    .replaceAll(/\s+/g, ' ')
    .trim();
}

/** The definition of one type or root field's line, as `flat` writes it. */
export async function sdlOf(document: unknown, options: Options = {}): Promise<string> {
  const { sdl } = await importText(document, options);
  schemaOf(sdl);
  return flat(sdl);
}

/** Throws where the SDL is not valid beside the hub's and Federation's directives. */
export function schemaOf(sdl: string): GraphQLSchema {
  const { definitions } = parse(sdl);
  const hasQuery = definitions.some((one) => one.kind === Kind.OBJECT_TYPE_DEFINITION && one.name.value === 'Query');
  const schema = buildASTSchema({
    kind: Kind.DOCUMENT,
    definitions: [
      ...HUB_DIRECTIVES.definitions,
      ...FEDERATION_DIRECTIVES.definitions,
      ...definitions,
      ...(hasQuery ? [] : parse('type Query { none: Boolean }').definitions),
    ],
  });
  assertValidSchema(schema);
  return schema;
}
