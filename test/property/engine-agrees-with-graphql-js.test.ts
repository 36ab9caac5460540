// Whatever the schema and however it is cut into subgraphs: the answer is that of graphql-js over the whole schema.
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { execute, parse, validate } from 'graphql';
import { cutSchema, wholeSchema } from '../kit/random-graph.ts';
import { randomQuery } from '../kit/random-query.ts';
import { randomSchema } from '../kit/random-schema.ts';
import { ask, testGraph } from '../kit/graph.ts';

const SCHEMAS = Number(process.env.PROPERTY_SCHEMAS ?? 12);
const QUERIES = Number(process.env.PROPERTY_QUERIES ?? 20);

type Path = readonly (string | number)[];

/** Where an error leaves its null: the longest part of its path that the data still has. */
function nullPosition(data: unknown, path: Path): string {
  let at: unknown = data;
  const reached: (string | number)[] = [];
  for (const step of path) {
    if (at === null || at === undefined) break;
    at = (at as Record<string | number, unknown>)[step];
    reached.push(step);
  }
  return reached.join('.');
}

const positions = (response: { data?: unknown; errors?: readonly { path?: Path | undefined }[] | undefined }) =>
  [...new Set((response.errors ?? []).map((error) => nullPosition(response.data, error.path ?? [])))].sort();

describe('the engine', () => {
  it('gives the data and the nulls of graphql-js for any query over any cut of any schema', async () => {
    await fc.assert(
      fc.asyncProperty(randomSchema, fc.infiniteStream(fc.nat()), async (schema, seeds) => {
        const whole = wholeSchema(schema);
        const graph = testGraph(...cutSchema(schema));
        for (const query of fc.sample(randomQuery(schema), { numRuns: QUERIES, seed: seeds.next().value })) {
          const document = parse(query);
          // Two aliases of one name with other arguments do not merge; graphql-js would refuse them at the door.
          if (validate(whole, document).length > 0) continue;
          const expected = JSON.parse(JSON.stringify(await execute({ schema: whole, document })));
          const actual = await ask(graph, query);
          expect({ query, data: actual.data }).toEqual({ query, data: expected.data });
          expect({ query, nulls: positions(actual) }).toEqual({ query, nulls: positions(expected) });
        }
      }),
      { numRuns: SCHEMAS, endOnFailure: true },
    );
  }, 120_000);
});
