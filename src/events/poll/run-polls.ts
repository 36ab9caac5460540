// Keeps the polls going, each on one hub at a time. Started by compose-background.ts.
import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { Kysely } from 'kysely';
import type { Bus, EventLog } from '../../contract/events.ts';
import type { HubCall } from '../../contract/hub-call.ts';
import type { PollsTable, Store, StoreTables } from '../../contract/store.ts';
import { toHubFault } from '../../faults/hub-fault.ts';
import type { Logger } from '../../telemetry/logger.ts';
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
  /** How often to look whether a poll is due. Default 250. */
  readonly tickMs?: number;
}

/** How long a hub that has died keeps a poll from the others. Longer than any page takes. */
const LEASE_MS = 60_000;
/** After a page that failed; doubled up to the longest. */
const RETRY_MS = 1_000;
const MAX_RETRY_MS = 60_000;

/** Resolves when the signal has aborted and the page under way is over. Never rejects. */
export async function runPolls(options: RunPollsOptions): Promise<void> {
  const { signal, tickMs = 250 } = options;
  // A store that belongs to one hub has nobody else who could be at a poll: the process before had it.
  const owner = options.store.dialect === 'postgres' ? randomUUID() : 'hub';
  const running = new Map<string, Promise<void>>();
  while (!signal.aborted) {
    for (const poll of options.polls()) {
      if (running.has(poll.name)) continue;
      running.set(
        poll.name,
        step(poll, owner, options).finally(() => running.delete(poll.name)),
      );
    }
    await delay(tickMs, undefined, { signal, ref: false }).catch(() => undefined);
  }
  await Promise.all(running.values());
}

const failures = new WeakMap<Poll, number>();

/** One page, where it is due and no other hub has the poll. Never rejects. */
async function step(poll: Poll, owner: string, { store, log, bus, call, logger }: RunPollsOptions): Promise<void> {
  try {
    const db = await store.open();
    const state = await claim(db, poll, owner);
    if (state === undefined) return;
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
  } catch (thrown) {
    logger.debug({ err: toHubFault(thrown), poll: poll.name }, 'polls wait for the event store');
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
    .where('next_at', '<=', now)
    .where((where) =>
      where.or([where('owner', '=', owner), where('lease_until', 'is', null), where('lease_until', '<', now)]),
    )
    .returningAll()
    .executeTakeFirst();
}
