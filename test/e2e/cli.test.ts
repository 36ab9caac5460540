import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parse } from 'graphql';
import { temporaryFolder, type Folder } from '../kit/folder.ts';
import { runManifold, startManifold } from '../kit/manifold.ts';
import { SHOP_FILES, YAML } from '../kit/shop.ts';
import { json, startUpstream, type Upstream } from '../kit/upstream.ts';

const NO_STACK = /^ +at |node:internal/m;

async function ask(url: string, query: string): Promise<any> {
  const address = new URL('/graphql', url);
  const response = await fetch(address, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query }),
  });
  return response.json();
}

describe('the program', () => {
  it('prints version and help on stdout and exits with 0', async () => {
    expect(await runManifold(['--version'])).toEqual({
      code: 0,
      stdout: expect.stringMatching(/^\d+\.\d+\.\d+\n$/),
      stderr: '',
    });
    const help = await runManifold(['--help']);
    expect(help).toMatchObject({ code: 0, stderr: '' });
    expect(help.stdout).toMatch(/^Usage: manifold/);
  });

  it('exits with 2 on wrong usage', async () => {
    const wrong = await runManifold(['serv']);
    expect(wrong).toMatchObject({ code: 2, stdout: '' });
    expect(wrong.stderr).toMatch(/unknown command 'serv'/);
  });

  it('prints one message without a stack on wrong input, and exits with 1', async () => {
    await using folder = await temporaryFolder({ 'manifold.yaml': `${YAML}servr: {}\n` });
    const { code, stdout, stderr } = await runManifold(['compose'], { cwd: folder.path });
    expect(code).toBe(1);
    expect(stdout).toBe('');
    expect(stderr).toMatch(/^manifold: manifold\.yaml:8:1 servr: unknown key\. Did you mean "server"\?/);
    expect(stderr).not.toMatch(NO_STACK);
  });

  it('says which Node it needs where it runs on an older one', async () => {
    const old =
      "data:text/javascript,Object.defineProperty(process, 'versions', { value: { ...process.versions, node: '20.19.0' } })";
    const { code, stderr } = await runManifold(['--version'], { nodeFlags: ['--import', old] });
    expect(code).toBe(1);
    expect(stderr).toMatch(/^manifold: this needs Node 22\.19 or later; this is Node 20\.19\.0/);
  });
});

describe('import without a configuration', () => {
  it('prints the SDL of an OpenAPI document on stdout and the summary on stderr', async () => {
    await using folder = await temporaryFolder({ 'shop.json': SHOP_FILES['shop.json'] });
    const { code, stdout, stderr } = await runManifold(['import', '--kind', 'openapi', '--spec', 'shop.json'], {
      cwd: folder.path,
    });
    expect(code).toBe(0);
    expect(stdout).toMatch(/@rest\(get: "\/products\/\{id\}"/);
    expect(() => parse(stdout)).not.toThrow();
    expect(stderr).toMatch(/1 operation/);
  });

  it('prints the SDL of a WSDL on stdout', async () => {
    const folder = fileURLToPath(new URL('../../examples/storefront/warehouse', import.meta.url));
    const { code, stdout } = await runManifold(['import', '--kind', 'wsdl', '--spec', 'warehouse.wsdl'], {
      cwd: folder,
    });
    expect(code).toBe(0);
    expect(stdout).toMatch(/@soap\(operation: /);
    expect(() => parse(stdout)).not.toThrow();
  });
});

describe('a hub from its files', () => {
  let folder: Folder;
  let upstream: Upstream;
  let env: NodeJS.ProcessEnv;

  beforeAll(async () => {
    folder = await temporaryFolder(SHOP_FILES);
    upstream = await startUpstream((request, response) =>
      json(response, { id: request.url.split('/').at(-1), name: 'Tea' }),
    );
    env = { SHOP_URL: upstream.url, SHOP_KEY: 'k' };
  });
  afterAll(async () => {
    await upstream.close();
    await folder[Symbol.asyncDispose]();
  });
  const here = () => ({ cwd: folder.path, env });

  it('imports what is not pinned when it starts to serve, and says how to pin it', async () => {
    await using program = startManifold(['serve', '--port', '0'], here());
    const [, url = ''] = await program.said(/serving at (\S+)/);
    const log = `${program.stdout()}${program.stderr()}`;
    expect(log).toMatch(/"source":"shop".*imported from shop\.json, .*run: manifold import shop/);
    expect((await ask(url, '{ product(id: "1") { name } }')).data).toEqual({ product: { name: 'Tea' } });
  });

  it('refuses to serve what is not pinned with --pinned', async () => {
    const { code, stderr } = await runManifold(['serve', '--pinned', '--port', '0', '--log-level', 'silent'], here());
    expect(code).toBe(1);
    expect(stderr).toMatch(/run: manifold import shop/);
  });

  it('is pinned by import', async () => {
    const pinned = await runManifold(['import'], here());
    expect(pinned).toMatchObject({ code: 0, stdout: '' });
    expect(pinned.stderr).toMatch(/schema\/shop\/upstream\.graphql written/);
    const lock = JSON.parse(await readFile(join(folder.path, 'schema/manifold.lock.json'), 'utf8'));
    expect(lock.sources.shop).toMatchObject({ origin: 'shop.json', digest: expect.stringMatching(/^sha256:/) });
  });

  it('writes to a reader that has enough without an error', async () => {
    const bin = fileURLToPath(new URL('../../bin/manifold.js', import.meta.url));
    const shell = spawn('sh', ['-c', `"${process.execPath}" "${bin}" compose | head -c 1`], {
      ...here(),
      stdio: 'pipe',
    });
    let stderr = '';
    shell.stderr.on('data', (text: Buffer) => (stderr += text.toString()));
    await once(shell, 'close');
    expect(stderr).toBe('');
  });

  it('answers, and drains and exits with 0 on SIGTERM', async () => {
    await using program = startManifold(['serve', '--port', '0', '--log-level', 'silent'], here());
    const [, url = ''] = await program.said(/serving at (\S+)/);
    expect(await ask(url, '{ product(id: "7") { id name } }')).toEqual({ data: { product: { id: '7', name: 'Tea' } } });
    expect(upstream.received.at(-1)?.headers['x-api-key']).toBe('k');
    program.signal('SIGTERM');
    expect(await program.ended).toBe(0);
    expect(program.stdout()).toBe('');
  });

  it('reloads in dev when SDL changes, and keeps the graph from before where that fails', async () => {
    await using program = startManifold(['dev', '--port', '0', '--log-level', 'silent'], here());
    const [, url = ''] = await program.said(/serving at (\S+)/);
    await program.said(/watching/);
    const query = '{ product(id: "7") { label } }';
    expect((await ask(url, query)).errors).toHaveLength(1);
    await folder.write('schema/shop/joins.graphql', 'extend type Product { label: String @map(name: "name") }');
    await program.said(/reloaded/);
    expect(await ask(url, query)).toEqual({ data: { product: { label: 'Tea' } } });
    await folder.write('schema/shop/joins.graphql', 'extend type Product {');
    await program.said(/joins\.graphql:1:\d+[\s\S]*graph from before goes on/);
    expect(await ask(url, query)).toEqual({ data: { product: { label: 'Tea' } } });
    program.signal('SIGINT');
    expect(await program.ended).toBe(0);
  });
});
