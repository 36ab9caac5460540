// Sources for tests, made by a kind the way compose.ts makes them: settings parsed, SDL imported and merged.
import { parse } from 'graphql';
import type { SourceKind } from '../../src/config/source-kind.ts';
import type { SourceSettings } from '../../src/config/source-settings.ts';
import type { Subgraph } from '../../src/contract/subgraph.ts';
import type { Transport } from '../../src/contract/transport.ts';
import { mergeSdl } from '../../src/subgraphs/local/merge-sdl.ts';
import { createLogger } from '../../src/telemetry/logger.ts';
import { createSourceStats } from '../../src/telemetry/source-stats.ts';
import { createTransport } from '../../src/transport/create-transport.ts';

const FAST = { retry: { attempts: 3, initialDelayMs: 1, maxDelayMs: 50 } };

/** @param handwritten SDL as it would stand in a file beside the import. */
export async function createSource<S extends SourceSettings>(
  kind: SourceKind<S>,
  name: string,
  given: Record<string, unknown>,
  handwritten: readonly string[] = [],
): Promise<Subgraph> {
  const settings = kind.settings.parse({ kind: kind.kind, ...FAST, ...given });
  const source = { name, settings };
  const imported = await kind.importSdl?.(source, import.meta.dirname);
  const documents = [...(imported === undefined ? [] : [imported.sdl]), ...handwritten].map((text) => parse(text));
  const transports: Transport[] = [];
  const stats = createSourceStats();
  const logger = createLogger('silent');
  const subgraph = await kind.create(source, kind.mergeSdl?.(documents) ?? mergeSdl(documents), {
    folder: import.meta.dirname,
    stats,
    logger,
    shareLookups: true,
    transport(baseUrl) {
      const transport = createTransport({ source: name, baseUrl, settings, stats, logger });
      transports.push(transport);
      return transport;
    },
  });
  return {
    ...subgraph,
    async close() {
      await subgraph.close();
      await Promise.all(transports.map((transport) => transport.close()));
    },
  };
}
