// The subgraphs of a supergraph as sources: called where the supergraph says, or as the configuration says instead.
import type { NamedSource, SourceKind } from '../config/source-kind.ts';
import { HubFault } from '../faults/hub-fault.ts';
import type { JoinedGraph } from './read-supergraph.ts';

/** Throws HUB_CONFIG_INVALID where the two do not go together. */
export function joinedSources(
  graphs: readonly JoinedGraph[],
  configured: readonly NamedSource[],
  federation: SourceKind,
): readonly NamedSource[] {
  const known = graphs.map(({ name }) => name);
  const problems = configured.flatMap(({ name, settings }) =>
    !known.includes(name)
      ? [`sources.${name}: the supergraph has no subgraph of that name; it has ${known.join(', ')}`]
      : settings.kind !== federation.kind
        ? [`sources.${name}: a subgraph of a supergraph is of the kind "${federation.kind}", not "${settings.kind}"`]
        : [],
  );
  const sources = graphs.flatMap(({ name, url }) => {
    const own = configured.find((source) => source.name === name);
    if (own !== undefined) return [own];
    const settings = federation.settings.safeParse({ kind: federation.kind, url });
    if (settings.success) return [{ name, settings: settings.data }];
    problems.push(`the supergraph does not say where the subgraph "${name}" is: add sources.${name} with kind and url`);
    return [];
  });
  if (problems.length === 0) return sources;
  throw new HubFault('HUB_CONFIG_INVALID', problems.join('\n'), { details: { problems } });
}
