// Calls that change something, made for a mutation that may be run again → the same calls with a key that upstreams know
// them by. Used by create-transport.ts.
import { createHash } from 'node:crypto';
import type { Scope } from '../contract/scope.ts';
import type { UpstreamRequest } from '../contract/transport.ts';

/**
 * `Idempotency-Key` (draft-ietf-httpapi-idempotency-key-header), a string of 32 characters that depends on the mutation's
 * key, the operation and its address: each of the calls of a mutation has its own, and the same one when it is run again.
 */
export function withIdempotencyKey({ idempotencyKey }: Scope, request: UpstreamRequest): UpstreamRequest {
  if (idempotencyKey === undefined || request.idempotent) return request;
  const digest = createHash('sha256').update(JSON.stringify([idempotencyKey, request.operation, request.url]));
  const key = digest.digest('base64url').slice(0, 32);
  return { ...request, headers: { ...request.headers, 'idempotency-key': key } };
}
