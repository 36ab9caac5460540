// A description whose SDL is too large to be parsed at every start: pinned, served with joins beside it, and edited by hand.
import { describe, expect, it } from '@jest/globals';
import { appendFile, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import pino from 'pino';
import * as hubModule from '../../src/compose.ts';
import { loadConfig } from '../../src/config/load-config.ts';
import { ask, type Asked } from '../kit/ask.ts';
import { fakeCli } from '../kit/cli.ts';
import { temporaryFolder } from '../kit/folder.ts';
import { OPENAPI, YAML } from '../kit/shop.ts';
import { json, startUpstream } from '../kit/upstream.ts';

const WORDS = 'What a part of it is, in more words than anybody will ever read. '.repeat(12);
const PARTS = Array.from({ length: 1_600 }, (_, i) => `Part${i}`);
const ref = (name: string) => ({ $ref: `#/components/schemas/${name}` });

/** The shop's, whose product has many parts of different types. */
const LARGE = {
  ...OPENAPI,
  components: {
    schemas: {
      Product: {
        type: 'object',
        required: ['id'],
        properties: {
          id: { type: 'string' },
          name: { type: 'string' },
          ...Object.fromEntries(PARTS.map((name) => [name.toLowerCase(), ref(name)])),
        },
      },
      ...Object.fromEntries(
        PARTS.map((name) => [
          name,
          { type: 'object', description: WORDS, properties: { size: { type: 'integer' }, of: ref('Product') } },
        ]),
      ),
    },
  },
};

const JOINS = `
extend type Product {
  "Another one."
  next: Product @derive(from: "{ id: name }")
  secret: String @inaccessible @map(name: "name")
}
`;

async function answer(folder: string, query: string): Promise<Asked> {
  const config = await loadConfig({ file: folder, env: {}, kinds: hubModule.KINDS });
  const hub = await hubModule.startHub(config, { sdl: 'pinned', logger: pino({ level: 'silent' }), port: 0 });
  try {
    return await ask(hub.url, query);
  } finally {
    await hub.close();
  }
}

describe('a large description', () => {
  it('is noted to be in order when it is pinned, and answers the same however it is read', async () => {
    const upstream = await startUpstream(({ url }, response) => {
      const id = url.slice('/products/'.length);
      json(response, { id, name: `${id}x`, part7: { size: 3 } });
    });
    try {
      await using folder = await temporaryFolder({
        'manifold.yaml': YAML.replace(/url: .*/, `url: ${upstream.url}`),
        'shop.json': JSON.stringify(LARGE),
      });
      const cli = fakeCli({ hub: hubModule });
      expect(await cli.run('import', '--config', folder.path)).toBe(0);
      expect(await readFile(join(folder.path, 'schema/manifold.lock.json'), 'utf8')).toContain('"checkedBy"');
      await folder.write('schema/shop/joins.graphql', JOINS);

      const query =
        '{ product(id: "a") { part7 { size of { id } } next { id name } } __type(name: "Product") { name } }';
      const expected = {
        status: 200,
        data: {
          product: { part7: { size: 3, of: null }, next: { id: 'ax', name: 'axx' } },
          __type: { name: 'Product' },
        },
      };
      expect(await answer(folder.path, query)).toEqual(expected);
      expect(await answer(folder.path, '{ product(id: "a") { secret } }')).toMatchObject({
        errors: [{ message: expect.stringContaining('Cannot query field "secret"') }],
      });
      // What was edited since is not what was found in order.
      await appendFile(join(folder.path, 'schema/shop/upstream.graphql'), '\n# edited\n');
      expect(await answer(folder.path, query)).toEqual(expected);
    } finally {
      await upstream.close();
    }
  }, 60_000);
});
