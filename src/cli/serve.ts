// `manifold serve`: the pinned graph, until a signal. What is not pinned is imported once; nothing is watched.
import { Command } from 'commander';
import { commandLogger, readConfig, type CliContext, type GlobalOptions } from './context.ts';
import { addListenOptions, listenOptions, untilStopped, type ListenOptions } from './listen-options.ts';
import type { SdlOption } from './sdl-option.ts';

const EXAMPLES = `
Examples:
  manifold serve
  manifold serve --config /etc/manifold --host 0.0.0.0 --port 8080
  manifold serve --pinned                   start only where every description is pinned

A source that \`manifold import\` has pinned is served as it was pinned, whatever its description says by now. What is not
pinned is imported at the start, and the log says so.

SIGTERM and SIGINT answer what is in flight, then exit with 0; a second signal exits at once with 130.`;

export function serveCommand(context: CliContext): Command {
  return addListenOptions(new Command('serve'))
    .description('serve the graph from the SDL pinned by `manifold import`, and import what is not pinned')
    .option('--pinned', 'refuse to start where a description is not pinned')
    .addHelpText('after', EXAMPLES)
    .action(async (_options: unknown, command: Command) => {
      const options = command.optsWithGlobals<GlobalOptions & ListenOptions & SdlOption>();
      const config = await readConfig(context, options);
      const { startHub } = await context.hub();
      const logger = commandLogger(options, 'info');
      const sdl = options.pinned === true ? 'pinned' : 'pinned-first';
      const hub = await startHub(config, { sdl, logger, ...listenOptions(options) });
      context.say(`manifold: ${config.name} is serving at ${hub.url}`);
      await untilStopped(context, () => hub.close());
    });
}
