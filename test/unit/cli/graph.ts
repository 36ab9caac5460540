// A composed graph on paper: a schema to validate against and a plan that is always the same.
import { buildSchema } from 'graphql';
import type { Composition } from '../../../src/compose.ts';
import type { ComposedGraph, OperationPlan, OperationSource } from '../../../src/contract/graph.ts';

export const PLAN: OperationPlan = {
  steps: {
    kind: 'sequence',
    steps: [
      {
        kind: 'fetch',
        subgraph: 'shop',
        sourceKind: 'rest',
        operation: '{ orders { id } }',
        calls: [{ operation: 'GET /orders', path: ['orders'], repeat: 'once' }],
      },
      {
        kind: 'parallel',
        steps: [
          {
            kind: 'fetch',
            subgraph: 'shop',
            sourceKind: 'rest',
            operation: 'query ($representations: [_Any!]!) { _entities { name } }',
            at: 'orders.@.customer',
            calls: [{ operation: 'GET /customers{?id*}', path: [], repeat: 'per-batch', maxKeysPerBatch: 100 }],
          },
          {
            kind: 'fetch',
            subgraph: 'warehouse',
            sourceKind: 'soap',
            operation: 'query { _entities { stock } }',
            at: 'orders.@.items.@.product',
            calls: [{ operation: 'GetStockLevel', path: [], repeat: 'per-item' }],
          },
          {
            kind: 'fetch',
            subgraph: 'remote',
            sourceKind: 'graphql',
            operation: '{\n  me {\n    id\n  }\n}',
            calls: [],
          },
        ],
      },
      {
        kind: 'condition',
        on: 'withStock',
        then: { kind: 'fetch', subgraph: 'warehouse', sourceKind: 'soap', operation: '{ a }', calls: [] },
        otherwise: null,
      },
    ],
  },
  calls: { fixed: 2, batched: 1, perItem: ['GetStockLevel'] },
};

export interface FakeGraph {
  readonly composition: Composition;
  readonly prepared: OperationSource[];
  closed: boolean;
}

export function fakeGraph(warnings: readonly string[] = [], plan: OperationPlan = PLAN): FakeGraph {
  const unused = (): never => {
    throw new Error('nothing is executed');
  };
  const prepared: OperationSource[] = [];
  const fake: FakeGraph = { composition: {} as Composition, prepared, closed: false };
  const graph: ComposedGraph = {
    version: 'v1',
    schema: buildSchema('type Query { orders: [Order] } type Order { id: ID }'),
    forwards: [],
    supergraphSdl: 'type Query { orders: [Order] }',
    prepare: (operation) => {
      prepared.push(operation);
      return { kind: 'query', execute: unused, subscribe: unused, explain: () => plan };
    },
    close: async () => {
      fake.closed = true;
    },
  };
  return Object.assign(fake, { composition: { graph, warnings } as Partial<Composition> as Composition });
}
