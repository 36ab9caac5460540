import { describe, expect, it } from '@jest/globals';
import { parseUriTemplate } from '../../../../src/subgraphs/rest/uri-template.ts';

const expand = (template: string, values: Record<string, unknown>) =>
  parseUriTemplate(template).expand(new Map(Object.entries(values)));

describe('a URI template', () => {
  it.each<[string, Record<string, unknown>, string]>([
    ['/orders/{id}', { id: 'a/b c?d#e' }, '/orders/a%2Fb%20c%3Fd%23e'],
    ['/orders/{id}', { id: 7 }, '/orders/7'],
    ['/orders/{id}', { id: 9007199254740993n }, '/orders/9007199254740993'],
    ['/orders/{id}', { id: '..%2f..' }, '/orders/..%252f..'],
    ['/files/{+path}', { path: 'a/b.txt' }, '/files/a/b.txt'],
    ['/products{?id*}', { id: ['1', null, '2'] }, '/products?id=1&id=2'],
    ['/products{?id}', { id: ['1', '2'] }, '/products?id=1,2'],
    ['/products{?id}', { id: [] }, '/products'],
    ['/products{?id*}', { id: [1n, true] }, '/products?id=1&id=true'],
    ['/products{?q,page}', { q: '', page: null }, '/products?q='],
    ['/products?fixed=1{&q}', { q: 'ü&' }, '/products?fixed=1&q=%C3%BC%26'],
    ['/products?q={q}', {}, '/products?q='],
    ['/products{?filter*}', { filter: { a: 1, b: { c: 2 }, d: null } }, '/products?a=1&b=%7B%22c%22%3A2%7D'],
    ['/products{?since}', { since: new Date(0) }, '/products?since=1970-01-01T00%3A00%3A00.000Z'],
    ['/products{?page%5Bsize%5D}', { 'page[size]': 5 }, '/products?page%5Bsize%5D=5'],
    ['/products{?filter[name]}', { 'filter[name]': 'x' }, '/products?filter%5Bname%5D=x'],
    ['/products{?xml%3Alang,q}', { 'xml:lang': 'de', q: 1 }, '/products?xml%3Alang=de&q=1'],
    [
      '/products{?__proto__,constructor}',
      { ['__proto__']: 'a', constructor: 'b' },
      '/products?__proto__=a&constructor=b',
    ],
    ['/products{?constructor,toString}', {}, '/products'],
    ['https://other.example/x{?q}', { q: 1 }, 'https://other.example/x?q=1'],
    ['', {}, ''],
  ])('%s with %j is %s', (template, values, url) => {
    expect(expand(template, values)).toBe(url);
  });

  it('names its variables and where they stand', () => {
    expect(parseUriTemplate('/a/{x}/{y:3}{/z}?fixed={v}{&w*,page%5Bn%5D}').variables).toMatchObject([
      { name: 'x', place: 'path' },
      { name: 'y', place: 'path' },
      { name: 'z', place: 'path' },
      { name: 'v', place: 'query' },
      { name: 'w', place: 'query' },
      { name: 'page[n]', place: 'query' },
    ]);
  });

  it.each<[string, Record<string, unknown>, string]>([
    ['/a/{x}', {}, '"x" is a part of the path and has no value'],
    ['/a/{x}', { x: null }, 'has no value'],
    ['/a/{x}', { x: '' }, 'has no value'],
    ['/a/{x}', { x: [] }, 'has no value'],
    ['/a/{x}', { x: '..' }, 'somewhere else'],
    ['/a/{x}/b', { x: '.' }, 'somewhere else'],
    ['/a/{+x}', { x: 'b/../c' }, 'somewhere else'],
    ['/a/{+x}', { x: 'b/%2E%2e/c' }, 'somewhere else'],
    ['/a{/x*}', { x: ['b', '..'] }, 'somewhere else'],
    ['/a/{+x}', { x: 'b?admin=1' }, 'would end the path'],
    ['/a/{+x}', { x: 'b#' }, 'would end the path'],
  ])('%s refuses %j', (template, values, message) => {
    expect(() => expand(template, values)).toThrow(message);
  });

  it.each([
    ['/a/{x', 'brace'],
    ['/a/x}', 'brace'],
    ['/a/{}', 'names no variable'],
    ['/a/{x,}', 'names no variable'],
    ['/a{#x}', 'fragment'],
    ['/a#b', 'fragment'],
    ['a/b', 'must begin with a slash'],
    ['/a/../b', '".."'],
    ['/a/%2e%2E/b', '".."'],
    ['https://{host}/x', 'only the path and the query'],
    ['https://api.{host}:80/x', 'only the path and the query'],
    ['/a/{x%3Ay}', 'only stand in a query'],
    ['/a{?x%zz}', 'percent-encoded'],
  ])('%s cannot be used', (template, message) => {
    expect(() => parseUriTemplate(template)).toThrow(message);
  });
});
