import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { createBoundedCache } from '../../../src/engine/bounded-cache.ts';

describe('a bounded cache', () => {
  it('keeps the half that was used last, and never more than its capacity', () => {
    const uses = fc.array(fc.record({ key: fc.nat(12).map(String), sets: fc.boolean() }), { maxLength: 200 });
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 9 }), uses, (capacity, steps) => {
        const cache = createBoundedCache<number>(capacity);
        const values = new Map<string, number>();
        let last: string[] = [];
        steps.forEach(({ key, sets }, i) => {
          if (sets) {
            cache.set(key, i);
            values.set(key, i);
          } else {
            const found = cache.get(key);
            if (last.includes(key)) expect(found).toBe(values.get(key));
            if (found === undefined) return;
            expect(found).toBe(values.get(key));
          }
          last = [key, ...last.filter((one) => one !== key)].slice(0, Math.floor(capacity / 2));
          expect(cache.size).toBeLessThanOrEqual(capacity);
        });
      }),
    );
  });
});
