// How rules, polls and feeds use the graph: as any client does, but from inside. Made by compose-background.ts.
import type { GraphResponse, StreamedResponse } from './graph.ts';
import type { Variables } from './fetch.ts';

export interface HubOperation {
  readonly text: string;
  readonly variables: Variables;
  readonly timeoutMs: number;
  /** What it may, where fields ask for scopes. */
  readonly scopes: readonly string[];
  /** Who asks: `sync:reserve-stock`. */
  readonly as: string;
  readonly correlationId: string;
  /** The event that this is done because of; events of what it changes say so. */
  readonly causationId?: string;
  /** Of a mutation that may be run again. */
  readonly idempotencyKey?: string;
}

/** On the graph that serves now. Never rejects: every fault is an entry of `errors`. */
export type HubCall = (operation: HubOperation) => Promise<GraphResponse>;

/**
 * A subscription of the graph that serves now. Ends with the signal, or where the source ends it or its connection is
 * lost: it is the reader's to open another one.
 */
export type HubStream = (
  operation: Pick<HubOperation, 'text' | 'variables' | 'scopes' | 'as' | 'correlationId'>,
  signal: AbortSignal,
) => AsyncIterable<StreamedResponse>;
