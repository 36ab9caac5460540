// Keeps the polls going, each on one hub at a time. Started by compose-background.ts.
import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { Kysely } from 'kysely';
import type { Bus, EventLog } from '../../contract/events.ts';
import type { HubCall } from '../../contract/hub-call.ts';
import type { PollsTable, Store, StoreTables } from '../../contract/store.ts';
import { toHubFault } from '../../faults/hub-fault.ts';
import type { Logger } from '../../telemetry/logger.ts';
import { isOver } from '../is-over.ts';
import type { Poll } from './compile-poll.ts';
import { pollOnce } from './poll-once.ts';

export interface RunPollsOptions {
  readonly store: Store;
  readonly log: EventLog;
  readonly bus: Bus;
  /** The polls as they are now: a reload changes them. */
  readonly polls: () => readonly Poll[];
  readonly call: HubCall;
  readonly logger: Logger;
  readonly signal: AbortSignal;
}

/** How long a hub that has died keeps a poll from the others. Longer than any page takes. */
const LEASE_MS = 60_000;
/** How often to look which polls there are, without asking the database: a reload changes them. */
const LOOK_MS = 1_000;
/** After a page that failed; doubled up to the longest. */
const RETRY_MS = 1_000;
const MAX_RETRY_MS = 60_000;

/** Resolves when the signal has aborted and the page under way is over. Never rejects. */
export async function runPolls(options: RunPollsOptions): Promise<void> {
  const { signal } = options;
  // A store that belongs to one hub has nobody else who could be at a poll: the process before had it.
  const owner = options.store.dialect === 'postgres' ? randomUUID() : 'hub';
  const running = new Set<Promise<void>>();
  /** When each poll is looked at next, on a clock that nobody sets; Infinity while it is being looked at. */
  const dueAt = new Map<string, number>();
  let turn = new AbortController();

  async function look(poll: Poll): Promise<void> {
    dueAt.set(poll.name, Infinity);
    const waitMs = await step(poll, owner, options);
    dueAt.set(poll.name, performance.now() + waitMs);
    turn.abort();
  }

  while (!signal.aborted) {
    turn = new AbortController();
    let next = performance.now() + LOOK_MS;
    for (const poll of options.polls()) {
      const due = dueAt.get(poll.name) ?? 0;
      next = Math.min(next, due);
      if (due > performance.now()) continue;
      const looking: Promise<void> = look(poll).finally(() => running.delete(looking));
      running.add(looking);
    }
    const pauseMs = Math.max(0, next - performance.now());
    await delay(pauseMs, undefined, { signal: AbortSignal.any([signal, turn.signal]), ref: false }).catch(() => undefined); // prettier-ignore
  }
  await Promise.all(running);
}

const failures = new WeakMap<Poll, number>();

/** One page, where it is due and no other hub has the poll. Resolves with how long to wait before the next look. Never rejects. */
async function step(poll: Poll, owner: string, { store, log, bus, call, logger }: RunPollsOptions): Promise<number> {
  try {
    const db = await store.open();
    const state = await claim(db, poll, owner);
    if (state === undefined) return await waitMsOf(db, poll, owner);
    try {
      const { appended } = await pollOnce(poll, state, { db, log, call, owner });
      if (appended > 0) bus.publish();
      failures.delete(poll);
    } catch (thrown) {
      const count = failures.get(poll) ?? 0;
      failures.set(poll, count + 1);
      const next_at = Date.now() + Math.min(MAX_RETRY_MS, RETRY_MS * 2 ** count);
      await db.updateTable('polls').set({ next_at }).where('name', '=', poll.name).where('owner', '=', owner).execute();
      const level = count === 0 ? 'error' : 'debug';
      logger[level]({ err: thrown, poll: poll.name }, 'a page could not be polled; it is tried again');
    }
    return await waitMsOf(db, poll, owner);
  } catch (thrown) {
    logger.debug({ err: toHubFault(thrown), poll: poll.name }, 'polls wait for the event store');
    return RETRY_MS;
  }
}

async function claim(db: Kysely<StoreTables>, poll: Poll, owner: string): Promise<PollsTable | undefined> {
  const now = Date.now();
  await db
    .insertInto('polls')
    .values({ name: poll.name, pass: 1, full: 1, next_at: now })
    .onConflict((on) => on.doNothing())
    .execute();
  return db
    .updateTable('polls')
    .set({ owner, lease_until: now + LEASE_MS })
    .where('name', '=', poll.name)
    .where(isOver('next_at', now, longestPauseMs(poll)))
    .where((where) =>
      where.or([where('owner', '=', owner), where('lease_until', 'is', null), isOver('lease_until', now, LEASE_MS)]),
    ) // prettier-ignore
    .returningAll()
    .executeTakeFirst();
}

/** What `claim` waits for, in milliseconds from now. */
async function waitMsOf(db: Kysely<StoreTables>, poll: Poll, owner: string): Promise<number> {
  const row = await db
    .selectFrom('polls')
    .select(['next_at', 'owner', 'lease_until'])
    .where('name', '=', poll.name)
    .executeTakeFirst();
  const now = Date.now();
  const leased = row === undefined || row.owner === owner ? 0 : (row.lease_until ?? 0) - now;
  const due = (row?.next_at ?? 0) - now;
  return Math.max(0, Math.min(leased, LEASE_MS), Math.min(due, longestPauseMs(poll)));
}

function longestPauseMs({ settings: { everyMs, maxPagesPerMinute } }: Poll): number {
  return Math.max(everyMs, MAX_RETRY_MS, 60_000 / maxPagesPerMinute);
}
