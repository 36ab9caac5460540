import { expect, it } from '@jest/globals';
import { createPayloadReader } from '../../../src/server/lane-payload.ts';

const body = (value: unknown): string =>
  JSON.stringify({ query: 'query ($a: Int) { of(a: $a) }', variables: { a: value } });

it('keeps what comes often, whatever comes between', () => {
  const read = createPayloadReader();
  for (let i = 0; i < 200; i += 1) {
    read(body(-1));
    read(body(i));
  }
  expect(read(body(-1))).toBe(read(body(-1)));
  expect(read(body(-1))?.variables).toEqual({ a: -1 });
});

it('reads each of many that never come again', () => {
  const read = createPayloadReader();
  for (let i = 0; i < 2_000; i += 1) expect(read(body(i))?.variables).toEqual({ a: i });
});
