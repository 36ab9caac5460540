// One composed version of the graph, as the server and the command line see it.
import type { DocumentNode, GraphQLSchema } from 'graphql';
import type { ResponseError } from '../faults/to-response-error.ts';
import type { Variables } from './fetch.ts';
import type { Scope, UpstreamCallUsage } from './scope.ts';
import type { PlannedCall } from './subgraph.ts';

export interface ComposedGraph {
  /** Digest of the supergraph: the same sources and SDL give the same version. */
  readonly version: string;
  /** The public schema: no federation machinery, nothing `@inaccessible`. Never executed, only validated against. */
  readonly schema: GraphQLSchema;
  readonly supergraphSdl: string;
  /** Lower-case names of the callers' headers that reach some source: a part of what makes two requests the same. */
  readonly forwards: readonly string[];
  /**
   * Plans a validated operation and prepares its fetches; cached by document text and operation name.
   * Throws a HubFault (HUB_REQUEST_INVALID) where no plan can be made.
   */
  prepare(operation: OperationSource): PreparedOperation;
  /** Waits until running operations have ended (or `graceMs` is over), then closes the subgraphs. */
  close(graceMs: number): Promise<void>;
}

export interface OperationSource {
  readonly document: DocumentNode;
  /** The text it was parsed from; identifies it in caches. */
  readonly text: string;
  readonly operationName: string | undefined;
}

/** A GraphQL response (spec section 7.1). */
export interface GraphResponse {
  data?: Record<string, unknown> | null;
  /** In the place of `data`, where that was asked for and nothing failed: the same as JSON. */
  text?: Uint8Array;
  errors?: readonly ResponseError[];
  extensions?: Readonly<Record<string, unknown>>;
}

/** One item of a subscription. */
export interface StreamedResponse extends GraphResponse {
  /** Where the stream can be resumed after this. An item with nothing else only says that the place has moved on. */
  cursor?: string;
}

export interface PreparedOperation {
  readonly kind: 'query' | 'mutation' | 'subscription';
  /**
   * Runs a query or mutation; `variables` are as the client sent them and are coerced here.
   * Never rejects: every fault is an entry of `errors`.
   * @param form whether the data may come as text; it need not
   */
  execute(scope: Scope, variables: Variables, form?: 'text'): Promise<GraphResponse>;
  /**
   * Runs a subscription: one response per event. Ends when `scope.signal` aborts or the source ends. Places without an
   * event are told where `scope.tellPlaces`.
   */
  subscribe(scope: Scope, variables: Variables): AsyncIterable<StreamedResponse>;
  explain(): OperationPlan;
}

/** What `manifold plan` shows. */
export interface OperationPlan {
  readonly steps: PlanStep | null;
  /** Most upstream calls it can make; `perItem` names what grows with the answer (an N+1). */
  readonly calls: { readonly fixed: number; readonly batched: number; readonly perItem: readonly string[] };
}

/** What `extensions.plan` shows: the plan that ran, each fetch with what became of it. */
export interface ExecutedPlan extends OperationPlan {
  /** Every upstream call, in the order of their ends; `shared` ones were answered by an identical call in flight. */
  readonly upstream: readonly UpstreamCallUsage[];
}

/** What became of a planned fetch in one execution. */
export interface FetchRun {
  /** Since the execution began. */
  readonly startedAtMs: number;
  readonly durationMs: number;
  /** Of an entity fetch: objects of the answer that needed it, and distinct representations that were sent for them. */
  readonly entities?: { readonly asked: number; readonly sent: number };
  readonly failed: boolean;
}

export type PlanStep =
  | { readonly kind: 'sequence' | 'parallel'; readonly steps: readonly PlanStep[] }
  | {
      readonly kind: 'condition';
      readonly on: string;
      readonly then: PlanStep | null;
      readonly otherwise: PlanStep | null;
    }
  | {
      readonly kind: 'fetch';
      readonly subgraph: string;
      readonly sourceKind: string;
      readonly operation: string;
      /** Where the entities come from, `orders.@.items.@.product`; absent for a root fetch. */
      readonly at?: string;
      readonly calls: readonly PlannedCall[];
      /** Absent from a plan that did not run, and from a fetch that there was nothing for. */
      readonly ran?: FetchRun;
    };
