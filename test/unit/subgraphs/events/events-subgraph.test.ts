import { describe, expect, it } from '@jest/globals';
import { QueryPlanner } from '@graphql-hive/router-query-planner';
import { composeServices } from '@theguild/federation-composition';
import { parse } from 'graphql';
import type { EntityChange } from '../../../../src/contract/events.ts';
import type { FetchResult, PlannedFetch } from '../../../../src/contract/fetch.ts';
import type { Subgraph } from '../../../../src/contract/subgraph.ts';
import { createScope } from '../../../../src/engine/create-scope.ts';
import { createMemoryBus } from '../../../../src/events/memory-bus.ts';
import { createMemoryEventLog } from '../../../../src/events/memory-event-log.ts';
import { tailEvents } from '../../../../src/events/tail-events.ts';
import { createEventsSubgraph, type EventEntity } from '../../../../src/subgraphs/events/index.ts';

const ENTITIES: readonly EventEntity[] = [
  { type: 'Order', keyFields: [{ name: 'id', type: 'ID' }] },
  { type: 'StockLevel', keyFields: [{ name: 'sku', type: 'String' }, { name: 'shelf', type: 'Int' }] }, // prettier-ignore
];

const order = (id: string, operation: EntityChange['operation'] = 'UPDATED'): EntityChange => ({
  source: 'shop',
  type: 'Order',
  operation,
  key: { id },
});
const stock = (sku: string, shelf: string): EntityChange => ({
  source: 'warehouse',
  type: 'StockLevel',
  operation: 'CREATED',
  key: { sku, shelf },
});

function open(entities = ENTITIES) {
  const log = createMemoryEventLog({ maxEvents: 700, now: () => 0 });
  const bus = createMemoryBus();
  const subgraph = createEventsSubgraph({ log, bus, tail: tailEvents, entities, mayRead: () => true });
  const append = async (...changes: EntityChange[]) => {
    const events = await log.append(changes);
    bus.publish();
    return events;
  };
  return { log, bus, subgraph, append };
}

function fetchOf(text: string): PlannedFetch {
  const kind = text.startsWith('subscription') ? 'subscription' : 'query';
  return { subgraph: 'events', kind, text, document: parse(text), variableNames: [], representationVariables: [] };
}

/** The results of the batches, one at a time, without their places. */
async function* eachOf(subgraph: Subgraph, ...args: Parameters<NonNullable<Subgraph['subscribe']>>) {
  for await (const item of subgraph.subscribe!(...args)) {
    if ('results' in item)
      yield* item.results.map(
        ({ data, errors }) => ({ data, ...(errors === undefined ? {} : { errors }) }) as FetchResult,
      );
    else yield item;
  }
}

async function next(results: AsyncIterator<FetchResult>): Promise<any> {
  const { value, done } = await results.next();
  return done === true ? undefined : JSON.parse(JSON.stringify(value));
}

describe('the events subgraph', () => {
  it('streams every change with the stub of its entity', async () => {
    const { subgraph, append } = open();
    const controller = new AbortController();
    const scope = createScope({ signal: controller.signal });
    const text = `subscription { syncEvents {
      at source type operation key correlationId
      entity { __typename ... on Order { id } ... on StockLevel { sku shelf } }
    } }`;
    const results = eachOf(subgraph, fetchOf(text), scope, {})[Symbol.asyncIterator]();
    const first = next(results);
    await Promise.resolve();
    await append({ ...order('1'), correlationId: 'r-1' }, stock('A', '7'));
    expect(await first).toEqual({
      data: {
        syncEvents: {
          at: '1970-01-01T00:00:00.000Z',
          source: 'shop',
          type: 'Order',
          operation: 'UPDATED',
          key: { id: '1' },
          correlationId: 'r-1',
          entity: { __typename: 'Order', id: '1' },
        },
      },
    });
    expect((await next(results)).data.syncEvents.entity).toEqual({ __typename: 'StockLevel', sku: 'A', shelf: 7 });
    const last = next(results);
    controller.abort();
    expect(await last).toBeUndefined();
  });

  it('has no entity for a deleted one', async () => {
    const { subgraph, append } = open();
    await append(order('1', 'DELETED'));
    const run = subgraph.prepare(fetchOf('{ syncEvents { operation key entity { __typename } } }'));
    expect((await run(createScope(), {})).data).toEqual({
      syncEvents: [{ operation: 'DELETED', key: { id: '1' }, entity: null }],
    });
  });

  it('has a typed subscription per entity, narrowed by its key', async () => {
    const { subgraph, append } = open();
    const [before] = await append(order('0'));
    await append(stock('A', '1'), order('1'), order('2'), stock('A', '2'), stock('B', '2'));
    const read = (text: string, variables = {}) =>
      eachOf(subgraph, fetchOf(text), createScope(), { after: before?.cursor, ...variables })[Symbol.asyncIterator]();

    const all = read('subscription($after: String) { orderChanged(after: $after) { entity { id } } }');
    expect((await next(all)).data.orderChanged.entity.id).toBe('1');
    expect((await next(all)).data.orderChanged.entity.id).toBe('2');

    const one = read('subscription($after: String, $id: ID) { orderChanged(id: $id, after: $after) { key } }', {
      id: 2,
    });
    expect((await next(one)).data.orderChanged.key).toEqual({ id: '2' });

    const shelf = read(
      'subscription($after: String) { stockLevelChanged(shelf: 2, after: $after) { entity { sku shelf } } }',
    );
    expect((await next(shelf)).data.stockLevelChanged.entity).toEqual({ sku: 'A', shelf: 2 });
    expect((await next(shelf)).data.stockLevelChanged.entity).toEqual({ sku: 'B', shelf: 2 });
  });

  it('narrows the stream by source and by type', async () => {
    const { subgraph, append } = open();
    const [before] = await append(order('0'));
    await append(order('1'), stock('A', '1'));
    for (const filter of ['source: "warehouse"', 'type: "StockLevel"']) {
      const text = `subscription($after: String) { syncEvents(${filter}, after: $after) { type } }`;
      const results = eachOf(subgraph, fetchOf(text), createScope(), { after: before?.cursor })[Symbol.asyncIterator]();
      expect((await next(results)).data.syncEvents.type).toBe('StockLevel');
    }
  });

  it('ends a subscription with the fault of a cursor that is no good', async () => {
    const { subgraph } = open();
    const fetch = fetchOf('subscription { syncEvents(after: "nonsense") { cursor } }');
    const results: FetchResult[] = [];
    for await (const result of eachOf(subgraph, fetch, createScope(), {})) results.push(result);
    expect(results).toMatchObject([{ data: null, errors: [{ fault: { code: 'HUB_EVENT_CURSOR_INVALID' } }] }]);
  });

  it('tells a subscriber that fell too far behind what it missed, and goes on', async () => {
    const { subgraph, append } = open();
    const [first] = await append(order('0'));
    const text = `subscription($after: String) { orderChanged(after: $after) {
      cursor operation key gap { after lost } entity { id }
    } }`;
    const appended = await append(...Array.from({ length: 800 }, (_, index) => order(String(index))));
    const results = eachOf(subgraph, fetchOf(text), createScope(), { after: first?.cursor })[Symbol.asyncIterator]();
    expect(await next(results)).toEqual({
      data: {
        orderChanged: {
          cursor: appended[99]?.cursor,
          operation: 'CUSTOM',
          key: {},
          gap: { after: first?.cursor, lost: 100 },
          entity: null,
        },
      },
    });
    expect((await next(results)).data.orderChanged).toMatchObject({ key: { id: '100' }, gap: null });
  });

  it('refuses a page after a gap, and says where to go on', async () => {
    const { subgraph, append } = open();
    const [first] = await append(order('0'));
    const appended = await append(...Array.from({ length: 800 }, (_, index) => order(String(index))));
    const run = subgraph.prepare(fetchOf('query($after: String) { syncEvents(after: $after) { key } }'));
    const result = await run(createScope(), { after: first?.cursor });
    expect(result.errors).toMatchObject([
      { fault: { code: 'HUB_EVENT_GAP', details: { lost: 100, resumeAfter: appended[99]?.cursor } } },
    ]);
  });

  it('has no entity for an event that names none of the graph, or not the whole key', async () => {
    const { subgraph, append } = open();
    await append({ ...order('1'), type: 'Unheard' }, { ...stock('A', '1'), key: { sku: 'A' } });
    const run = subgraph.prepare(fetchOf('{ syncEvents { type entity { __typename } } }'));
    const result = await run(createScope(), {});
    expect(result.errors).toBeUndefined();
    expect(JSON.parse(JSON.stringify(result.data))).toEqual({
      syncEvents: [
        { type: 'Unheard', entity: null },
        { type: 'StockLevel', entity: null },
      ],
    });
  });

  it('tells when a change happened, which is when the hub learned of it unless the source says', async () => {
    const { subgraph, append } = open();
    await append(order('1'), { ...order('2'), occurredAt: '2026-01-01T00:00:00.000Z', causationId: 'c' });
    const run = subgraph.prepare(fetchOf('{ syncEvents { occurredAt causationId } }'));
    expect((await run(createScope(), {})).data).toEqual({
      syncEvents: [
        { occurredAt: '1970-01-01T00:00:00.000Z', causationId: null },
        { occurredAt: '2026-01-01T00:00:00.000Z', causationId: 'c' },
      ],
    });
  });

  it('pages through the log with a query', async () => {
    const { subgraph, append } = open();
    await append(
      ...Array.from({ length: 600 }, (_, index) => (index % 2 ? order(String(index)) : stock('A', String(index)))),
    );
    const run = subgraph.prepare(
      fetchOf(
        'query($after: String, $first: Int!) { syncEvents(after: $after, first: $first, type: "Order") { cursor key } }',
      ),
    );
    const first: any = (await run(createScope(), { first: 260 })).data?.syncEvents;
    expect(first).toHaveLength(260);
    const rest: any = (await run(createScope(), { first: 260, after: first.at(-1).cursor })).data?.syncEvents;
    expect(rest.map((event: any) => event.key.id)).toEqual(
      Array.from({ length: 40 }, (_, index) => String(521 + 2 * index)),
    );
  });

  it.each([-1, 501])('refuses to return %d events at once', async (first) => {
    const { subgraph } = open();
    const result = await subgraph.prepare(fetchOf(`{ syncEvents(first: ${first}) { cursor } }`))(createScope(), {});
    expect(result).toMatchObject({
      data: null,
      errors: [{ path: ['syncEvents'], fault: { code: 'HUB_REQUEST_INVALID' } }],
    });
  });

  it('offers the untyped stream where there are no entities', async () => {
    const { subgraph, append } = open([]);
    await append(order('1'));
    const run = subgraph.prepare(fetchOf('{ syncEvents { type key } }'));
    expect((await run(createScope(), {})).data).toEqual({ syncEvents: [{ type: 'Order', key: { id: '1' } }] });
    expect(composeServices([{ name: 'events', typeDefs: subgraph.sdl }]).errors).toBeUndefined();
  });

  it.each<[string, readonly EventEntity[]]>([
    ['a type that is no name', [{ type: 'Order {', keyFields: [{ name: 'id', type: 'ID' }] }]],
    ['a key field that is no name', [{ type: 'Order', keyFields: [{ name: 'id) {', type: 'ID' }] }]],
    ['no key', [{ type: 'Order', keyFields: [] }]],
    [
      'a key field twice',
      [
        {
          type: 'Order',
          keyFields: [
            { name: 'id', type: 'ID' },
            { name: 'id', type: 'ID' },
          ],
        },
      ],
    ],
    ['a key field called after', [{ type: 'Order', keyFields: [{ name: 'after', type: 'ID' }] }]],
    ['a key field called where', [{ type: 'Order', keyFields: [{ name: 'where', type: 'ID' }] }]],
    [
      'two types with one subscription',
      ['Order', 'order'].map((type) => ({ type, keyFields: [{ name: 'id', type: 'ID' as const }] })),
    ],
  ])('refuses %s', (_title, entities) => {
    expect(() => open(entities)).toThrow(expect.objectContaining({ code: 'HUB_COMPOSE_SDL' }));
  });
});

describe('the events subgraph beside a source', () => {
  const shop = parse(`
    extend schema @link(url: "https://specs.apollo.dev/federation/v2.7", import: ["@key"])
    type Query { orders: [Order!]! }
    type Order @key(fields: "id") { id: ID! total: Float customer: Customer }
    type Customer { name: String }
    type StockLevel @key(fields: "sku shelf") { sku: String! shelf: Int! amount: Int }
  `);

  const plan = (text: string): string => {
    const composed = composeServices([
      { name: 'events', typeDefs: open().subgraph.sdl },
      { name: 'shop', typeDefs: shop },
    ]);
    expect(composed.errors).toBeUndefined();
    return JSON.stringify(new QueryPlanner(composed.supergraphSdl ?? '').plan(text, null, new Set(), 0));
  };

  it('composes, and the planner fetches what an event does not carry from the source that does', () => {
    const text = `subscription { syncEvents { cursor entity {
      ... on Order { id total customer { name } } ... on StockLevel { amount }
    } } }`;
    const planned = plan(text);
    expect(planned).toContain('"kind":"Subscription","primary":{"serviceName":"events"');
    expect(planned).toContain('"kind":"Fetch","serviceName":"shop"');
    expect(planned).toContain('total customer{name}');
  });

  it('plans the typed subscription of an entity likewise', () => {
    const planned = plan('subscription($id: ID) { orderChanged(id: $id) { operation entity { total } } }');
    expect(planned).toContain('orderChanged(id: $id)');
    expect(planned).toContain('...on Order{total}');
  });
});
