// The one wiring file: hands rooms to each other. Called by the command line.
import { relative } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { Kind, type DocumentNode } from 'graphql';
import { createAuthenticator, type Authenticator } from './auth/create-authenticator.ts';
import { createFieldPolicy } from './auth/create-field-policy.ts';
import { assertKept, compileBackground, runBackground, type Background } from './compose-background.ts';
import { startMetrics } from './compose-metrics.ts';
import {
  createIntakeOf,
  describedIn,
  openLasting,
  openPassing,
  purgeOnEvents,
  type Lasting,
} from './compose-events.ts';
import { createSource, kindOf, settleAll, startSource, type SdlChoice, type SourceContext } from './compose-sources.ts';
import type { HubConfig } from './config/hub-config.ts';
import { perWorker } from './config/per-worker.ts';
import type { NamedSource } from './config/source-kind.ts';
import type { EntityChange } from './contract/events.ts';
import type { FieldPolicy } from './contract/field-policy.ts';
import type { ComposedGraph, OperationSource } from './contract/graph.ts';
import type { Scope } from './contract/scope.ts';
import type { Subgraph } from './contract/subgraph.ts';
import type { WorkerLink } from './contract/worker-link.ts';
import { createGraph } from './engine/create-graph.ts';
import { joinEntrances } from './engine/join-entrances.ts';
import type { Intake } from './events/intake/create-intake.ts';
import { recordChanges } from './events/record-changes.ts';
import { HubFault } from './faults/hub-fault.ts';
import { composeGate, GATE, type Gate, type GateEntrance } from './graph/compose-gate.ts';
import { composeSupergraph, type Supergraph } from './graph/compose-supergraph.ts';
import { findEntities } from './graph/find-entities.ts';
import { joinedSources } from './graph/joined-sources.ts';
import { createPlanner, type Planner } from './graph/query-planner.ts';
import { readSupergraph } from './graph/read-supergraph.ts';
import { readCostHints } from './operation/cost-hints.ts';
import { createAdmission, type Admission } from './operation/create-admission.ts';
import { createServer } from './server/create-server.ts';
import { createEventsSubgraph } from './subgraphs/events/index.ts';
import { createGateSubgraph } from './subgraphs/gate/index.ts';
import { createHubSubgraph } from './subgraphs/hub/index.ts';
import type { Logger } from './telemetry/logger.ts';
import { tagsOfChange } from './transport/entity-tags.ts';
import { readVersion } from './version.ts';

export { openEvents } from './compose-events.ts';
export { checkImported } from './compose-import.ts';
export { KINDS } from './compose-sources.ts';

export interface ComposeOptions {
  readonly sdl: SdlChoice;
  readonly logger: Logger;
  /** Let other gateways enter the graph through `_service` and `_entities`. */
  readonly subgraph?: boolean;
}

export interface RunningHub {
  readonly url: string;
  /** Composes anew and serves the result; rejects, and goes on serving the graph from before, where that fails. */
  reload(config: HubConfig): Promise<void>;
  close(): Promise<void>;
}

export interface Composition {
  readonly graph: ComposedGraph;
  readonly warnings: readonly string[];
  /** What other gateways compose, with `subgraph`. */
  readonly publishedSdl?: string;
}

/** Rejects with HUB_IMPORT_*, HUB_CONFIG_* or HUB_COMPOSE_*. The graph is closed by the caller. */
export async function composeGraph(config: HubConfig, options: ComposeOptions): Promise<Composition> {
  const lasting = await openPassing(config, options.logger);
  const { graph, warnings, publishedSdl, describedBy } = await compose(config, options, lasting);
  try {
    createIntakeOf(config, lasting, describedBy, options.logger);
    compileBackground(config, graph);
  } catch (thrown) {
    await graph.close(0);
    throw thrown;
  }
  return { graph, warnings, ...(publishedSdl === undefined ? {} : { publishedSdl }) };
}

/** A graph and who and what is let in to it. */
interface Served {
  readonly graph: ComposedGraph;
  readonly authenticator: Authenticator;
  readonly admission: Admission;
  readonly warnings: readonly string[];
  readonly publishedSdl?: string;
  readonly describedBy: ReturnType<typeof describedIn>;
}

/** Plans a supergraph that another tool composed, over its subgraphs alone. */
async function serveSupergraph(
  file: string,
  config: HubConfig,
  options: ComposeOptions,
  lasting: Lasting,
): Promise<Served> {
  const shown = relative(config.folder, file);
  if (options.subgraph === true) {
    throw new HubFault(
      'HUB_CONFIG_INVALID',
      `supergraph: ${shown} is served as it is; a subgraph of other gateways is composed from \`sources\``,
    );
  }
  const authenticator = createAuthenticator(config.auth);
  const supergraph = await readSupergraph(file, shown);
  const planner = createPlanner(supergraph, config.graph);
  const federation = kindOf('federation');
  const sources = joinedSources(supergraph.graphs, config.sources, federation);
  const none: DocumentNode = { kind: Kind.DOCUMENT, definitions: [] };
  const context = { config, sdl: options.sdl, logger: options.logger, statsOf: lasting.statsOf, cache: lasting.cache };
  const subgraphs = await settleAll(sources.map((source) => startSource(source, federation, none, context)));
  try {
    return { ...open(context, supergraph, planner, subgraphs), authenticator, describedBy: describedIn(subgraphs) };
  } catch (thrown) {
    await Promise.all(subgraphs.map((subgraph) => subgraph.close()));
    throw thrown;
  }
}

async function compose(config: HubConfig, options: ComposeOptions, lasting: Lasting): Promise<Served> {
  if (config.supergraphFile !== undefined) {
    return serveSupergraph(config.supergraphFile, config, options, lasting);
  }
  const authenticator = createAuthenticator(config.auth);
  for (const source of config.sources) refuseReserved(source);
  const context = { config, sdl: options.sdl, logger: options.logger, statsOf: lasting.statsOf, cache: lasting.cache };
  const sources = await settleAll(config.sources.map((source) => createSource(source, context)));
  // Of the graph that the events are a part of themselves.
  let mayRead: FieldPolicy['mayRead'] = () => false;
  try {
    const own = [
      createEventsSubgraph({
        log: lasting.state.log,
        bus: lasting.state.bus,
        tail: lasting.tail,
        entities: findEntities(sources),
        mayRead: (...field) => mayRead(...field),
      }),
      createHubSubgraph({
        name: config.name,
        version: readVersion(),
        sources: () =>
          config.sources.map(({ name, settings }) => ({
            name,
            kind: settings.kind,
            stats: lasting.snapshotOf(name),
          })),
      }),
    ];
    const subgraphs = [...sources, ...own];
    const describedBy = describedIn(sources);
    const supergraph = composeSupergraph(subgraphs);
    mayRead = createFieldPolicy(supergraph.document, supergraph.publicSchema).mayRead;
    if (options.subgraph !== true) {
      const plan = createPlanner(supergraph, config.graph);
      return { ...open(context, supergraph, plan, subgraphs), authenticator, describedBy };
    }
    const gate = composeGate(subgraphs, supergraph, { internal: [HUB], planning: config.graph });
    return { ...openGate(context, gate, subgraphs), authenticator, describedBy, publishedSdl: gate.publishedSdl };
  } catch (thrown) {
    await Promise.all(sources.map((subgraph) => subgraph.close()));
    throw thrown;
  }
}

type Open = Pick<Served, 'graph' | 'admission' | 'warnings'>;

type Opening = Pick<SourceContext, 'config' | 'logger'>;

function open(
  { config, logger }: Opening,
  supergraph: Supergraph,
  planner: Planner,
  subgraphs: readonly Subgraph[],
): Open {
  const { publicSchema } = supergraph;
  const admission = createAdmission(publicSchema, config.limits, readCostHints(supergraph.document));
  const graph = createGraph({
    get supergraphSdl() {
      return supergraph.sdl;
    },
    publicSchema,
    subgraphs,
    plan: (text, operationName, course) => planner.plan(text, operationName, course),
    draw: planner.draw,
    policy: createFieldPolicy(supergraph.document, publicSchema),
    refuse: ({ document, operationName }, variables) =>
      admission.check(document, operationName, variables).map((error) => ({
        message: error.message,
        extensions: { ...error.extensions, code: String(error.extensions.code) },
      })),
    development: config.server.development,
    onInternal: (fault, { id }) =>
      logger.error(
        { err: fault.cause ?? fault, source: fault.details.source, requestId: id },
        'a fetch failed inside the hub',
      ),
    forwards: config.sources.flatMap(({ settings }) => settings.auth.forward ?? []),
  });
  const warnings = planner.unknownLabels.map(
    (label) => `graph.overrideLabels: no @override has the label "${label}": nothing moves because of it`,
  );
  return { graph, admission, warnings };
}

/** The graph with a gate for other gateways: one graph for each entrance, which differ in nothing else. */
function openGate(context: Opening, gate: Gate, subgraphs: readonly Subgraph[]): Open {
  const needed = new WeakMap<Scope, Set<number>>();
  const keys = gate.entrances.map((entrance) => entrance.keys);
  const enter = ({ supergraph, planner, gateSdl }: GateEntrance, entrance: number): Open => {
    const own = createGateSubgraph({
      name: GATE,
      sdl: gateSdl,
      schemaSdl: gate.schemaSdl,
      publishedSdl: gate.publishedSdl,
      keys,
      entrance,
      elsewhere: (scope, other) => needed.set(scope, (needed.get(scope) ?? new Set()).add(other)),
    });
    return open(context, supergraph, planner, [...subgraphs, own]);
  };
  const [first, ...others] = gate.entrances;
  const { publicSchema } = first.supergraph;
  const { graph, ...opened } = enter(first, 0);
  const rest = others.map((entrance, i) => {
    const same = { ...entrance, supergraph: { ...entrance.supergraph, publicSchema } };
    return enter(same, i + 1).graph;
  });
  return { ...opened, graph: joinEntrances({ graphs: [graph, ...rest], needed: (scope) => needed.get(scope) ?? [] }) };
}

/** Names that the hub's own subgraphs have. */
const HUB = 'hub';
const RESERVED: ReadonlySet<string> = new Set([HUB, 'events', GATE]);

function refuseReserved({ name }: NamedSource): void {
  if (!RESERVED.has(name)) return;
  throw new HubFault(
    'HUB_CONFIG_INVALID',
    `sources.${name}: the hub itself is called so in the graph; choose another name`,
  );
}

/** What GraphiQL opens with: every hub that composes its own graph can answer it. */
const FIRST_QUERY = `# What this hub is made of, and how its sources are doing.
{
  hub {
    name
    sources {
      name
      kind
      health
      calls
      failures
    }
  }
}
`;

/** One of several processes that are one hub. */
export interface WorkerPlace {
  readonly link: WorkerLink;
  /** How many there are. */
  readonly count: number;
}

/** Listens, and serves what the configuration composes to. */
export async function startHub(
  hub: HubConfig,
  options: ComposeOptions & { readonly port?: number; readonly host?: string; readonly worker?: WorkerPlace },
): Promise<RunningHub> {
  const { logger, worker } = options;
  const config = worker === undefined ? hub : perWorker(hub, worker.count);
  const lasting = await openLasting(config, logger, worker?.link);
  const { state } = lasting;
  let { served, intake, background } = await composeServed(config, options, lasting).catch(async (thrown: unknown) => {
    await state.close();
    throw thrown;
  });
  for (const warning of served.warnings) logger.warn(warning);
  // A graph that was replaced still admits for the requests that began with it.
  const admissions = new WeakMap<ComposedGraph, Admission>([[served.graph, served.admission]]);
  const recorder = recordChanges({ log: state.log, wake: () => state.bus.publish(), logger });
  const onChange = (change: EntityChange): void => {
    // At once, so that whoever changed something reads it; other hubs learn of it from the log.
    lasting.cache.purge(tagsOfChange(change));
    recorder.record(change);
  };
  const server = createServer({
    settings: {
      ...config.server,
      ...(options.port === undefined ? {} : { port: options.port }),
      ...(options.host === undefined ? {} : { host: options.host }),
    },
    graph: served.graph,
    logger,
    shareOperations: config.sharing.operations,
    authenticate: (credentials) => served.authenticator.authenticate(credentials),
    maxTokens: config.limits.maxTokens === false ? undefined : config.limits.maxTokens,
    admit: (of, text, operationName) => admit(admissions.get(of) ?? served.admission, text, operationName),
    onChange,
    webhooks: {
      limitsOf: (name) => intake.limitsOf(name),
      refuse: (name, why) => intake.refuse(name, why),
      receive: (name, delivery) => intake.receive(name, delivery),
    },
    graphiql: { title: config.name, ...(config.supergraphFile === undefined ? { query: FIRST_QUERY } : {}) },
  });
  const { url } = await server.listen().catch(async (thrown: unknown) => {
    await server.close();
    await state.close();
    throw thrown;
  });
  let { sources } = config;
  const metrics = await startMetrics(config, lasting, logger, () => sources).catch(async (thrown: unknown) => {
    await server.close();
    await state.close();
    throw thrown;
  });
  state.start();
  const closing = new AbortController();
  let following: Promise<void> | undefined;
  const followLog = ({ sources }: HubConfig): void => {
    if (sources.some(({ settings }) => settings.cache !== undefined)) {
      following ??= purgeOnEvents(lasting, logger, closing.signal);
    }
  };
  followLog(config);
  const work = runBackground({ state, now: () => ({ graph: served.graph, background, intake }), onChange, logger });
  work.start();
  return {
    url,
    async reload(next) {
      const {
        served: fresh,
        intake: freshIntake,
        background: freshBackground,
      } = await composeServed(next, options, lasting);
      for (const warning of fresh.warnings) logger.warn(warning);
      admissions.set(fresh.graph, fresh.admission);
      await server.replaceGraph(fresh.graph);
      lasting.cache.clear();
      followLog(next);
      served = fresh;
      sources = next.sources;
      intake = freshIntake;
      background = freshBackground;
      work.start();
      if (!isDeepStrictEqual(atStart(next), atStart(config))) {
        logger.warn(
          'changes of `server`, `cache`, `state` and `limits.maxTokens` take effect when the hub is started anew',
        );
      }
    },
    async close() {
      await work.stop();
      await metrics?.close();
      await server.close();
      await recorder.close();
      closing.abort();
      await following;
      await state.close();
    },
  };
}

/** Settings that only count when the hub is started. */
function atStart({ server, cache, state, limits, webhooks }: HubConfig): unknown {
  return [server, cache, state, limits.maxTokens, state.store === undefined && Object.keys(webhooks).length > 0];
}

async function composeServed(
  config: HubConfig,
  options: ComposeOptions,
  lasting: Lasting,
): Promise<{ served: Served; intake: Intake; background: Background }> {
  const served = await compose(config, options, lasting);
  try {
    const intake = createIntakeOf(config, lasting, served.describedBy, options.logger);
    const background = compileBackground(config, served.graph);
    assertKept(background, lasting.state);
    return { served, intake, background };
  } catch (thrown) {
    await served.graph.close(0);
    throw thrown;
  }
}

function admit(admission: Admission, text: string, operationName: string | undefined): OperationSource {
  const admitted = admission.admit(text, operationName);
  if ('errors' in admitted) throw new AggregateError(admitted.errors, 'the operation is not admitted');
  return { document: admitted.document, text, operationName };
}
