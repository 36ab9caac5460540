import { describe, expect, it } from '@jest/globals';
import { temporaryFolder } from '../kit/folder.ts';
import { runManifold } from '../kit/manifold.ts';

const YAML = `
sources:
  shop: { kind: rest, url: "http://127.0.0.1:9" }
  bank: { kind: rest, url: "http://127.0.0.1:9" }
`;

describe('two sources that mean different things by one name', () => {
  it.each([
    ['a field', 'type Price { amount: String }', /Price\.amount.*"(?:shop|bank)".*"(?:shop|bank)"/],
    ['a type', 'enum Price { LOW HIGH }', /Price.*"(?:shop|bank)".*"(?:shop|bank)"/],
  ])('are not served: %s is named, with both sources and a way to mend it', async (_what, price, message) => {
    await using folder = await temporaryFolder({
      'manifold.yaml': YAML,
      'schema/shop/price.graphql': 'type Query { price: Price @rest(get: "/price") } type Price { amount: Int }',
      'schema/bank/price.graphql': `type Query { rate: Price @rest(get: "/rate") } ${price}`,
    });
    const { code, stdout, stderr } = await runManifold(['serve', '--port', '0', '--config', folder.path]);
    expect(stderr).toMatch(message);
    expect(stderr).toContain('to mend it');
    expect(stderr).not.toMatch(/^ +at |node:internal/m);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
  });
});
