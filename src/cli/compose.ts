// `manifold compose`: the supergraph SDL on stdout.
import { Command } from 'commander';
import { commandLogger, readConfig, type CliContext, type GlobalOptions } from './context.ts';
import { addSdlOption, composed, type SdlOption } from './sdl-option.ts';

const EXAMPLES = `
Examples:
  manifold compose > supergraph.graphql
  manifold compose --pinned | diff supergraph.graphql -`;

export function composeCommand(context: CliContext): Command {
  return addSdlOption(new Command('compose'))
    .description('print the supergraph SDL')
    .addHelpText('after', EXAMPLES)
    .action(async (_options: unknown, command: Command) => {
      const options = command.optsWithGlobals<GlobalOptions & SdlOption>();
      const config = await readConfig(context, options);
      await composed(context, config, options, commandLogger(options, 'warn'), ({ graph, warnings }) => {
        for (const warning of warnings) context.say(`manifold: warning: ${warning}`);
        context.out(`${graph.supergraphSdl.trimEnd()}\n`);
      });
    });
}
