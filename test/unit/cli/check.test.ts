import { describe, expect, it } from '@jest/globals';
import { HubFault } from '../../../src/faults/hub-fault.ts';
import type { SourceKind } from '../../../src/config/source-kind.ts';
import { temporaryFolder } from '../../kit/folder.ts';
import { fakeKinds, imported } from '../../kit/kinds.ts';
import { fakeCli } from '../../kit/cli.ts';
import { fakeGraph } from './graph.ts';

const YAML = 'sources: { shop: { kind: rest, spec: shop.yaml } }';
const SDL =
  'type Query { product(id: ID!): Product @rest(get: "/p/{id}") @lookup products(ids: [ID!]): [Product] @rest(get: "/p") } type Product { id: ID }\n';

interface Checked {
  readonly code: number;
  readonly out: string;
  readonly findings: readonly { level: string; message: string; source?: string; code?: string }[];
}

async function check(
  files: Readonly<Record<string, string>>,
  options: {
    importSdl?: SourceKind['importSdl'];
    warnings?: readonly string[];
    compose?: () => void;
    first?: readonly string[];
    args?: readonly string[];
  } = {},
): Promise<Checked> {
  await using folder = await temporaryFolder({ 'manifold.yaml': YAML, ...files });
  const composeGraph = async () => {
    options.compose?.();
    return fakeGraph(options.warnings).composition;
  };
  const cli = fakeCli({ hub: { KINDS: fakeKinds(options.importSdl ?? (async () => imported(SDL))), composeGraph } });
  if (options.first !== undefined) await cli.run(...options.first, '-c', folder.path);
  const code = await cli.run('check', '-c', folder.path, ...(options.args ?? []));
  const out = cli.stdout.join('').replaceAll(folder.path, '');
  cli.stdout.length = 0;
  await cli.run('check', '-c', folder.path, '--json', ...(options.args ?? []));
  return { code, out, findings: JSON.parse(cli.stdout.join('')).findings };
}

describe('manifold check', () => {
  it('names the N+1 and the batch that would cure it', async () => {
    const { code, findings } = await check({}, { first: ['import'] });
    expect(code).toBe(0);
    expect(findings).toEqual([
      {
        level: 'warning',
        source: 'shop',
        message:
          'N+1: Product is looked up one by one with Query.product; give @lookup to Query.products, which takes a list',
      },
    ]);
  });

  it('is silent where a hand-written file cured it', async () => {
    const cure = 'extend type Query { productsById(ids: [ID!]!): [Product]! @rest(get: "/p{?ids*}") @lookup }';
    const { out } = await check({ 'schema/shop/joins.graphql': cure }, { first: ['import'] });
    expect(out).toBe('0 errors, 0 warnings, 0 notes\n');
  });

  it('warns that serve imports what is not pinned at each start', async () => {
    const { code, out } = await check({});
    expect(code).toBe(0);
    expect(out).toMatch(/^warning: source shop: is not pinned, .*run: manifold import shop$/m);
  });

  it('warns of a description that changed and of an import that was edited', async () => {
    let digest = 'sha256:one';
    const importSdl = async () => imported(SDL, { digest });
    const first = ['import'];
    await using folder = await temporaryFolder({ 'manifold.yaml': YAML });
    const cli = fakeCli({ hub: { KINDS: fakeKinds(importSdl), composeGraph: async () => fakeGraph().composition } });
    await cli.run(...first, '-c', folder.path);
    digest = 'sha256:two';
    await cli.run('check', '-c', folder.path);
    expect(cli.stdout.join('')).toMatch(/description \(shop\.yaml\) is no longer what was pinned/);
    await folder.write('schema/shop/upstream.graphql', `${SDL}# mine\n`);
    await cli.run('check', '-c', folder.path);
    expect(cli.stdout.join('')).toMatch(/upstream\.graphql was edited by hand/);
  });

  it('reads no description with --pinned', async () => {
    const importSdl = async (): Promise<never> => {
      throw new HubFault('HUB_IMPORT_UNREADABLE', 'no network');
    };
    const { code, out } = await check({ 'schema/shop/upstream.graphql': SDL }, { importSdl, args: ['--pinned'] });
    expect(code).toBe(0);
    expect(out).toMatch(/N\+1: Product/);
  });

  it('exits with 1 on a description that cannot be read', async () => {
    const importSdl = async (): Promise<never> => {
      throw new HubFault('HUB_IMPORT_UNREADABLE', 'shop.yaml is not there');
    };
    const { code, out, findings } = await check({}, { importSdl });
    expect(code).toBe(1);
    expect(out).toBe(
      'error HUB_IMPORT_UNREADABLE: source shop: shop.yaml is not there\n1 error, 0 warnings, 0 notes\n',
    );
    expect(findings).toEqual([
      { level: 'error', source: 'shop', code: 'HUB_IMPORT_UNREADABLE', message: 'shop.yaml is not there' },
    ]);
  });

  it('exits with 1 on every problem of a configuration, one finding each', async () => {
    const { code, findings } = await check({
      'manifold.yaml': 'nam: x\nsources: { shop: { kind: rest, timeoutMs: x } }',
    });
    expect(code).toBe(1);
    expect(findings.map(({ level, code }) => [level, code])).toEqual([
      ['error', 'HUB_CONFIG_INVALID'],
      ['error', 'HUB_CONFIG_INVALID'],
    ]);
  });

  it('exits with 1 on SDL that does not parse, with file and line', async () => {
    const { code, out } = await check({ 'schema/shop/joins.graphql': 'extend type Query {\n  a: }\n' });
    expect(code).toBe(1);
    expect(out).toMatch(/^error HUB_COMPOSE_SDL: source shop: schema\/shop\/joins\.graphql:2:6 Syntax Error/m);
  });

  it('reports what composition says: warnings with 0, a clash with 1', async () => {
    const warned = await check({}, { warnings: ['no credential for shop'], first: ['import'] });
    expect(warned.code).toBe(0);
    expect(warned.out).toContain('warning: no credential for shop\n');
    const clash = await check(
      {},
      {
        compose: () => {
          throw new HubFault('HUB_COMPOSE_INVALID', 'Order.id clashes');
        },
      },
    );
    expect(clash.code).toBe(1);
    expect(clash.out).toContain('error HUB_COMPOSE_INVALID: Order.id clashes\n');
  });

  it('passes on what an import could not express as notes, and what concerns all of it as a warning', async () => {
    const notes = [
      { at: '#', message: 'asks for an API key', kind: 'advice' as const },
      { at: '#/x', message: 'left out', kind: 'loss' as const },
    ];
    const report = { title: '', operations: 0, withLoss: 0, notes };
    const { out } = await check(
      {},
      { importSdl: async () => imported('type Query { a: Int }', { report }), first: ['import'] },
    );
    expect(out).toBe(
      'warning: source shop: asks for an API key\nnote: source shop: #/x: left out\n0 errors, 1 warning, 1 note\n',
    );
  });
});
