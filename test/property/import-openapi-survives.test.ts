// Whatever is done to a description, importing it ends: with SDL that is valid, or with one fault that names the import.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { parse } from 'graphql';
import { parse as parseYaml } from 'yaml';
import { HubFault } from '../../src/faults/hub-fault.ts';
import { importOpenApi } from '../../src/import/openapi/import-openapi.ts';
import { buildLocalSchema } from '../../src/subgraphs/local/local-schema.ts';

const FIXTURES = join(import.meta.dirname, '../fixtures/openapi');
const FILES = [
  ...['readme-circular-paths.yaml', 'oai2-petstore-expanded.json', 'mesh-infinite-recursion.yaml'],
  'oai31-tictactoe.yaml',
];
const RUNS = 60;

type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

/** Names and values that have broken importers before. */
const nasty = fc.constantFrom<Json>(
  ...[
    null,
    true,
    false,
    -1,
    1e308,
    '',
    '__proto__',
    'constructor',
    'a\u0000b',
    '"""',
    '\\',
    '}{',
    '\ud800',
    '../../etc/passwd',
  ],
  ...[
    'file:///etc/passwd',
    'http://127.0.0.1:1/x',
    '#/paths',
    '#',
    'x'.repeat(10_000),
    '<script>alert(1)</script>',
    '{{',
    '{?a*}',
  ],
  ...[
    [],
    {},
    [[]],
    { $ref: '#' },
    { $ref: '#/components/schemas/none' },
    { allOf: [{ $ref: '#/paths' }] },
    { type: 'array' },
  ],
);
const key = fc.constantFrom(
  ...[
    'type',
    'properties',
    'items',
    'oneOf',
    'allOf',
    'anyOf',
    'enum',
    '$ref',
    'name',
    'in',
    'schema',
    'content',
    'required',
  ],
  ...[
    'operationId',
    'parameters',
    'responses',
    'default',
    'additionalProperties',
    'discriminator',
    '__proto__',
    'x'.repeat(5000),
  ],
);
const change = fc.record({ at: fc.nat(), to: nasty, key, how: fc.constantFrom('set', 'drop', 'add', 'copy', 'point') });

/** Every place of the document, as its holder and key; changed places may be anything after. */
function places(root: Json): { holder: Record<string, Json>; key: string }[] {
  const found: { holder: Record<string, Json>; key: string }[] = [];
  const visit = (value: Json, depth: number): void => {
    if (typeof value !== 'object' || value === null || depth > 40) return;
    for (const name of Object.keys(value)) {
      const holder = value as Record<string, Json>;
      found.push({ holder, key: name });
      visit(holder[name] ?? null, depth + 1);
    }
  };
  visit(root, 0);
  return found;
}

function mutate(document: Json, changes: readonly { at: number; to: Json; key: string; how: string }[]): Json {
  for (const one of changes) {
    const all = places(document);
    const place = all[one.at % Math.max(all.length, 1)];
    if (place === undefined) continue;
    const { holder } = place;
    // A copy: what a later change does within it is not done to the value that all runs draw.
    const to = structuredClone(one.to);
    const other = all[(one.at * 7) % all.length];
    if (one.how === 'set') holder[place.key] = to;
    else if (one.how === 'drop') Reflect.deleteProperty(holder, place.key);
    else if (one.how === 'add' && !Array.isArray(holder))
      Object.defineProperty(holder, one.key, { value: to, enumerable: true, writable: true, configurable: true });
    else if (one.how === 'copy' && other !== undefined)
      holder[place.key] = structuredClone(other.holder[other.key] ?? null);
    else if (one.how === 'point' && other !== undefined)
      holder[place.key] = { $ref: `#/components/schemas/${other.key}` };
  }
  return document;
}

describe('a description that was changed at random', () => {
  let folder = '';
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'manifold-fuzz-'));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it.each(FILES)(
    'is imported or refused, never worse: %s',
    async (file) => {
      const original = parseYaml(await readFile(join(FIXTURES, file), 'utf8')) as Json;
      await fc.assert(
        fc.asyncProperty(fc.array(change, { minLength: 1, maxLength: 8 }), async (changes) => {
          const document = mutate(structuredClone(original), changes);
          await writeFile(join(folder, 'api.json'), JSON.stringify(document));
          const imported = await importOpenApi({ spec: 'api.json', folder }).catch((error: unknown) => error);
          if (imported instanceof HubFault) {
            expect(imported.code).toMatch(/^HUB_IMPORT_/);
            return;
          }
          if (imported instanceof Error) throw imported;
          const { sdl } = imported as { sdl: string };
          buildLocalSchema('api', parse(sdl));
        }),
        { numRuns: RUNS },
      );
    },
    120_000,
  );
});
