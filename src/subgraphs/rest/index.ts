// The `rest` kind: an HTTP API, described by OpenAPI or by hand with `@rest`. Registered by compose.ts.
import type { SourceKind } from '../../config/source-kind.ts';
import { HubFault } from '../../faults/hub-fault.ts';
import { createLocalSubgraph } from '../local/create-local-subgraph.ts';
import { restSettingsSchema, type RestSettings } from './config.ts';
import { createRestConnector } from './connector.ts';

export function createRestKind(): SourceKind<RestSettings> {
  return {
    kind: 'rest',
    settings: restSettingsSchema,
    create({ name, settings }, sdl, services) {
      const { url, maxKeysPerBatch } = settings;
      if (url === undefined) {
        throw new HubFault('HUB_CONFIG_INVALID', `sources.${name} has no url: say where the API is`);
      }
      const connector = createRestConnector({ transport: services.transport(url) });
      return Promise.resolve(
        createLocalSubgraph({ name, kind: 'rest', sdl, connectors: [connector], settings: { maxKeysPerBatch } }),
      );
    },
  };
}
