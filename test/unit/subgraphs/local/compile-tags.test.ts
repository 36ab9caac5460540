// Which entities a payload is made of, told by the field's type.
import { describe, expect, it } from '@jest/globals';
import { parse } from 'graphql';
import { buildLocalSchema } from '../../../../src/subgraphs/local/local-schema.ts';
import { createTagsOf } from '../../../../src/subgraphs/local/compile-tags.ts';
import { entityTag, listTag, someTag, tagsOfChange } from '../../../../src/transport/entity-tags.ts';

const SDL = /* GraphQL */ `
  type Query {
    order(id: ID!): Order @rest(get: "/orders/{id}") @lookup
    ordersById(ids: [ID!]!): [Order]! @rest(get: "/orders{?ids}") @lookup
    orders(limit: Int): [Order!]! @rest(get: "/orders{?limit}")
    latest: Order @rest(get: "/orders/latest")
    page: OrderPage @rest(get: "/order-pages")
    found: [Found] @rest(get: "/found")
    motto: String @rest(get: "/motto")
  }
  type OrderPage {
    items: [Order!]!
    total: Int
  }
  type Order @key(fields: "id") @key(fields: "shopId number") {
    id: ID! @map(name: "order_id")
    shopId: ID
    number: Int
    customer: Customer @derive(from: "{ id: customerId }")
    lines: [Line!]
    parent: Order
  }
  type Line {
    product: Product
  }
  type Product @key(fields: "sku") {
    sku: ID!
  }
  type Customer @key(fields: "id", resolvable: false) {
    id: ID!
  }
  union Found = Order | Product | Line
`;

const { schema, entities } = buildLocalSchema('shop', parse(SDL));
const tagsOf = createTagsOf(schema, entities);
const tags = (field: string, payload: unknown, args = {}) =>
  [...tagsOf(schema.getQueryType()!.getFields()[field]!)(payload, args)].sort();
const order = (id: string) => entityTag('Order', { id });

describe('an answer bears the tag of', () => {
  it('each entity in it, by every key that it has, at any depth', () => {
    const payload = {
      order_id: 1,
      shopId: 's',
      number: 7,
      customerId: 'c',
      lines: [{ product: { sku: 'a' } }, { product: { sku: 'b' } }],
      parent: { order_id: 2 },
    };
    expect(tags('latest', payload)).toEqual(
      [
        order('1'),
        entityTag('Order', { number: 7, shopId: 's' }),
        entityTag('Product', { sku: 'a' }),
        entityTag('Product', { sku: 'b' }),
        order('2'),
      ].sort(),
    );
  });

  it('the list, where entities are listed: another one may come to be in it', () => {
    expect(tags('orders', [])).toEqual([listTag('Order')]);
    expect(tags('page', { items: [{ order_id: 1 }] })).toEqual([listTag('Order'), order('1')].sort());
  });

  it('what a lookup was asked for, found or not, and no list', () => {
    expect(tags('order', null, { id: '9' })).toEqual([someTag('Order'), order('9')].sort());
    expect(tags('ordersById', [{ order_id: 1 }], { ids: ['1', '2'] })).toEqual([order('1'), order('2')]);
  });

  it('some entity of the type, where it cannot be told which', () => {
    expect(tags('latest', { total: 3 })).toEqual([someTag('Order')]);
    expect(tags('latest', null)).toEqual([someTag('Order')]);
    expect(tags('found', [{ order_id: 1 }])).toEqual([someTag('Order'), someTag('Product')]);
  });

  it('nothing, where there is no entity in it', () => {
    expect(tags('motto', 'onward')).toEqual([]);
  });
});

describe('a change of an entity', () => {
  it('finds what names it, lists of its type and what may hold it', () => {
    const change = tagsOfChange({ type: 'Order', key: { number: '7', shopId: 's' } });
    expect(change).toContain(entityTag('Order', { shopId: 's', number: 7 }));
    expect(change).toEqual(expect.arrayContaining([listTag('Order'), someTag('Order')]));
    expect(change).not.toContain(entityTag('Order', { shopId: 's', number: 8 }));
  });
});
