// `manifold import`: descriptions of upstreams → pinned SDL files and lock entries, or SDL on stdout.
import { relative } from 'node:path';
import { Command, InvalidArgumentError, Option } from 'commander';
import { writePinned, type Pinned } from '../config/pinned-sdl.ts';
import type { HubConfig } from '../config/hub-config.ts';
import type { ImportProgress } from '../config/import-report.ts';
import type { ImportedSdl } from '../config/source-kind.ts';
import { SPEC_HOST } from '../config/source-settings.ts';
import { commandLogger, readConfig, type CliContext, type GlobalOptions } from './context.ts';
import { DESCRIPTION_KINDS, importDocument, type DescriptionKind } from './import-document.ts';
import { showProgress } from './import-progress.ts';
import { pickImportable, type Importable } from './pick-importable.ts';
import { reportLines, toJsonReport, type JsonReport } from './import-report.ts';

interface ImportOptions extends GlobalOptions {
  readonly stdout?: boolean;
  readonly kind?: DescriptionKind;
  readonly spec?: string;
  readonly allowHost: readonly string[];
  readonly report: 'text' | 'json';
}

const EXAMPLES = `
Examples:
  manifold import                           every source that has a description
  manifold import shop                      that source alone
  manifold import shop --stdout             print the SDL, write nothing
  manifold import --report json             what was taken, lost and left out, for a program
  manifold import --kind openapi --spec ./petstore.yaml
  manifold import --kind openapi --spec ./specs    the one document of a folder
  manifold import --kind wsdl --spec https://example.com/stock?wsdl --allow-host schemas.example.com

Files go to schema/<source>/upstream.graphql, where they came from to schema/manifold.lock.json: commit both.`;

export function importCommand(context: CliContext): Command {
  return new Command('import')
    .description('turn the descriptions of the sources into pinned SDL')
    .argument('[SOURCE]', 'name of a source; every source that has a description where it is left out')
    .option('--stdout', 'print the SDL instead of writing files')
    .addOption(
      new Option('--kind <kind>', 'with --spec: what the document is; needs no manifold.yaml').choices(
        DESCRIPTION_KINDS,
      ),
    )
    .option('--spec <path-or-url>', 'with --kind: the document to import, or the folder it is in')
    .addOption(
      new Option('--allow-host <host[:port]>', 'with --spec: another host that it may refer to; may be repeated')
        .argParser(addHost)
        .default([], 'none'),
    )
    .addOption(
      new Option('--report <format>', 'text on stderr, or json on stdout in the place of any SDL')
        .choices(['text', 'json'])
        .default('text'),
    )
    .addHelpText('after', EXAMPLES)
    .action(async (source: string | undefined, _options: unknown, command: Command) => {
      const options = command.optsWithGlobals<ImportOptions>();
      const mistake = usageMistake(source, options);
      if (mistake !== undefined) command.error(`error: ${mistake}`, { exitCode: 2 });
      const reports: JsonReport[] = [];
      if (options.kind !== undefined && options.spec !== undefined) {
        const { kind, spec, allowHost } = options;
        const imported = await withProgress(context, spec, (progress) =>
          importDocument(kind, spec, process.cwd(), allowHost, progress),
        );
        if (options.report === 'text') context.out(withNewline(imported.sdl));
        report(context, spec, imported, options, reports);
      } else {
        const config = await readConfig(context, options);
        const { KINDS } = await context.hub();
        for (const wanted of pickImportable(config, KINDS, source)) {
          await importSource(context, config, wanted, options, reports);
        }
      }
      if (options.report === 'json') context.out(`${JSON.stringify({ sources: reports }, undefined, 2)}\n`);
    });
}

function addHost(host: string, before: readonly string[]): readonly string[] {
  if (!SPEC_HOST.test(host)) throw new InvalidArgumentError('It is not a host, or a host and a port.');
  return [...before, host];
}

/** Undefined where the arguments go together. */
function usageMistake(source: string | undefined, options: ImportOptions): string | undefined {
  if ((options.kind === undefined) !== (options.spec === undefined)) return '--kind and --spec go together';
  if (options.kind !== undefined && source !== undefined) return 'a SOURCE and --spec exclude each other';
  if (options.spec === undefined && options.allowHost.length > 0)
    return '--allow-host goes with --spec; for a source, set specHosts in manifold.yaml';
  if (options.stdout === true && options.report === 'json') return '--stdout and --report json exclude each other';
  return undefined;
}

/** @param what the source, or the document. */
async function withProgress(
  context: CliContext,
  what: string,
  importing: (progress: ImportProgress) => Promise<ImportedSdl>,
): Promise<ImportedSdl> {
  const { step, end } = showProgress((line) => context.say(`manifold: ${what}: ${line}`), context.clock);
  try {
    step('reading the description');
    return await importing(step);
  } finally {
    end();
  }
}

async function importSource(
  context: CliContext,
  config: HubConfig,
  { source, importSdl }: Importable,
  options: ImportOptions,
  reports: JsonReport[],
): Promise<void> {
  const { name } = source;
  let written: Pinned | undefined;
  const imported = await withProgress(context, name, async (progress) => {
    const made = await importSdl(source, config.folder, progress);
    if (options.stdout === true) return made;
    written = await writePinned(config.schemaFolder, name, made);
    const { checkImported } = await context.hub();
    await checkImported(config, source, commandLogger(options, 'warn'), () => progress('checking the schema'));
    return made;
  });
  if (options.stdout === true) context.out(withNewline(imported.sdl));
  report(context, name, imported, options, reports);
  if (written === undefined) return;
  const { file, changed } = written;
  context.say(`manifold: ${relative(process.cwd(), file)} ${changed ? 'written' : 'is as it was'}`);
}

function report(
  context: CliContext,
  what: string,
  imported: ImportedSdl,
  options: ImportOptions,
  reports: JsonReport[],
): void {
  if (options.report === 'json') reports.push(toJsonReport(what, imported));
  else for (const line of reportLines(what, imported.report)) context.say(line);
}

function withNewline(text: string): string {
  return text.endsWith('\n') ? text : `${text}\n`;
}
