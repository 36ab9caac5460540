import { describe, expect, it } from '@jest/globals';
import { readFile } from 'node:fs/promises';

const read = (path: string) => readFile(new URL(`../../../${path}`, import.meta.url), 'utf8');

type Default = string | number | boolean | undefined;

/** Every key of the schema, with its default where that is a plain value. */
function keysOf(schema: any, keys = new Map<string, Default>()): ReadonlyMap<string, Default> {
  for (const [key, value] of Object.entries<any>(schema.properties ?? {})) {
    const plain = typeof value.default !== 'object' ? value.default : undefined;
    if (!keys.has(key) || plain !== undefined) keys.set(key, plain);
    keysOf(value, keys);
  }
  const inner = [schema.items, schema.additionalProperties, ...(schema.anyOf ?? []), ...(schema.oneOf ?? [])];
  for (const one of inner) if (typeof one === 'object') keysOf(one, keys);
  return keys;
}

describe('docs/configuration.md', () => {
  it('names every key of the configuration', async () => {
    const document = await read('docs/configuration.md');
    const keys = keysOf(JSON.parse(await read('schema/manifold.schema.json')));
    expect(keys.size).toBeGreaterThan(50);
    const missing = [...keys.keys()].filter((key) => !new RegExp(`[\`.]${key}[\`.:]|\\{ ${key}:`).test(document));
    expect(missing).toEqual([]);
  });

  it('has the default of every key that has one', async () => {
    const document = await read('docs/configuration.md');
    const keys = keysOf(JSON.parse(await read('schema/manifold.schema.json')));
    const wrong = [...keys].filter(([key, value]) => {
      if (value === undefined) return false;
      const lines = document.split('\n').filter((line) => new RegExp(`[\`.]${key}\``).test(line));
      return !lines.some((line) => line.includes(String(value)));
    });
    expect(wrong).toEqual([]);
  });
});
