// The one wiring file: hands rooms to each other. Called by the command line.
import { isDeepStrictEqual } from 'node:util';
import { Source, type DocumentNode } from 'graphql';
import { createAuthenticator, type Authenticator } from './auth/create-authenticator.ts';
import { createFieldPolicy } from './auth/create-field-policy.ts';
import type { HubConfig } from './config/hub-config.ts';
import { readSourceSdl } from './config/pinned-sdl.ts';
import { hasDescription, type NamedSource, type SourceKind } from './config/source-kind.ts';
import type { EntityChange } from './contract/events.ts';
import type { ComposedGraph, OperationSource } from './contract/graph.ts';
import type { SourceStats } from './contract/source-stats.ts';
import type { Scope } from './contract/scope.ts';
import type { Subgraph } from './contract/subgraph.ts';
import type { Transport } from './contract/transport.ts';
import { createGraph } from './engine/create-graph.ts';
import { joinEntrances } from './engine/join-entrances.ts';
import { createMemoryBus } from './events/memory-bus.ts';
import { createMemoryEventLog } from './events/memory-event-log.ts';
import { tailEvents } from './events/tail-events.ts';
import { HubFault } from './faults/hub-fault.ts';
import { composeGate, GATE, type Gate, type GateEntrance } from './graph/compose-gate.ts';
import { composeSupergraph, type Supergraph } from './graph/compose-supergraph.ts';
import { findEntities } from './graph/find-entities.ts';
import { parseSdl } from './graph/parse-sdl.ts';
import { createPlanner, type Planner } from './graph/query-planner.ts';
import { readCostHints } from './operation/cost-hints.ts';
import { createAdmission, type Admission } from './operation/create-admission.ts';
import { createServer } from './server/create-server.ts';
import { createAiKind } from './subgraphs/ai/index.ts';
import { createEventsSubgraph } from './subgraphs/events/index.ts';
import { createGateSubgraph } from './subgraphs/gate/index.ts';
import { createHubSubgraph } from './subgraphs/hub/index.ts';
import { mergeSdl } from './subgraphs/local/merge-sdl.ts';
import { createFederationKind } from './subgraphs/federation/index.ts';
import { createGraphQlKind } from './subgraphs/graphql/index.ts';
import { createRestKind } from './subgraphs/rest/index.ts';
import { createSoapKind } from './subgraphs/soap/index.ts';
import type { Logger } from './telemetry/logger.ts';
import { createSourceStats } from './telemetry/source-stats.ts';
import { createTransport } from './transport/create-transport.ts';
import { readVersion } from './version.ts';

/** The kinds of source that a configuration may name. A new kind is one line here. */
export const KINDS: readonly SourceKind[] = [
  createRestKind(),
  createSoapKind(),
  createAiKind(),
  createFederationKind(),
  createGraphQlKind(),
].map(
  // Each kind parses its own settings and gets them back: what lies between needs only the common part.
  (kind) => kind as unknown as SourceKind,
);

export interface ComposeOptions {
  /** Import the descriptions now, or use what `manifold import` pinned. */
  readonly sdl: 'import' | 'pinned';
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

/** What outlives a reload: the log of changes, and how the sources have been doing. */
interface Lasting {
  readonly log: ReturnType<typeof createMemoryEventLog>;
  readonly bus: ReturnType<typeof createMemoryBus>;
  statsOf(source: string): SourceStats;
}

function createLasting(): Lasting {
  const stats = new Map<string, SourceStats>();
  return {
    log: createMemoryEventLog(),
    bus: createMemoryBus(),
    statsOf(source) {
      const known = stats.get(source) ?? createSourceStats();
      stats.set(source, known);
      return known;
    },
  };
}

export interface Composition {
  readonly graph: ComposedGraph;
  readonly warnings: readonly string[];
  /** What other gateways compose, with `subgraph`. */
  readonly publishedSdl?: string;
}

/** Rejects with HUB_IMPORT_*, HUB_CONFIG_* or HUB_COMPOSE_*. The graph is closed by the caller. */
export async function composeGraph(config: HubConfig, options: ComposeOptions): Promise<Composition> {
  const { graph, warnings, publishedSdl } = await compose(config, options, createLasting());
  return { graph, warnings, ...(publishedSdl === undefined ? {} : { publishedSdl }) };
}

/** A graph and who and what is let in to it. */
interface Served {
  readonly graph: ComposedGraph;
  readonly authenticator: Authenticator;
  readonly admission: Admission;
  readonly warnings: readonly string[];
  readonly publishedSdl?: string;
}

async function compose(config: HubConfig, options: ComposeOptions, lasting: Lasting): Promise<Served> {
  const authenticator = createAuthenticator(config.auth);
  const sources = await settleAll(config.sources.map((source) => createSource(config, source, options, lasting)));
  try {
    const own = [
      createEventsSubgraph({ log: lasting.log, bus: lasting.bus, tail: tailEvents, entities: findEntities(sources) }),
      createHubSubgraph({
        name: config.name,
        version: readVersion(),
        sources: () =>
          config.sources.map(({ name, settings }) => ({
            name,
            kind: settings.kind,
            stats: lasting.statsOf(name).snapshot(),
          })),
      }),
    ];
    const subgraphs = [...sources, ...own];
    const supergraph = composeSupergraph(subgraphs);
    if (options.subgraph !== true) {
      const plan = createPlanner(supergraph.sdl, config.graph);
      return { ...open(config, supergraph, plan, subgraphs), authenticator };
    }
    const gate = composeGate(subgraphs, supergraph, { internal: [HUB], planning: config.graph });
    return { ...openGate(config, gate, subgraphs), authenticator, publishedSdl: gate.publishedSdl };
  } catch (thrown) {
    await Promise.all(sources.map((subgraph) => subgraph.close()));
    throw thrown;
  }
}

type Open = Pick<Served, 'graph' | 'admission' | 'warnings'>;

function open(config: HubConfig, supergraph: Supergraph, planner: Planner, subgraphs: readonly Subgraph[]): Open {
  const { publicSchema } = supergraph;
  const admission = createAdmission(publicSchema, config.limits, readCostHints(supergraph.document));
  const graph = createGraph({
    supergraphSdl: supergraph.sdl,
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
  });
  const warnings = planner.unknownLabels.map(
    (label) => `graph.overrideLabels: no @override has the label "${label}": nothing moves because of it`,
  );
  return { graph, admission, warnings };
}

/** The graph with a gate for other gateways: one graph for each entrance, which differ in nothing else. */
function openGate(config: HubConfig, gate: Gate, subgraphs: readonly Subgraph[]): Open {
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
    return open(config, supergraph, planner, [...subgraphs, own]);
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

async function createSource(
  config: HubConfig,
  source: NamedSource,
  options: ComposeOptions,
  lasting: Lasting,
): Promise<Subgraph> {
  const { name, settings } = source;
  if (RESERVED.has(name)) {
    throw new HubFault(
      'HUB_CONFIG_INVALID',
      `sources.${name}: the hub itself is called so in the graph; choose another name`,
    );
  }
  const kind = KINDS.find((known) => known.kind === settings.kind);
  if (kind === undefined)
    throw new HubFault('HUB_CONFIG_INVALID', `sources.${name}: there is no kind "${settings.kind}"`);
  const sdl = await readSdl(config, source, kind, options);
  const stats = lasting.statsOf(name);
  const logger = options.logger.child({ source: name });
  const transports: Transport[] = [];
  const subgraph = await kind.create(source, sdl, {
    folder: config.folder,
    stats,
    logger,
    transport(baseUrl) {
      const transport = createTransport({ source: name, baseUrl, settings, stats, logger });
      transports.push(transport);
      return transport;
    },
  });
  return {
    ...subgraph,
    async close() {
      await subgraph.close();
      await Promise.all(transports.map((transport) => transport.close()));
    },
  };
}

async function readSdl(
  config: HubConfig,
  source: NamedSource,
  kind: SourceKind,
  options: ComposeOptions,
): Promise<DocumentNode> {
  const { name, settings } = source;
  const merge = (documents: readonly DocumentNode[]) => kind.mergeSdl?.(documents) ?? mergeSdl(documents);
  const files = await readSourceSdl(config, name);
  const handwritten = files.handwritten.map((file) => parseSdl(file.source));
  if (kind.importSdl === undefined || !hasDescription(kind, settings)) {
    const all = files.upstream === undefined ? handwritten : [parseSdl(files.upstream.source), ...handwritten];
    return merge(all);
  }
  if (options.sdl === 'import') {
    const imported = await kind.importSdl(source, config.folder);
    return merge([parseSdl(new Source(imported.sdl, `${name}: imported SDL`)), ...handwritten]);
  }
  if (files.upstream === undefined) {
    throw new HubFault(
      'HUB_COMPOSE_SDL',
      `source ${name}: its description is not pinned; run: manifold import ${name}`,
    );
  }
  return merge([parseSdl(files.upstream.source), ...handwritten]);
}

/** All or nothing: what was made is closed again where something else failed. */
async function settleAll(creating: readonly Promise<Subgraph>[]): Promise<readonly Subgraph[]> {
  const settled = await Promise.allSettled(creating);
  const failed = settled.find((one) => one.status === 'rejected');
  const made = settled.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
  if (failed === undefined) return made;
  await Promise.all(made.map((subgraph) => subgraph.close()));
  throw failed.reason;
}

/** What GraphiQL opens with: every hub can answer it. */
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

/** Listens, and serves what the configuration composes to. */
export async function startHub(
  config: HubConfig,
  options: ComposeOptions & { readonly port?: number; readonly host?: string },
): Promise<RunningHub> {
  const { logger } = options;
  const lasting = createLasting();
  let served = await compose(config, options, lasting);
  for (const warning of served.warnings) logger.warn(warning);
  // A graph that was replaced still admits for the requests that began with it.
  const admissions = new WeakMap<ComposedGraph, Admission>([[served.graph, served.admission]]);
  const server = createServer({
    settings: {
      ...config.server,
      ...(options.port === undefined ? {} : { port: options.port }),
      ...(options.host === undefined ? {} : { host: options.host }),
    },
    graph: served.graph,
    logger,
    authenticate: (credentials) => served.authenticator.authenticate(credentials),
    maxTokens: config.limits.maxTokens === false ? undefined : config.limits.maxTokens,
    admit: (of, text, operationName) => admit(admissions.get(of) ?? served.admission, text, operationName),
    onChange: createChangeRecorder(lasting, logger),
    graphiql: { title: config.name, query: FIRST_QUERY },
  });
  const { url } = await server.listen().catch(async (thrown: unknown) => {
    await server.close();
    throw thrown;
  });
  return {
    url,
    async reload(next) {
      const fresh = await compose(next, options, lasting);
      for (const warning of fresh.warnings) logger.warn(warning);
      admissions.set(fresh.graph, fresh.admission);
      await server.replaceGraph(fresh.graph);
      served = fresh;
      if (!isDeepStrictEqual([next.server, next.limits.maxTokens], [config.server, config.limits.maxTokens])) {
        logger.warn('changes of `server` and of `limits.maxTokens` take effect when the hub is started anew');
      }
    },
    async close() {
      await server.close();
      await Promise.all([lasting.log.close(), lasting.bus.close()]);
    },
  };
}

function admit(admission: Admission, text: string, operationName: string | undefined): OperationSource {
  const admitted = admission.admit(text, operationName);
  if ('errors' in admitted) throw new AggregateError(admitted.errors, 'the operation is not admitted');
  return { document: admitted.document, text, operationName };
}

function createChangeRecorder({ log, bus }: Lasting, logger: Logger): (change: EntityChange) => void {
  return (change) => {
    log.append([change]).then(
      () => bus.publish(),
      (error: unknown) => logger.error({ err: error }, 'a change could not be recorded'),
    );
  };
}
