// The `rest` kind: an HTTP API, described by OpenAPI or by hand with `@rest`. Registered by compose.ts.
// Importer and connector are loaded when a source wants them; so they are of `soap` and `graphql`.
import type { SourceKind } from '../../config/source-kind.ts';
import { HubFault } from '../../faults/hub-fault.ts';
import { createLocalSubgraph } from '../local/create-local-subgraph.ts';
import { restSettingsSchema, type RestSettings } from './config.ts';

export function createRestKind(): SourceKind<RestSettings> {
  return {
    kind: 'rest',
    settings: restSettingsSchema,
    readsSdlLater: true,
    async importSdl({ settings }, folder, progress) {
      if (settings.spec === undefined) throw new HubFault('HUB_IMPORT_UNREADABLE', 'the source names no spec');
      const { importOpenApi } = await import('../../import/openapi/import-openapi.ts');
      const { checkSecurity } = await import('../../import/openapi/check-security.ts');
      const { report, serverUrl, security, ...imported } = await importOpenApi({
        ...settings,
        spec: settings.spec,
        folder,
        progress,
      });
      const url =
        settings.url !== undefined || serverUrl === undefined ? [] : [`set url: the description says ${serverUrl}`];
      const notes = [...checkSecurity(security, settings.auth), ...url].map((message) => ({
        at: '#',
        message,
        kind: 'advice' as const,
      }));
      return { ...imported, report: { ...report, notes: [...notes, ...report.notes] } };
    },
    async create({ name, settings }, sdl, services) {
      const { url, maxKeysPerBatch } = settings;
      if (url === undefined) {
        throw new HubFault('HUB_CONFIG_INVALID', `sources.${name} has no url: say where the API is`);
      }
      const { createRestConnector } = await import('./connector.ts');
      const connector = createRestConnector({ transport: services.transport(url), baseUrl: url });
      const lookups = { maxKeysPerBatch, shareLookups: services.shareLookups };
      return createLocalSubgraph({ name, kind: 'rest', sdl, connectors: [connector], settings: lookups });
    },
  };
}
