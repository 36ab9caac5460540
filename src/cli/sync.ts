// `manifold sync`: runs of sync rules that came to nothing, and another try at those.
import { Command, InvalidArgumentError } from 'commander';
import type { Store } from '../contract/store.ts';
import type * as DeadRuns from '../events/sync/dead-runs.ts';
import { HubFault } from '../faults/hub-fault.ts';
import { commandLogger, readConfig, type CliContext, type GlobalOptions } from './context.ts';

interface SyncOptions extends GlobalOptions {
  readonly rule?: string;
  readonly id?: string;
  readonly limit: number;
  readonly json?: boolean;
}

const EXAMPLES = `
Examples:
  manifold sync dead                        runs that were given up, with why
  manifold sync redrive --rule reserve      another try at those of one rule
  manifold sync redrive --id 'reserve:5f0e…'

The embedded store belongs to one process: stop the hub first, or keep state in PostgreSQL.`;

export function syncCommand(context: CliContext): Command {
  const sync = new Command('sync')
    .description('list runs of sync rules that were given up, and try them again')
    .addHelpText('after', EXAMPLES);
  const add = (name: string, description: string) => {
    const command = new Command(name)
      .description(description)
      .option('--rule <name>', 'those of this rule')
      .option('--id <id>', 'the one with this id')
      .option('--limit <number>', 'at most so many', parseLimit, 100)
      .option('--json', 'print them as JSON');
    sync.addCommand(command);
    return command;
  };

  add('dead', 'print runs that were given up, the oldest first').action(async (_options: unknown, self: Command) => {
    const options = self.optsWithGlobals<SyncOptions>();
    await withStore(context, options, async (store, runs) => {
      const found = await runs.listDead(store, options, options.limit);
      if (options.json === true) context.out(`${JSON.stringify(found, null, 2)}\n`);
      else for (const run of found) context.out(`${run.diedAt}\t${run.id}\t${run.partition}\t${run.reason}\n`);
    });
  });

  add('redrive', 'let the hub try them again, from the beginning').action(async (_options: unknown, self: Command) => {
    const options = self.optsWithGlobals<SyncOptions>();
    await withStore(context, options, async (store, runs) => {
      const count = await runs.redrive(store, options, options.limit);
      context.say(`manifold: ${count} ${count === 1 ? 'run waits' : 'runs wait'} for another try`);
    });
  });
  return sync;
}

type Runs = Pick<typeof DeadRuns, 'listDead' | 'redrive'>;
type Use = (store: Store, runs: Runs) => Promise<void>;

async function withStore(context: CliContext, options: SyncOptions, use: Use): Promise<void> {
  const config = await readConfig(context, options);
  const { openEvents } = await context.hub();
  const opened = await openEvents(config, commandLogger(options, 'warn'));
  try {
    if (opened.state.store === undefined) {
      throw new HubFault('HUB_CONFIG_INVALID', 'runs are kept in memory, and gone with the hub; see state.store');
    }
    await use(opened.state.store, await import('../events/sync/dead-runs.ts'));
  } finally {
    await opened.state.close();
  }
}

function parseLimit(text: string): number {
  const limit = Number(text);
  if (!/^\d+$/.test(text) || limit < 1) throw new InvalidArgumentError('A limit is a whole number from 1.');
  return limit;
}
