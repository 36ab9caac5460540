// What a kind of source brings: how it is configured, how its description becomes SDL, how it runs.
import type { DocumentNode } from 'graphql';
import type { z } from 'zod';
import type { SourceStats } from '../contract/source-stats.ts';
import type { Subgraph } from '../contract/subgraph.ts';
import type { Transport } from '../contract/transport.ts';
import type { Logger } from '../telemetry/logger.ts';
import type { ImportProgress, ImportReport } from './import-report.ts';
import type { SourceSettings } from './source-settings.ts';

export interface SourceKind<S extends SourceSettings = SourceSettings> {
  readonly kind: string;
  /** Strict schema of the whole source entry, `kind` included. */
  readonly settings: z.ZodType<S>;
  /**
   * The upstream's description as annotated SDL, the content of `schema/<source>/upstream.graphql`.
   * Absent where the kind needs no description; only called where the source has one. Rejects with HUB_IMPORT_*.
   */
  importSdl?(source: NamedSource<S>, folder: string, progress?: ImportProgress): Promise<ImportedSdl>;
  /** Whether a source reads of its SDL only what it comes to need, so that a large one need not be parsed whole. */
  readonly readsSdlLater?: boolean;
  /** Whether lookups of many keys go out as one call, so that a lookup by one key is no N+1. */
  readonly mergesLookups?: boolean;
  /** Whether a source has a description to import; by default where it names one (`spec`). */
  describes?(settings: S): boolean;
  /**
   * Imported SDL, if any, and the hand-written files after it → what `create` gets. By default later definitions win and
   * extensions are folded into their types.
   */
  mergeSdl?(documents: readonly DocumentNode[]): DocumentNode;
  /** `sdl`: imported and hand-written SDL of the source, merged; without federation `@link`s unless the import has them. */
  create(source: NamedSource<S>, sdl: DocumentNode, services: SourceServices): Promise<Subgraph>;
}

/** Whether `manifold import` has something to do for a source. */
export function hasDescription(kind: SourceKind, settings: SourceSettings): boolean {
  if (kind.importSdl === undefined) return false;
  return kind.describes?.(settings) ?? settings.spec !== undefined;
}

export interface NamedSource<S extends SourceSettings = SourceSettings> {
  readonly name: string;
  readonly settings: S;
}

/** What compose.ts hands to a kind. */
export interface SourceServices {
  /** Folder of manifold.yaml: what relative paths are relative to. */
  readonly folder: string;
  readonly stats: SourceStats;
  readonly logger: Logger;
  /** Whether the records that a request waits for are looked up together, each once. */
  readonly shareLookups: boolean;
  /** Made on first use, closed by the caller. */
  transport(baseUrl: string): Transport;
}

export interface ImportedSdl {
  /** Deterministic: the same description in, the same text out, byte for byte. */
  readonly sdl: string;
  /** Where the description was read: a path relative to the configuration, or a url without credentials. */
  readonly origin: string;
  /** "sha256:…" of the description's bytes, all its files in reading order. */
  readonly digest: string;
  readonly report: ImportReport;
}
