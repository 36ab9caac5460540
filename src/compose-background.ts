// What the hub does by itself, wired: sync rules and polls, on the graph that serves now. Called by compose.ts.
import { parse, type GraphQLSchema } from 'graphql';
import type { HubConfig } from './config/hub-config.ts';
import type { EntityChange } from './contract/events.ts';
import type { ComposedGraph } from './contract/graph.ts';
import type { HubCall } from './contract/hub-call.ts';
import { createScope } from './engine/create-scope.ts';
import { compilePoll, type Poll } from './events/poll/compile-poll.ts';
import { runPolls } from './events/poll/run-polls.ts';
import { compileRule, type SyncRule } from './events/sync/compile-rule.ts';
import { runRules } from './events/sync/run-rules.ts';
import type { EventState } from './events/open-state.ts';
import { HubFault, toHubFault } from './faults/hub-fault.ts';
import { toResponseError } from './faults/to-response-error.ts';
import type { Logger } from './telemetry/logger.ts';

/** Compiled against one graph. */
export interface Background {
  readonly rules: readonly SyncRule[];
  readonly polls: readonly Poll[];
}

/** Throws HUB_CONFIG_INVALID where a rule or a poll does not fit the graph. */
export function compileBackground({ sync, polls }: HubConfig, schema: GraphQLSchema): Background {
  return {
    rules: Object.entries(sync).map(([name, settings]) => compileRule(name, settings, schema)),
    polls: Object.entries(polls).map(([name, settings]) => compilePoll(name, settings, schema)),
  };
}

export interface RunBackgroundOptions {
  readonly state: EventState;
  /** What serves now. */
  readonly now: () => { readonly graph: ComposedGraph; readonly background: Background };
  /** Told what mutations of rules changed. */
  readonly onChange: (change: EntityChange) => void;
  readonly logger: Logger;
}

/** Throws HUB_CONFIG_INVALID where there are rules or polls, and nothing that keeps what they have done. */
export function assertKept({ rules, polls }: Background, state: EventState): void {
  if (rules.length + polls.length === 0 || state.store !== undefined) return;
  throw new HubFault(
    'HUB_CONFIG_INVALID',
    '`sync` and `polls` have to know what they have done: set state.store to embedded or postgres (with --workers: postgres), and start the hub anew',
  );
}

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

  return {
    start() {
      const { rules, polls } = now().background;
      const { store, log, bus } = state;
      if (store === undefined || rules.length + polls.length === 0) return;
      const common = { store, log, bus, logger, call: createHubCall(options), signal: closing.signal };
      running ??= Promise.all([
        runRules({ ...common, rules: () => now().background.rules }),
        runPolls({ ...common, polls: () => now().background.polls }),
      ]);
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
        principal: { kind: 'api-key', id: as, scopes: new Set(scopes), claims: {} },
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
