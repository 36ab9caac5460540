import { describe, expect, it } from '@jest/globals';
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { parse } from 'graphql';
import * as hub from '../../src/compose.ts';
import { fakeCli } from '../kit/cli.ts';
import { temporaryFolder, type Folder } from '../kit/folder.ts';
import { OPENAPI, SHOP_FILES, YAML } from '../kit/shop.ts';

const NO_STACK = /^ +at |node:internal/m;

interface Outcome {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** A command with the real hub behind it, in this process. */
async function manifold(
  folder: Folder,
  args: readonly string[],
  env: NodeJS.ProcessEnv = {},
  stdin = '',
): Promise<Outcome> {
  const cli = fakeCli({ hub, env, stdin });
  const code = await cli.run(...args, '--config', folder.path);
  return { code, stdout: cli.stdout.join(''), stderr: cli.stderr.join('\n') };
}

describe('wrong input', () => {
  it.each([
    ['a broken YAML', { 'manifold.yaml': 'sources: [' }, /manifold\.yaml:1:\d+/],
    [
      'an unknown key',
      { 'manifold.yaml': `${YAML}servr: {}\n` },
      /manifold\.yaml:8:1 servr: unknown key\. Did you mean "server"\?/,
    ],
    [
      'a missing variable',
      { 'manifold.yaml': YAML.replace(':-none', '') },
      /manifold\.yaml:7:\d+ sources\.shop\.auth\.header\.value: .*SHOP_KEY is not set/,
    ],
    ['a spec that is not there', { 'manifold.yaml': YAML }, /shop\.json/],
    ['a spec that does not parse', { ...SHOP_FILES, 'shop.json': '{"openapi": ' }, /shop\.json/],
    [
      'SDL that does not parse',
      { ...SHOP_FILES, 'schema/shop/joins.graphql': 'type Query {\n  a: }\n' },
      /joins\.graphql:2:6/,
    ],
    [
      'a join to a field that is not there',
      {
        ...SHOP_FILES,
        'schema/shop/joins.graphql': 'extend type Product { other: Product @derive(from: "{ id: nope }") }',
      },
      /nope/,
    ],
    [
      'a mistake in a large pinned SDL',
      {
        ...SHOP_FILES,
        'manifold.yaml': YAML.replace(/^ *spec:.*\n/m, ''),
        'schema/shop/upstream.graphql': `# ${'-'.repeat(2_000_000)}\ntype Query {\n  a: Nope @rest(get: "/a")\n}\n`,
      },
      /schema\/shop\/upstream\.graphql:3:6: Unknown type "Nope"/,
    ],
  ])('%s gets one clear message, exit code 1 and no stack', async (_what, content, message) => {
    await using folder = await temporaryFolder(content);
    const { code, stdout, stderr } = await manifold(folder, ['compose']);
    expect(stderr).toMatch(message);
    expect(stderr).toMatch(/^manifold: /);
    expect(stderr).not.toMatch(NO_STACK);
    expect(stdout).toBe('');
    expect(code).toBe(1);
  });

  it('a reference that leads nowhere costs what needs it, and is named with its place', async () => {
    const content = { ...SHOP_FILES, 'shop.json': JSON.stringify({ ...OPENAPI, components: {} }) };
    await using folder = await temporaryFolder(content);
    const { code, stderr } = await manifold(folder, ['import', 'shop', '--stdout']);
    expect(code).toBe(0);
    expect(stderr).toMatch(/taken with loss:\n {4}#\/paths\/.*schema.*: the reference to .*Product leads nowhere/);
  });

  it('a port in use is named', async () => {
    await using folder = await temporaryFolder(SHOP_FILES);
    const taken = createServer().listen(0, '127.0.0.1');
    await once(taken, 'listening');
    const { port } = taken.address() as AddressInfo;
    const { code, stderr } = await manifold(folder, ['dev', '--port', String(port)]);
    taken.close();
    expect(code).toBe(1);
    expect(stderr).toContain(String(port));
    expect(stderr).not.toMatch(NO_STACK);
  });

  it('a secret is never printed', async () => {
    await using folder = await temporaryFolder({
      ...SHOP_FILES,
      'manifold.yaml': `${YAML}    timeoutMs: \${SHOP_KEY}\n`,
    });
    const env = { SHOP_KEY: 'hunter2-hunter2' };
    for (const command of ['check', 'compose', 'import', 'serve', 'dev']) {
      const { code, stdout, stderr } = await manifold(folder, [command, '--verbose'], env);
      expect(code).toBe(1);
      expect(stdout + stderr).toMatch(/timeoutMs/);
      expect(stdout + stderr).not.toContain('hunter2');
    }
  });
});

describe('a hub from its files', () => {
  it('is pinned, checked, composed and planned', async () => {
    await using folder = await temporaryFolder(SHOP_FILES);
    expect((await manifold(folder, ['compose', '--pinned'])).stderr).toMatch(/run: manifold import shop/);
    expect(await manifold(folder, ['import'])).toMatchObject({ code: 0, stdout: '' });

    const checked = await manifold(folder, ['check', '--json']);
    expect(checked.code).toBe(0);
    expect(JSON.parse(checked.stdout)).toMatchObject({ errors: 0 });

    const supergraph = await manifold(folder, ['compose', '--pinned']);
    expect(supergraph).toMatchObject({ code: 0, stderr: '' });
    expect(supergraph.stdout).toContain('type Product');
    expect(() => parse(supergraph.stdout)).not.toThrow();

    const plan = await manifold(folder, ['plan', '-'], {}, '{ product(id: "1") { name } }');
    expect(plan).toMatchObject({ code: 0, stderr: '' });
    expect(plan.stdout).toMatch(/GET \/products\/\{id\}[\s\S]*\nAt most 1 upstream call\.\n$/);
  });
});
