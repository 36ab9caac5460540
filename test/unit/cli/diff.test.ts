import { describe, expect, it } from '@jest/globals';
import { temporaryFolder } from '../../kit/folder.ts';
import { fakeCli } from '../../kit/cli.ts';
import { fakeKinds, imported } from '../../kit/kinds.ts';

const FILES = {
  'manifold.yaml': 'sources: { shop: { kind: rest, spec: a.yaml }, brain: { kind: ai } }',
  'schema/shop/upstream.graphql': `
    extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key"])
    type Query { order(id: ID!): Order @rest(get: "/orders/{id}") @lookup }
    type Order @key(fields: "id") { id: ID! total: Float state: State }
    enum State { OPEN CLOSED }`,
};

async function diff(now: string, ...args: string[]) {
  await using folder = await temporaryFolder(FILES);
  const cli = fakeCli({ hub: { KINDS: fakeKinds(async () => imported(now)) } });
  const code = await cli.run('diff', ...args, '-c', folder.path);
  return { code, out: cli.stdout.join(''), said: cli.stderr.join('\n') };
}

const SAME = FILES['schema/shop/upstream.graphql'];

describe('manifold diff', () => {
  it('finds nothing where nothing changed', async () => {
    expect(await diff(SAME, 'shop')).toEqual({ code: 0, out: 'shop: no changes\n', said: '' });
  });

  it('names breaking changes first and exits with 1', async () => {
    const now = SAME.replace('total: Float', '')
      .replace('OPEN CLOSED', 'OPEN CLOSED LOST')
      .replace('id: ID! ', 'id: ID! note: String ');
    const { code, out } = await diff(now);
    expect(code).toBe(1);
    expect(out.split('\n')).toEqual([
      'shop: 1 breaking, 1 dangerous, 1 safe',
      "  breaking: Order.total: Field 'total' was removed from object type 'Order'",
      "  dangerous: State.LOST: Enum value 'LOST' was added to enum 'State'",
      "  safe: Order.note: Field 'note' was added to object type 'Order'",
      '',
    ]);
  });

  it('exits with 0 where no change breaks anything, and prints JSON for programs', async () => {
    const { code, out } = await diff(SAME.replace('total: Float', 'total: Float note: String'), '--report', 'json');
    expect(code).toBe(0);
    expect(JSON.parse(out)).toEqual({
      sources: [{ source: 'shop', changes: [{ level: 'safe', path: 'Order.note', message: expect.any(String) }] }],
    });
  });

  it('wants something pinned to compare with', async () => {
    await using folder = await temporaryFolder({ 'manifold.yaml': FILES['manifold.yaml'] });
    const cli = fakeCli({ hub: { KINDS: fakeKinds(async () => imported(SAME)) } });
    expect(await cli.run('diff', 'shop', '-c', folder.path)).toBe(1);
    expect(cli.stderr.join('')).toContain('run: manifold import shop');
    expect(await cli.run('diff', 'brain', '-c', folder.path)).toBe(1);
  });
});
