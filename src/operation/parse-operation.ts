// Text in, document out, within the limit of tokens. Called by admission.
import { GraphQLError, Lexer, parse, TokenKind, type DocumentNode } from 'graphql';
import type { LimitSettings } from '../config/limit-settings.ts';

/**
 * Throws a GraphQLError with the code GRAPHQL_PARSE_FAILED (the one that clients of Apollo Server know),
 * HUB_REQUEST_TOO_LARGE or HUB_REQUEST_TOO_DEEP.
 */
export function parseOperation(text: string, { maxTokens }: Pick<LimitSettings, 'maxTokens'>): DocumentNode {
  try {
    return parse(text, maxTokens === false ? {} : { maxTokens });
  } catch (thrown) {
    if (thrown instanceof GraphQLError) throw toParseError(thrown, maxTokens);
    // The parser descends as the text nests: only without a limit of tokens can it fall that deep.
    if (thrown instanceof RangeError) {
      throw new GraphQLError('the operation is nested too deeply', { extensions: { code: 'HUB_REQUEST_TOO_DEEP' } });
    }
    throw thrown;
  }
}

/** The parser's error with its code; HUB_REQUEST_TOO_LARGE where it gave up at the limit of tokens. */
export function toParseError(error: GraphQLError, maxTokens: number | false): GraphQLError {
  if (maxTokens === false || !isBeyond(error, maxTokens)) return withCode(error, 'GRAPHQL_PARSE_FAILED');
  return new GraphQLError(`the document has more than ${maxTokens} tokens`, {
    source: error.source,
    positions: error.positions,
    extensions: { code: 'HUB_REQUEST_TOO_LARGE', limit: maxTokens },
  });
}

/** The same error with a code, unless it has one. */
export function withCode(error: GraphQLError, code: string): GraphQLError {
  if (typeof error.extensions.code === 'string') return error;
  const { message, nodes = null, source, positions, extensions } = error;
  return new GraphQLError(message, { nodes, source, positions, extensions: { ...extensions, code } });
}

/**
 * The parser says by its message alone that it gave up, and a message is no code: the tokens are counted again, up to
 * where it stopped.
 */
function isBeyond({ source, positions }: GraphQLError, maxTokens: number): boolean {
  const stopped = positions?.[0];
  if (source === undefined || stopped === undefined) return false;
  const lexer = new Lexer(source);
  try {
    for (let count = 1; count <= maxTokens; count += 1) {
      const token = lexer.advance();
      if (token.kind === TokenKind.EOF || token.start >= stopped) return false;
    }
    return lexer.advance().kind !== TokenKind.EOF;
  } catch {
    // A character that begins no token: that is what the parser stumbled over.
    return false;
  }
}
