// One page further with a poll: read, told apart from what is known, appended, checkpointed. Called by run-polls.ts.
import type { Kysely } from 'kysely';
import type { EntityChange, EventLog } from '../../contract/events.ts';
import type { HubCall } from '../../contract/hub-call.ts';
import type { PollsTable, StoreTables } from '../../contract/store.ts';
import type { Poll } from './compile-poll.ts';
import { readPage, type PolledRecord } from './read-page.ts';

export interface PollOnceOptions {
  readonly db: Kysely<StoreTables>;
  readonly log: EventLog;
  readonly call: HubCall;
  /** Whoever has the lease of the poll; a checkpoint of somebody else is not overwritten. */
  readonly owner: string;
}

export interface PollStep {
  readonly appended: number;
  /** Whether this page was the last one of its pass. */
  readonly passOver: boolean;
}

const DELETE_BATCH = 500;

/**
 * Events are appended before the checkpoint moves, and each has a delivery id of poll, pass, key and content: where the
 * process ends in between, the page is read again and nothing becomes a second event. Rejects with what failed.
 */
export async function pollOnce(poll: Poll, state: PollsTable, options: PollOnceOptions): Promise<PollStep> {
  const { db, log, owner } = options;
  const startedAt = state.page === null ? Date.now() : state.started_at;
  const page = await readPage(poll, options.call, {
    page: state.page === null ? null : (JSON.parse(state.page) as unknown),
    since: state.full === 1 ? null : state.since,
  });
  const changed = await changesOf(poll, state, page.records, db);
  const events = await log.append(changed.changes);

  const newest = Math.max(state.newest ?? 0, ...page.records.map(({ modifiedAt }) => modifiedAt ?? 0)) || null;
  // What was changed while the pass was under way may have been on a page that was read before.
  const since = newest === null ? null : Math.min(newest, startedAt ?? newest) - poll.settings.overlapMs;
  const passOver = page.next === undefined;
  let appended = events.length;
  if (passOver && state.full === 1) appended += await dropUnseen(poll, state, page.records, options);
  await db.transaction().execute(async (transaction) => {
    const { settings } = poll;
    const now = Date.now();
    const pass = passOver
      ? { pass: state.pass + 1, page: null, since, next_at: now + settings.everyMs, ...(state.full === 1 ? { full_at: now } : {}) } // prettier-ignore
      : { page: JSON.stringify(page.next), started_at: startedAt, next_at: now + 60_000 / settings.maxPagesPerMinute };
    const full = isFullNext(poll, { ...state, ...pass });
    const [moved] = await transaction
      .updateTable('polls')
      .set({ ...pass, newest, ...(passOver ? { full: full ? 1 : 0, owner: null, lease_until: null } : {}) })
      .where('name', '=', poll.name)
      .where('owner', '=', owner)
      .execute();
    if (moved?.numUpdatedRows !== 1n) return;
    for (const { keyText } of changed.deleted) {
      await transaction.deleteFrom('poll_records').where('poll', '=', poll.name).where('key', '=', keyText).execute();
    }
    if (changed.seen.length === 0) return;
    await transaction
      .insertInto('poll_records')
      .values(changed.seen.map(({ keyText, hash }) => ({ poll: poll.name, key: keyText, hash, pass: state.pass })))
      .onConflict(
        (on) =>
        on.columns(['poll', 'key']).doUpdateSet((set) => ({ hash: set.ref('excluded.hash'), pass: set.ref('excluded.pass') })), // prettier-ignore
      )
      .execute();
  });
  return { appended, passOver };
}

function isFullNext(poll: Poll, state: PollsTable): boolean {
  return poll.modified === undefined || state.full_at === null || state.next_at - state.full_at >= poll.settings.fullEveryMs; // prettier-ignore
}

async function changesOf(poll: Poll, state: PollsTable, records: readonly PolledRecord[], db: Kysely<StoreTables>) {
  // Of a record that a page has twice, the last one counts.
  const latest = [...new Map(records.map((record) => [record.keyText, record])).values()];
  const known = new Map<string, string>();
  if (latest.length > 0) {
    const rows = await db
      .selectFrom('poll_records')
      .select(['key', 'hash'])
      .where('poll', '=', poll.name)
      .where(
        'key',
        'in',
        latest.map(({ keyText }) => keyText),
      ) // prettier-ignore
      .execute();
    for (const { key, hash } of rows) known.set(key, hash);
  }
  const deleted = latest.filter((record) => record.deleted && known.has(record.keyText));
  const seen = latest.filter((record) => !record.deleted);
  const changes = [
    ...deleted.map((record) => changeOf(poll, state, record.key, 'DELETED', record)),
    ...seen
      .filter(({ keyText, hash }) => known.get(keyText) !== hash)
      .map((record) => changeOf(poll, state, record.key, known.has(record.keyText) ? 'UPDATED' : 'CREATED', record)),
  ];
  return { changes, seen, deleted };
}

/** What a pass over everything has not come across is gone. */
async function dropUnseen(
  poll: Poll,
  state: PollsTable,
  lastPage: readonly PolledRecord[],
  { db, log }: PollOnceOptions,
): Promise<number> {
  const onLastPage = lastPage.map(({ keyText }) => keyText);
  let appended = 0;
  for (;;) {
    let query = db
      .selectFrom('poll_records')
      .select('key')
      .where('poll', '=', poll.name)
      .where('pass', '<', state.pass);
    if (onLastPage.length > 0) query = query.where('key', 'not in', onLastPage);
    const gone = await query.limit(DELETE_BATCH).execute();
    if (gone.length === 0) return appended;
    const keys = gone.map(({ key }) => key);
    const events = await log.append(
      keys.map((key) => changeOf(poll, state, JSON.parse(key) as PolledRecord['key'], 'DELETED')),
    );
    appended += events.length;
    await db.deleteFrom('poll_records').where('poll', '=', poll.name).where('key', 'in', keys).execute();
  }
}

function changeOf(
  poll: Poll,
  { pass }: PollsTable,
  key: PolledRecord['key'],
  operation: EntityChange['operation'],
  record?: PolledRecord,
): EntityChange {
  const { source, type } = poll.settings;
  return {
    source,
    type,
    operation,
    key,
    deliveryId: `poll:${poll.name}:${pass}:${JSON.stringify(key)}:${operation}:${record?.hash ?? ''}`,
    ...(record?.modifiedAt === undefined ? {} : { occurredAt: new Date(record.modifiedAt).toISOString() }),
    ...(record === undefined ? {} : { payload: record.record }),
  };
}
