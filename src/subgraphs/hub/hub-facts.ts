// What the hub knows about itself; handed in by compose.ts, shown by `Query.hub`. No urls, no credentials, no settings.
import type { SourceSnapshot } from '../../contract/source-stats.ts';

export interface HubFacts {
  readonly name: string;
  readonly version: string;
  readonly uptimeSeconds: number;
  readonly sources: readonly SourceFacts[];
}

export interface SourceFacts {
  readonly name: string;
  readonly kind: string;
  /** As it was when `Query.hub` was asked. */
  readonly stats: SourceSnapshot;
}
