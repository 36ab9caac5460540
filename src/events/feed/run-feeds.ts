// Keeps the feeds going, each on one hub at a time. Started by compose-background.ts.
import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { Store } from '../../contract/store.ts';
import { toHubFault } from '../../faults/hub-fault.ts';
import { isOver } from '../is-over.ts';
import { toStoreFault } from '../store/store-fault.ts';
import type { Feed } from './compile-feed.ts';
import { followFeed, type FollowFeedOptions } from './follow-feed.ts';

export interface RunFeedsOptions extends Omit<FollowFeedOptions, 'place'> {
  readonly store: Store;
  /** The feeds as they are now: a reload changes them. */
  readonly feeds: () => readonly Feed[];
  /** How long a hub that has died keeps a feed from the others; by default LEASE_MS. */
  readonly leaseMs?: number;
}

const LEASE_MS = 15_000;
/** How often to look which feeds there are, without asking the database. */
const LOOK_MS = 1_000;

/** Resolves when the signal has aborted and the items under way are stored. Never rejects. */
export async function runFeeds(options: RunFeedsOptions): Promise<void> {
  const { signal, feeds } = options;
  // A store that belongs to one hub has nobody else who could be at a feed: the process before had it.
  const owner = options.store.dialect === 'postgres' ? randomUUID() : 'hub';
  const running = new Map<string, { readonly feed: Feed; readonly stop: AbortController; readonly over: Promise<void> }>(); // prettier-ignore
  let turn = new AbortController();

  while (!signal.aborted) {
    turn = new AbortController();
    const wanted = feeds();
    // The graph of a feed that was compiled before a reload is about to close.
    for (const { feed, stop } of running.values()) if (!wanted.includes(feed)) stop.abort();
    for (const feed of wanted) {
      if (running.has(feed.name)) continue;
      const stop = new AbortController();
      const own = { ...options, signal: AbortSignal.any([signal, stop.signal]) };
      const over = keepFollowing(feed, owner, own).finally(() => {
        running.delete(feed.name);
        turn.abort();
      });
      running.set(feed.name, { feed, stop, over });
    }
    const next = AbortSignal.any([signal, turn.signal]);
    await delay(LOOK_MS, undefined, { signal: next, ref: false }).catch(() => undefined);
  }
  await Promise.all([...running.values()].map(({ over }) => over));
}

/** Follows the feed whenever no other hub does. */
async function keepFollowing(feed: Feed, owner: string, options: RunFeedsOptions): Promise<void> {
  const { store, signal, logger, leaseMs = LEASE_MS } = options;
  const lease = createLease(store, feed.name, owner, leaseMs);
  while (!signal.aborted) {
    try {
      if (await lease.claim()) await followUnder(lease, feed, options);
    } catch (thrown) {
      logger.debug({ err: toHubFault(thrown), feed: feed.name }, 'feeds wait for the event store');
    }
    await delay(leaseMs / 3, undefined, { signal, ref: false }).catch(() => undefined);
  }
}

async function followUnder(lease: Lease, feed: Feed, options: RunFeedsOptions): Promise<void> {
  const lost = new AbortController();
  let renewing = Promise.resolve();
  const renew = async (): Promise<void> => {
    if (!(await lease.claim())) lost.abort();
  };
  // While the store is away nobody else can claim it: the stream stands, and its items wait.
  const renewal = setInterval(
    () => {
      renewing = renew().catch(() => undefined);
    },
    (options.leaseMs ?? LEASE_MS) / 3,
  );
  try {
    await followFeed(feed, { ...options, place: lease, signal: AbortSignal.any([options.signal, lost.signal]) });
  } finally {
    clearInterval(renewal);
    await renewing;
    await lease.release();
  }
}

interface Lease {
  /** Also renews. Resolves with whether this hub has the feed now. */
  claim(): Promise<boolean>;
  /** Another hub need not wait until it is over. */
  release(): Promise<void>;
  read(): Promise<string | null>;
  keep(place: string): Promise<void>;
}

function createLease(store: Store, name: string, owner: string, leaseMs: number): Lease {
  const own = async () => (await store.open()).updateTable('feeds').where('name', '=', name).where('owner', '=', owner);
  return {
    async claim() {
      const db = await store.open();
      const now = Date.now();
      await db.insertInto('feeds').values({ name }).onConflict((on) => on.doNothing()).execute(); // prettier-ignore
      const claimed = await db
        .updateTable('feeds')
        .set({ owner, lease_until: now + leaseMs })
        .where('name', '=', name)
        .where((where) =>
          where.or([where('owner', '=', owner), where('lease_until', 'is', null), isOver('lease_until', now, leaseMs)]),
        ) // prettier-ignore
        .returning('name')
        .executeTakeFirst();
      return claimed !== undefined;
    },
    async release() {
      await (await own()).set({ owner: null, lease_until: null }).execute();
    },
    async read() {
      const db = await store.open();
      const row = await db.selectFrom('feeds').select('place').where('name', '=', name).executeTakeFirst();
      return row?.place ?? null;
    },
    async keep(place) {
      try {
        await (await own()).set({ place }).execute();
      } catch (thrown) {
        throw toStoreFault(thrown);
      }
    },
  };
}
