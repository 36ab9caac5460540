// Which entities a planned fetch of a remote source reads.
import { describe, expect, it } from '@jest/globals';
import { parse } from 'graphql';
import { createTouchedEntities } from '../../../../src/subgraphs/remote/touched-entities.ts';
import { entityTag } from '../../../../src/transport/entity-tags.ts';

const SDL = parse(/* GraphQL */ `
  schema {
    query: Root
  }
  type Root {
    orders: [Order]
    node: Node
    found: Found
    motto: String
  }
  interface Node {
    id: ID!
  }
  type Order implements Node @key(fields: "id") @key(fields: "shop { id } number") {
    id: ID!
    customer: Customer
    total: Int
  }
  type Customer @key(fields: "id") @key(fields: "email") {
    id: ID!
    email: String
    orders: [Order]
  }
  type Product @key(fields: "shop { id }") {
    shop: Shop
  }
  type Shop {
    id: ID
  }
  union Found = Customer | Shop
`);

function tags(text: string, variables: Record<string, unknown> = {}) {
  const fetch = {
    subgraph: 'a',
    kind: 'query',
    text,
    document: parse(text),
    variableNames: [],
    representationVariables: Object.keys(variables),
  } as const;
  return [...createTouchedEntities(SDL)(fetch)(variables)].sort();
}

describe('a fetch bears the tags of', () => {
  it('every type of entity that it selects, fragments included', () => {
    expect(tags('{ orders { ...o } } fragment o on Order { customer { email } }')).toEqual(['Customer', 'Order']);
    expect(tags('{ motto }')).toEqual([]);
  });

  it('every type that an abstract one may be', () => {
    expect(tags('{ node { id } found { __typename } }')).toEqual(['Customer', 'Order']);
    expect(tags('{ node { ... on Order { total } } }')).toEqual(['Order']);
  });

  it('the very entities that it is about, by every key that is given', () => {
    const text = 'query($r: [_Any!]!) { _entities(representations: $r) { ... on Customer { email } } }';
    expect(
      tags(text, {
        r: [
          { __typename: 'Customer', id: 1, email: 'a@b' },
          { __typename: 'Customer', id: 2 },
        ],
      }),
    ).toEqual(
      [
        entityTag('Customer', { id: 1 }),
        entityTag('Customer', { email: 'a@b' }),
        entityTag('Customer', { id: 2 }),
      ].sort(),
    );
  });

  it('the type, where an entity is only told by a nested key', () => {
    const text = 'query($r: [_Any!]!) { _entities(representations: $r) { ... on Product { shop { id } } } }';
    expect(tags(text, { r: [{ __typename: 'Product', shop: { id: 1 } }] })).toEqual(['Product']);
  });

  it('types below the entities that it is about', () => {
    const text = 'query($r: [_Any!]!) { _entities(representations: $r) { ... on Customer { orders { total } } } }';
    expect(tags(text, { r: [{ __typename: 'Customer', id: 1 }] })).toEqual(
      [entityTag('Customer', { id: 1 }), 'Order'].sort(),
    );
  });
});
