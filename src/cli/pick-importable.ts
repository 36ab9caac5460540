// The sources that `manifold import` and `manifold diff` have something to do for.
import type { HubConfig } from '../config/hub-config.ts';
import { hasDescription, type ImportedSdl, type NamedSource, type SourceKind } from '../config/source-kind.ts';
import { HubFault } from '../faults/hub-fault.ts';

export interface Importable {
  readonly source: NamedSource;
  readonly importSdl: NonNullable<SourceKind['importSdl']>;
}

/** Throws HUB_CONFIG_INVALID where there is no such source, or it has nothing to import. */
export function pickImportable(
  config: HubConfig,
  kinds: readonly SourceKind[],
  name: string | undefined,
): readonly Importable[] {
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
      if (importSdl === undefined) return [];
      const one: Importable = { source, importSdl: (...args) => named(source.name, importSdl(...args)) };
      return [one];
    });
  if (found.length === 0 && name !== undefined) {
    throw new HubFault('HUB_CONFIG_INVALID', `the source "${name}" names no description (spec) to import`);
  }
  return found;
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
