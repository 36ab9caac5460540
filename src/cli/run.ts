// Arguments → exit code. Every command's errors end here, as one message on stderr.
import { Command, CommanderError, Option } from 'commander';
import { toHubFault } from '../faults/hub-fault.ts';
import { checkCommand } from './check.ts';
import { composeCommand } from './compose.ts';
import type { CliContext, GlobalOptions } from './context.ts';
import { devCommand } from './dev.ts';
import { diffCommand } from './diff.ts';
import { eventsCommand } from './events.ts';
import { importCommand } from './import.ts';
import { planCommand } from './plan.ts';
import { problemsOf } from './problems-of.ts';
import { serveCommand } from './serve.ts';
import { syncCommand } from './sync.ts';
import { readVersion } from '../version.ts';

/** 0 done, 1 the input is wrong, 2 usage. */
export type ExitCode = 0 | 1 | 2;

const EXAMPLES = `
Examples:
  manifold dev                              serve ./manifold.yaml and reload on every change
  manifold import                           pin what the sources offer under ./schema
  manifold diff                             what the upstreams have changed since
  manifold serve --config /etc/manifold     serve the pinned graph
  manifold plan '{ orders { id } }'         show which upstream calls a query makes
  manifold check                            find what is wrong before serving

Exit codes: 0 done, 1 the input is wrong, 2 wrong usage.`;

const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const;

/** @param args the arguments after the program's name. Never rejects. */
export async function run(args: readonly string[], context: Omit<CliContext, 'exitWith'>): Promise<ExitCode> {
  let code: ExitCode = 0;
  const program = createProgram({ ...context, exitWith: (wanted) => (code = wanted) });
  try {
    await program.parseAsync(args, { from: 'user' });
    return code;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    const { verbose } = program.opts<GlobalOptions>();
    for (const line of explain(error, verbose === true || args.includes('--verbose'))) context.say(line);
    return 1;
  }
}

function createProgram(context: CliContext): Command {
  const program = new Command('manifold')
    .description('A GraphQL federation hub: REST, SOAP, GraphQL and AI-model backends joined into one typed graph.')
    .version(readVersion(), '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print this help')
    .helpCommand('help [command]', 'print the help of a command')
    .option('-c, --config <path>', 'manifold.yaml, or the folder that holds it', './manifold.yaml')
    .addOption(new Option('--log-level <level>', 'how much is logged on stderr').choices(LOG_LEVELS))
    .option('--verbose', 'print the stack of an unexpected error')
    .addHelpText('after', EXAMPLES)
    .showHelpAfterError('(manifold --help lists commands and options)')
    .exitOverride()
    .configureOutput({ writeOut: (text) => context.out(text), writeErr: (text) => context.say(text.trimEnd()) });
  const commands = [
    devCommand,
    serveCommand,
    importCommand,
    diffCommand,
    composeCommand,
    planCommand,
    checkCommand,
    eventsCommand,
    syncCommand,
  ].map((command) => command(context).copyInheritedSettings(program));
  for (const command of commands) {
    for (const nested of command.commands) nested.copyInheritedSettings(command);
    program.addCommand(command);
  }
  return program;
}

/** A mistake in the input needs no stack; a mistake in the hub does, for whoever wants to report it. */
function explain(error: unknown, verbose: boolean): readonly string[] {
  const fault = toHubFault(error);
  const expected = fault.code !== 'HUB_INTERNAL';
  const problems = problemsOf(fault);
  const said =
    problems.length === 1 ? [`manifold: ${problems.join('')}`] : [`manifold: ${problems.length} problems`, ...problems];
  if (expected && !verbose) return said;
  if (verbose) return [...said, error instanceof Error ? (error.stack ?? '') : ''];
  return [...said, 'manifold: this was not expected; --verbose prints where it happened'];
}
