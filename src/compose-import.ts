// The part of the wiring that `manifold import` needs after it has pinned SDL. Called by the command line.
import { assertValidSchema, type Source } from 'graphql';
import { openPassing } from './compose-events.ts';
import { checkerOf, kindOf, READ_LATER_ABOVE, startSource, type SourceContext } from './compose-sources.ts';
import type { HubConfig } from './config/hub-config.ts';
import { isChecked, markChecked, readSourceSdl } from './config/pinned-sdl.ts';
import type { NamedSource, SourceKind } from './config/source-kind.ts';
import { composeSupergraph } from './graph/compose-supergraph.ts';
import { parseSdl } from './graph/parse-sdl.ts';
import { readUses } from './graph/read-uses.ts';
import { mergeSdl } from './subgraphs/local/merge-sdl.ts';
import type { Logger } from './telemetry/logger.ts';

/**
 * Notes in the lock file that the pinned SDL of a source is in order, so that later starts need not read all of it. Where
 * it is not, or is too small to matter, nothing is noted: whoever serves it says what is wrong.
 *
 * @param onCheck called where it takes a while
 */
export async function checkImported(
  config: HubConfig,
  source: NamedSource,
  logger: Logger,
  onCheck: () => void,
): Promise<void> {
  const kind = kindOf(source.settings.kind);
  const { upstream } = await readSourceSdl(config, source.name);
  if (kind.readsSdlLater !== true || upstream === undefined || upstream.source.body.length <= READ_LATER_ABOVE) return;
  const checker = checkerOf(kind);
  if (await isChecked(config.schemaFolder, source.name, upstream, checker)) return;
  onCheck();
  const { statsOf, cache } = await openPassing(config, logger);
  const context: SourceContext = { config, sdl: 'pinned', logger, statsOf, cache };
  if (await isInOrder(source, kind, upstream.source, context)) {
    await markChecked(config.schemaFolder, source.name, checker);
  }
}

async function isInOrder(source: NamedSource, kind: SourceKind, sdl: Source, context: SourceContext): Promise<boolean> {
  try {
    const subgraph = await startSource(source, kind, mergeSdl([parseSdl(sdl)]), context);
    try {
      assertValidSchema(composeSupergraph([subgraph]).publicSchema);
      // What is read later has to stand for itself: nobody looks whether it says something about other types.
      return !readUses(subgraph).farReaching;
    } finally {
      await subgraph.close();
    }
  } catch {
    return false;
  }
}
