// The part of the wiring that makes sources: their kinds, their SDL, their transports. Called by compose.ts and compose-events.ts.
import { Kind, print, Source, type DocumentNode } from 'graphql';
import type { HubConfig } from './config/hub-config.ts';
import { isChecked, readSourceSdl, sdlDigest, type SdlFile } from './config/pinned-sdl.ts';
import { hasDescription, type NamedSource, type SourceKind } from './config/source-kind.ts';
import type { SourceStats } from './contract/source-stats.ts';
import type { Subgraph } from './contract/subgraph.ts';
import type { Transport } from './contract/transport.ts';
import { HubFault } from './faults/hub-fault.ts';
import { hasPlaces, parseSdl } from './graph/parse-sdl.ts';
import { deferSdl } from './sdl/defer-sdl.ts';
import { createAiKind } from './subgraphs/ai/index.ts';
import { createFederationKind } from './subgraphs/federation/index.ts';
import { createGraphQlKind } from './subgraphs/graphql/index.ts';
import { FEDERATION_DIRECTIVES, HUB_DIRECTIVES } from './subgraphs/local/hub-directives.ts';
import { mergeSdl } from './subgraphs/local/merge-sdl.ts';
import { createRestKind } from './subgraphs/rest/index.ts';
import { createSoapKind } from './subgraphs/soap/index.ts';
import type { Logger } from './telemetry/logger.ts';
import type { AnswerCache } from './transport/answer-cache.ts';
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

/**
 * Where the SDL of a description comes from: `import` reads the description, `pinned` takes what `manifold import` wrote
 * and nothing else, `pinned-first` imports what is not pinned.
 */
export type SdlChoice = 'import' | 'pinned' | 'pinned-first';

export interface SourceContext {
  readonly config: HubConfig;
  readonly sdl: SdlChoice;
  readonly logger: Logger;
  readonly cache: AnswerCache;
  statsOf(source: string): SourceStats;
}

/** A source with the SDL of its description and its folder. Rejects with HUB_IMPORT_*, HUB_CONFIG_* or HUB_COMPOSE_SDL. */
export async function createSource(source: NamedSource, context: SourceContext): Promise<Subgraph> {
  const kind = kindOf(source.settings.kind);
  const { document, withPlaces } = await readSdl(source, kind, context);
  try {
    return await startSource(source, kind, document, context);
  } catch (thrown) {
    if (withPlaces === undefined || !(thrown instanceof HubFault) || thrown.code !== 'HUB_COMPOSE_SDL') throw thrown;
    return startSource(source, kind, withPlaces(), context);
  }
}

/** A source as it is: nothing is imported, and no file is read. */
export async function startSource(
  source: NamedSource,
  kind: SourceKind,
  sdl: DocumentNode,
  context: SourceContext,
): Promise<Subgraph> {
  const { name, settings } = source;
  const { sharing } = context.config;
  const stats = context.statsOf(name);
  const logger = context.logger.child({ source: name });
  const transports: Transport[] = [];
  const subgraph = await kind.create(source, sdl, {
    folder: context.config.folder,
    stats,
    logger,
    shareLookups: sharing.lookups,
    transport(baseUrl) {
      const shareInFlight = settings.shareInFlight && sharing.calls;
      const own = { ...settings, shareInFlight };
      const kept = sharing.cache ? { cache: context.cache } : {};
      const transport = createTransport({ source: name, baseUrl, settings: own, stats, logger, ...kept });
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

export function kindOf(name: string): SourceKind {
  const kind = KINDS.find((known) => known.kind === name);
  if (kind === undefined) throw new HubFault('HUB_CONFIG_INVALID', `there is no kind "${name}" of source`);
  return kind;
}

/** SDL of more characters is not parsed whole, where it was checked when it was imported. */
export const READ_LATER_ABOVE = 1_000_000;

/** What has to be the same for a check to hold: the words that SDL is written in, and what reads them. */
export function checkerOf(kind: SourceKind): string {
  const words = print({
    kind: Kind.DOCUMENT,
    definitions: [...HUB_DIRECTIVES.definitions, ...FEDERATION_DIRECTIVES.definitions],
  });
  return sdlDigest(`${kind.kind} ${readVersion()}\n${words}`);
}

interface SourceDocument {
  readonly document: DocumentNode;
  /** The same with places in the texts, for the one who has to say where it is wrong. Absent where it has them. */
  readonly withPlaces?: () => DocumentNode;
}

async function readSdl(source: NamedSource, kind: SourceKind, context: SourceContext): Promise<SourceDocument> {
  const files = await readSourceSdl(context.config, source.name);
  const handwritten = files.handwritten.map((file) => parseSdl(file.source));
  const merge = (upstream: readonly DocumentNode[]): DocumentNode => {
    const documents = [...upstream, ...handwritten];
    return kind.mergeSdl?.(documents) ?? mergeSdl(documents);
  };
  const upstream = await readUpstream(files.upstream, source, kind, context);
  if (upstream === undefined) return { document: merge([]) };
  const { text } = upstream;
  return {
    document: merge([upstream.document]),
    ...(hasPlaces(text) ? {} : { withPlaces: () => merge([parseSdl(text, true)]) }),
  };
}

interface UpstreamSdl {
  readonly text: Source;
  readonly document: DocumentNode;
}

/** What describes the source, pinned or imported; undefined where nothing does. */
async function readUpstream(
  pinned: SdlFile | undefined,
  source: NamedSource,
  kind: SourceKind,
  { config, sdl, logger }: SourceContext,
): Promise<UpstreamSdl | undefined> {
  const { name, settings } = source;
  const described = hasDescription(kind, settings);
  if (pinned !== undefined && (sdl !== 'import' || !described)) {
    return { text: pinned.source, document: await readPinned(pinned, name, kind, config) };
  }
  if (kind.importSdl === undefined || !described) return undefined;
  if (sdl === 'pinned') {
    throw new HubFault(
      'HUB_COMPOSE_SDL',
      `source ${name}: its description is not pinned; run: manifold import ${name}`,
    );
  }
  const imported = await kind.importSdl(source, config.folder);
  if (sdl === 'pinned-first') {
    logger.info(
      { source: name },
      `imported from ${imported.origin}, as nothing of the source is pinned; to serve the same at every start, run: manifold import ${name}`,
    );
  }
  const text = new Source(imported.sdl, `${name}: imported SDL`);
  return { text, document: parseSdl(text) };
}

async function readPinned(file: SdlFile, name: string, kind: SourceKind, config: HubConfig): Promise<DocumentNode> {
  const { source } = file;
  const text = source.body;
  if (kind.readsSdlLater !== true || text.length <= READ_LATER_ABOVE) return parseSdl(source);
  if (!(await isChecked(config.schemaFolder, name, file, checkerOf(kind)))) return parseSdl(source);
  return deferSdl(text) ?? parseSdl(source);
}

/** All or nothing: what was made is closed again where something else failed. */
export async function settleAll(creating: readonly Promise<Subgraph>[]): Promise<readonly Subgraph[]> {
  const settled = await Promise.allSettled(creating);
  const failed = settled.find((one) => one.status === 'rejected');
  const made = settled.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
  if (failed === undefined) return made;
  await Promise.all(made.map((subgraph) => subgraph.close()));
  throw failed.reason;
}
