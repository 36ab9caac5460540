// The `federation` kind: an Apollo Federation subgraph, version 1 or 2, over HTTP. Registered by compose.ts.
import type { SourceKind } from '../../config/source-kind.ts';
import type { PlannedFetch, PreparedFetch } from '../../contract/fetch.ts';
import { importSubgraphSdl } from '../../import/graphql/import-subgraph-sdl.ts';
import { mergeSdl } from '../local/merge-sdl.ts';
import { createChangeTeller } from '../remote/entity-changes.ts';
import { createRemote } from '../remote/create-remote.ts';
import { entityFields } from '../remote/entity-fields.ts';
import { operationLabel } from '../remote/operation-label.ts';
import { createTouchedEntities } from '../remote/touched-entities.ts';
import { federationSettingsSchema, type FederationSettings } from './config.ts';
import { splitEntities } from './split-entities.ts';

export function createFederationKind(): SourceKind<FederationSettings> {
  return {
    kind: 'federation',
    settings: federationSettingsSchema,
    describes: () => true,
    importSdl: (source, folder) => importSubgraphSdl({ source, folder }),
    // In Federation 1 an extension says that the type is at home elsewhere: it must stay one.
    mergeSdl: (documents) => mergeSdl(documents, { keepExtensions: true }),
    create(source, sdl, services) {
      const { name, settings } = source;
      const { caller, streamer } = createRemote(source, services);
      const tagsOf = createTouchedEntities(sdl);
      const tellChanges = createChangeTeller(name, sdl);
      const prepare = (fetch: PlannedFetch): PreparedFetch => {
        const { kind, text, operationName } = fetch;
        const call = caller.prepare({ kind, text, operationName, label: operationLabel(fetch), tags: tagsOf(fetch) });
        return splitEntities(name, call, entityFields(fetch), settings.maxKeysPerBatch);
      };
      return Promise.resolve({
        name,
        kind: 'federation',
        sdl,
        prepare: (fetch) => tellChanges(fetch, prepare),
        explain: (fetch) => {
          const operation = operationLabel(fetch);
          if (fetch.representationVariables.length === 0) return [{ operation, path: [], repeat: 'once' }];
          return [{ operation, path: [], repeat: 'per-batch', maxKeysPerBatch: settings.maxKeysPerBatch }];
        },
        subscribe: ({ text, operationName }, scope, variables) =>
          streamer.subscribe(
            { query: text, variables, ...(operationName === undefined ? {} : { operationName }) },
            scope,
          ),
        close: () => streamer.close(),
      });
    },
  };
}
