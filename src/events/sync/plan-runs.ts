// New events of the log → runs of the rules that are for them. Called by run-rules.ts whenever something may have happened.
import type { SyncEvent, EventLog, GapDetails } from '../../contract/events.ts';
import type { Store } from '../../contract/store.ts';
import { HubFault } from '../../faults/hub-fault.ts';
import type { Logger } from '../../telemetry/logger.ts';
import { fromCursor } from '../log/cursor.ts';
import type { SyncRule } from './compile-rule.ts';

export interface PlanRunsOptions {
  readonly store: Store;
  readonly log: EventLog;
  readonly logger: Logger;
}

const READ_LIMIT = 500;
/** How far back the causes of an event are followed. */
const MAX_CAUSES = 16;

/**
 * A rule that is new begins with what comes from now on. Runs and the rule's place change in one transaction, so an event
 * makes one run, whoever reads it how often. Rejects with what the database threw, or a fault of the log.
 */
export async function planRuns(rule: SyncRule, { store, log, logger }: PlanRunsOptions): Promise<void> {
  const db = await store.open();
  for (;;) {
    const place = await db.selectFrom('sync_places').select('cursor').where('rule', '=', rule.name).executeTakeFirst();
    if (place === undefined) {
      const cursor = await log.tail();
      await db.insertInto('sync_places').values({ rule: rule.name, cursor }).onConflict((on) => on.doNothing()).execute(); // prettier-ignore
      return;
    }
    const events = await readOn(log, place.cursor, rule, logger);
    const cursor = Array.isArray(events) ? events.at(-1)?.cursor : events.resumeAfter;
    if (cursor === undefined) return;
    const wanted = Array.isArray(events) ? await wantedBy(rule, events, store, logger) : [];
    const now = Date.now();
    await db.transaction().execute(async (transaction) => {
      const [moved] = await transaction
        .updateTable('sync_places')
        .set({ cursor })
        .where('rule', '=', rule.name)
        .where('cursor', '=', place.cursor)
        .execute();
      // Another hub was faster, and has planned them.
      if (moved?.numUpdatedRows !== 1n || wanted.length === 0) return;
      await transaction
        .insertInto('sync_runs')
        .values(
          wanted.map((event) => ({
            id: `${rule.name}:${event.id}`,
            rule: rule.name,
            event_id: event.id,
            position: fromCursor(event.cursor).position,
            partition: event.partition,
            event: JSON.stringify(event),
            state: 'waiting' as const,
            attempts: 0,
            next_at: now,
          })),
        )
        .onConflict((on) => on.doNothing())
        .execute();
    });
    if (Array.isArray(events) && events.length < READ_LIMIT) return;
  }
}

async function readOn(
  log: EventLog,
  cursor: string,
  rule: SyncRule,
  logger: Logger,
): Promise<SyncEvent[] | GapDetails> {
  try {
    return [...(await log.read(cursor, READ_LIMIT))];
  } catch (thrown) {
    if (!(thrown instanceof HubFault) || thrown.code !== 'HUB_EVENT_GAP') throw thrown;
    const details = thrown.details as unknown as GapDetails;
    logger.error({ rule: rule.name, lost: details.lost }, 'a sync rule has missed events that are no longer kept');
    return details;
  }
}

async function wantedBy(
  rule: SyncRule,
  events: readonly SyncEvent[],
  store: Store,
  logger: Logger,
): Promise<readonly SyncEvent[]> {
  const wanted: SyncEvent[] = [];
  for (const event of events) {
    try {
      if ((await rule.matches(event)) && !(await isOwnDoing(rule, event, store))) wanted.push(event);
    } catch (thrown) {
      if (thrown instanceof HubFault) throw thrown;
      logger.error({ err: thrown, rule: rule.name, event: event.id }, 'whether a sync rule is for an event is unknown');
    }
  }
  return wanted;
}

/** Loop protection: an event that a run of this rule has caused, by whatever way, does not start the rule again. */
async function isOwnDoing(rule: SyncRule, event: SyncEvent, store: Store): Promise<boolean> {
  const db = await store.open();
  let cause = event.causationId;
  for (let steps = 0; cause !== undefined && steps < MAX_CAUSES; steps++) {
    const run = await db.selectFrom('sync_runs').select('id').where('id', '=', `${rule.name}:${cause}`).executeTakeFirst(); // prettier-ignore
    if (run !== undefined) return true;
    const before = await db.selectFrom('events').select('causation_id').where('id', '=', cause).executeTakeFirst();
    cause = before?.causation_id ?? undefined;
  }
  return cause !== undefined;
}
