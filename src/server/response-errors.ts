// Errors on their way out, over HTTP and websockets alike: whatever was thrown becomes a ResponseError with a code of the
// fault table. Nothing that is not meant for callers passes.
import { ApolloServerErrorCode } from '@apollo/server/errors';
import { GraphQLError, type GraphQLFormattedError } from 'graphql';
import { HubFault, toHubFault } from '../faults/hub-fault.ts';
import { toResponseError, type ResponseError } from '../faults/to-response-error.ts';
import type { Logger } from '../telemetry/logger.ts';
import { toParseError } from '../operation/parse-operation.ts';

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

export interface CarryOptions {
  readonly development: boolean;
  readonly logger: Logger;
  /** For the logs, where the hub itself is to blame. */
  readonly requestId?: string;
}

/** Whatever kept an operation from running: what is wrong with its document, or a fault. */
export function carryAll(thrown: unknown, options: CarryOptions): readonly CarriedError[] {
  if (thrown instanceof AggregateError) return thrown.errors.flatMap((one: unknown) => carryAll(one, options));
  if (thrown instanceof GraphQLError) return [carryDocumentError(thrown)];
  const fault = toHubFault(thrown);
  if (fault.code === 'HUB_INTERNAL') {
    options.logger.error({ err: thrown, requestId: options.requestId }, 'an operation failed inside the hub');
  }
  return [carryFault(fault, options.development)];
}

/** Without a code of its own it is the rules of GraphQL that the document breaks. */
function carryDocumentError(error: GraphQLError): CarriedError {
  return new CarriedError(
    described(error.toJSON(), codeOf(error.extensions) ?? ApolloServerErrorCode.GRAPHQL_VALIDATION_FAILED, error),
  );
}

export interface ErrorFormatOptions {
  readonly development: boolean;
  /** The limit that the parser was given; undefined for none. */
  readonly maxTokens: number | undefined;
}

/** @returns the outward form; `formatted` is what the library would say, `thrown` is what it was told. */
export type ErrorFormat = (formatted: GraphQLFormattedError, thrown: unknown) => ResponseError;

/**
 * Errors of the hub have codes of the fault table. What is wrong with a document keeps the code that clients of Apollo
 * Server know: GRAPHQL_PARSE_FAILED, GRAPHQL_VALIDATION_FAILED, BAD_USER_INPUT, OPERATION_RESOLUTION_FAILURE and those of
 * persisted queries.
 */
export function createErrorFormat({ development, maxTokens }: ErrorFormatOptions): ErrorFormat {
  return (formatted, thrown) => {
    const origin = originOf(thrown);
    if (origin instanceof CarriedError) return origin.carried;
    if (origin instanceof HubFault) return toResponseError(origin, formatted.path, development);
    const code = codeOf(formatted.extensions);
    switch (code) {
      case undefined:
      case ApolloServerErrorCode.INTERNAL_SERVER_ERROR:
        return toResponseError(new HubFault('HUB_INTERNAL', formatted.message), formatted.path, development);
      case ApolloServerErrorCode.BAD_REQUEST:
        return described(formatted, 'HUB_REQUEST_MALFORMED', origin);
      case ApolloServerErrorCode.GRAPHQL_PARSE_FAILED:
        return origin instanceof GraphQLError
          ? carryDocumentError(toParseError(origin, maxTokens ?? false)).carried
          : described(formatted, code, origin);
      default:
        return described(formatted, code, origin);
    }
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

function described(formatted: GraphQLFormattedError, code: string, origin: unknown): ResponseError {
  const own = origin instanceof GraphQLError ? origin.extensions : {};
  const extensions = { ...Object.fromEntries(Object.entries(own).filter(([name]) => name !== 'http')), code };
  return {
    message: formatted.message,
    ...(formatted.locations === undefined ? {} : { locations: formatted.locations }),
    ...(formatted.path === undefined ? {} : { path: formatted.path }),
    extensions,
  };
}

function codeOf(extensions: Readonly<Record<string, unknown>> | undefined): string | undefined {
  return typeof extensions?.code === 'string' ? extensions.code : undefined;
}
