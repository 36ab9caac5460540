import { describe, expect, it } from '@jest/globals';
import { createQuota } from '../../../../src/import/openapi/quota.ts';

describe('the quota of a description', () => {
  it('allows a short one ten thousand operations and schemas', () => {
    const take = createQuota(100);
    take('thing', 10_000, '#/paths');
    expect(() => take('thing', 1, '#/paths/~1last/get')).toThrow(
      /with #\/paths\/~1last\/get it has 10001 operations and schemas, .*may come to 2500000$/,
    );
  });

  it('allows a long one as many as its length can say', () => {
    const take = createQuota(10_000_000);
    take('thing', 28_000, '#');
    expect(() => take('enumValue', 1, '#/e')).toThrow(/may come to 7000000$/);
  });

  it('counts all kinds together', () => {
    const take = createQuota(0);
    take('parameter', 20_000, '#');
    take('field', 25_000, '#');
    take('enumValue', 5_000, '#');
    expect(() => take('field', 1, '#/f')).toThrow(/20000 parameters, 25001 fields, 5000 values of enums/);
  });
});
