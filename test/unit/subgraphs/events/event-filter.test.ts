import { describe, expect, it } from '@jest/globals';
import { parse } from 'graphql';
import type { EntityChange } from '../../../../src/contract/events.ts';
import { createScope } from '../../../../src/engine/create-scope.ts';
import { createMemoryBus } from '../../../../src/events/memory-bus.ts';
import { createMemoryEventLog } from '../../../../src/events/memory-event-log.ts';
import { tailEvents } from '../../../../src/events/tail-events.ts';
import { createEventsSubgraph } from '../../../../src/subgraphs/events/index.ts';

const READABLE: readonly string[] = ['', 'id', 'status', 'total', 'paid', 'note', 'customer.name', 'lines.sku'];

const order = (id: string, payload: unknown, operation: EntityChange['operation'] = 'UPDATED'): EntityChange => ({
  source: 'shop',
  type: 'Order',
  operation,
  key: { id },
  payload,
});

const CHANGES: readonly EntityChange[] = [
  order('1', { status: 'open', total: 10, paid: false, note: null, cost: 4, customer: { name: 'Ada' } }, 'CREATED'),
  order('2', { status: 'paid', total: 20, paid: true, lines: [{ sku: 'A' }, { sku: 'B' }] }),
  order('3', { status: 'sent', total: '30', lines: [{ sku: 'C' }] }),
  order('4', undefined, 'DELETED'),
  { source: 'warehouse', type: 'StockLevel', operation: 'UPDATED', key: { sku: 'A', shelf: '1' }, payload: { id: 7 } },
];

async function open() {
  const log = createMemoryEventLog();
  const bus = createMemoryBus();
  await log.append(CHANGES);
  const subgraph = createEventsSubgraph({
    log,
    bus,
    tail: tailEvents,
    entities: [{ type: 'Order', keyFields: [{ name: 'id', type: 'ID' }] }],
    mayRead: (_principal, type, path) => type === 'StockLevel' || READABLE.includes(path.join('.')),
  });
  return { log, bus, subgraph };
}

async function run(args: string, variables = {}) {
  const { subgraph } = await open();
  const text = `query($where: SyncEventFilter) { syncEvents(${args}) { key } }`;
  const fetch = { subgraph: 'events', kind: 'query', text, document: parse(text), variableNames: [], representationVariables: [] } as const; // prettier-ignore
  return subgraph.prepare(fetch)(createScope(), variables);
}

async function keysOf(args: string, variables = {}): Promise<unknown[]> {
  const { data, errors } = await run(args, variables);
  expect(errors).toBeUndefined();
  const events = data?.syncEvents as { readonly key: Readonly<Record<string, string>> }[];
  return events.map(({ key }) => key.id ?? key.sku);
}

describe('which events a caller asks for', () => {
  it.each([
    ['entity: { type: "Order" }', ['1', '2', '3', '4']],
    ['entity: { type: "Order", key: { id: "2" } }', ['2']],
    ['entity: { type: "Order", key: { id: 2 } }', ['2']],
    ['entity: { type: "StockLevel", key: { shelf: 1 } }', ['A']],
    ['entity: { type: "Order", key: { toString: "2" } }', []],
    ['entity: { type: "Order" }, type: "StockLevel"', []],
    ['source: "", type: "Order"', []],
    ['source: null, type: null, entity: null, where: null', ['1', '2', '3', '4', 'A']],
  ])('narrows by %s', async (args, keys) => {
    expect(await keysOf(args)).toEqual(keys);
  });

  it.each([
    ['{ operation: [CREATED, DELETED] }', ['1', '4']],
    ['{ operation: [] }', []],
    ['{ key: [{ path: "id", in: ["1", 3] }] }', ['1', '3']],
    ['{ key: [{ path: "id", gt: "1" }, { path: "id", lte: "3" }] }', ['2', '3']],
    ['{ payload: [{ path: "status", eq: "paid" }] }', ['2']],
    ['{ payload: [{ path: "status", ne: "paid" }] }', ['1', '3']],
    ['{ payload: [{ path: "status", ne: "paid" }], operation: [CREATED] }', ['1']],
    ['{ payload: [{ path: "total", gte: 10, lt: 20 }] }', ['1']],
    ['{ payload: [{ path: "total", gt: "2" }] }', ['3']],
    ['{ payload: [{ path: "paid", eq: true }] }', ['2']],
    ['{ payload: [{ path: "note", eq: null }] }', ['1']],
    ['{ payload: [{ path: "note", exists: true }] }', []],
    ['{ payload: [{ path: "paid", exists: false }] }', ['3', '4', 'A']],
    ['{ payload: [{ path: "customer.name", eq: "Ada" }] }', ['1']],
    ['{ payload: [{ path: "lines.sku", eq: "B" }] }', ['2']],
    ['{ payload: [{ path: "lines.sku", gt: "A", lt: "C" }] }', ['2']],
    ['{ payload: [{ path: "constructor.name", exists: true }] }', []],
    ['{ or: [{ operation: [CREATED] }, { payload: [{ path: "status", eq: "sent" }] }] }', ['1', '3']],
    ['{ and: [{ operation: [UPDATED] }, { not: { key: [{ path: "id", eq: "3" }] } }] }', ['2', 'A']],
    ['{ or: [] }', []],
    ['{}', ['1', '2', '3', '4', 'A']],
  ])('narrows by where: %s', async (where, keys) => {
    expect(await keysOf(`where: ${where}`)).toEqual(keys);
  });

  it('takes a field that the caller may not read as absent, whatever is asked of it', async () => {
    for (const condition of ['eq: 4', 'ne: 5', 'gt: 0', 'in: [4]', 'exists: true']) {
      expect(await keysOf(`where: { payload: [{ path: "cost", ${condition} }] }`)).toEqual([]);
    }
    expect(await keysOf('type: "Order", where: { payload: [{ path: "cost", exists: false }] }')).toHaveLength(4);
  });

  it('narrows the subscription of an entity, too', async () => {
    const { subgraph, log } = await open();
    const [first] = await log.read(undefined, 1);
    const text = 'subscription($after: String, $where: SyncEventFilter) { orderChanged(after: $after, where: $where) { key } }'; // prettier-ignore
    const fetch = { subgraph: 'events', kind: 'subscription', text, document: parse(text), variableNames: [], representationVariables: [] } as const; // prettier-ignore
    const where = { payload: [{ path: 'status', in: ['sent'] }] };
    const controller = new AbortController();
    const items = subgraph.subscribe!(fetch, createScope({ signal: controller.signal }), {
      after: first?.cursor,
      where,
    });
    for await (const item of items) {
      expect(item).toMatchObject({ results: [{ data: { orderChanged: { key: { id: '3' } } } }] });
      controller.abort();
    }
    expect.assertions(1);
  });

  const many = (count: number, one: unknown) => Array.from({ length: count }, () => one);
  const nested = (depth: number): unknown => (depth === 1 ? {} : { not: nested(depth - 1) });
  it.each([
    ['51 conditions', { key: many(26, { path: 'id' }), and: [{ payload: many(25, { path: 'id' }) }] }],
    ['6 levels', nested(6)],
    ['101 alternatives', { key: [{ path: 'id', in: many(101, '1') }] }],
    ['a path of 11 fields', { payload: [{ path: many(11, 'a').join('.'), exists: true }] }],
    ['a path of 201 characters', { payload: [{ path: 'a'.repeat(201), exists: true }] }],
    ['a comparison with an object', { payload: [{ path: 'status', eq: { status: 'paid' } }] }],
    ['a comparison with a list', { payload: [{ path: 'status', in: [['paid']] }] }],
  ])('refuses a filter with %s', async (_title, where) => {
    const { data, errors } = await run('where: $where', { where });
    expect(data).toBeNull();
    expect(errors).toMatchObject([{ fault: { code: 'HUB_REQUEST_INVALID', message: /^the argument `where`: / } }]);
  });

  it('takes a filter that is as large as allowed', async () => {
    const where = { key: many(50, { path: 'id', in: many(100, '1') }), and: [nested(4)] };
    const { errors } = await run('where: $where', { where });
    expect(errors).toBeUndefined();
  });

  it.each(['"2"', '[{ id: "2" }]', '{ id: { eq: "2" } }', '{ id: null }'])('refuses %s as a key', async (key) => {
    const { errors } = await run(`entity: { type: "Order", key: ${key} }`);
    expect(errors).toMatchObject([{ fault: { code: 'HUB_REQUEST_INVALID' } }]);
  });
});
