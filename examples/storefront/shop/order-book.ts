// The shop's orders while it runs: the generated ones, and what was placed or changed since.
import { type Order, type OrderStatus, type StorefrontData, totalOf } from '../data.ts';
import type { FieldProblem } from './problem.ts';

export interface NewOrder {
  readonly customerId: string;
  readonly items: readonly { readonly productId: string; readonly quantity: number }[];
  readonly note?: string;
}

export interface OrderPatch {
  readonly status?: OrderStatus;
  readonly note?: string;
}

export type Placed = { readonly order: Order } | { readonly problems: readonly FieldProblem[] };
export type Patched = { readonly order: Order } | { readonly missing: true } | { readonly conflict: string };

export interface OrderBook {
  /** Newest first. */
  list(filter: { readonly status?: string; readonly customerId?: string }): readonly Order[];
  get(id: string): Order | undefined;
  place(order: NewOrder): Placed;
  patch(id: string, patch: OrderPatch): Patched;
}

export function createOrderBook(data: StorefrontData, now: () => Date = () => new Date()): OrderBook {
  const orders = new Map(data.orders.toReversed().map((order) => [order.id, order]));
  const customers = new Set(data.customers.map((customer) => customer.id));
  const prices = new Map(data.products.map((product) => [product.id, product.price]));
  let next = 10_001 + data.orders.length;

  const place = (input: NewOrder): Placed => {
    const problems: FieldProblem[] = [];
    if (!customers.has(input.customerId)) {
      problems.push({ pointer: '/customerId', detail: `there is no customer ${input.customerId}` });
    }
    const items = input.items.map(({ productId, quantity }, index) => {
      const unitPrice = prices.get(productId);
      if (unitPrice === undefined) {
        problems.push({ pointer: `/items/${index}/productId`, detail: `there is no product ${productId}` });
      }
      return { productId, quantity, unitPrice: unitPrice ?? 0 };
    });
    if (problems.length > 0) return { problems };
    const order: Order = {
      id: `O-${next}`,
      customerId: input.customerId,
      status: 'PLACED',
      placedAt: now().toISOString(),
      items,
      total: totalOf(items),
      ...(input.note === undefined ? {} : { note: input.note }),
    };
    next += 1;
    orders.set(order.id, order);
    return { order };
  };

  const patch = (id: string, change: OrderPatch): Patched => {
    const known = orders.get(id);
    if (known === undefined) return { missing: true };
    const final = known.status === 'DELIVERED' || known.status === 'CANCELLED';
    if (final && change.status !== undefined && change.status !== known.status) {
      return { conflict: `order ${id} is ${known.status}, which is final` };
    }
    const order: Order = {
      ...known,
      ...(change.status === undefined ? {} : { status: change.status }),
      ...(change.note === undefined ? {} : { note: change.note }),
    };
    orders.set(id, order);
    return { order };
  };

  return {
    list: ({ status, customerId }) =>
      [...orders.values()]
        .reverse()
        .filter((order) => status === undefined || order.status === status)
        .filter((order) => customerId === undefined || order.customerId === customerId),
    get: (id) => orders.get(id),
    place,
    patch,
  };
}
