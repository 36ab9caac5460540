// Faults on their way out: the shape of an entry of a GraphQL response's `errors`.
import type { HubFault } from './hub-fault.ts';

/** One entry of `errors` in a GraphQL response (GraphQL spec, section 7.1.2). */
export interface ResponseError {
  readonly message: string;
  readonly path?: readonly (string | number)[];
  readonly locations?: readonly { readonly line: number; readonly column: number }[];
  readonly extensions: Readonly<Record<string, unknown>> & { readonly code: string };
}

/** `development` adds the inner message of a masked fault; never set it where strangers read. */
export function toResponseError(
  fault: HubFault,
  path?: readonly (string | number)[],
  development = false,
): ResponseError {
  const message = development ? fault.message : fault.publicMessage;
  const extensions = { code: fault.code, ...fault.details };
  return path === undefined ? { message, extensions } : { message, path, extensions };
}
