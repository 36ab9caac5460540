import { describe, expect, it } from '@jest/globals';
import { parse } from 'graphql';
import { findNPlusOne } from '../../../src/cli/find-n-plus-one.ts';

const find = (...sdl: string[]) => findNPlusOne(sdl.map((text) => parse(text)));

describe('findNPlusOne', () => {
  it('finds an entity that is only looked up one by one', () => {
    expect(find('type Query { stock(sku: ID!): Stock! @soap(operation: "GetStock") @lookup }')).toEqual([
      { type: 'Stock', lookup: 'stock', cures: [] },
    ]);
  });

  it('names lists of the entity that take a list', () => {
    const sdl = `type Query {
      p(id: ID!): P @rest(get: "/p/{id}") @lookup
      list: [P!]! @rest(get: "/p")
      byName(name: String): [P] @rest(get: "/p{?name}")
      byIds(ids: [ID!]!): [P!]! @rest(get: "/p{?ids*}")
      bySkus(skus: [String]): [P] @rest(get: "/p{?skus*}")
      other(ids: [ID!]!): [Q] @rest(get: "/q{?ids*}")
    }`;
    expect(find(sdl)).toEqual([{ type: 'P', lookup: 'p', cures: ['byIds', 'bySkus'] }]);
  });

  it('is content with a batch lookup, wherever it is written', () => {
    expect(
      find(
        'type Query { p(id: ID!): P @rest(get: "/p/{id}") @lookup }',
        'extend type Query { ps(ids: [ID!]!): [P]! @rest(get: "/p{?ids*}") @lookup }',
      ),
    ).toEqual([]);
  });

  it('does not count fields that are no lookup, or cost no call each', () => {
    expect(
      find('type Query { p(id: ID!): P @rest(get: "/p/{id}") m(id: ID!): M @ai @lookup } type T { x: P @lookup }'),
    ).toEqual([]);
  });
});
