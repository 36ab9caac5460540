// OpenAPI in, annotated SDL out: `manifold import --kind openapi` and the import of `rest` sources.
import type { ImportNote, ImportProgress } from '../../config/import-report.ts';
import type { ImportedSdl } from '../../config/source-kind.ts';
import { HubFault } from '../../faults/hub-fault.ts';
import { requiredSecurity, type SecurityScheme } from './check-security.ts';
import type { TakeNote } from './document-model.ts';
import { loadDocuments } from './load-documents.ts';
import { countLossy } from './lossy-operations.ts';
import { mapToSdl } from './map-to-sdl.ts';
import { readModel } from './read-model.ts';
import { createSelection } from './selection.ts';

export { checkSecurity, type SecurityScheme } from './check-security.ts';

export interface OpenApiImportRequest {
  /** Path relative to `folder`, or url; a folder stands for the one document in it. */
  readonly spec: string;
  readonly folder: string;
  /** Other hosts that references may lead to. */
  readonly specHosts?: readonly string[] | undefined;
  /** operationIds, or "GET /path" where `*` stands for any characters. Everything where it is absent. */
  readonly include?: readonly string[] | undefined;
  readonly exclude?: readonly string[] | undefined;
  /** Put before the name of every type, so that two sources do not clash. */
  readonly typePrefix?: string | undefined;
  readonly progress?: ImportProgress | undefined;
}

export interface ImportedOpenApi extends ImportedSdl {
  /** Without a trailing slash; undefined where the description names none and the source needs a `url`. */
  readonly serverUrl: string | undefined;
  /** What the imported operations want as credentials; for `checkSecurity`. */
  readonly security: readonly SecurityScheme[];
}

/** Names in a description may be of any length; notes about them are for people. */
const MAX_POINTER = 500;

/** Rejects with HUB_IMPORT_UNREADABLE, _REFERENCE, _TOO_LARGE or _INVALID; the last also where no operation is left. */
export async function importOpenApi(request: OpenApiImportRequest): Promise<ImportedOpenApi> {
  const { progress = () => undefined } = request;
  const loaded = await loadDocuments(request.spec, request.folder, request.specHosts ?? [], progress);
  const notes = new Map<string, ImportNote>();
  const note: TakeNote = (pointer, message, kind = 'loss') => {
    const at = pointer.length > MAX_POINTER ? `${pointer.slice(0, MAX_POINTER)}…` : pointer;
    notes.set(`${at} ${message}`, { at, message, kind });
  };
  const selection = createSelection(request.include, request.exclude);
  const { model, sdl, operations, types } = withinStack(loaded.main, () => {
    progress('reading its operations');
    const read = readModel(loaded, selection.wants, note);
    for (const pattern of selection.unused())
      note('#/paths', `no operation fits "${pattern}" of include and exclude`, 'advice');
    return { model: read, ...mapToSdl(read, request.typePrefix ?? '', note, progress) };
  });
  if (operations.length === 0 && model.events.length === 0) {
    const [first] = notes.values();
    const reason = first === undefined ? 'it describes none' : `${first.at}: ${first.message}`;
    throw new HubFault('HUB_IMPORT_INVALID', `${loaded.main} has no operation that can be imported: ${reason}`);
  }
  const losses = [...notes.values()].filter(({ kind }) => kind === 'loss').map(({ at }) => at);
  return {
    sdl,
    origin: loaded.main,
    digest: loaded.digest,
    report: {
      title: model.title,
      operations: operations.length,
      withLoss: countLossy(operations, types, losses),
      notes: [...notes.values()],
    },
    serverUrl: model.serverUrl,
    security: requiredSecurity(
      operations.map(({ operation }) => operation),
      model.securitySchemes,
    ),
  };
}

/** Schemas that build on one another in a chain of thousands exhaust the stack: they are too deep, not a defect of the hub. */
function withinStack<T>(location: string, run: () => T): T {
  try {
    return run();
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    const message = `${location} is refused: its schemas build on one another too deeply`;
    throw new HubFault('HUB_IMPORT_TOO_LARGE', message, { cause: error });
  }
}
