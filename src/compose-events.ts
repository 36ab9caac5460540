// What the hub keeps of changes, wired: state, webhooks, figures. Called by compose.ts and, through it, the command line.
import type { HubConfig } from './config/hub-config.ts';
import type { SourceSnapshot, SourceStats } from './contract/source-stats.ts';
import type { WorkerLink } from './contract/worker-link.ts';
import { createSource, settleAll } from './compose-sources.ts';
import type { Subgraph } from './contract/subgraph.ts';
import { createIntake, type Intake, type IntakeOptions } from './events/intake/create-intake.ts';
import { openState, type EventState } from './events/open-state.ts';
import { createDeliveryCounts, type DeliveryCounts } from './telemetry/delivery-counts.ts';
import { createAnswerCache, type AnswerCache } from './transport/answer-cache.ts';
import { tagsOfChange } from './transport/entity-tags.ts';
import type { Logger } from './telemetry/logger.ts';
import { toHubFault } from './faults/hub-fault.ts';
import { createReaderPlaces } from './events/reader-places.ts';
import type { DeliveryCount } from './contract/webhooks.ts';
import { tailEvents } from './events/tail-events.ts';
import { createWorkerState } from './events/workers/worker-state.ts';
import { createSourceStats } from './telemetry/source-stats.ts';
import { createStatsOfWorkers } from './telemetry/stats-of-workers.ts';

/** What outlives a reload: what is kept of changes, and how sources and webhooks have been doing. */
export interface Lasting {
  readonly state: EventState;
  readonly counts: DeliveryCounts;
  readonly statsOf: (source: string) => SourceStats;
  /** How the source has been doing, on all workers. */
  readonly snapshotOf: (source: string) => SourceSnapshot;
  /** What became of webhook deliveries, on all workers. */
  readonly deliveries: () => readonly DeliveryCount[];
  /** Where the subscribers of all workers are in the log, the furthest behind first. */
  readonly positions: () => readonly number[];
  /** As `tailEvents`, and known to `positions`. */
  readonly tail: typeof tailEvents;
  /** Answers of all sources; emptied where the graph is composed anew. */
  readonly cache: AnswerCache;
}

/**
 * Webhooks, polls, feeds and sync rules need a store that outlives the process; everything else only has one where the configuration says so.
 * Rejects with HUB_CONFIG_STATE_IN_USE or HUB_CONFIG_INVALID.
 */
export async function openLasting(
  {
    state: settings,
    webhooks,
    polls,
    feeds,
    sync,
    folder,
    cache,
  }: Pick<HubConfig, 'state' | 'webhooks' | 'polls' | 'feeds' | 'sync' | 'folder' | 'cache'>,
  logger: Logger,
  link?: WorkerLink,
): Promise<Lasting> {
  const durable = Object.keys({ ...webhooks, ...polls, ...feeds, ...sync }).length > 0;
  if (durable && settings.store === 'memory' && link === undefined) {
    logger.warn('webhooks are acknowledged, and forgotten with the process: state.store is memory');
  }
  const stats = new Map<string, SourceStats>();
  const statsOf = (source: string): SourceStats => {
    const known = stats.get(source) ?? createSourceStats();
    stats.set(source, known);
    return known;
  };
  const counts = createDeliveryCounts();
  const readers = createReaderPlaces();
  const own = { sources: stats, deliveries: () => counts.snapshot(), positions: () => readers.positions() };
  const all = link && createStatsOfWorkers(link, own);
  return {
    // What only one process can open, the primary has opened.
    state:
      link === undefined || typeof settings.store === 'object'
        ? await openState({ settings, folder, durable, logger })
        : createWorkerState(link),
    counts,
    deliveries: () => (all ?? own).deliveries(),
    positions: () => (all ?? own).positions(),
    tail: (log, bus, options) => tailEvents(log, bus, { ...options, place: readers.enter() }),
    cache: createAnswerCache(cache.maxBytes),
    statsOf,
    snapshotOf: (source) => all?.merged(source, statsOf(source).snapshot()) ?? statsOf(source).snapshot(),
  };
}

/** Throws HUB_CONFIG_INVALID where the mapping of a webhook or a feed cannot work. */
export function createIntakeOf(
  { webhooks, feeds }: HubConfig,
  { state, counts }: Lasting,
  describedBy: IntakeOptions['describedBy'],
  logger: Logger,
): Intake {
  const { log, deadLetters, bus } = state;
  return createIntake({ webhooks, feeds, log, deadLetters, counts, describedBy, logger, wake: () => bus.publish() });
}

/**
 * Keeps answers in step with the log: an event about an entity throws out what was derived from it, whichever hub or
 * webhook it came from. Ends with the signal; never rejects.
 */
export async function purgeOnEvents({ state, cache }: Lasting, logger: Logger, signal: AbortSignal): Promise<void> {
  try {
    for await (const { events } of tailEvents(state.log, state.bus, { signal })) {
      for (const event of events) {
        if (event.gap === undefined) cache.purge(tagsOfChange(event));
        else cache.clear();
      }
    }
  } catch (thrown) {
    // Without the log nobody says what is out of date.
    if (!signal.aborted) logger.error({ err: toHubFault(thrown) }, 'kept answers no longer follow the event log');
    cache.clear();
  }
}

/** The state of a hub that does not run, for commands that look into it. */
export interface OpenedEvents {
  readonly state: EventState;
  /** Rejects with HUB_IMPORT_*, HUB_CONFIG_* or HUB_COMPOSE_* where a source that webhooks are described by cannot be read. */
  intake(): Promise<Intake>;
}

/** Rejects as openLasting does; the state is closed by the caller. */
export async function openEvents(config: HubConfig, logger: Logger): Promise<OpenedEvents> {
  const lasting = await openLasting(config, logger);
  return {
    state: lasting.state,
    async intake() {
      const named = Object.values(config.webhooks).flatMap(({ source, openapi }) => (openapi === undefined ? [] : [source])); // prettier-ignore
      const context = { config, sdl: 'pinned-first' as const, logger, statsOf: lasting.statsOf, cache: lasting.cache };
      const sources = config.sources.filter(({ name }) => named.includes(name));
      const subgraphs = await settleAll(sources.map((source) => createSource(source, context)));
      await Promise.all(subgraphs.map((subgraph) => subgraph.close()));
      return createIntakeOf(config, lasting, describedIn(subgraphs), logger);
    },
  };
}

/** For a graph that is only looked at: it opens no database. */
export function openPassing(config: HubConfig, logger: Logger): Promise<Lasting> {
  const state: HubConfig['state'] = { store: 'memory', retention: { maxAgeHours: 1 } };
  return openLasting({ ...config, state, webhooks: {}, polls: {}, feeds: {}, sync: {} }, logger);
}

/** What sources send by themselves, by source. */
export function describedIn(subgraphs: readonly Subgraph[]): IntakeOptions['describedBy'] {
  return (source) => subgraphs.find(({ name }) => name === source)?.events ?? new Map();
}
