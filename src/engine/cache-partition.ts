// What of a principal decides what it may see: callers of different partitions never share anything.
import { createHash } from 'node:crypto';
import type { Principal } from '../contract/principal.ts';

/** Principals outlive requests (verified credentials are kept), so their partition is computed once. */
const partitions = new WeakMap<Principal, string>();

/**
 * Two tokens of one subject may carry different scopes or policies and then see different data, so these are part of it.
 * A principal without any is `kind:id`.
 */
export function cachePartition(principal: Principal): string {
  const known = partitions.get(principal);
  if (known !== undefined) return known;
  const policies: unknown = Object.hasOwn(principal.claims, 'policies') ? principal.claims.policies : null;
  const rights = JSON.stringify([[...principal.scopes].sort(), policies]);
  const digest =
    rights === '[[],null]' ? '' : `:${createHash('sha256').update(rights).digest('base64url').slice(0, 22)}`;
  const partition = `${principal.kind}:${principal.id}${digest}`;
  partitions.set(principal, partition);
  return partition;
}
