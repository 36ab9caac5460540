import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { interpolate, retype } from '../../../src/config/interpolate.ts';

const env = { HOST: 'example.com', EMPTY: '', TRICK: '${HOST}', DOLLAR: '$&$1' };

describe('interpolate', () => {
  it.each([
    ['nothing here', 'nothing here'],
    ['${HOST}', 'example.com'],
    ['https://${HOST}:${PORT:-80}/', 'https://example.com:80/'],
    ['${EMPTY}', ''],
    ['${EMPTY:-fallback}', 'fallback'],
    ['${PORT:-}', ''],
    ['${URL:-http://a:1/b?c=d-e}', 'http://a:1/b?c=d-e'],
    ['$${HOST}', '${HOST}'],
    ['a $ b $HOST {HOST}', 'a $ b $HOST {HOST}'],
    ['${TRICK}', '${HOST}'],
    ['${DOLLAR}', '$&$1'],
  ])('makes of %s: %s', (text, expected) => {
    expect(interpolate(text, env)).toMatchObject({ text: expected, missing: [] });
  });

  it('knows whether one variable is all there is', () => {
    expect(interpolate('${HOST}', env).whole).toBe(true);
    expect(interpolate('${HOST} ', env).whole).toBe(false);
    expect(interpolate('${HOST}${HOST}', env).whole).toBe(false);
    expect(interpolate('$${HOST}', env).whole).toBe(false);
  });

  it('names what is missing', () => {
    expect(interpolate('${A}/${HOST}/${B}', env).missing).toEqual(['A', 'B']);
  });

  it.each(['${', '${}', '${HOST', '${a-b}', '${1A}', '${A:?no}', '${A:-${HOST}}', '${ HOST }'])(
    'refuses %s',
    (text) => {
      expect(interpolate(text, env).malformed).toBeDefined();
    },
  );

  it('leaves every text without a dollar sign as it is', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        const plain = text.replaceAll('$', '');
        expect(interpolate(plain, env)).toEqual({ text: plain, changed: false, whole: false, missing: [] });
      }),
    );
  });
});

describe('retype', () => {
  it.each([
    ['8080', 8080],
    ['-1', -1],
    ['0.5', 0.5],
    ['1e3', 1000],
    ['true', true],
    ['false', false],
    ['', ''],
    ['007', '007'],
    ['0x10', '0x10'],
    ['1_000', '1_000'],
    [' 1', ' 1'],
    ['Infinity', 'Infinity'],
    ['yes', 'yes'],
    ['null', 'null'],
  ])('reads %j as %j', (text, expected) => {
    expect(retype(text)).toBe(expected);
  });
});
