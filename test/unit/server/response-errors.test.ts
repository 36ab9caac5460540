import { describe, expect, it } from '@jest/globals';
import { GraphQLError, parse } from 'graphql';
import pino from 'pino';
import { HubFault } from '../../../src/faults/hub-fault.ts';
import { carryAll, createErrorFormat, isInternal } from '../../../src/server/response-errors.ts';

const format = createErrorFormat({ development: false, maxTokens: 5 });
const say = (thrown: GraphQLError) => format(thrown.toJSON(), thrown);
const logger = pino({ level: 'silent' });

describe('createErrorFormat', () => {
  it('masks what has no code, and what Apollo Server calls internal', () => {
    for (const extensions of [{}, { code: 'INTERNAL_SERVER_ERROR', stacktrace: ['secret'] }]) {
      const error = say(new GraphQLError('secret', { extensions }));
      expect(error).toEqual({
        message: 'Something went wrong inside the hub.',
        extensions: { code: 'HUB_INTERNAL' },
      });
      expect(isInternal(error)).toBe(true);
    }
  });

  it('finds the fault inside what libraries wrapped around it', () => {
    const fault = new HubFault('HUB_UPSTREAM_FAILED', 'secret', { details: { source: 'shop' } });
    const wrapped = new GraphQLError('outer', {
      originalError: new GraphQLError('inner', { originalError: fault }),
    });
    expect(say(wrapped)).toEqual({
      message: 'The source "shop" failed.',
      extensions: { code: 'HUB_UPSTREAM_FAILED', source: 'shop' },
    });
  });

  it.each(['PERSISTED_QUERY_NOT_FOUND', 'PERSISTED_QUERY_NOT_SUPPORTED', 'BAD_USER_INPUT'])(
    'leaves the code %s, which clients act upon',
    (code) => {
      expect(say(new GraphQLError('x', { extensions: { code, http: { status: 200 } } }))).toEqual({
        message: 'x',
        extensions: { code },
      });
    },
  );

  it('tells too many tokens from a document that does not parse', () => {
    const parseError = (text: string, maxLexicalTokens?: number): GraphQLError => {
      try {
        parse(text, { maxLexicalTokens });
      } catch (thrown) {
        const { message, source, positions } = thrown as GraphQLError;
        return new GraphQLError(message, {
          source,
          positions,
          originalError: thrown as GraphQLError,
          extensions: { code: 'GRAPHQL_PARSE_FAILED' },
        });
      }
      throw new Error('it parses');
    };
    expect(say(parseError('{ a b c d e f }', 5)).extensions.code).toBe('HUB_REQUEST_TOO_LARGE');
    expect(say(parseError('{ a ', 5))).toMatchObject({
      locations: [{ line: 1, column: 5 }],
      extensions: { code: 'GRAPHQL_PARSE_FAILED' },
    });
  });
});

describe('carryAll', () => {
  const options = { development: false, logger };

  it('carries every error of an operation that was refused', () => {
    const thrown = new AggregateError([
      new GraphQLError('one', { extensions: { code: 'HUB_REQUEST_TOO_DEEP', limit: 3 } }),
      new GraphQLError('two'),
      new HubFault('HUB_AUTH_FORBIDDEN', 'three'),
    ]);
    expect(carryAll(thrown, options).map((error) => error.carried)).toEqual([
      { message: 'one', extensions: { code: 'HUB_REQUEST_TOO_DEEP', limit: 3 } },
      { message: 'two', extensions: { code: 'GRAPHQL_VALIDATION_FAILED' } },
      { message: 'three', extensions: { code: 'HUB_AUTH_FORBIDDEN' } },
    ]);
  });

  it('masks anything else that was thrown', () => {
    for (const thrown of [new Error('secret'), 'secret', undefined, { secret: true }]) {
      expect(JSON.stringify(carryAll(thrown, options).map((error) => error.carried))).not.toContain('secret');
    }
  });
});
