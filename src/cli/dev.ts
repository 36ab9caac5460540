// `manifold dev`: imports in memory, serves, and follows every change of configuration, SDL and descriptions.
import { once } from 'node:events';
import { relative } from 'node:path';
import type { FSWatcher } from 'chokidar';
import { Command } from 'commander';
import { toHubFault } from '../faults/hub-fault.ts';
import type { HubConfig } from '../config/hub-config.ts';
import { commandLogger, readConfig, type CliContext, type GlobalOptions } from './context.ts';
import { addListenOptions, listenOptions, untilStopped, type ListenOptions } from './listen-options.ts';
import { problemsOf } from './problems-of.ts';
import { createReloader } from './reloader.ts';
import { watchedPaths } from './watched-paths.ts';

const QUIET_MS = 100;
/** How deep the files of a description may be under its folder. */
const DEPTH = 3;

const EXAMPLES = `
Examples:
  manifold dev
  manifold dev --config examples/storefront --port 4001

Changes of manifold.yaml, of SDL files and of local descriptions are taken over while requests in flight go on with
the graph they began with. A change that does not work is reported, and the graph from before stays.`;

export function devCommand(context: CliContext): Command {
  return addListenOptions(new Command('dev'))
    .description('import in memory, serve, and reload on every change')
    .addHelpText('after', EXAMPLES)
    .action(async (_options: unknown, command: Command) => {
      const options = command.optsWithGlobals<GlobalOptions & ListenOptions>();
      const config = await readConfig(context, options);
      const { startHub } = await context.hub();
      const logger = commandLogger(options, 'info');
      const hub = await startHub(config, { sdl: 'import', logger, ...listenOptions(options) });
      context.say(`manifold: ${config.name} is serving at ${hub.url}`);

      let watcher: Watcher = await follow(config, () => reloader.changed());
      const reloader = createReloader(async () => {
        try {
          const next = await readConfig(context, options);
          await hub.reload(next);
          watcher = await refollow(watcher, next, () => reloader.changed());
          context.say('manifold: reloaded');
        } catch (error) {
          for (const problem of problemsOf(toHubFault(error))) context.say(`manifold: ${problem}`);
          context.say('manifold: not reloaded; the graph from before goes on serving');
        }
      }, QUIET_MS);
      const stopped = untilStopped(context, async () => {
        await reloader.close();
        await watcher.files.close();
        await hub.close();
      });
      await Promise.race([once(watcher.files, 'ready'), stopped]);
      context.say(`manifold: watching ${relative(process.cwd(), config.file)}, SDL files and descriptions`);
      await stopped;
    });
}

interface Watcher {
  readonly files: FSWatcher;
  readonly paths: readonly string[];
}

async function follow(config: HubConfig, changed: () => void): Promise<Watcher> {
  // Loaded here, so that the other commands start without it.
  const { watch } = await import('chokidar');
  const { paths, ignores } = watchedPaths(config);
  const files = watch([...paths], {
    ignoreInitial: true,
    depth: DEPTH,
    ignored: (path, stats) => ignores(path, stats?.isFile() === true),
  })
    .on('all', changed)
    // A folder that cannot be watched only means that its changes are not noticed.
    .on('error', () => undefined);
  return { files, paths };
}

/** A reloaded configuration may be made of other files. The old watcher stays until the new one sees. */
async function refollow(watcher: Watcher, config: HubConfig, changed: () => void): Promise<Watcher> {
  if (watchedPaths(config).paths.join('\n') === watcher.paths.join('\n')) return watcher;
  const next = await follow(config, changed);
  await once(next.files, 'ready');
  await watcher.files.close();
  return next;
}
