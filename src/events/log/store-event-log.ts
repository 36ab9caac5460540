// The event log over a database: positions in the order of commit, one round trip per append. Made by open-state.ts.
import type { EventLog, SyncEvent } from '../../contract/events.ts';
import type { Store } from '../../contract/store.ts';
import { HubFault } from '../../faults/hub-fault.ts';
import { toStoreFault } from '../store/store-fault.ts';
import { appendRows } from './append-rows.ts';
import { coalesce } from './coalesce.ts';
import { fromCursor, gapAfter, invalidCursor, toCursor } from './cursor.ts';
import { readPage } from './read-page.ts';
import { shareReads } from './share-reads.ts';
import { toStorable, type Storable } from './storable.ts';

export interface StoreEventLogOptions {
  readonly store: Store;
  /** How many events are kept; older ones cannot be read, whether or not they were dropped yet. */
  readonly maxEvents: number;
}

/** Events in one statement, and events that may wait for their turn. */
const MAX_BATCH = 1_000;
const MAX_WAITING = 20_000;

type AppendOutcome = { readonly events: readonly SyncEvent[] } | { readonly fault: HubFault };

/** Does not close the store. Why a reader cannot miss an event: docs/decisions/0003-event-log-order.md. */
export function createStoreEventLog({ store, maxEvents }: StoreEventLogOptions): EventLog {
  let logId: string | undefined;

  const query = async (after: number | undefined, limit: number) => {
    try {
      return await readPage(store, after ?? 0, limit, maxEvents);
    } catch (thrown) {
      throw toStoreFault(thrown);
    }
  };

  /** One change that the database refuses must not take those of others with it. */
  async function appendSafely(groups: readonly (readonly Storable[])[]): Promise<readonly AppendOutcome[]> {
    try {
      const id = (logId ??= (await query(undefined, 0)).logId);
      const places = await appendRows(store, groups.map((group) => group.map(({ row }) => row))); // prettier-ignore
      return groups.map((group, index) => ({
        events: group.flatMap(({ event }, ordinal): SyncEvent[] => {
          const place = places[index]?.[ordinal];
          if (place === undefined) return [];
          return [{ ...event, cursor: toCursor(id, place.position), at: new Date(place.at).toISOString() }];
        }),
      }));
    } catch (thrown) {
      const fault = toStoreFault(thrown);
      if (fault.code !== 'HUB_INTERNAL' || groups.length === 1) return groups.map(() => ({ fault }));
      const outcomes: AppendOutcome[] = [];
      for (const group of groups) outcomes.push(...(await appendSafely([group])));
      return outcomes;
    }
  }

  const enqueue = coalesce<readonly Storable[], AppendOutcome>({
    run: appendSafely,
    weigh: (group) => group.length,
    maxBatch: MAX_BATCH,
    maxWaiting: MAX_WAITING,
    refuse: () =>
      new HubFault('HUB_CAPACITY_EXCEEDED', `more than ${MAX_WAITING} events wait to be appended to the event log`),
  });

  const sharedPage = shareReads(query);

  return {
    async append(changes) {
      if (changes.length === 0) return [];
      const outcome = await enqueue(changes.map(toStorable));
      if ('fault' in outcome) throw outcome.fault;
      return outcome.events;
    },
    async read(cursor, limit) {
      const from = cursor === undefined ? undefined : fromCursor(cursor);
      const page = await sharedPage(from?.position, limit);
      if (from === undefined) return page.events;
      if (from.logId !== page.logId || from.position > page.head) throw invalidCursor();
      if (from.position < page.horizon) throw gapAfter(page.logId, from.position, page.horizon);
      return page.events;
    },
    async tail() {
      const page = await sharedPage(undefined, 0);
      return toCursor(page.logId, page.head);
    },
    close: () => Promise.resolve(),
  };
}
