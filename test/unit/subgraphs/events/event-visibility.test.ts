// Who is told of what: the events subgraph beside a source with protected parts, planned and run for real.
import { describe, expect, it } from '@jest/globals';
import { parse } from 'graphql';
import { createFieldPolicy } from '../../../../src/auth/create-field-policy.ts';
import type { EntityChange } from '../../../../src/contract/events.ts';
import type { FieldPolicy } from '../../../../src/contract/field-policy.ts';
import type { StreamedResponse } from '../../../../src/contract/graph.ts';
import { ANONYMOUS, type Principal } from '../../../../src/contract/principal.ts';
import { createScope } from '../../../../src/engine/create-scope.ts';
import { createMemoryBus } from '../../../../src/events/memory-bus.ts';
import { createMemoryEventLog } from '../../../../src/events/memory-event-log.ts';
import { tailEvents } from '../../../../src/events/tail-events.ts';
import { composeSupergraph } from '../../../../src/graph/compose-supergraph.ts';
import { findEntities } from '../../../../src/graph/find-entities.ts';
import { createEventsSubgraph } from '../../../../src/subgraphs/events/index.ts';
import { ask, fakeSource, testGraph } from '../../../kit/graph.ts';

const SDL = `
  type Query { order(id: ID!): Order @rest(get: "/orders/{id}") @lookup }
  type Order @key(fields: "id") { id: ID! status: String cost: Int @requiresScopes(scopes: [["finance"]]) }
  type Invoice @key(fields: "id") @authenticated { id: ID! }
  type Salary @key(fields: "id") { id: ID! @requiresScopes(scopes: [["hr"]]) }
  type Draft @key(fields: "id") @inaccessible { id: ID! }
`;
const CHANGES: readonly EntityChange[] = ['Order', 'Invoice', 'Salary', 'Draft', 'Unheard'].map((type) => ({
  source: 'shop',
  type,
  operation: 'UPDATED',
  key: { id: type },
  payload: { cost: 5 },
}));

const ada: Principal = { kind: 'jwt', id: 'issuer|ada', scopes: new Set(['finance']), claims: {} };
const hal: Principal = { kind: 'api-key', id: 'hal', scopes: new Set(['hr']), claims: {} };

function open() {
  const log = createMemoryEventLog();
  const bus = createMemoryBus();
  const { subgraph: shop } = fakeSource('shop', SDL, { 'GET /orders/{id}': () => ({ id: 'Order', status: 'open' }) });
  let mayRead: FieldPolicy['mayRead'] = () => false;
  const events = createEventsSubgraph({
    log,
    bus,
    tail: tailEvents,
    entities: findEntities([shop]),
    mayRead: (...field) => mayRead(...field),
  });
  const supergraph = composeSupergraph([shop, events]);
  mayRead = createFieldPolicy(supergraph.document, supergraph.publicSchema).mayRead;
  const append = async (changes = CHANGES) => {
    const appended = await log.append(changes);
    bus.publish();
    return appended;
  };
  return { log, append, graph: testGraph(shop, events) };
}

describe('what a principal is told of', () => {
  it.each([
    ['an anonymous caller', ANONYMOUS, ['Order']],
    ['a caller who is signed in', ada, ['Order', 'Invoice']],
    ['a caller with the scope of a key field', hal, ['Order', 'Invoice', 'Salary']],
  ])('%s reads the events of entities that it may see, and no others', async (_title, principal, types) => {
    const { graph, append } = open();
    await append();
    const { data } = await ask(graph, '{ syncEvents { type key } }', {}, createScope({ principal }));
    expect(data).toEqual({ syncEvents: types.map((type) => ({ type, key: { id: type } })) });
  });

  it('streams to two principals what each of them may see, in one order, to the end', async () => {
    const { graph, append } = open();
    const text = 'subscription { syncEvents { type key } }';
    const controller = new AbortController();
    const scopeOf = (principal: Principal) => createScope({ principal, signal: controller.signal, tellPlaces: true });
    const streams = [ANONYMOUS, hal].map((principal) => {
      const prepared = graph.prepare({ document: parse(text), text, operationName: undefined });
      return prepared.subscribe(scopeOf(principal), {})[Symbol.asyncIterator]();
    });
    // Each tells the place where it begins.
    for (const stream of streams) expect((await stream.next()).value).not.toHaveProperty('data');
    await append([...CHANGES, { source: 'shop', type: 'Order', operation: 'DELETED', key: { id: 'last' } }]);
    const seen = streams.map(async (stream) => {
      const types: unknown[] = [];
      for (;;) {
        const { data } = (await stream.next()).value as StreamedResponse;
        const event = data?.syncEvents as { readonly type: string; readonly key: { readonly id: string } } | undefined;
        if (event?.key.id === 'last') return types;
        if (event !== undefined) types.push(event.type);
      }
    });
    expect(await Promise.all(seen)).toEqual([['Order'], ['Order', 'Invoice', 'Salary']]);
    controller.abort();
  });

  it('says where the stream is with the event itself, and not once more after it', async () => {
    const { graph, append } = open();
    const text = 'subscription { syncEvents { cursor } }';
    const controller = new AbortController();
    const stream = graph
      .prepare({ document: parse(text), text, operationName: undefined })
      .subscribe(createScope({ signal: controller.signal, tellPlaces: true }), {});
    const seen: StreamedResponse[] = [];
    for await (const response of stream) {
      seen.push(response);
      if (seen.length === 3) controller.abort();
      else await append();
    }
    const [begin, ...events] = seen;
    expect(begin).toEqual({ cursor: expect.any(String) });
    for (const { cursor, data } of events) expect(data).toEqual({ syncEvents: { cursor } });
    expect(events).toHaveLength(2);
  });

  it('answers no question about a value that the caller may not read', async () => {
    const { graph, append } = open();
    await append();
    const text = '{ syncEvents(where: { payload: [{ path: "cost", gt: 4 }] }) { type } }';
    expect((await ask(graph, text, {}, createScope({ principal: hal }))).data).toEqual({ syncEvents: [] });
    const { data } = await ask(graph, text, {}, createScope({ principal: ada }));
    expect(data).toEqual({ syncEvents: [{ type: 'Order' }] });
  });
});
