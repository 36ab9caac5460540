// `manifold serve`: the pinned graph, until a signal. Nothing is imported and nothing is watched.
import { Command } from 'commander';
import { commandLogger, readConfig, type CliContext, type GlobalOptions } from './context.ts';
import { addListenOptions, listenOptions, untilStopped, type ListenOptions } from './listen-options.ts';

const EXAMPLES = `
Examples:
  manifold serve
  manifold serve --config /etc/manifold --host 0.0.0.0 --port 8080

SIGTERM and SIGINT answer what is in flight, then exit with 0; a second signal exits at once with 130.`;

export function serveCommand(context: CliContext): Command {
  return addListenOptions(new Command('serve'))
    .description('serve the graph from the SDL pinned by `manifold import`')
    .addHelpText('after', EXAMPLES)
    .action(async (_options: unknown, command: Command) => {
      const options = command.optsWithGlobals<GlobalOptions & ListenOptions>();
      const config = await readConfig(context, options);
      const { startHub } = await context.hub();
      const logger = commandLogger(options, 'info');
      const hub = await startHub(config, { sdl: 'pinned', logger, ...listenOptions(options) });
      context.say(`manifold: ${config.name} is serving at ${hub.url}`);
      await untilStopped(context, () => hub.close());
    });
}
