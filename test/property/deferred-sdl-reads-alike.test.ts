// Whatever the SDL, and however it is written: read later, it says what it says when it is parsed at once.
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  buildASTSchema,
  Kind,
  parse,
  print,
  printSchema,
  visit,
  type DefinitionNode,
  type FieldDefinitionNode,
} from 'graphql';
import { buildDeferredSchema } from '../../src/sdl/deferred-schema.ts';
import { deferSdl } from '../../src/sdl/defer-sdl.ts';
import { factsOf } from '../../src/sdl/deferred-node.ts';
import { randomSdls } from '../kit/random-sdl.ts';

const SCHEMAS = Number(process.env.PROPERTY_SCHEMAS ?? 200);

/** What nobody reads between two definitions, fields or values. */
const NOISE = ['\n', '\n\n', '\r\n', ' ,\n', '\n# } "never" @read\n', '\t\n'];

const randomText = fc
  .tuple(randomSdls, fc.array(fc.constantFrom(...NOISE), { minLength: 1, maxLength: 7 }))
  .map(([[text = ''], noise]) => text.split('\n').reduce((all, line, i) => `${all}${noise[i % noise.length]}${line}`));

function factsIn(node: DefinitionNode | FieldDefinitionNode): unknown {
  const directives = new Set<string>();
  visit(node, { Directive: ({ name }) => void directives.add(name.value) });
  const typed = node.kind === Kind.OBJECT_TYPE_DEFINITION || node.kind === Kind.INTERFACE_TYPE_DEFINITION;
  return { directives, hasInterfaces: typed && (node.interfaces ?? []).length > 0 };
}

describe('deferred SDL', () => {
  it('is what the parser makes of the text, with what is known of it before', () => {
    fc.assert(
      fc.property(randomText, fc.constantFrom(0, Infinity), (text, maxWholeChars) => {
        const parsed = parse(text, { noLocation: true });
        const deferred = deferSdl(text, maxWholeChars);
        expect(deferred?.definitions.map((node) => factsOf(node))).toEqual(parsed.definitions.map(factsIn));
        const types = deferred?.definitions.filter((node) => node.kind === Kind.OBJECT_TYPE_DEFINITION) ?? [];
        const fields = types.flatMap((node) => node.fields ?? []);
        for (const field of fields) {
          const facts = factsOf(field);
          if (facts !== undefined) expect(facts).toEqual(factsIn(field));
        }
        expect(deferred && print(deferred)).toBe(print(parsed));
      }),
      { numRuns: SCHEMAS },
    );
  }, 120_000);

  it('makes the schema that the parsed one makes', () => {
    fc.assert(
      fc.property(randomText, (text) => {
        const deferred = deferSdl(text, 0);
        const whole = buildASTSchema(parse(text), { assumeValidSDL: true });
        expect(deferred && printSchema(buildDeferredSchema(deferred))).toBe(printSchema(whole));
      }),
      { numRuns: SCHEMAS },
    );
  }, 120_000);
});
