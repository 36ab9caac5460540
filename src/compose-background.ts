// What the hub does by itself, wired: sync rules, polls and feeds, on the graph that serves now. Called by compose.ts.
import { parse } from 'graphql';
import type { HubConfig } from './config/hub-config.ts';
import type { EntityChange } from './contract/events.ts';
import type { ComposedGraph } from './contract/graph.ts';
import type { HubCall, HubStream } from './contract/hub-call.ts';
import type { Principal } from './contract/principal.ts';
import type { Store } from './contract/store.ts';
import { createScope } from './engine/create-scope.ts';
import { compileFeed, type Feed } from './events/feed/compile-feed.ts';
import type { Intake } from './events/intake/create-intake.ts';
import { compilePoll, type Poll } from './events/poll/compile-poll.ts';
import { compileRule, type SyncRule } from './events/sync/compile-rule.ts';
import type { EventState } from './events/open-state.ts';
import { HubFault, toHubFault } from './faults/hub-fault.ts';
import { toResponseError } from './faults/to-response-error.ts';
import type { Logger } from './telemetry/logger.ts';

/** Compiled against one graph. */
export interface Background {
  readonly rules: readonly SyncRule[];
  readonly polls: readonly Poll[];
  readonly feeds: readonly Feed[];
}

/** Throws HUB_CONFIG_INVALID where a rule, a poll or a feed does not fit the graph. */
export function compileBackground({ sync, polls, feeds }: HubConfig, graph: ComposedGraph): Background {
  return {
    rules: Object.entries(sync).map(([name, settings]) => compileRule(name, settings, graph.schema)),
    polls: Object.entries(polls).map(([name, settings]) => compilePoll(name, settings, graph.schema)),
    feeds: Object.entries(feeds).map(([name, settings]) => compileFeed(name, settings, graph)),
  };
}

export interface RunBackgroundOptions {
  readonly state: EventState;
  /** What serves now. */
  readonly now: () => { readonly graph: ComposedGraph; readonly background: Background; readonly intake: Intake };
  /** Told what mutations of rules changed. */
  readonly onChange: (change: EntityChange) => void;
  readonly logger: Logger;
}

/** Throws HUB_CONFIG_INVALID where there are rules, polls or feeds, and nothing that keeps what they have done. */
export function assertKept(background: Background, state: EventState): void {
  if (isEmpty(background) || state.store !== undefined) return;
  throw new HubFault(
    'HUB_CONFIG_INVALID',
    '`sync`, `polls` and `feeds` have to know what they have done: set state.store to embedded or postgres (with --workers: postgres), and start the hub anew',
  );
}

const isEmpty = ({ rules, polls, feeds }: Background): boolean => rules.length + polls.length + feeds.length === 0;

export interface RunningBackground {
  /** Where there is something to do by now, and it was not begun yet. */
  start(): void;
  /** Resolves when what is under way is over. */
  stop(): Promise<void>;
}

/** Begins with `start`; what comes with a later reload is taken up too. */
export function runBackground(options: RunBackgroundOptions): RunningBackground {
  const { state, now, logger } = options;
  const closing = new AbortController();
  let running: Promise<unknown> | undefined;

  /** What only these need is loaded with them: most hubs have none. */
  const run = async (store: Store): Promise<void> => {
    const [{ runRules }, { runPolls }, { runFeeds }] = await Promise.all([
      import('./events/sync/run-rules.ts'),
      import('./events/poll/run-polls.ts'),
      import('./events/feed/run-feeds.ts'),
    ]);
    const everywhere = { store, logger, signal: closing.signal };
    const common = { ...everywhere, log: state.log, bus: state.bus, call: createHubCall(options) };
    await Promise.all([
      runRules({ ...common, rules: () => now().background.rules }),
      runPolls({ ...common, polls: () => now().background.polls }),
      runFeeds({
        ...everywhere,
        feeds: () => now().background.feeds,
        stream: createHubStream(options),
        take: (...item) => now().intake.take(...item),
      }),
    ]);
  };

  return {
    start() {
      if (state.store === undefined || isEmpty(now().background)) return;
      running ??= run(state.store);
    },
    async stop() {
      closing.abort();
      await running;
    },
  };
}

function createHubCall({ now, onChange }: RunBackgroundOptions): HubCall {
  return async ({ text, variables, timeoutMs, scopes, as, correlationId, causationId, idempotencyKey }) => {
    try {
      const scope = createScope({
        id: correlationId,
        principal: principalOf(as, scopes),
        timeoutMs,
        idempotencyKey,
        onChange: (change) => onChange({ ...change, ...(causationId === undefined ? {} : { causationId }) }),
      });
      return await now()
        .graph.prepare({ document: parse(text), text, operationName: undefined })
        .execute(scope, variables);
    } catch (thrown) {
      return { data: null, errors: [toResponseError(toHubFault(thrown), undefined, true)] };
    }
  };
}

function createHubStream({ now }: RunBackgroundOptions): HubStream {
  return ({ text, variables, scopes, as, correlationId }, signal) => {
    const scope = createScope({ id: correlationId, principal: principalOf(as, scopes), signal, connectsOnce: true });
    return now()
      .graph.prepare({ document: parse(text), text, operationName: undefined })
      .subscribe(scope, variables);
  };
}

const principalOf = (id: string, scopes: readonly string[]): Principal => ({
  kind: 'api-key',
  id,
  scopes: new Set(scopes),
  claims: {},
});
