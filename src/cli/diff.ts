// `manifold diff`: what the upstream publishes now against what is pinned: breaking, dangerous and safe changes.
import { Command, Option } from 'commander';
import { readSourceSdl } from '../config/pinned-sdl.ts';
import { HubFault } from '../faults/hub-fault.ts';
import { readConfig, type CliContext, type GlobalOptions } from './context.ts';
import { pickImportable } from './pick-importable.ts';

interface DiffOptions extends GlobalOptions {
  readonly report: 'text' | 'json';
}

const EXAMPLES = `
Examples:
  manifold diff shop                        has the description of shop changed since it was pinned, and how
  manifold diff                             all sources that have a description
  manifold diff shop --report json          the same for a program

Exits with 1 where a change breaks queries that worked, with 0 where none does.`;

export function diffCommand(context: CliContext): Command {
  return new Command('diff')
    .description('compare the pinned SDL with what the upstream publishes now')
    .argument('[SOURCE]', 'name of a source; every source that has a description where it is left out')
    .addOption(new Option('--report <format>', 'text, or json for a program').choices(['text', 'json']).default('text'))
    .addHelpText('after', EXAMPLES)
    .action(async (name: string | undefined, _options: unknown, command: Command) => {
      const options = command.optsWithGlobals<DiffOptions>();
      const config = await readConfig(context, options);
      const { KINDS } = await context.hub();
      // Loaded here, so that other commands do not wait for it.
      const { compareSdl, LEVELS } = await import('./compare-sdl.ts');
      const reports = [];
      for (const { source, importSdl } of pickImportable(config, KINDS, name)) {
        const { upstream } = await readSourceSdl(config, source.name);
        if (upstream === undefined) {
          throw new HubFault(
            'HUB_COMPOSE_SDL',
            `source ${source.name} is not pinned, so there is nothing to compare with; run: manifold import ${source.name}`,
          );
        }
        const now = await importSdl(source, config.folder);
        reports.push({ source: source.name, changes: await compareSdl(upstream.source.body, now.sdl) });
      }
      if (options.report === 'json') context.out(`${JSON.stringify({ sources: reports }, undefined, 2)}\n`);
      for (const { source, changes } of options.report === 'json' ? [] : reports) {
        const sums = LEVELS.map((level) => `${changes.filter((one) => one.level === level).length} ${level}`);
        context.out(`${source}: ${changes.length === 0 ? 'no changes' : sums.join(', ')}\n`);
        for (const { level, path, message } of changes) context.out(`  ${level}: ${path}: ${message}\n`);
      }
      if (reports.some(({ changes }) => changes.some(({ level }) => level === 'breaking'))) context.exitWith(1);
    });
}
