// A subscription that outlives its graph: when another graph serves, it goes on there, after the last thing that was read.
// Used by start-operation.ts.
import type { PreparedOperation, StreamedResponse } from '../contract/graph.ts';
import type { GraphLease } from './current-graph.ts';

interface OnGraph {
  readonly lease: GraphLease;
  readonly prepared: PreparedOperation;
}

export interface FollowGraphOptions {
  readonly begun: OnGraph;
  /** Admits the operation to the graph that serves now; throws where that one does not take it. */
  readonly begin: () => OnGraph;
  /** Made of what `begin` threw; the last thing the client gets. */
  readonly refused: (thrown: unknown) => StreamedResponse;
  readonly ended: AbortSignal;
  /** Moves are spread over it, so that a thousand subscribers do not move at once. */
  readonly moveWithinMs: number;
  readonly resumeAfter: string | undefined;
  readonly run: (
    prepared: PreparedOperation,
    signal: AbortSignal,
    resumeAfter: string | undefined,
  ) => AsyncIterable<StreamedResponse>;
}

export interface FollowedGraph {
  /** Aborts when the graph that it runs on has expired: a stream without a place cannot move. */
  readonly expired: AbortSignal;
  /** Call it once. */
  responses(): AsyncGenerator<StreamedResponse, void, undefined>;
  /** Gives the graph back; twice is safe. */
  release(): void;
}

export function followGraph(options: FollowGraphOptions): FollowedGraph {
  const { ended } = options;
  const expired = new AbortController();
  let current = options.begun;
  let cursor: string | undefined = options.resumeAfter;
  /** Whether the stream has places, so that it can go on elsewhere. */
  let resumable = false;
  let released = false;

  function watch({ lease }: OnGraph): AbortController {
    const moving = new AbortController();
    const move = (): void => {
      // What has no place by then ends with its graph.
      const timer = setTimeout(() => {
        if (resumable && current.lease === lease) moving.abort();
      }, Math.random() * options.moveWithinMs).unref();
      ended.addEventListener('abort', () => clearTimeout(timer), { once: true });
    };
    if (lease.replaced.aborted) move();
    else lease.replaced.addEventListener('abort', move, { once: true });
    const expire = (): void => {
      if (current.lease === lease && !moving.signal.aborted) expired.abort();
    };
    if (lease.expired.aborted) expire();
    else lease.expired.addEventListener('abort', expire, { once: true });
    const end = (): void => {
      moving.abort();
      // Not by the option `signal`: of many listeners with it on one signal, Node only remembers to remove the newest.
      lease.replaced.removeEventListener('abort', move);
      lease.expired.removeEventListener('abort', expire);
    };
    if (ended.aborted) end();
    else ended.addEventListener('abort', end, { once: true });
    return moving;
  }

  let moving = watch(current);

  /** Behind a call, because the compiler does not know that a signal changes while a generator is suspended. */
  const isOver = (): boolean => ended.aborted;
  const isMoving = (): boolean => moving.signal.aborted;

  return {
    expired: expired.signal,
    async *responses() {
      for (;;) {
        for await (const response of options.run(current.prepared, moving.signal, cursor)) {
          // Made while it was being taken off its graph: it is read again on the next one.
          if (isMoving()) break;
          if (response.cursor !== undefined) {
            cursor = response.cursor;
            resumable = true;
          }
          yield response;
        }
        if (isOver() || !isMoving()) return;
        let next: OnGraph;
        try {
          next = options.begin();
        } catch (thrown) {
          yield options.refused(thrown);
          return;
        }
        current.lease.release();
        current = next;
        moving = watch(current);
      }
    },
    release() {
      if (released) return;
      released = true;
      current.lease.release();
    },
  };
}
