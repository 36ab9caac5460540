import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  camelName,
  createNameScope,
  enumValueName,
  fieldName,
  pascalName,
  singular,
} from '../../../src/import/graphql-names.ts';

const LEGAL = /^(?!__)[A-Za-z_][A-Za-z0-9_]*$/;

describe('names', () => {
  it.each([
    ['list-pets', 'listPets'],
    ['ListPets', 'listPets'],
    ['URLPath', 'urlPath'],
    ['URL', 'url'],
    ['users.getByID', 'usersGetByID'],
    ['café au lait', 'cafeAuLait'],
    ['__type', 'type'],
    ['2fa', '_2fa'],
  ])('camelName(%j) is %s', (raw, name) => {
    expect(camelName(raw)).toBe(name);
  });

  it.each([
    ['order-item', 'OrderItem'],
    ['HTTPError', 'HTTPError'],
    ['com.acme.Order', 'ComAcmeOrder'],
    ['Page«Order»', 'PageOrder'],
  ])('pascalName(%j) is %s', (raw, name) => {
    expect(pascalName(raw)).toBe(name);
  });

  it('leaves legal fields and enum values as they are', () => {
    expect(fieldName('snake_case')).toBe('snake_case');
    expect(enumValueName('InProgress')).toBe('InProgress');
  });

  it('is legal, short enough and the same again, whatever the string', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: 'binary' }), fc.string({ minLength: 90, maxLength: 300 })), (raw) => {
        for (const make of [camelName, pascalName, fieldName, enumValueName]) {
          const name = make(raw);
          expect(name).toMatch(LEGAL);
          expect(name.length).toBeLessThanOrEqual(101);
          expect(['true', 'false', 'null'].includes(enumValueName(raw))).toBe(false);
          expect(make(raw)).toBe(name);
        }
      }),
    );
  });

  it('gives a scope every name once', () => {
    const scope = createNameScope(['Query']);
    expect(['Query', 'A', 'A', 'A', 'A1', 'A1'].map((name) => scope.claim(name))).toEqual([
      'Query2',
      'A',
      'A2',
      'A3',
      'A1',
      'A1_2',
    ]);
  });

  it.each([
    ['orders', 'order'],
    ['categories', 'category'],
    ['boxes', 'box'],
    ['status', 'status'],
    ['address', 'address'],
    ['addresses', 'address'],
  ])('takes %s for the plural of %s', (plural, one) => {
    expect(singular(plural)).toBe(one);
  });
});
