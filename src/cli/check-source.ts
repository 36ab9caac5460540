// One source, looked at before serving: can its description be read, is what is pinned still true, what is an N+1.
import { GraphQLError, parse, type DocumentNode, type Source } from 'graphql';
import type { HubConfig } from '../config/hub-config.ts';
import { readLock, readSourceSdl, type SourceSdl } from '../config/pinned-sdl.ts';
import type { ImportNote } from '../config/import-report.ts';
import { hasDescription, type ImportedSdl, type NamedSource, type SourceKind } from '../config/source-kind.ts';
import type { FaultCode } from '../faults/fault-table.ts';
import { HubFault, toHubFault } from '../faults/hub-fault.ts';
import { findNPlusOne } from './find-n-plus-one.ts';
import { problemsOf } from './problems-of.ts';

export interface Finding {
  /** An error keeps the hub from serving, a warning may surprise, a note is good to know. */
  readonly level: 'error' | 'warning' | 'note';
  readonly message: string;
  /** Name of the source it is about. */
  readonly source?: string;
  readonly code?: FaultCode;
}

/** @param pinned whether what is pinned is taken as it is, and no description read. Never rejects. */
export async function checkSource(
  config: HubConfig,
  source: NamedSource,
  kinds: readonly SourceKind[],
  pinned: boolean,
): Promise<readonly Finding[]> {
  const { name } = source;
  try {
    const sdl = await readSourceSdl(config, name);
    const kind = kinds.find((known) => known.kind === source.settings.kind);
    const described = !pinned && kind !== undefined && hasDescription(kind, source.settings);
    const imported = described ? await kind.importSdl?.(source, config.folder) : undefined;
    const upstream = imported?.sdl ?? sdl.upstream?.source;
    const texts = [upstream, ...sdl.handwritten.map((file) => file.source)].filter((text) => text !== undefined);
    return [
      ...(imported === undefined ? [] : await pinFindings(config, name, imported, sdl)),
      ...(imported?.report.notes ?? []).map((note) => noteFinding(name, note)),
      ...(kind?.mergesLookups === true ? [] : lookupFindings(name, texts.map(parseSdl))),
    ];
  } catch (thrown) {
    return errorFindings(thrown, name);
  }
}

/** A configuration may have many problems at once; each is a finding of its own. */
export function errorFindings(thrown: unknown, source?: string): readonly Finding[] {
  const fault = toHubFault(thrown);
  const about = source === undefined ? {} : { source };
  return problemsOf(fault).map((message) => ({ level: 'error', message, code: fault.code, ...about }));
}

/** What is said of the description as a whole, such as a credential that it asks for and nobody gave, concerns every call. */
function noteFinding(source: string, { at, message }: ImportNote): Finding {
  return at === '#' ? { level: 'warning', source, message } : { level: 'note', source, message: `${at}: ${message}` };
}

async function pinFindings(config: HubConfig, name: string, imported: ImportedSdl, sdl: SourceSdl): Promise<Finding[]> {
  const warn = (message: string): Finding[] => [{ level: 'warning', source: name, message }];
  const entry = (await readLock(config.schemaFolder)).get(name);
  if (sdl.upstream === undefined || entry === undefined) {
    return warn(`is not pinned, so that \`manifold serve\` imports it at each start; run: manifold import ${name}`);
  }
  if (sdl.upstream.digest !== entry.sdlDigest) {
    return warn(
      `${sdl.upstream.source.name} was edited by hand; put changes in a file beside it and run: manifold import ${name}`,
    );
  }
  if (entry.digest !== imported.digest) {
    return warn(`its description (${imported.origin}) is no longer what was pinned; run: manifold import ${name}`);
  }
  return [];
}

function lookupFindings(name: string, documents: readonly DocumentNode[]): Finding[] {
  return findNPlusOne(documents).map(({ type, lookup, cures }) => ({
    level: 'warning',
    source: name,
    message: `N+1: ${type} is looked up one by one with Query.${lookup}; ${
      cures.length === 0
        ? 'the source has no operation that takes a list of keys'
        : `give @lookup to Query.${cures.join(' or Query.')}, which takes a list`
    }`,
  }));
}

function parseSdl(source: string | Source): DocumentNode {
  try {
    return parse(source);
  } catch (error) {
    if (!(error instanceof GraphQLError)) throw error;
    const at = error.locations?.[0];
    const where = typeof source === 'string' ? 'imported SDL' : source.name;
    const place = at === undefined ? where : `${where}:${at.line}:${at.column}`;
    throw new HubFault('HUB_COMPOSE_SDL', `${place} ${error.message}`, { details: { at: place }, cause: error });
  }
}
