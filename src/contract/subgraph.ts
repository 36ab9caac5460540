// One upstream, seen as a Federation 2 subgraph.
import type { DocumentNode, GraphQLSchema } from 'graphql';
import type { FetchResult, PlannedFetch, PreparedFetch, PreparedText, StreamBatch, Variables } from './fetch.ts';
import type { OperationSource } from './graph.ts';
import type { Scope } from './scope.ts';

/** One upstream, seen as a Federation 2 subgraph. Built once; holds no per-request state. */
export interface Subgraph {
  /** Unique in the hub; appears in plans, faults and spans. */
  readonly name: string;
  /** Open, so that a new kind never edits contract/. */
  readonly kind: string;
  /** Federation 2 SDL, `@link` to the federation specification included. */
  readonly sdl: DocumentNode;
  /**
   * Whether all of the SDL is known to be valid by itself; absent where nobody can say. Deferred definitions of it are valid
   * in any case.
   */
  isValid?(): boolean;
  /** Called once per planned fetch of an operation. All work that can be done before a request is done here. */
  prepare(fetch: PlannedFetch): PreparedFetch;
  /**
   * For a fetch that is a client's whole operation: undefined where the subgraph cannot write the answer itself, as
   * `published` has it. Variables are those of `asked`.
   */
  prepareText?(fetch: PlannedFetch, asked: OperationSource, published: GraphQLSchema): PreparedText | undefined;
  /** Which upstream calls the fetch makes, for `manifold plan`; absent where the fetch itself is the one call. */
  explain?(fetch: PlannedFetch): readonly PlannedCall[];
  /**
   * Present where the upstream streams. Ends when `scope.signal` aborts. Whoever yields batches can be resumed, and begins
   * with the place where it starts.
   */
  subscribe?(fetch: PlannedFetch, scope: Scope, variables: Variables): AsyncIterable<FetchResult | StreamBatch>;
  /** What the source sends by itself, by its own name for it: webhooks and callbacks that its description tells of. */
  readonly events?: ReadonlyMap<string, SourceEvent>;
  close(): Promise<void>;
}

/** What the body of a delivery has to be, and which entities it tells of. */
export interface SourceEvent {
  /** Types in it that may be what it is about: one, unless the description leaves it open. */
  readonly entityTypes: readonly string[];
  /**
   * Those in this body, in order; none where `entityTypes` are not one. Throws an Error that says what does not fit the
   * description, without any of the body.
   */
  entities(body: unknown): readonly SourceEntity[];
}

export interface SourceEntity {
  readonly type: string;
  readonly key: Readonly<Record<string, string>>;
  /** As it came. */
  readonly record: unknown;
}

/** An upstream call that a fetch makes. */
export interface PlannedCall {
  /** "GET /products{?id*}", "GetStockLevels", "summarize via fast". */
  readonly operation: string;
  /** Response path inside the fetch, without list indices; empty for the fetch's own root. */
  readonly path: readonly string[];
  /**
   * How often it is called: once; once per batch of keys (N keys are ⌈N / maxKeysPerBatch⌉ calls);
   * or once per item, which `manifold check` names as an N+1.
   */
  readonly repeat: 'once' | 'per-batch' | 'per-item';
  readonly maxKeysPerBatch?: number;
}
