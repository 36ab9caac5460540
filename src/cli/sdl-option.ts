// Commands that need a composed graph for a moment: import afresh as `dev` does, or read only what is pinned.
import type { Command } from 'commander';
import type { Composition } from '../compose.ts';
import type { HubConfig } from '../config/hub-config.ts';
import type { Logger } from '../telemetry/logger.ts';
import type { CliContext } from './context.ts';

export interface SdlOption {
  readonly pinned?: boolean;
}

export function addSdlOption(command: Command): Command {
  return command.option(
    '--pinned',
    'use the SDL pinned by `manifold import`, as `serve --pinned` does, and read no description',
  );
}

/** Composes, hands the result to `use`, and closes the graph whatever happens. */
export async function composed<T>(
  context: CliContext,
  config: HubConfig,
  options: SdlOption & { readonly subgraph?: boolean },
  logger: Logger,
  use: (composition: Composition) => T,
): Promise<T> {
  const { composeGraph } = await context.hub();
  const sdl = options.pinned === true ? 'pinned' : 'import';
  const composition = await composeGraph(config, { sdl, logger, subgraph: options.subgraph === true });
  try {
    return use(composition);
  } finally {
    await composition.graph.close(0);
  }
}
