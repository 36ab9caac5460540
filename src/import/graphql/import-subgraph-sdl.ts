// The SDL of a federation subgraph, as it is: from a file, a url, or the subgraph itself. The import of `federation` sources.
import { createHash } from 'node:crypto';
import type { ImportedSdl, NamedSource } from '../../config/source-kind.ts';
import type { SourceSettings } from '../../config/source-settings.ts';
import { HubFault } from '../../faults/hub-fault.ts';
import { readDescription } from '../read-description.ts';
import { createServerClient, isObject } from './ask-server.ts';
import { countOperations, parseSchemaText } from './parse-schema-text.ts';

export interface SubgraphSdlRequest {
  readonly source: NamedSource<SourceSettings & { readonly url: string }>;
  readonly folder: string;
}

/** Rejects with HUB_IMPORT_*. */
export async function importSubgraphSdl({ source, folder }: SubgraphSdlRequest): Promise<ImportedSdl> {
  const { spec, url } = source.settings;
  const { text, origin } = spec === undefined ? await askSubgraph(source, url) : await readSpec(spec, folder);
  const document = parseSchemaText(text, origin);
  return {
    sdl: text.endsWith('\n') ? text : `${text}\n`,
    origin,
    digest: `sha256:${createHash('sha256').update(text).digest('hex')}`,
    report: { title: '', operations: countOperations(document), withLoss: 0, notes: [] },
  };
}

async function readSpec(spec: string, folder: string): Promise<{ text: string; origin: string }> {
  const { text, location } = await readDescription(spec, { folder });
  return { text, origin: location };
}

/** Federation subgraph specification, `_service`. */
async function askSubgraph(source: NamedSource, url: string): Promise<{ text: string; origin: string }> {
  const server = createServerClient(source, url);
  try {
    const { data, errors } = await server.ask('query { _service { sdl } }');
    const text = isObject(data?._service) ? data._service.sdl : undefined;
    if (typeof text === 'string' && text.trim() !== '') return { text, origin: server.shown };
    const why = errors.length === 0 ? 'it has no `_service { sdl }`' : errors.slice(0, 3).join('; ');
    const message = `${server.shown} does not tell its SDL: ${why}; is it a federation subgraph? Set spec to a file with its SDL, or use kind: graphql`;
    throw new HubFault('HUB_IMPORT_UNREADABLE', message);
  } finally {
    await server.close();
  }
}
