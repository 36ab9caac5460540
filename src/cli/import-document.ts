// A description by itself, without a configuration: `manifold import --kind openapi --spec ./petstore.yaml`.
import type { ImportProgress } from '../config/import-report.ts';
import type { ImportedSdl } from '../config/source-kind.ts';

export const DESCRIPTION_KINDS = ['openapi', 'wsdl'] as const;
export type DescriptionKind = (typeof DESCRIPTION_KINDS)[number];

/**
 * @param folder what a relative path in `spec` is relative to.
 * @param specHosts other hosts that the description may refer to.
 * Rejects with HUB_IMPORT_*.
 */
export async function importDocument(
  kind: DescriptionKind,
  spec: string,
  folder: string,
  specHosts: readonly string[],
  progress: ImportProgress,
): Promise<ImportedSdl> {
  switch (kind) {
    case 'openapi': {
      const { importOpenApi } = await import('../import/openapi/import-openapi.ts');
      return importOpenApi({ spec, folder, specHosts, progress });
    }
    case 'wsdl': {
      const { importWsdl } = await import('../import/wsdl/import-wsdl.ts');
      return importWsdl({ spec, folder, specHosts, progress });
    }
  }
}
