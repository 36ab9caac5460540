// What the engine asks of a subgraph: one planned fetch, prepared once and run per request.
import type { DocumentNode } from 'graphql';
import type { HubFault } from '../faults/hub-fault.ts';
import type { Scope } from './scope.ts';

export type Variables = Readonly<Record<string, unknown>>;

/** A reference to an entity: its type and the fields a subgraph needs to resolve it (Federation `_Any`). */
export type Representation = Readonly<Record<string, unknown>> & { readonly __typename: string };

/** One operation against one subgraph, as the planner wrote it. */
export interface PlannedFetch {
  readonly subgraph: string;
  readonly kind: 'query' | 'mutation' | 'subscription';
  /** The operation in the subgraph's own schema. */
  readonly text: string;
  readonly document: DocumentNode;
  readonly operationName?: string;
  /** Variables of the client's operation that this fetch uses. */
  readonly variableNames: readonly string[];
  /**
   * Names of the variables that carry representations; empty for a root fetch.
   * A batch fetch has several: one per aliased `_entities` field.
   */
  readonly representationVariables: readonly string[];
}

/** An error inside a fetch. `path` starts at the fetch's own root, `['_entities', 3, 'stock']` for an entity fetch. */
export interface FetchError {
  readonly path?: readonly (string | number)[];
  readonly fault: HubFault;
  /** Message of a remote GraphQL error, passed on as it is; absent for the hub's own faults. */
  readonly message?: string;
  /** `extensions` of a remote GraphQL error. */
  readonly extensions?: Readonly<Record<string, unknown>>;
}

/** The outcome of a fetch. An `_entities` list has one entry per representation, in the same order. */
export interface FetchResult {
  readonly data?: Readonly<Record<string, unknown>> | null;
  readonly errors?: readonly FetchError[];
  /** Of an event of a stream that can be resumed: the place after it. */
  readonly cursor?: string;
}

/** Events of a stream that were ready together. */
export interface StreamBatch {
  /** Oldest first; none where only the place in the stream has moved on. */
  readonly results: readonly FetchResult[];
  /** The place after them: `Scope.resumeAfter` of a stream that is to go on there. */
  readonly cursor: string;
}

/**
 * Runs one fetch. Representations travel in `variables`, under the names of `representationVariables`.
 * Rejects only with a HubFault, which the engine places at every path of the fetch. Stops when `scope.signal` aborts.
 */
export type PreparedFetch = (scope: Scope, variables: Variables) => Promise<FetchResult>;

/** The same, or the data as JSON text (in UTF-8) where nothing failed: the whole answer to the client, as it is sent. */
export type PreparedText = (scope: Scope, variables: Variables) => Promise<FetchResult | Uint8Array>;
