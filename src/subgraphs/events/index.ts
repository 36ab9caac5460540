// The events kind: the hub's log of changes as a subgraph. Events carry an entity's key; the planner fetches the rest.
import { makeExecutableSchema } from '@graphql-tools/schema';
import { parse, type GraphQLSchema } from 'graphql';
import type { Bus, EventInterest, EventLog, SyncEvent } from '../../contract/events.ts';
import type { FieldPolicy } from '../../contract/field-policy.ts';
import type { Scope } from '../../contract/scope.ts';
import type { Subgraph } from '../../contract/subgraph.ts';
import { HubFault } from '../../faults/hub-fault.ts';
import { createExecutableSubgraph, EventBatch } from '../local/executable-subgraph.ts';
import { createFilterFor, type EventFilter, type FilterArguments } from './event-filter.ts';
import { changedFieldName, createEventsSdl, syncEventTypeName, type EventEntity } from './events-sdl.ts';

export type { EventEntity } from './events-sdl.ts';

/** Reads on from a cursor, then live; `tailEvents` of the events room, handed in because rooms do not import peers. */
export type TailEvents = (
  log: EventLog,
  bus: Bus,
  options: {
    readonly after?: string | undefined;
    readonly signal: AbortSignal;
    readonly filter?: (event: SyncEvent) => boolean;
    readonly interest?: EventInterest;
  },
) => AsyncGenerator<{ readonly events: readonly SyncEvent[]; readonly cursor: string }, void, undefined>;

export interface EventsSubgraphOptions {
  readonly log: EventLog;
  readonly bus: Bus;
  readonly tail: TailEvents;
  readonly entities: readonly EventEntity[];
  /** Asked once events are read: the graph that it speaks of is made of this subgraph too. */
  readonly mayRead: FieldPolicy['mayRead'];
}

/** Most events one `Query.syncEvents` returns. */
const MAX_FIRST = 500;

type StreamArguments = FilterArguments & { readonly after?: string | null };
type PageArguments = StreamArguments & { readonly first: number };
/** The key fields beside what every such subscription has. */
type ChangedArguments = Pick<StreamArguments, 'after' | 'where'> & Readonly<Record<string, unknown>>;

/**
 * Throws HUB_COMPOSE_SDL where an entity cannot be offered. Fetches fail with HUB_EVENT_CURSOR_INVALID, HUB_EVENT_GAP,
 * HUB_EVENT_STORE_UNAVAILABLE or HUB_REQUEST_INVALID; subscriptions end when their scope aborts.
 */
export function createEventsSubgraph(options: EventsSubgraphOptions): Subgraph {
  const sdl = parse(createEventsSdl(options.entities));
  const { log, bus, entities } = options;

  const filterFor = createFilterFor(options.mayRead);

  // Called here and not by the first next(): what happens from now on is part of it.
  const tail = (scope: Scope, after: string | null | undefined, args: FilterArguments) =>
    toEventBatches(
      options.tail(log, bus, {
        after: scope.resumeAfter ?? after ?? undefined,
        signal: scope.signal,
        ...filterFor(args, scope.principal),
      }),
    );

  const changed = ({ type, keyFields }: EventEntity) => ({
    subscribe: (_root: unknown, { after, where, ...args }: ChangedArguments, scope: Scope) => {
      const wanted = keyFields.map(({ name }) => [name, args[name]] as const).filter(([, value]) => isGiven(value));
      return tail(scope, after, { entity: { type, key: Object.fromEntries(wanted) }, where: where ?? null });
    },
    resolve: (event: SyncEvent) => event,
  });

  const keys = new Map(entities.map(({ type, keyFields }) => [type, keyFields]));
  /**
   * The stub of an event's entity: what the planner needs to fetch the rest. A deleted one is nowhere to be fetched, and
   * one that the graph does not have, or whose key is not whole, is nothing that could be fetched.
   */
  const entityOf = ({ type, key, operation }: SyncEvent): Record<string, unknown> | null => {
    const fields = keys.get(type);
    if (operation === 'DELETED' || fields === undefined || fields.some(({ name }) => !isGiven(key[name]))) return null;
    return { ...key, __typename: type };
  };

  const makeSchema = (): GraphQLSchema =>
    makeExecutableSchema({
      typeDefs: [FEDERATION_DIRECTIVES, sdl],
      resolvers: {
        Query: {
          syncEvents: (_root: unknown, args: PageArguments, scope: Scope) =>
            readPage(log, args, filterFor(args, scope.principal), scope.signal),
        },
        Subscription: {
          syncEvents: {
            subscribe: (_root: unknown, args: StreamArguments, scope: Scope) => tail(scope, args.after, args),
            resolve: (event: SyncEvent) => event,
          },
          ...Object.fromEntries(entities.map((entity) => [changedFieldName(entity.type), changed(entity)])),
        },
        SyncEvent: { occurredAt, ...(entities.length === 0 ? {} : { entity: entityOf }) },
        ...Object.fromEntries(entities.map(({ type }) => [syncEventTypeName(type), { occurredAt, entity: entityOf }])),
      },
    });
  return createExecutableSubgraph({
    name: 'events',
    kind: 'events',
    sdl,
    makeSchema,
    contextOf: (scope) => scope,
    isValid: true,
  });
}

/** What `@link` imports, for graphql-js; composition gets the SDL without it. */
const FEDERATION_DIRECTIVES = `
  scalar federation__FieldSet
  scalar link__Import
  directive @key(fields: federation__FieldSet!, resolvable: Boolean = true) repeatable on OBJECT | INTERFACE
  directive @link(url: String!, import: [link__Import]) repeatable on SCHEMA
`;

async function* toEventBatches(batches: ReturnType<TailEvents>): AsyncGenerator<EventBatch, void> {
  for await (const { events, cursor } of batches) {
    yield new EventBatch(
      events.map((event) => ({ event, cursor: event.cursor })),
      cursor,
    );
  }
}

function occurredAt(event: SyncEvent): string {
  return event.occurredAt ?? event.at;
}

/** GraphQL takes an argument that is null as one that narrows nothing. */
function isGiven<T>(argument: T | null | undefined): argument is T {
  return argument !== null && argument !== undefined;
}

async function readPage(
  log: EventLog,
  args: PageArguments,
  { filter }: EventFilter,
  signal: AbortSignal,
): Promise<SyncEvent[]> {
  if (args.first < 0 || args.first > MAX_FIRST) {
    throw new HubFault('HUB_REQUEST_INVALID', `syncEvents(first:) must be between 0 and ${MAX_FIRST}`);
  }
  const page: SyncEvent[] = [];
  let cursor = args.after ?? undefined;
  while (page.length < args.first && !signal.aborted) {
    const events = await log.read(cursor, MAX_FIRST);
    const newest = events.at(-1);
    if (newest === undefined) break;
    cursor = newest.cursor;
    page.push(...events.filter(filter));
  }
  return page.slice(0, args.first);
}
