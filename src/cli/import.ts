// `manifold import`: descriptions of upstreams → pinned SDL files and lock entries, or SDL on stdout.
import { relative } from 'node:path';
import { Command, Option } from 'commander';
import { writePinned } from '../config/pinned-sdl.ts';
import type { HubConfig } from '../config/hub-config.ts';
import {
  hasDescription,
  type ImportedSdl,
  type ImportReport,
  type NamedSource,
  type SourceKind,
} from '../config/source-kind.ts';
import { HubFault } from '../faults/hub-fault.ts';
import { readConfig, type CliContext, type GlobalOptions } from './context.ts';
import { DESCRIPTION_KINDS, importDocument, type DescriptionKind } from './import-document.ts';

interface ImportOptions extends GlobalOptions {
  readonly stdout?: boolean;
  readonly kind?: DescriptionKind;
  readonly spec?: string;
}

const EXAMPLES = `
Examples:
  manifold import                           every source that has a description
  manifold import shop                      that source alone
  manifold import shop --stdout             print the SDL, write nothing
  manifold import --kind openapi --spec ./petstore.yaml
  manifold import --kind wsdl --spec https://example.com/stock?wsdl

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
    .option('--spec <path-or-url>', 'with --kind: the document to import')
    .addHelpText('after', EXAMPLES)
    .action(async (source: string | undefined, _options: unknown, command: Command) => {
      const options = command.optsWithGlobals<ImportOptions>();
      if ((options.kind === undefined) !== (options.spec === undefined)) {
        command.error('error: --kind and --spec go together', { exitCode: 2 });
      }
      if (options.kind !== undefined && options.spec !== undefined) {
        if (source !== undefined) command.error('error: a SOURCE and --spec exclude each other', { exitCode: 2 });
        const imported = await importDocument(options.kind, options.spec, process.cwd());
        context.out(withNewline(imported.sdl));
        report(context, options.spec, imported.report);
        return;
      }
      const config = await readConfig(context, options);
      const { KINDS } = await context.hub();
      for (const wanted of pick(config, KINDS, source)) await importSource(context, config, wanted, options);
    });
}

interface Importable {
  readonly source: NamedSource;
  readonly importSdl: NonNullable<SourceKind['importSdl']>;
}

function pick(config: HubConfig, kinds: readonly SourceKind[], name: string | undefined): readonly Importable[] {
  const names = config.sources.map((source) => source.name).join(', ');
  if (name !== undefined && !config.sources.some((source) => source.name === name)) {
    throw new HubFault('HUB_CONFIG_INVALID', `there is no source "${name}"; the configuration has: ${names}`);
  }
  const found = config.sources
    .filter((source) => name === undefined || source.name === name)
    .flatMap((source) => {
      const kind = kinds.find(({ kind }) => kind === source.settings.kind);
      if (kind === undefined || !hasDescription(kind, source.settings)) return [];
      const importSdl = kind.importSdl?.bind(kind);
      return importSdl === undefined ? [] : [{ source, importSdl }];
    });
  if (found.length === 0 && name !== undefined) {
    throw new HubFault('HUB_CONFIG_INVALID', `the source "${name}" names no description (spec) to import`);
  }
  return found;
}

async function importSource(
  context: CliContext,
  config: HubConfig,
  { source, importSdl }: Importable,
  options: ImportOptions,
): Promise<void> {
  const imported = await named(source.name, importSdl(source, config.folder));
  if (options.stdout === true) {
    context.out(withNewline(imported.sdl));
    report(context, source.name, imported.report);
    return;
  }
  const { file, changed } = await writePinned(config.schemaFolder, source.name, imported);
  report(context, source.name, imported.report);
  context.say(`manifold: ${relative(process.cwd(), file)} ${changed ? 'written' : 'is as it was'}`);
}

/** An importer knows the document, not which source it is for. */
async function named(source: string, importing: Promise<ImportedSdl>): Promise<ImportedSdl> {
  try {
    return await importing;
  } catch (error) {
    if (!(error instanceof HubFault) || error.message.startsWith(`source ${source}`)) throw error;
    throw new HubFault(error.code, `source ${source}: ${error.message}`, { details: error.details, cause: error });
  }
}

function report(context: CliContext, what: string, { title, operations, notes }: ImportReport): void {
  const expressed = `${operations} ${operations === 1 ? 'operation' : 'operations'}`;
  context.say(
    `manifold: ${what}: ${title === '' ? '' : `${title}: `}${expressed}, ${notes.length} ${notes.length === 1 ? 'note' : 'notes'}`,
  );
  for (const { at, message } of notes) context.say(`  ${at}: ${message}`);
}

function withNewline(text: string): string {
  return text.endsWith('\n') ? text : `${text}\n`;
}
