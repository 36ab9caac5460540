import { describe, expect, it } from '@jest/globals';
import { ANONYMOUS, type Principal } from '../../../src/contract/principal.ts';
import { createScope } from '../../../src/engine/create-scope.ts';
import { caller } from './protected-graph.ts';

const partition = (principal: Principal) => createScope({ principal }).partition;

describe('the cache partition of a principal', () => {
  it('is kind and id for a caller without scopes', () => {
    expect(partition(ANONYMOUS)).toBe('anonymous:anonymous');
    expect(partition(caller())).toBe('jwt:issuer|ada');
  });

  it('is the same for the same scopes in any order, in any token', () => {
    expect(partition(caller(['a', 'b'], { jti: '1' }))).toBe(partition(caller(['b', 'a'], { jti: '2' })));
  });

  it('differs where one subject has tokens with different scopes or policies', () => {
    const principals = [caller(), caller(['a']), caller(['a', 'b']), caller(['a b']), caller([], { policies: ['a'] })];
    expect(new Set(principals.map(partition)).size).toBe(principals.length);
  });
});
