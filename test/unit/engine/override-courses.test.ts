import { describe, expect, it } from '@jest/globals';
import { createGraph } from '../../../src/engine/create-graph.ts';
import { composeSupergraph } from '../../../src/graph/compose-supergraph.ts';
import { createPlanner } from '../../../src/graph/query-planner.ts';
import { ask, fakeSource } from '../../kit/graph.ts';

const OLD = /* GraphQL */ `
  type Query {
    products: [Product!]! @rest(get: "/products")
    oldById(ids: [ID!]!): [Product]! @rest(get: "/products{?ids*}") @lookup
  }
  type Product @key(fields: "id") {
    id: ID!
    name: String
  }
`;

const NEW = /* GraphQL */ `
  type Query {
    byId(ids: [ID!]!): [Product]! @rest(get: "/products{?ids*}") @lookup
  }
  type Product @key(fields: "id") {
    id: ID!
    name: String @override(from: "old", label: "percent(30)")
  }
`;

describe('progressive overrides', () => {
  it('draw once for every request, and plan once for every course', async () => {
    const draws = [0.1, 0.9, 0.2, 0.5];
    const plans: (number | undefined)[] = [];
    const subgraphs = [
      fakeSource('old', OLD, {
        'GET /products': () => [{ id: 1, name: 'old' }],
        'GET /products{?ids*}': () => [],
      }).subgraph,
      fakeSource('new', NEW, { 'GET /products{?ids*}': () => [{ id: 1, name: 'new' }] }).subgraph,
    ];
    const supergraph = composeSupergraph(subgraphs);
    const planner = createPlanner(supergraph, { random: () => draws.shift() ?? 0 });
    const graph = createGraph({
      supergraphSdl: supergraph.sdl,
      publicSchema: supergraph.publicSchema,
      subgraphs,
      plan: (text, name, course) => {
        plans.push(course);
        return planner.plan(text, name, course);
      },
      draw: planner.draw,
    });
    const names: unknown[] = [];
    for (let request = 0; request < 4; request++) {
      names.push(((await ask(graph, '{ products { name } }')).data as any).products[0].name);
    }
    expect(names).toEqual(['new', 'old', 'new', 'old']);
    expect(plans).toEqual([0, 1]);
  });
});
