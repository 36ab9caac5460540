import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { parseJson } from '../../../src/transport/parse-json.ts';

describe('JSON of an upstream', () => {
  it('keeps every digit of a large integer and leaves other numbers alone', () => {
    const text =
      '{"id":9007199254740993,"neg":-9007199254740993,"safe":9007199254740991,"pi":3.14159265358979312,"n":[1e3]}';
    expect(parseJson(text)).toEqual({
      id: '9007199254740993',
      neg: '-9007199254740993',
      safe: 9007199254740991,
      pi: 3.141592653589793,
      n: [1000],
    });
  });

  it('finds a large integer wherever it stands', () => {
    for (let before = 0; before < 40; before += 1) {
      expect(parseJson(`["${'x'.repeat(before)}",9007199254740993]`)).toEqual(['x'.repeat(before), '9007199254740993']);
      expect(parseJson(`${' '.repeat(before)}9007199254740993`)).toBe('9007199254740993');
      expect(parseJson(`${' '.repeat(before)}900719925474099`)).toBe(900719925474099);
    }
  });

  it('takes __proto__ for a property like any other', () => {
    for (const text of ['{"__proto__":{"admin":true}}', '{"__proto__":{"admin":true},"n":12345678901234567890}']) {
      const value = parseJson(text) as Record<string, unknown>;
      expect(Object.hasOwn(value, '__proto__')).toBe(true);
      expect(value.admin).toBeUndefined();
    }
    expect(({} as Record<string, unknown>).admin).toBeUndefined();
  });

  it.each([
    ['brackets', '['.repeat(100_000) + ']'.repeat(100_000)],
    ['braces', '{"a":'.repeat(2000) + '1' + '}'.repeat(2000)],
    ['with siblings', '[[],'.repeat(2000) + '1' + ']'.repeat(2000)],
    ['never closed', '['.repeat(100_000)],
  ])('is refused where it nests without end: %s', (_name, text) => {
    expect(() => parseJson(text)).toThrow(SyntaxError);
  });

  it('counts no brackets inside strings', () => {
    const value = ['['.repeat(2000), '\\"['.repeat(1000), 'a\\'];
    expect(parseJson(JSON.stringify(value))).toEqual(value);
  });

  it('is what JSON.parse makes of it, whatever it is', () => {
    fc.assert(
      fc.property(fc.jsonValue({ noUnicodeString: false }), (value) => {
        const text = JSON.stringify([value, ' '.repeat(1100)]);
        fc.pre(!/\d{16}/.test(text));
        expect(parseJson(text)).toEqual(JSON.parse(text));
      }),
    );
  });
});
