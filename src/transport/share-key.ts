// What makes two calls in flight identical: everything that reaches the upstream, who asks, and how the answer is read.
import { createHash } from 'node:crypto';
import type { UpstreamRequest } from '../contract/transport.ts';
import type { WireRequest } from './wire-request.ts';

/** Bodies up to this length are a part of the key as they are; larger ones by their digest. */
const MAX_INLINE_BODY = 1024;

const readers = new WeakMap<NonNullable<UpstreamRequest['faultOf']>, number>();
let readerCount = 0;

/** Parts are quoted, so that no value can pretend to be another part. */
export function shareKey(
  request: UpstreamRequest,
  wire: WireRequest,
  partition: string,
  forwarded: Readonly<Record<string, string>>,
): string {
  return JSON.stringify([
    ...[wire.method, wire.origin, wire.path, partition, request.idempotent, readerId(request.faultOf)],
    Object.entries(wire.headers).sort(byName),
    Object.entries(forwarded).sort(byName),
    bodyKey(wire.body),
  ]);
}

/** Calls that read the same answer differently (one takes 404 as "none") do not share a verdict. */
function readerId(faultOf: UpstreamRequest['faultOf']): number {
  if (faultOf === undefined) return 0;
  const known = readers.get(faultOf);
  if (known !== undefined) return known;
  readerCount += 1;
  readers.set(faultOf, readerCount);
  return readerCount;
}

function bodyKey(body: WireRequest['body']): string {
  if (body === undefined) return '';
  if (typeof body === 'string' && body.length <= MAX_INLINE_BODY) return `=${body}`;
  return createHash('sha256').update(body).digest('base64');
}

function byName([a]: readonly [string, string], [b]: readonly [string, string]): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
