// How long an answer may be given out again: RFC 9111 where the answer speaks, the settings where it does not.
import { describe, expect, it } from '@jest/globals';
import { createUpstreamResponse } from '../../../src/transport/upstream-response.ts';
import { freshnessOf } from '../../../src/transport/freshness.ts';

const NOW = 1_000_000;
const WIRE = { method: 'GET', origin: 'http://a', path: '/x', headers: {}, body: undefined } as const;
const SETTINGS = { ttlMs: 5_000, staleMs: 60_000, ignoreHeaders: false };

function times(headers: Record<string, string>, settings: Partial<typeof SETTINGS> = {}) {
  const response = createUpstreamResponse(200, headers, Buffer.from('{}'));
  const freshness = freshnessOf(WIRE, response, { ...SETTINGS, ...settings }, NOW);
  return freshness && [freshness.freshUntil - NOW, freshness.staleUntil - NOW];
}

describe('an answer is fresh', () => {
  it.each<[string, Record<string, string>, Partial<typeof SETTINGS>, [number, number] | undefined]>([
    ['for the configured time where it says nothing', {}, {}, [5_000, 65_000]],
    ['for its own time where it says one', { 'cache-control': 'max-age=30' }, {}, [30_000, 90_000]],
    ['less the age that it has', { 'cache-control': 'max-age=30', age: '10' }, {}, [20_000, 80_000]],
    ['never where it is already too old', { 'cache-control': 'max-age=30', age: '40' }, {}, [0, 60_000]],
    [
      'for its max-age, not for that of shared caches',
      { 'cache-control': 's-maxage=9, max-age=3' },
      {},
      [3_000, 63_000],
    ],
    ['not at all where it must not be stored', { 'cache-control': 'no-store' }, {}, undefined],
    ['not at all where it varies by anything', { vary: '*' }, {}, undefined],
    ['for a private caller as for any', { 'cache-control': 'private, max-age=1' }, {}, [1_000, 61_000]],
    [
      'not a moment beyond its time where it must be asked about',
      { 'cache-control': 'max-age=2, must-revalidate' },
      {},
      [2_000, 2_000],
    ],
    [
      'for the longer stale time of the two',
      { 'cache-control': 'max-age=1, stale-while-revalidate=90' },
      {},
      [1_000, 91_000],
    ],
    [
      'for the configured time whatever it says',
      { 'cache-control': 'no-store' },
      { ignoreHeaders: true },
      [5_000, 65_000],
    ],
    ['not at all where nobody gives it time', {}, { ttlMs: 0, staleMs: 0 }, undefined],
    ['in no moment, but kept to be asked about', { 'cache-control': 'no-cache', etag: '"1"' }, {}, [0, 0]],
    ['as if nothing were said, by a directive that nobody knows', { 'cache-control': 'x=, ,=' }, {}, [5_000, 65_000]],
    ['never by a time that is no number', { 'cache-control': 'max-age=soon' }, {}, [0, 60_000]],
  ])('%s', (_what, headers, settings, expected) => {
    expect(times(headers, settings)).toEqual(expected);
  });
});
