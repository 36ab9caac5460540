// The schema of a GraphQL server in, annotated SDL out: the import of `graphql` sources.
import type { ImportedSdl, NamedSource } from '../../config/source-kind.ts';
import type { SourceSettings } from '../../config/source-settings.ts';
import { countOperations, parseSchemaText } from './parse-schema-text.ts';
import { printRenamed } from './print-renamed.ts';
import { readServerSchema } from './read-server-schema.ts';
import { createSchemaNames, type RenameSettings } from './schema-names.ts';

export interface GraphQlImportRequest {
  readonly source: NamedSource<SourceSettings & RenameSettings & { readonly url: string }>;
  readonly folder: string;
}

/** Rejects with HUB_IMPORT_*. */
export async function importGraphQl({ source, folder }: GraphQlImportRequest): Promise<ImportedSdl> {
  const { schema, origin, digest } = await readServerSchema(source, source.settings.url, folder);
  const sdl = printRenamed(schema, createSchemaNames(schema, source.settings, origin));
  const operations = countOperations(parseSchemaText(sdl, origin));
  return { sdl, origin, digest, report: { title: '', operations, withLoss: 0, notes: [] } };
}
