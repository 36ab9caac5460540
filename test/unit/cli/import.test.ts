import { describe, expect, it } from '@jest/globals';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { HubFault } from '../../../src/faults/hub-fault.ts';
import { temporaryFolder } from '../../kit/folder.ts';
import { fakeKinds, imported } from '../../kit/kinds.ts';
import { fakeCli } from '../../kit/cli.ts';
import { startUpstream } from '../../kit/upstream.ts';

const YAML =
  'sources: { shop: { kind: rest, spec: a.yaml }, brain: { kind: ai }, depot: { kind: rest, spec: b.yaml } }';
const sdlOf = (name: string): string => `type Query { ${name}: Int }\n`;
const kinds = fakeKinds(async ({ name }) =>
  imported(sdlOf(name), {
    report: {
      title: 'Shop',
      operations: 2,
      withLoss: 1,
      notes: [
        { at: '#/b', message: 'a cookie', kind: 'loss' },
        { at: '#/a', message: 'it streams', kind: 'leftOut' },
        { at: '#', message: 'set a key', kind: 'advice' },
      ],
    },
  }),
);

describe('manifold import', () => {
  it('pins every source that has a description', async () => {
    await using folder = await temporaryFolder({ 'manifold.yaml': YAML });
    const cli = fakeCli({ hub: { KINDS: kinds } });
    expect(await cli.run('import', '-c', folder.path)).toBe(0);
    expect(await readFile(join(folder.path, 'schema/shop/upstream.graphql'), 'utf8')).toBe(sdlOf('shop'));
    expect(await readFile(join(folder.path, 'schema/depot/upstream.graphql'), 'utf8')).toBe(sdlOf('depot'));
    const lock = JSON.parse(await readFile(join(folder.path, 'schema/manifold.lock.json'), 'utf8'));
    expect(Object.keys(lock.sources)).toEqual(['depot', 'shop']);
    expect(cli.stdout).toEqual([]);
    expect(cli.stderr.slice(0, 8)).toEqual([
      'manifold: shop: Shop: 2 operations taken, 1 of them with loss, 1 left out',
      '  left out:',
      '    #/a: it streams',
      '  taken with loss:',
      '    #/b: a cookie',
      '  to know:',
      '    #: set a key',
      expect.stringMatching(/upstream\.graphql written$/),
    ]);
  });

  it('prints what it took, lost and left out as JSON, and no SDL beside it', async () => {
    await using folder = await temporaryFolder({ 'manifold.yaml': YAML });
    const cli = fakeCli({ hub: { KINDS: kinds } });
    expect(await cli.run('import', 'shop', '--report', 'json', '-c', folder.path)).toBe(0);
    expect(JSON.parse(cli.stdout.join(''))).toEqual({
      sources: [
        {
          source: 'shop',
          title: 'Shop',
          origin: 'shop.yaml',
          digest: 'sha256:one',
          operations: { taken: 2, withLoss: 1, leftOut: 1 },
          leftOut: [{ at: '#/a', message: 'it streams' }],
          losses: [{ at: '#/b', message: 'a cookie' }],
          advice: [{ at: '#', message: 'set a key' }],
        },
      ],
    });
    expect(await cli.run('import', 'shop', '--report', 'json', '--stdout', '-c', folder.path)).toBe(2);
  });

  it('says what a large description is busy with, on stderr alone', async () => {
    await using folder = await temporaryFolder({ 'manifold.yaml': YAML });
    const busy = fakeKinds(async ({ name }, _folder, progress) => {
      cli.clock.advance(3_000);
      progress?.('parsing 20.0 MB');
      return imported(sdlOf(name));
    });
    const cli = fakeCli({ hub: { KINDS: busy } });
    expect(await cli.run('import', 'shop', '--report', 'json', '-c', folder.path)).toBe(0);
    expect(cli.stderr.slice(0, 3)).toEqual([
      'manifold: shop: 0.0 s: reading the description',
      'manifold: shop: 3.0 s: parsing 20.0 MB',
      'manifold: shop: 3.0 s: done',
    ]);
    expect(JSON.parse(cli.stdout.join(''))).toMatchObject({ sources: [{ source: 'shop' }] });
  });

  it('names the steps of the importers', async () => {
    const slow = fakeCli();
    const now = slow.clock.now.bind(slow.clock);
    // Every look at the clock takes long.
    slow.clock.now = () => {
      slow.clock.advance(1_000);
      return now();
    };
    const steps = async (kind: string, spec: string): Promise<string[]> => {
      slow.stderr.length = 0;
      expect(await slow.run('import', '--kind', kind, '--spec', `test/fixtures/${spec}`)).toBe(0);
      return slow.stderr.flatMap((line) => / s: ([^:]*)/.exec(line)?.[1] ?? []);
    };
    expect(new Set(await steps('openapi', 'openapi/oai31-tictactoe.yaml'))).toEqual(
      new Set([
        'reading the description',
        'parsing 0.0 MB',
        'resolving references',
        'reading its operations',
        'naming and typing 3 operations',
        'finding entities, pages and links',
        'writing SDL',
        'done',
      ]),
    );
    expect(new Set(await steps('wsdl', 'wsdl/stock.wsdl'))).toEqual(
      new Set([
        'reading the description',
        'parsing 0.0 MB',
        'resolving references',
        'naming and typing its operations',
        'writing SDL',
        'done',
      ]),
    );
  });

  it('takes a document, or the one of a folder, with the hosts that it may refer to', async () => {
    const schemas = await startUpstream((_request, response) => void response.end('{ "type": "integer" }'));
    try {
      const { host } = new URL(schemas.url);
      const content = { 'application/json': { schema: { $ref: `${schemas.url}/a` } } };
      const paths = { '/a': { get: { operationId: 'a', responses: { 200: { description: 'OK', content } } } } };
      const document = { openapi: '3.0.3', info: { title: 'A', version: '1' }, paths };
      await using folder = await temporaryFolder({ 'a.json': JSON.stringify(document) });
      const cli = fakeCli();
      const args = ['import', '--kind', 'openapi', '--spec', folder.path];
      expect(await cli.run(...args)).toBe(0);
      expect(await cli.run(...args, '--allow-host', 'a.example', '--allow-host', host)).toBe(0);
      expect(cli.stdout[0]).toContain('a: JSON');
      expect(cli.stdout[1]).toContain('a: Int');
    } finally {
      await schemas.close();
    }
  });

  it.each([
    [['shop', '--allow-host', 'a.example'], /for a source, set specHosts/],
    [['--kind', 'openapi', '--spec', 'a.yaml', '--allow-host', 'https://a.example'], /not a host/],
  ])('refuses %j', async (args, message) => {
    const cli = fakeCli({ hub: { KINDS: kinds } });
    expect(await cli.run('import', ...args)).toBe(2);
    expect(cli.stderr.join()).toMatch(message);
  });

  it('says when nothing changed', async () => {
    await using folder = await temporaryFolder({ 'manifold.yaml': YAML });
    const cli = fakeCli({ hub: { KINDS: kinds } });
    await cli.run('import', 'shop', '-c', folder.path);
    await cli.run('import', 'shop', '-c', folder.path);
    expect(cli.stderr.at(-1)).toMatch(/is as it was$/);
  });

  it('prints one source with --stdout and writes nothing', async () => {
    await using folder = await temporaryFolder({ 'manifold.yaml': YAML });
    const cli = fakeCli({ hub: { KINDS: kinds } });
    expect(await cli.run('import', 'depot', '--stdout', '-c', folder.path)).toBe(0);
    expect(cli.stdout.join('')).toBe(sdlOf('depot'));
    await expect(readFile(join(folder.path, 'schema/depot/upstream.graphql'))).rejects.toThrow();
  });

  it('refuses a source that is not there or has no description', async () => {
    await using folder = await temporaryFolder({ 'manifold.yaml': YAML });
    const cli = fakeCli({ hub: { KINDS: kinds } });
    expect(await cli.run('import', 'nope', '-c', folder.path)).toBe(1);
    expect(await cli.run('import', 'brain', '-c', folder.path)).toBe(1);
    expect(cli.stderr).toEqual([
      'manifold: there is no source "nope"; the configuration has: shop, brain, depot',
      'manifold: the source "brain" names no description (spec) to import',
    ]);
  });

  it('names the source whose description is broken', async () => {
    await using folder = await temporaryFolder({ 'manifold.yaml': YAML });
    const broken = fakeKinds(async () => {
      throw new HubFault('HUB_IMPORT_INVALID', 'shop.yaml:3: no paths');
    });
    const cli = fakeCli({ hub: { KINDS: broken } });
    expect(await cli.run('import', '-c', folder.path)).toBe(1);
    expect(cli.stderr).toEqual(['manifold: source shop: shop.yaml:3: no paths']);
  });
});
