import { describe, expect, it } from '@jest/globals';
import { ANONYMOUS, type Principal } from '../../../src/contract/principal.ts';
import { wantedExtensions } from '../../../src/server/wanted-extensions.ts';

const trusted: Principal = { kind: 'jwt', id: 'i|ada', scopes: new Set(['manifold:explain']), claims: {} };

describe('the extensions that a caller asks for', () => {
  it.each([
    ['usage', ANONYMOUS, false, ['usage']],
    [' Usage , PLAN,nonsense', trusted, false, ['usage', 'plan']],
    ['usage,plan', ANONYMOUS, false, ['usage']],
    ['plan', ANONYMOUS, true, ['plan']],
    ['', trusted, true, []],
  ])('are those of "%s" that it may have', (header, principal, development, expected) => {
    expect([...wantedExtensions({ 'x-manifold-extensions': header }, principal, development)]).toEqual(expected);
  });

  it('are none without the header', () => {
    expect(wantedExtensions({}, trusted, true).size).toBe(0);
  });
});
