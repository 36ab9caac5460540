// The hub kind: the hub about itself as a subgraph, `Query.hub`. Its types are generated from schema/hub.graphql.
import { readFileSync } from 'node:fs';
import { makeExecutableSchema } from '@graphql-tools/schema';
import { parse } from 'graphql';
import type { SourceSnapshot } from '../../contract/source-stats.ts';
import type { Subgraph } from '../../contract/subgraph.ts';
import { createExecutableSubgraph } from '../local/executable-subgraph.ts';
import type { SourceFacts } from './hub-facts.ts';
import type { HubSourceHealth, Resolvers } from './hub-schema.generated.ts';

export type { SourceFacts } from './hub-facts.ts';

export interface HubSubgraphOptions {
  readonly name: string;
  readonly version: string;
  /** Called at every `Query.hub`; the snapshots are shown as they are. */
  readonly sources: () => readonly SourceFacts[];
  /** Seconds since the program started. Default `process.uptime`. */
  readonly uptimeSeconds?: () => number;
}

const HEALTH: Readonly<Record<SourceSnapshot['health'], HubSourceHealth>> = {
  unknown: 'UNKNOWN',
  up: 'UP',
  degraded: 'DEGRADED',
  down: 'DOWN',
};

/** Shows nothing secret: names, kinds and numbers. */
export function createHubSubgraph(options: HubSubgraphOptions): Subgraph {
  const { name, version, sources, uptimeSeconds = () => process.uptime() } = options;
  const typeDefs = readFileSync(new URL('../../../schema/hub.graphql', import.meta.url), 'utf8');
  const resolvers: Resolvers = {
    Query: { hub: () => ({ name, version, uptimeSeconds: uptimeSeconds(), sources: sources() }) },
    HubSource: {
      health: ({ stats }) => HEALTH[stats.health],
      calls: ({ stats }) => stats.calls,
      failures: ({ stats }) => stats.failures,
      p50Ms: ({ stats }) => stats.p50Ms,
      p99Ms: ({ stats }) => stats.p99Ms,
      lastFault: ({ stats }) => stats.lastFault,
    },
  };
  return createExecutableSubgraph({
    name: 'hub',
    kind: 'hub',
    sdl: parse(`extend schema @link(url: "https://specs.apollo.dev/federation/v2.7")\n${typeDefs}`),
    makeSchema: () => makeExecutableSchema<unknown>({ typeDefs, resolvers }),
    contextOf: (scope) => scope,
  });
}
