// Whatever the subgraphs: composed without what one of them alone has, they give what they give when composed whole.
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { lexicographicSortSchema, parse, printSchema } from 'graphql';
import { composeSupergraph } from '../../src/graph/compose-supergraph.ts';
import { LINK, randomSdls } from '../kit/random-sdl.ts';
import { sdlSubgraphs, sortSdl } from '../kit/sdl-subgraphs.ts';

const SCHEMAS = Number(process.env.PROPERTY_SCHEMAS ?? 100);

function outcomeOf(texts: readonly string[], leaveOutAbove: number): unknown {
  try {
    const { sdl, publicSchema } = composeSupergraph(sdlSubgraphs(texts, LINK), { leaveOutAbove });
    return { sdl: sortSdl(parse(sdl)), schema: printSchema(lexicographicSortSchema(publicSchema)) };
  } catch (thrown) {
    return thrown instanceof Error ? thrown.message : thrown;
  }
}

describe('composition without what one subgraph alone has', () => {
  it('gives the supergraph, or says the mistakes, of the whole composition', () => {
    fc.assert(
      fc.property(randomSdls, (texts) => {
        expect(outcomeOf(texts, 0)).toEqual(outcomeOf(texts, Infinity));
      }),
      { numRuns: SCHEMAS },
    );
  }, 120_000);
});
