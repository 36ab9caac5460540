// Errors on their way out, over HTTP and websockets alike: whatever was thrown becomes a ResponseError with a code of the
// fault table. Nothing that is not meant for callers passes.
import { ApolloServerErrorCode } from '@apollo/server/errors';
import type { Source } from 'graphql';
import { GraphQLError, Lexer, TokenKind, type GraphQLFormattedError } from 'graphql';
import { FAULT_TABLE, type FaultCode } from '../faults/fault-table.ts';
import { HubFault } from '../faults/hub-fault.ts';
import { toResponseError, type ResponseError } from '../faults/to-response-error.ts';

/** Brings a finished ResponseError through libraries that only take GraphQLErrors. */
export class CarriedError extends GraphQLError {
  readonly carried: ResponseError;

  /** @param http status and headers of a response that is nothing but this error, for Apollo Server. */
  constructor(carried: ResponseError, http?: { readonly status: number; readonly headers?: Map<string, string> }) {
    const extensions: Record<string, unknown> = http === undefined ? {} : { http };
    super(carried.message, { extensions });
    this.carried = carried;
  }
}

/** `development` adds the inner message of masked faults. */
export function carryFault(fault: HubFault, development: boolean): CarriedError {
  const { httpStatus: status } = fault.rule;
  // RFC 9110, section 15.5.2: a 401 says how to sign in.
  const headers = status === 401 ? { headers: new Map([['www-authenticate', 'Bearer']]) } : {};
  return new CarriedError(toResponseError(fault, undefined, development), { status, ...headers });
}

/** What is wrong with a document, found outside of Apollo Server. A syntax error is the one that points to no node. */
export function carryDocumentError(error: GraphQLError): CarriedError {
  const own = error.extensions.code;
  const code = isFaultCode(own) ? own : error.nodes === undefined ? 'HUB_REQUEST_MALFORMED' : 'HUB_REQUEST_INVALID';
  return new CarriedError(described(error.toJSON(), code, error));
}

export interface ErrorFormatOptions {
  readonly development: boolean;
  /** The limit that the parser was given; undefined for none. */
  readonly maxTokens: number | undefined;
}

/** @returns the outward form; `formatted` is what the library would say, `thrown` is what it was told. */
export type ErrorFormat = (formatted: GraphQLFormattedError, thrown: unknown) => ResponseError;

/** Apollo Server's own codes under ours; those about persisted queries stay, because clients act upon them. */
const CODE_OF_APOLLO: Readonly<Partial<Record<string, FaultCode>>> = {
  [ApolloServerErrorCode.GRAPHQL_PARSE_FAILED]: 'HUB_REQUEST_MALFORMED',
  [ApolloServerErrorCode.BAD_REQUEST]: 'HUB_REQUEST_MALFORMED',
  [ApolloServerErrorCode.GRAPHQL_VALIDATION_FAILED]: 'HUB_REQUEST_INVALID',
  [ApolloServerErrorCode.BAD_USER_INPUT]: 'HUB_REQUEST_INVALID',
  [ApolloServerErrorCode.OPERATION_RESOLUTION_FAILURE]: 'HUB_REQUEST_INVALID',
};

const APOLLO_CODES_KEPT: readonly unknown[] = [
  ApolloServerErrorCode.PERSISTED_QUERY_NOT_FOUND,
  ApolloServerErrorCode.PERSISTED_QUERY_NOT_SUPPORTED,
];

export function createErrorFormat({ development, maxTokens }: ErrorFormatOptions): ErrorFormat {
  return (formatted, thrown) => {
    const origin = originOf(thrown);
    if (origin instanceof CarriedError) return origin.carried;
    if (origin instanceof HubFault) return toResponseError(origin, formatted.path, development);
    const ownCode = origin instanceof GraphQLError ? origin.extensions.code : undefined;
    const apolloCode = formatted.extensions?.code;
    const code = isFaultCode(ownCode)
      ? ownCode
      : typeof apolloCode === 'string'
        ? CODE_OF_APOLLO[apolloCode]
        : undefined;
    if (code !== undefined) {
      const tooLarge =
        code === 'HUB_REQUEST_MALFORMED' &&
        origin instanceof GraphQLError &&
        hasTooManyTokens(origin.source, maxTokens);
      return described(formatted, tooLarge ? 'HUB_REQUEST_TOO_LARGE' : code, origin);
    }
    if (typeof apolloCode === 'string' && APOLLO_CODES_KEPT.includes(apolloCode)) {
      return { message: formatted.message, extensions: { code: apolloCode } };
    }
    return toResponseError(new HubFault('HUB_INTERNAL', formatted.message), formatted.path, development);
  };
}

/** Whether a thing that was thrown is the hub's own failure, which the logs must hold. */
export function isInternal(error: ResponseError): boolean {
  return error.extensions.code === 'HUB_INTERNAL';
}

/** Libraries wrap what they catch; the innermost GraphQLError or fault says what happened. */
function originOf(thrown: unknown): unknown {
  let origin = thrown;
  while (origin instanceof GraphQLError && !(origin instanceof CarriedError) && origin.originalError instanceof Error) {
    origin = origin.originalError;
  }
  return origin;
}

function described(formatted: GraphQLFormattedError, code: FaultCode, origin: unknown): ResponseError {
  const own = origin instanceof GraphQLError ? origin.extensions : {};
  const extensions = { ...Object.fromEntries(Object.entries(own).filter(([name]) => name !== 'http')), code };
  return {
    message: formatted.message,
    ...(formatted.locations === undefined ? {} : { locations: formatted.locations }),
    ...(formatted.path === undefined ? {} : { path: formatted.path }),
    extensions,
  };
}

function isFaultCode(code: unknown): code is FaultCode {
  return typeof code === 'string' && Object.hasOwn(FAULT_TABLE, code);
}

/** The parser tells that it gave up only by its message, so the tokens are counted once more, as far as it had come. */
function hasTooManyTokens(source: Source | undefined, maxTokens: number | undefined): boolean {
  if (source === undefined || maxTokens === undefined) return false;
  const lexer = new Lexer(source);
  try {
    for (let count = 0; count <= maxTokens; count++) if (lexer.advance().kind === TokenKind.EOF) return false;
    return true;
  } catch {
    return false;
  }
}
