// `manifold serve`: the pinned graph, until a signal. What is not pinned is imported once; nothing is watched.
import { Command, InvalidArgumentError } from 'commander';
import { commandLogger, readConfig, type CliContext, type GlobalOptions } from './context.ts';
import { addListenOptions, listenOptions, untilStopped, type ListenOptions } from './listen-options.ts';
import { runWorkers, workerLink } from './run-workers.ts';
import type { SdlOption } from './sdl-option.ts';

const EXAMPLES = `
Examples:
  manifold serve
  manifold serve --config /etc/manifold --host 0.0.0.0 --port 8080
  manifold serve --workers 4                a process for each of four cores
  manifold serve --pinned                   start only where every description is pinned

A source that \`manifold import\` has pinned is served as it was pinned, whatever its description says by now. What is not
pinned is imported at the start, and the log says so.

SIGTERM and SIGINT answer what is in flight, then exit with 0; a second signal exits at once with 130.`;

export function serveCommand(context: CliContext): Command {
  return addListenOptions(new Command('serve'))
    .description('serve the graph from the SDL pinned by `manifold import`, and import what is not pinned')
    .option('--workers <number>', 'serve with so many processes, which share log, limits and address', parseWorkers, 1)
    .option('--pinned', 'refuse to start where a description is not pinned')
    .addHelpText('after', EXAMPLES)
    .action(async (_options: unknown, command: Command) => {
      const options = command.optsWithGlobals<GlobalOptions & ListenOptions & SdlOption & { workers: number }>();
      const config = await readConfig(context, options);
      const { startHub } = await context.hub();
      const logger = commandLogger(options, 'info');
      const sdl = options.pinned === true ? 'pinned' : 'pinned-first';
      const link = workerLink();
      if (options.workers > 1 && link === undefined) {
        await runWorkers(options.workers, config, context, logger);
        return;
      }
      const worker = link && { link, count: options.workers };
      const hub = await startHub(config, { sdl, logger, ...listenOptions(options), ...(worker && { worker }) });
      if (link === undefined) context.say(`manifold: ${config.name} is serving at ${hub.url}`);
      else link.send({ kind: 'listening', url: hub.url });
      await untilStopped(link === undefined ? context : { ...context, say: () => undefined }, () => hub.close());
    });
}

function parseWorkers(text: string): number {
  const count = Number(text);
  if (!/^\d+$/.test(text) || count < 1 || count > 256) throw new InvalidArgumentError('A number from 1 to 256.');
  return count;
}
