// Graphs that differ in the key by which `_entities` enters them, as one: each representation takes the entrance of its key.
// Called by compose.ts where the hub serves as a subgraph and some entity has several keys.
import type { ComposedGraph, GraphResponse, PreparedOperation } from '../contract/graph.ts';
import type { Scope } from '../contract/scope.ts';
import { entityKeys } from './entity-keys.ts';

export interface Entrances {
  /** The first also serves everything that is not `_entities`. All have the same public schema and subgraphs. */
  readonly graphs: readonly [ComposedGraph, ...ComposedGraph[]];
  /** Entrances that the first one found missing, after it ran. */
  readonly needed: (scope: Scope) => Iterable<number>;
}

export function joinEntrances({ graphs, needed }: Entrances): ComposedGraph {
  const [first] = graphs;
  if (graphs.length === 1) return first;
  return {
    ...first,
    prepare(source) {
      const prepared = first.prepare(source);
      const keys = entityKeys(source.document, source.operationName);
      if (keys.size === 0) return prepared;
      return { ...prepared, execute: (scope, variables) => executeAll(scope, variables) };

      async function executeAll(...[scope, variables]: Parameters<PreparedOperation['execute']>) {
        let response = await prepared.execute(scope, variables);
        for (const entrance of needed(scope)) {
          const other = await graphs[entrance]?.prepare(source).execute(scope, variables);
          if (other !== undefined) response = join(response, other, keys);
        }
        return response;
      }
    },
  };
}

/** An entity comes in by one entrance and is null at the others. */
function join(a: GraphResponse, b: GraphResponse, keys: ReadonlySet<string>): GraphResponse {
  const errors = [...(a.errors ?? []), ...(b.errors ?? []).filter(({ path }) => keys.has(String(path?.[0])))];
  const data = { ...a.data };
  for (const key of keys) {
    const [here, there] = [data[key], b.data?.[key]];
    if (Array.isArray(here) && Array.isArray(there))
      data[key] = here.map((item: unknown, i) => item ?? (there as unknown[])[i]);
  }
  return {
    ...a,
    ...(a.data === null || a.data === undefined ? {} : { data }),
    ...(errors.length === 0 ? {} : { errors }),
    ...(b.extensions === undefined ? {} : { extensions: b.extensions }),
  };
}
