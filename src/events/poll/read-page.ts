// One page of a poll → its records, and which page is next. Called by poll-once.ts.
import { createHash } from 'node:crypto';
import type { HubCall } from '../../contract/hub-call.ts';
import type { Poll } from './compile-poll.ts';

export interface PolledRecord {
  /** Its key fields, in order; values are strings as GraphQL IDs are. */
  readonly key: Readonly<Record<string, string>>;
  /** The key as JSON. */
  readonly keyText: string;
  /** Of all that the query brought of it. */
  readonly hash: string;
  readonly deleted: boolean;
  /** Milliseconds since 1970, where the poll says when records were changed. */
  readonly modifiedAt?: number;
  readonly record: unknown;
}

export interface PolledPage {
  readonly records: readonly PolledRecord[];
  /** `$page` of the next one; undefined where this was the last. */
  readonly next?: unknown;
}

/** Rejects with an Error that says what is wrong with the answer or with an expression. */
export async function readPage(
  poll: Poll,
  call: HubCall,
  { page, since }: { readonly page: unknown; readonly since: number | null },
): Promise<PolledPage> {
  const { settings } = poll;
  const { data, errors } = await call({
    text: settings.query,
    // What there is none of is left out, so that the query's own defaults count.
    variables: {
      ...(page === null ? {} : { page }),
      ...(since === null ? {} : { since: new Date(since).toISOString() }),
    },
    timeoutMs: settings.timeoutMs,
    scopes: settings.scopes,
    as: `poll:${poll.name}`,
    correlationId: `poll:${poll.name}`,
  });
  if (errors !== undefined) throw new Error(errors.map(({ message, extensions }) => `${message} (${extensions.code})`).join('; ')); // prettier-ignore
  const found = await poll.items(data);
  const items = found === undefined || found === null ? [] : Array.isArray(found) ? (found as unknown[]) : [found];
  const records: PolledRecord[] = [];
  for (const record of items) records.push(await toRecord(poll, record));
  const next = await poll.nextPage?.({ data, items, page });
  return { records, ...(next === undefined || next === null || next === '' ? {} : { next }) };
}

async function toRecord(poll: Poll, record: unknown): Promise<PolledRecord> {
  const key = await poll.key(record);
  if (typeof key !== 'object' || key === null || Array.isArray(key) || Object.keys(key).length === 0) {
    throw new Error(`polls.${poll.name}.key: a record has no key: it must be an object such as { id: … }`);
  }
  const fields = Object.entries(key).sort(([a], [b]) => (a < b ? -1 : 1));
  const ordered = Object.fromEntries(fields.map(([name, value]) => [name, String(value)]));
  const modified = await poll.modified?.(record);
  const modifiedAt = typeof modified === 'string' ? Date.parse(modified) : NaN;
  return {
    key: ordered,
    keyText: JSON.stringify(ordered),
    hash: createHash('sha256').update(JSON.stringify(record)).digest('base64url'),
    deleted: (await poll.deleted?.(record)) === true,
    ...(Number.isNaN(modifiedAt) ? {} : { modifiedAt }),
    record,
  };
}
