// Whatever the subgraphs and the operation: a plan made over a slice of the supergraph is the one made over all of it.
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { parse, validate } from 'graphql';
import { composeSupergraph } from '../../src/graph/compose-supergraph.ts';
import { createPlanner, type Planner } from '../../src/graph/query-planner.ts';
import { cutSchema } from '../kit/random-graph.ts';
import { randomQuery } from '../kit/random-query.ts';
import { randomSchema } from '../kit/random-schema.ts';

const SCHEMAS = Number(process.env.PROPERTY_SCHEMAS ?? 12);
const QUERIES = Number(process.env.PROPERTY_QUERIES ?? 20);

function planOf(planner: Planner, query: string): unknown {
  try {
    return planner.plan(query, undefined);
  } catch (thrown) {
    return thrown instanceof Error ? thrown.name : thrown;
  }
}

describe('a planner that reads the supergraph in slices', () => {
  it('makes the plans of one that reads all of it', () => {
    fc.assert(
      fc.property(randomSchema, fc.infiniteStream(fc.nat()), (schema, seeds) => {
        const supergraph = composeSupergraph(cutSchema(schema));
        const whole = createPlanner(supergraph);
        const sliced = createPlanner(supergraph, { sliceAbove: 0 });
        for (const query of fc.sample(randomQuery(schema), { numRuns: QUERIES, seed: seeds.next().value })) {
          if (validate(supergraph.publicSchema, parse(query)).length > 0) continue;
          expect({ query, plan: planOf(sliced, query) }).toEqual({ query, plan: planOf(whole, query) });
        }
      }),
      { numRuns: SCHEMAS, endOnFailure: true },
    );
  }, 120_000);
});
