// The `graphql` kind: any GraphQL server over HTTP; hand-written SDL makes its types entities. Registered by compose.ts.
import type { SourceKind } from '../../config/source-kind.ts';
import { graphQlSettingsSchema, type GraphQlSettings } from './config.ts';
import { mergeKeepingNames } from './keep-names.ts';

export function createGraphQlKind(): SourceKind<GraphQlSettings> {
  return {
    kind: 'graphql',
    settings: graphQlSettingsSchema,
    mergesLookups: true,
    describes: () => true,
    async importSdl(source, folder) {
      const { importGraphQl } = await import('../../import/graphql/import-graphql.ts');
      return importGraphQl({ source, folder });
    },
    mergeSdl: mergeKeepingNames,
    async create(source, sdl, services) {
      const { createGraphQlSubgraph } = await import('./create-subgraph.ts');
      return createGraphQlSubgraph(source, sdl, services);
    },
  };
}
