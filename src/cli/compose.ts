// `manifold compose`: the supergraph SDL on stdout.
import { Command } from 'commander';
import { commandLogger, readConfig, type CliContext, type GlobalOptions } from './context.ts';
import { addSdlOption, composed, type SdlOption } from './sdl-option.ts';

const EXAMPLES = `
Examples:
  manifold compose > supergraph.graphql
  manifold compose --publish-sdl > hub.graphql
  manifold compose --pinned | diff supergraph.graphql -`;

export function composeCommand(context: CliContext): Command {
  return addSdlOption(new Command('compose'))
    .description('print the supergraph SDL')
    .option(
      '--publish-sdl',
      'print the SDL of the hub as a subgraph of other gateways (manifold serve --subgraph) instead',
    )
    .addHelpText('after', EXAMPLES)
    .action(async (_options: unknown, command: Command) => {
      const options = command.optsWithGlobals<GlobalOptions & SdlOption & { readonly publishSdl?: boolean }>();
      const config = await readConfig(context, options);
      const wanted = { ...options, subgraph: options.publishSdl === true };
      await composed(context, config, wanted, commandLogger(options, 'warn'), ({ graph, warnings, publishedSdl }) => {
        for (const warning of warnings) context.say(`manifold: warning: ${warning}`);
        context.out(`${(publishedSdl ?? graph.supergraphSdl).trimEnd()}\n`);
      });
    });
}
