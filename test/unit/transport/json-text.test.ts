// JSON as its bytes: what is read of it is what the parser reads, and what the parser refuses is refused.
import { isUtf8 } from 'node:buffer';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { NOWHERE, SIZE } from '../../../src/transport/json-layout.ts';
import { JsonText, JsonValue } from '../../../src/transport/json-text.ts';
import { parseJson } from '../../../src/transport/parse-json.ts';

const read = (text: string): JsonText | undefined => JsonText.read(Buffer.from(text));
const rawOf = (text: string): unknown => {
  const json = read(text);
  return json === undefined ? 'not read' : new JsonValue(json, 0).raw();
};
const hasEscapeInKey = (text: string): boolean =>
  [...text.matchAll(/"(?:[^"\\]|\\.)*"(\s*:)?/gs)].some(([all, colon]) => colon !== undefined && all.includes('\\'));

describe('JSON as bytes', () => {
  it.each([
    ...['{}', '[]', '""', '0', ' [ ] ', '\r\n\t{ }\n', 'true', 'null', '-0', '1.5e-3', '1E+2', '[[[]],{"a":{}}]'],
    ...[
      '{"a":1,"a":2}',
      '"\\"\\\\/\\b\\f\\n\\r\\t\\u00e9\\ud83d"',
      '"ends with \\\\"',
      '[1,-2.50,"x",true,false,null]',
    ],
    ...[
      '"0123456789abcde\\""',
      '"0123456789abcdef"',
      '"0123456789abcdefé😀 \u2028"',
      '12345678901234567890',
      '{"__proto__":1}',
    ],
  ])('is read as the parser reads it: %s', (text) => {
    expect(rawOf(text)).toEqual(parseJson(text));
  });

  it.each([
    ...['', ' ', '[', '[1,]', '[,1]', '[1 2]', '[1]]', '[}', '{]', '{,}', '{"a"}', '{"a":}', '{"a":1,}', '{"a" 1}'],
    ...[
      '{1:2}',
      '{"a":1 "b":2}',
      '{"a":1}}',
      '[:]',
      '{:1}',
      '01',
      '1.',
      '-',
      '+1',
      '.5',
      '1e',
      '1e+',
      '--1',
      'tru',
      'nulL',
    ],
    ...['truex', 'NaN', '"', '"\\"', '"a', '["a""b"]', '[]x', '{"\\x":1}', '\u00a0[]', '\ufeff[]', '//', '[1/**/]'],
  ])('is not read where the parser refuses it: %s', (text) => {
    expect(() => JSON.parse(text)).toThrow(SyntaxError);
    expect(read(text)).toBeUndefined();
  });

  it('is not read where it is no UTF-8, or nested more deeply than the hub takes', () => {
    expect(JsonText.read(Buffer.from([0x22, 0xff, 0x22]))).toBeUndefined();
    expect(read(`${'['.repeat(512)}${']'.repeat(512)}`)).toBeDefined();
    expect(read(`${'['.repeat(513)}${']'.repeat(513)}`)).toBeUndefined();
  });

  it('finds the last property of a name, and nothing of what is inside', () => {
    const valuesOf = (text: string): unknown[] => {
      const json = read(text);
      return ['a', 'b', 'ab', 'none'].map((name) => json?.valueAt(json.find(0, Buffer.from(name))));
    };
    expect(valuesOf('{"b":1,"a":{"ab":2,"b":3},"b":[4],"ab":"x"}')).toEqual([{ ab: 2, b: 3 }, [4], 'x', undefined]);
  });

  it('is not read where a key has an escape: it is not simply its characters', () => {
    expect(read('{"\\u0061":1}')).toBeUndefined();
    expect(read('[{"a":"\\u0061"},{"c\\n":4}]')).toBeUndefined();
    expect(rawOf('{"a":"\\u0061"}')).toEqual({ a: 'a' });
  });

  it('is read as the parser reads it, whatever it is and however it is spaced', () => {
    const spaces = fc.constantFrom('', ' ', '\n', '  ', '\t');
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 4 }), spaces, spaces, (value, indent, around) => {
        const text = around + JSON.stringify(value, undefined, indent) + around;
        expect(rawOf(text)).toEqual(hasEscapeInKey(text) ? 'not read' : parseJson(text));
      }),
      { numRuns: 300 },
    );
  });

  it('is refused or read as the parser reads it, whatever is changed in it', () => {
    const anywhere = fc.nat();
    const byte = fc.oneof(fc.nat(255), fc.constantFrom(...Buffer.from('{}[]",:\\ -0.e1n')));
    fc.assert(
      fc.property(
        fc.jsonValue({ maxDepth: 3 }),
        fc.array(fc.tuple(anywhere, byte), { maxLength: 3 }),
        (value, changes) => {
          const bytes = Buffer.from(JSON.stringify(value));
          for (const [at, to] of changes) bytes[at % bytes.length] = to;
          const json = JsonText.read(bytes);
          const text = bytes.toString();
          const unusual = !isUtf8(bytes) || hasEscapeInKey(text);
          let parsed: unknown;
          try {
            parsed = parseJson(text);
          } catch {
            expect(json).toBeUndefined();
            return;
          }
          if (json === undefined) expect(unusual).toBe(true);
          else expect(new JsonValue(json, 0).raw()).toEqual(parsed);
        },
      ),
      { numRuns: 2_000 },
    );
  });

  it('gives the items of a list, and the places between them', () => {
    const json = read('[1,[2,3],{"a":4}]');
    if (json === undefined) throw new Error('it is JSON');
    expect(new JsonValue(json, 0).items()?.map((item) => item.raw())).toEqual([1, [2, 3], { a: 4 }]);
    expect(new JsonValue(json, SIZE).items()).toBeUndefined();
    expect(json.nextAt(0)).toBe(8 * SIZE);
    expect(json.valueAt(NOWHERE)).toBeUndefined();
  });
});
