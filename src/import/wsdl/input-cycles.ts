// Input types that demand each other in a circle could never be written down; GraphQL forbids them. This finds the circles:
// the strongly connected components of the graph of demands (Tarjan 1972), without recursion, each type visited once.
import type { ComplexType, ValueType } from './xsd-model.ts';

interface Visit {
  readonly type: ComplexType;
  readonly demands: readonly ComplexType[];
  next: number;
}

/** The finder tells whether a value of `to`, demanded by `from`, leads back to `from`. */
export function createCycleFinder(
  demandedBy: (type: ComplexType) => readonly ComplexType[],
): (from: ComplexType, to: ValueType) => boolean {
  const components = new Map<ComplexType, number>();
  const order = new Map<ComplexType, number>();
  const low = new Map<ComplexType, number>();
  const open: ComplexType[] = [];

  function visitAll(start: ComplexType): void {
    const visits: Visit[] = [enter(start)];
    for (let visit = visits.at(-1); visit !== undefined; visit = visits.at(-1)) {
      const { type, demands } = visit;
      const child = demands[visit.next];
      visit.next += 1;
      if (child === undefined) {
        visits.pop();
        leave(type);
        const parent = visits.at(-1)?.type;
        if (parent !== undefined) lower(parent, low.get(type));
      } else if (!order.has(child)) visits.push(enter(child));
      else if (!components.has(child)) lower(type, order.get(child));
    }
  }

  function enter(type: ComplexType): Visit {
    order.set(type, order.size);
    low.set(type, order.size - 1);
    open.push(type);
    return { type, demands: demandedBy(type), next: 0 };
  }

  function lower(type: ComplexType, to: number | undefined): void {
    const own = low.get(type);
    if (own !== undefined && to !== undefined && to < own) low.set(type, to);
  }

  function leave(type: ComplexType): void {
    if (low.get(type) !== order.get(type)) return;
    const component = order.get(type) ?? 0;
    for (let member = open.pop(); member !== undefined; member = member === type ? undefined : open.pop()) {
      components.set(member, component);
    }
  }

  return (from, to) => {
    if (to.kind !== 'complex') return false;
    if (from === to) return true;
    if (!order.has(from)) visitAll(from);
    if (!order.has(to)) visitAll(to);
    return components.get(from) === components.get(to);
  };
}
