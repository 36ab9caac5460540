import { describe, expect, it } from '@jest/globals';
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { parse } from 'graphql';
import { loadConfig } from '../../../src/config/load-config.ts';
import { readLock, readSourceSdl, sdlDigest, writePinned } from '../../../src/config/pinned-sdl.ts';
import { temporaryFolder } from '../../kit/folder.ts';
import { fakeKinds, imported } from '../../kit/kinds.ts';

const YAML = 'sources: { shop: { kind: rest } }';

describe('readSourceSdl', () => {
  it('reads the import and the files beside it, by name', async () => {
    await using folder = await temporaryFolder({
      'manifold.yaml': YAML,
      'schema/shop/upstream.graphql': 'type Query { a: Int }',
      'schema/shop/z.graphql': 'type Z { a: Int }',
      'schema/shop/joins.graphql': 'type J { a: Int }',
      'schema/shop/README.md': 'not SDL',
    });
    const config = await loadConfig({ file: folder.path, env: {}, kinds: fakeKinds() });
    const { upstream, handwritten } = await readSourceSdl(config, 'shop');
    expect(upstream?.source.body).toBe('type Query { a: Int }');
    expect(upstream?.file).toBe(join(folder.path, 'schema/shop/upstream.graphql'));
    expect(handwritten.map(({ source }) => source.name)).toEqual([
      'schema/shop/joins.graphql',
      'schema/shop/z.graphql',
    ]);
  });

  it('takes a folder that is not there as an empty one', async () => {
    await using folder = await temporaryFolder({ 'manifold.yaml': YAML });
    const config = await loadConfig({ file: folder.path, env: {}, kinds: fakeKinds() });
    expect(await readSourceSdl(config, 'shop')).toEqual({ handwritten: [] });
  });

  it('names files so that a GraphQL error says where it is', async () => {
    await using folder = await temporaryFolder({ 'manifold.yaml': YAML, 'schema/shop/bad.graphql': 'type {' });
    const config = await loadConfig({ file: folder.path, env: {}, kinds: fakeKinds() });
    const [bad] = (await readSourceSdl(config, 'shop')).handwritten;
    expect(() => parse(bad!.source)).toThrow(
      expect.objectContaining({ source: expect.objectContaining({ name: 'schema/shop/bad.graphql' }) }),
    );
  });

  it('reports a file that cannot be read', async () => {
    await using folder = await temporaryFolder({ 'manifold.yaml': YAML, 'schema/shop/folder.graphql/x': '' });
    const config = await loadConfig({ file: folder.path, env: {}, kinds: fakeKinds() });
    await expect(readSourceSdl(config, 'shop')).rejects.toMatchObject({
      code: 'HUB_COMPOSE_SDL',
      message: 'schema/shop/folder.graphql cannot be read',
    });
  });
});

describe('writePinned', () => {
  it('writes SDL and lock, sorted, and nothing new the second time', async () => {
    await using folder = await temporaryFolder();
    const schema = join(folder.path, 'schema');
    expect((await writePinned(schema, 'shop', imported('type A'))).changed).toBe(true);
    expect((await writePinned(schema, 'api', imported('type B'))).changed).toBe(true);
    const lock = await readFile(join(schema, 'manifold.lock.json'), 'utf8');
    const before = await stat(join(schema, 'shop/upstream.graphql'));
    expect(await writePinned(schema, 'shop', imported('type A'))).toEqual({
      file: join(schema, 'shop/upstream.graphql'),
      changed: false,
    });
    expect(await readFile(join(schema, 'manifold.lock.json'), 'utf8')).toBe(lock);
    expect((await stat(join(schema, 'shop/upstream.graphql'))).mtimeMs).toBe(before.mtimeMs);
    expect(Object.keys(JSON.parse(lock).sources)).toEqual(['api', 'shop']);
    expect((await readLock(schema)).get('shop')).toEqual({
      origin: 'shop.yaml',
      digest: 'sha256:one',
      sdlDigest: sdlDigest('type A'),
    });
  });

  it('refuses a lock file that the hub did not write', async () => {
    await using folder = await temporaryFolder({ 'manifold.lock.json': '{"sources": []}' });
    await expect(readLock(folder.path)).rejects.toMatchObject({ code: 'HUB_COMPOSE_SDL' });
    await expect(writePinned(folder.path, 'shop', imported('type A'))).rejects.toThrow(
      /delete it and run: manifold import/,
    );
  });
});
