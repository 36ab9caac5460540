// The `soap` kind: a SOAP service, described by its WSDL. Registered by compose.ts.
import type { SourceKind } from '../../config/source-kind.ts';
import { HubFault } from '../../faults/hub-fault.ts';
import { createLocalSubgraph } from '../local/create-local-subgraph.ts';
import { soapSettingsSchema, type SoapSettings } from './config.ts';

export function createSoapKind(): SourceKind<SoapSettings> {
  return {
    kind: 'soap',
    settings: soapSettingsSchema,
    async importSdl({ settings }, folder, progress) {
      const { importWsdl } = await import('../../import/wsdl/import-wsdl.ts');
      return importWsdl({ ...settings, folder, progress });
    },
    async create({ name, settings: given }, sdl, services) {
      const { loadWsdl } = await import('../../import/wsdl/load-wsdl.ts');
      const { readKeys } = await import('./read-keys.ts');
      const { createSoapConnector } = await import('./connector.ts');
      const model = await loadWsdl(given.spec, services.folder, given.specHosts);
      const settings = { ...given, wsSecurity: await readKeys(name, given.wsSecurity, services.folder) };
      const url =
        settings.url ?? model.operations.flatMap(({ ports }) => ports).find(({ address }) => address)?.address;
      if (url === undefined) {
        throw new HubFault('HUB_CONFIG_INVALID', `sources.${name}: the WSDL has no address of the service: set url`);
      }
      const connector = createSoapConnector({
        source: name,
        settings,
        model,
        transport: services.transport(url),
      });
      const lookups = { maxKeysPerBatch: settings.maxKeysPerBatch, shareLookups: services.shareLookups };
      return createLocalSubgraph({ name, kind: 'soap', sdl, connectors: [connector], settings: lookups });
    },
  };
}
