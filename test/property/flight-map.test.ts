// The map of what is in flight is a Map, whatever is put in and taken out.
import { expect, it } from '@jest/globals';
import fc from 'fast-check';
import { createFlightMap } from '../../src/contract/flight-map.ts';

const KEYS = Array.from({ length: 2_000 }, (_, i) => `${'k'.repeat(i % 7)}${i}`);
const step = fc.record({
  kind: fc.constantFrom('set', 'set', 'remove', 'remove another'),
  key: fc.integer({ min: 0, max: KEYS.length - 1 }),
});

it('gives what was set last, until that is removed', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 3_000, size: 'max' }), (steps) => {
      const expected = new Map<string, object>();
      const flights = createFlightMap<object>();
      for (const { kind, key: at } of steps) {
        const key = KEYS[at] ?? '';
        if (kind === 'set') {
          const flight = {};
          expected.set(key, flight);
          flights.set(key, flight);
        } else {
          const flight = kind === 'remove' ? expected.get(key) : {};
          if (flight !== undefined) flights.remove(key, flight);
          if (kind === 'remove') expected.delete(key);
        }
        if (flights.size !== expected.size) return false;
      }
      return KEYS.every((key) => flights.get(key) === expected.get(key));
    }),
    { numRuns: 60 },
  );
});

it('finds all of more than it had room for', () => {
  const flights = createFlightMap<number>();
  KEYS.forEach((key, i) => flights.set(key, i));
  expect(KEYS.map((key) => flights.get(key))).toEqual(KEYS.map((_, i) => i));
  KEYS.forEach((key, i) => flights.remove(key, i));
  expect(flights.size).toBe(0);
});
