// What the hub of the example is told: its configuration, its joins, and what it prints when it runs.
import { describe, expect, it } from '@jest/globals';
import { parse } from 'graphql';
import { readFile } from 'node:fs/promises';
import { parse as parseYaml } from 'yaml';
import { DEMO_KEY } from '../../../examples/storefront/demo-key.ts';
import { QUERY, overview } from '../../../examples/storefront/overview.ts';
import { aiSettingsSchema } from '../../../src/subgraphs/ai/config.ts';
import { interpolate } from '../../../src/config/interpolate.ts';

const read = (path: string) => readFile(new URL(`../../../examples/storefront/${path}`, import.meta.url), 'utf8');

describe('the storefront hub', () => {
  it('is configured without any variable set, and then uses the built-in model only', async () => {
    const { text, missing } = interpolate(await read('manifold.yaml'), {});
    expect(missing).toEqual([]);
    const { sources } = parseYaml(text);
    expect(sources.shop.auth.header.value).toBe(DEMO_KEY);
    expect(aiSettingsSchema.parse(sources.assistant).providers.openai?.apiKey).toBe('');
  });

  it.each(['shop/joins', 'warehouse/joins', 'assistant/products'])('has valid SDL in %s', async (path) => {
    expect(parse(await read(`schema/${path}.graphql`)).kind).toBe('Document');
  });
});

describe('the overview', () => {
  const addresses = {
    hub: 'http://hub',
    shop: 'http://shop',
    warehouse: 'http://warehouse/warehouse',
    reviews: 'http://reviews/graphql',
    shopKey: 'k',
  };

  it('has a query that any shell can pass on', () => {
    const [, body] = /-d '([^']+)'/.exec(overview({ ...addresses, realModel: false })) ?? [];
    expect(JSON.parse(body ?? '')).toEqual({ query: QUERY });
  });

  it('says which model answers', () => {
    expect(overview({ ...addresses, realModel: false })).toContain('the built-in model');
    expect(overview({ ...addresses, realModel: true })).toContain('openai/gpt-5-mini');
  });
});
