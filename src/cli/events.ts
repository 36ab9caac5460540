// `manifold events`: what the log holds, which deliveries became no event, and another try at those.
import { Command, InvalidArgumentError } from 'commander';
import type { HubConfig } from '../config/hub-config.ts';
import type { DeadLetter, KeptFilter } from '../contract/webhooks.ts';
import type { OpenedEvents } from '../compose-events.ts';
import { HubFault, toHubFault } from '../faults/hub-fault.ts';
import { commandLogger, readConfig, type CliContext, type GlobalOptions } from './context.ts';

interface EventsOptions extends GlobalOptions, KeptFilter {
  readonly limit: number;
  readonly json?: boolean;
  readonly all?: boolean;
  readonly events?: boolean;
}

const EXAMPLES = `
Examples:
  manifold events list --source shop --from 2026-03-01T00:00:00Z
  manifold events dead-letters --json
  manifold events replay --id 5f0e…               one of them
  manifold events replay --source shop            all of that source that wait
  manifold events replay --events --source shop --from 2026-03-01T12:00:00Z --to 2026-03-01T13:00:00Z
                                                  what a sync rule did not do right the first time

The embedded store belongs to one process: stop the hub first, or keep events in PostgreSQL.`;

export function eventsCommand(context: CliContext): Command {
  const events = new Command('events')
    .description('look into the event log, and replay what is in it and what could not be used')
    .addHelpText('after', EXAMPLES);
  const add = (
    name: string,
    description: string,
    run: (opened: OpenedEvents, options: EventsOptions) => Promise<void>,
  ): Command => {
    const command = new Command(name)
      .description(description)
      .option('--id <id>', 'the one with this id')
      .option('--source <name>', 'those of this source')
      .option('--from <time>', 'those that came at this time or later, ISO 8601', parseTime)
      .option('--to <time>', 'those that came before this time', parseTime)
      .option('--limit <number>', 'at most so many', parseLimit, 100)
      .action(async (_options: unknown, self: Command) => {
        const options = self.optsWithGlobals<EventsOptions>();
        const config = await readConfig(context, options);
        await withEvents(context, config, options, (opened) => run(opened, options));
      });
    events.addCommand(command);
    return command;
  };

  add('list', 'print events, the newest last', async ({ state }, options) => {
    if (state.store === undefined) throw nothingKept();
    const { listEvents } = await import('../events/log/list-events.ts');
    const found = await listEvents(state.store, options, options.limit);
    if (options.json === true) context.out(`${JSON.stringify(found, null, 2)}\n`);
    else
      for (const event of found) context.out(line(event.at, event.id, event.source, event.operation, event.partition));
  }).option('--json', 'print them as JSON, with their payload');

  add(
    'dead-letters',
    'print deliveries that could not be made into events, the oldest first',
    async ({ state }, options) => {
      const letters = await state.deadLetters.list(options, options.limit, options.all);
      if (options.json === true) context.out(`${JSON.stringify(letters.map(toPrintable), null, 2)}\n`);
      else for (const letter of letters) context.out(line(letter.receivedAt, letter.id, letter.webhook, letter.reason));
    },
  )
    .option('--json', 'print them as JSON, with headers and body')
    .option('--all', 'those that were replayed, too');

  add('replay', 'make events of dead letters, with `map` as it is now', (opened, options) =>
    options.events === true ? replayStored(context, opened, options) : replayLetters(context, opened, options),
  ).option('--events', 'instead, tell subscribers and sync rules once more of events that the log has');
  return events;
}

async function replayLetters(context: CliContext, opened: OpenedEvents, options: EventsOptions): Promise<void> {
  const intake = await opened.intake();
  const letters = await opened.state.deadLetters.list(options, options.limit);
  let failed = 0;
  for (const letter of letters) {
    try {
      const count = await intake.replay(letter);
      context.say(`manifold: ${letter.id}: ${count} new ${count === 1 ? 'event' : 'events'}`);
    } catch (thrown) {
      const fault = toHubFault(thrown);
      if (fault.code !== 'HUB_EVENT_UNMAPPED') throw fault;
      failed += 1;
      context.say(`manifold: ${letter.id}: ${fault.message}`);
    }
  }
  context.say(`manifold: ${letters.length - failed} replayed, ${failed} still dead`);
  if (failed > 0) context.exitWith(1);
}

/** All that was asked for, or nothing: half of a range is not what anybody wants to have replayed. */
async function replayStored(context: CliContext, { state }: OpenedEvents, options: EventsOptions): Promise<void> {
  if (state.store === undefined) throw nothingKept();
  const { id, source, from, to, limit } = options;
  if ([id, source, from, to].every((one) => one === undefined)) {
    throw new HubFault('HUB_REQUEST_INVALID', 'say which events, with --id, --source, --from or --to');
  }
  const [{ listEvents }, { replayEvents }] = await Promise.all([
    import('../events/log/list-events.ts'),
    import('../events/log/replay-events.ts'),
  ]);
  const found = await listEvents(state.store, options, limit + 1);
  if (found.length > limit) {
    throw new HubFault('HUB_REQUEST_INVALID', `more than ${limit} events are meant: say less, or raise --limit`);
  }
  await replayEvents(state.log, found);
  state.bus.publish();
  context.say(`manifold: ${found.length} ${found.length === 1 ? 'event' : 'events'} replayed`);
}

async function withEvents(
  context: CliContext,
  config: HubConfig,
  options: GlobalOptions,
  use: (opened: OpenedEvents) => Promise<void>,
): Promise<void> {
  const { openEvents } = await context.hub();
  const opened = await openEvents(config, commandLogger(options, 'warn'));
  try {
    if (opened.state.store === undefined) throw nothingKept();
    await use(opened);
  } finally {
    await opened.state.close();
  }
}

function nothingKept(): HubFault {
  return new HubFault('HUB_CONFIG_INVALID', 'events are kept in memory, and gone with the hub; see state.store');
}

function line(...fields: readonly string[]): string {
  return `${fields.join('\t').replaceAll(/[\r\n]+/g, ' ')}\n`;
}

function toPrintable({ body, ...letter }: DeadLetter): Readonly<Record<string, unknown>> {
  return { ...letter, body: body.toString('utf8') };
}

function parseTime(text: string): Date {
  const time = new Date(text);
  if (Number.isNaN(time.getTime())) throw new InvalidArgumentError('A time is ISO 8601: 2026-03-01T12:00:00Z.');
  return time;
}

function parseLimit(text: string): number {
  const limit = Number(text);
  if (!/^\d+$/.test(text) || limit < 1) throw new InvalidArgumentError('A limit is a whole number from 1.');
  return limit;
}
