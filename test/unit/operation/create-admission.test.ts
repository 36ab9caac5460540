import { describe, expect, it } from '@jest/globals';
import { GraphQLError, validate } from 'graphql';
import { limitSettingsSchema } from '../../../src/config/limit-settings.ts';
import { createAdmission, type Admitted } from '../../../src/operation/create-admission.ts';
import { createLimitRule } from '../../../src/operation/create-limit-rule.ts';
import { parseOperation, toParseError } from '../../../src/operation/parse-operation.ts';
import { cpuMs, fragmentBomb, introspection, limits, parse, schema } from './measured-graph.ts';

const codes = (admitted: Admitted) =>
  'errors' in admitted ? admitted.errors.map(({ extensions }) => extensions.code) : 'admitted';
const admit = (text: string, settings = {}, operationName?: string) =>
  createAdmission(schema, limits(settings)).admit(text, operationName);

describe('admission', () => {
  it('lets a valid operation in, and gives the same document for the same text', () => {
    const admission = createAdmission(schema, limits());
    const first = admission.admit('{ me { id } }', undefined);
    const second = admission.admit('{ me { id } }', undefined);
    expect(first).toHaveProperty('document.kind', 'Document');
    expect('document' in first && 'document' in second && first.document === second.document).toBe(true);
  });

  it('lets the introspection query of GraphiQL in with the default limits', () => {
    expect(codes(admit(introspection))).toBe('admitted');
  });

  it('gives syntax and validation errors the codes that clients of Apollo Server know, and their places', () => {
    const syntax = admit('{ me { id }');
    expect(codes(syntax)).toEqual(['GRAPHQL_PARSE_FAILED']);
    expect('errors' in syntax && syntax.errors[0]?.locations).toEqual([{ line: 1, column: 12 }]);
    expect(codes(admit(''))).toEqual(['GRAPHQL_PARSE_FAILED']);
    const unknown = admit('{ me { id } you { id } }');
    expect(codes(unknown)).toEqual(['GRAPHQL_VALIDATION_FAILED']);
    expect('errors' in unknown && unknown.errors[0]?.locations).toEqual([{ line: 1, column: 13 }]);
  });

  it('asks for an operation that is in the document', () => {
    const text = 'query A { me { id } } query B { me { name } }';
    expect(codes(admit(text))).toEqual(['OPERATION_RESOLUTION_FAILURE']);
    expect(codes(admit(text, {}, 'C'))).toEqual(['OPERATION_RESOLUTION_FAILURE']);
    expect(codes(admit(text, {}, 'B'))).toBe('admitted');
  });

  it.each([
    ['HUB_REQUEST_TOO_DEEP', { maxDepth: 3 }, '{ me { friends { friends { id } } } }', '4 levels deep, the limit is 3'],
    ['HUB_REQUEST_TOO_MANY_ALIASES', { maxAliases: 1 }, '{ a: me { id } b: me { id } }', '2 aliases, the limit is 1'],
    ['HUB_REQUEST_TOO_COMPLEX', { maxComplexity: 100 }, '{ users(first: 100) { id } }', '101 values, the limit is 100'],
  ])('refuses with %s', (code, settings, text, message) => {
    const admitted = admit(`query Q ${text}`, settings);
    expect(codes(admitted)).toEqual([code]);
    const [error] = 'errors' in admitted ? admitted.errors : [];
    expect(error?.message).toContain(`the operation "Q" `);
    expect(error?.message).toContain(message);
    expect(error?.locations).toEqual([{ line: 1, column: 1 }]);
    expect(error?.extensions).toMatchObject({ limit: Object.values(settings)[0] });
    expect(codes(admit(text, { [Object.keys(settings)[0] ?? '']: false }))).toBe('admitted');
  });

  it('refuses a document with too many tokens, and tells that from a syntax error', () => {
    const text = '{ me { id name } }';
    expect(codes(admit(text, { maxTokens: 7 }))).toBe('admitted');
    const refused = admit(text, { maxTokens: 6 });
    expect(codes(refused)).toEqual(['HUB_REQUEST_TOO_LARGE']);
    expect('errors' in refused && refused.errors[0]?.message).toBe('the document has more than 6 tokens');
    expect('errors' in refused && refused.errors[0]?.locations).toEqual([{ line: 1, column: 18 }]);
    expect(codes(admit('{ me ) id name } } } } }', { maxTokens: 6 }))).toEqual(['GRAPHQL_PARSE_FAILED']);
    expect(codes(admit('{ me { id name } ? } }', { maxTokens: 6 }))).toEqual(['GRAPHQL_PARSE_FAILED']);
    expect(codes(admit(text, { maxTokens: false }))).toBe('admitted');
  });

  it('converts the error of a parser that somebody else called', () => {
    const thrown = (text: string, maxTokens: number) => {
      try {
        parseOperation(text, { maxTokens });
      } catch (error) {
        return error as GraphQLError;
      }
      throw new Error('should not parse');
    };
    const plain = new GraphQLError('Syntax Error', { source: thrown('{', 9).source, positions: [1] });
    expect(toParseError(plain, 5).extensions.code).toBe('GRAPHQL_PARSE_FAILED');
    expect(toParseError(new GraphQLError('no source'), 5).extensions.code).toBe('GRAPHQL_PARSE_FAILED');
  });

  it('refuses a text that nests until the parser falls, with the limit of tokens switched off', () => {
    expect(codes(admit('{a'.repeat(200_000), { maxTokens: false }))).toEqual(['HUB_REQUEST_TOO_DEEP']);
  });

  it('refuses a bomb of nested fragments in less than 100 ms', () => {
    const admission = createAdmission(schema, limits());
    admission.admit('{ me { id } }', undefined);
    const bomb = fragmentBomb(200);
    expect(cpuMs(() => admission.admit(bomb, undefined))).toBeLessThan(100);
    const admitted = admission.admit(bomb, undefined);
    expect(codes(admitted)).toEqual([
      'HUB_REQUEST_TOO_DEEP',
      'HUB_REQUEST_TOO_MANY_ALIASES',
      'HUB_REQUEST_TOO_COMPLEX',
    ]);
    const last = 'errors' in admitted ? admitted.errors.at(-1) : undefined;
    expect(last?.message).toBe('the operation may ask for astronomically many values, the limit is 50000');
    expect(JSON.stringify(last)).not.toContain('null');
  });

  it('refuses fragments that contain themselves', () => {
    expect(codes(admit('{ me { ...A } } fragment A on User { id ...A }'))).toEqual(['GRAPHQL_VALIDATION_FAILED']);
  });

  it('measures every operation of a document', () => {
    expect(codes(admit('query A { me { id } } query B { me { friends { id } } }', { maxDepth: 2 }, 'A'))).toEqual([
      'HUB_REQUEST_TOO_DEEP',
    ]);
  });

  it('forgets old documents, and never keeps a giant one', () => {
    const admission = createAdmission(schema, limits({ maxTokens: false }));
    const document = (text: string) => {
      const admitted = admission.admit(text, undefined);
      return 'document' in admitted ? admitted.document : undefined;
    };
    const giant = `{ me { id } } #${'x'.repeat(200_000)}`;
    const first = document('{ me { id } }');
    expect(document(giant)).not.toBe(document(giant));
    expect(document('{ me { id } }')).toBe(first);
    for (let n = 0; n < 1_000; n += 1) document(`{ me { id } } #${n}`);
    expect(document('{ me { id } }')).not.toBe(first);
  });
});

describe('admission with variables', () => {
  const admission = createAdmission(schema, limits({ maxComplexity: 100 }));
  const check = (text: string, variables: Record<string, unknown>, operationName?: string) => {
    const admitted = admission.admit(text, operationName);
    if ('errors' in admitted) throw new Error(codes(admitted).toString());
    return admission.check(admitted.document, operationName, variables).map(({ extensions }) => extensions.code);
  };

  it('refuses a size that no literal would have been let in with', () => {
    const text = 'query ($n: Int) { users(first: $n) { id } }';
    expect(check(text, { n: 1_000 })).toEqual(['HUB_REQUEST_TOO_COMPLEX']);
    expect(check(text, { n: 50 })).toEqual([]);
    expect(check(text, { n: 'many' })).toEqual([]);
    expect(check(text, {})).toEqual([]);
  });

  it('does not measure again what no variable can change', () => {
    expect(check('{ me { id } }', { n: 1_000 })).toEqual([]);
    expect(check('{ me { id } }', { n: 1_000 })).toEqual([]);
  });

  it('measures the operation that runs', () => {
    const text = 'query A($n: Int) { users(first: $n) { id } } query B { me { id } }';
    expect(check(text, { n: 1_000 }, 'A')).toEqual(['HUB_REQUEST_TOO_COMPLEX']);
    expect(check(text, { n: 1_000 }, 'B')).toEqual([]);
  });
});

describe('the limit rule', () => {
  it('works beside the rules of graphql-js, with hints of the schema or of a supergraph', () => {
    const document = parse('{ summary }');
    const rule = (hints?: Parameters<typeof createLimitRule>[1]) =>
      createLimitRule(limits({ maxComplexity: 19 }), hints);
    expect(validate(schema, document, [rule()]).map(({ extensions }) => extensions.code)).toEqual([
      'HUB_REQUEST_TOO_COMPLEX',
    ]);
    expect(validate(schema, document, [rule(new Map())])).toEqual([]);
  });
});

describe('the limits', () => {
  it('have defaults, and are switched off with false alone', () => {
    expect(limits()).toEqual({ maxDepth: 15, maxAliases: 30, maxTokens: 5_000, maxComplexity: 50_000 });
    expect(limits({ maxDepth: false }).maxDepth).toBe(false);
    for (const value of [0, -1, 1.5, Infinity, null, 'none', true]) {
      expect(limitSettingsSchema.safeParse({ maxDepth: value }).success).toBe(false);
    }
  });
});
