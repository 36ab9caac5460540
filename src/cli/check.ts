// `manifold check`: everything that can be wrong before serving, all at once.
import { Command } from 'commander';
import type { HubConfig } from '../config/hub-config.ts';
import { commandLogger, readConfig, type CliContext, type GlobalOptions } from './context.ts';
import { checkSource, errorFindings, type Finding } from './check-source.ts';
import { addSdlOption, composed, type SdlOption } from './sdl-option.ts';

interface CheckOptions extends GlobalOptions, SdlOption {
  readonly json?: boolean;
}

const EXAMPLES = `
Looks at: the configuration, the descriptions of the sources and what is pinned of them, SDL files, composition,
credentials, and lookups that cost one call per item (N+1).

Examples:
  manifold check
  manifold check --json | jq '.findings[] | select(.level == "error")'

Exits with 1 where there is an error, with 0 where there are warnings and notes only.`;

export function checkCommand(context: CliContext): Command {
  return addSdlOption(new Command('check'))
    .description('find what is wrong before serving')
    .option('--json', 'print the findings as JSON')
    .addHelpText('after', EXAMPLES)
    .action(async (_options: unknown, command: Command) => {
      const options = command.optsWithGlobals<CheckOptions>();
      const findings = await findAll(context, options);
      const errors = findings.filter(({ level }) => level === 'error').length;
      context.out(options.json === true ? `${JSON.stringify({ errors, findings }, null, 2)}\n` : render(findings));
      if (errors > 0) context.exitWith(1);
    });
}

async function findAll(context: CliContext, options: CheckOptions): Promise<readonly Finding[]> {
  let config: HubConfig;
  try {
    config = await readConfig(context, options);
  } catch (thrown) {
    return errorFindings(thrown);
  }
  const { KINDS } = await context.hub();
  const findings: Finding[] = [];
  // The sources of a supergraph that is given have no description of their own.
  for (const source of config.supergraphFile === undefined ? config.sources : []) {
    findings.push(...(await checkSource(config, source, KINDS, options.pinned === true)));
  }
  // What is broken in one source would only be reported a second time by composition.
  if (findings.some(({ level }) => level === 'error')) return findings;
  try {
    const warnings = await composed(context, config, options, commandLogger(options, 'warn'), (done) => done.warnings);
    findings.push(...warnings.map((message) => ({ level: 'warning', message }) as const));
  } catch (thrown) {
    findings.push(...errorFindings(thrown));
  }
  return findings;
}

const ORDER = ['error', 'warning', 'note'] as const;

function render(findings: readonly Finding[]): string {
  const lines = ORDER.flatMap((wanted) =>
    findings
      .filter(({ level }) => level === wanted)
      .map(({ level, source, message, code }) => {
        const head = code === undefined ? level : `${level} ${code}`;
        return `${head}: ${source === undefined ? '' : `source ${source}: `}${message}`;
      }),
  );
  const counts = ORDER.map((wanted) => {
    const count = findings.filter(({ level }) => level === wanted).length;
    return `${count} ${wanted}${count === 1 ? '' : 's'}`;
  });
  return `${[...lines, counts.join(', ')].join('\n')}\n`;
}
