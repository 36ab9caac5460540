// WSDL in, annotated SDL out: `manifold import --kind wsdl` and the import of `soap` sources.
import type { ImportProgress } from '../../config/import-report.ts';
import type { ImportedSdl } from '../../config/source-kind.ts';
import { HubFault } from '../../faults/hub-fault.ts';
import { loadWsdl } from './load-wsdl.ts';
import { mapToSdl, type SdlOptions } from './map-to-sdl.ts';
import type { WsdlModel } from './wsdl-model.ts';

export interface WsdlImportRequest extends SdlOptions {
  /** Path relative to `folder`, or url; a folder stands for the one WSDL in it. */
  readonly spec: string;
  readonly folder: string;
  /** Other hosts that imports may lead to. */
  readonly specHosts?: readonly string[] | undefined;
  readonly progress?: ImportProgress | undefined;
}

export interface ImportedWsdl extends ImportedSdl {
  /** Address of the first port; undefined where the description has none and the source needs a `url`. */
  readonly serviceUrl: string | undefined;
}

/** Rejects with HUB_IMPORT_UNREADABLE, _REFERENCE, _TOO_LARGE or _INVALID. */
export async function importWsdl(request: WsdlImportRequest): Promise<ImportedWsdl> {
  const { progress } = request;
  const model = await loadWsdl(request.spec, request.folder, request.specHosts, progress);
  progress?.('writing SDL');
  const { sdl, operations, withLoss, notes } = mapToSdl(model, request);
  if (operations === 0) {
    throw new HubFault(
      'HUB_IMPORT_INVALID',
      `${model.location}: include, exclude and ports leave no operation of the WSDL; its ports are ${portNames(model)}`,
    );
  }
  return {
    sdl,
    origin: model.location,
    digest: model.digest,
    report: { title: model.title, operations, withLoss, notes },
    serviceUrl: model.operations[0]?.ports[0]?.address,
  };
}

function portNames({ operations }: WsdlModel): string {
  const names = new Set(operations.flatMap(({ ports }) => ports.map(({ port }) => port)));
  return [...names].slice(0, 20).join(', ');
}
