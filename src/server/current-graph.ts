// Which composed graph serves now, and what becomes of the one before. Requests hold a lease on the graph they began with,
// so that a reload drops none of them.
import { setTimeout as delay } from 'node:timers/promises';
import type { ComposedGraph } from '../contract/graph.ts';
import type { Logger } from '../telemetry/logger.ts';

export interface GraphLease {
  readonly graph: ComposedGraph;
  /** Aborts when another graph serves: what can go on there should move to it, within the grace. */
  readonly replaced: AbortSignal;
  /** Aborts when the graph was replaced and its grace is over: what still runs on it (a subscription) has to end. */
  readonly expired: AbortSignal;
  /** Twice is safe. */
  release(): void;
}

export interface CurrentGraphOptions {
  readonly graph: ComposedGraph;
  /** How long subscriptions may go on with a replaced graph. */
  readonly graceMs: number;
  /** The longest a query or mutation can take. */
  readonly requestTimeoutMs: number;
  readonly logger: Logger;
}

export interface CurrentGraph {
  /** A lease on the graph that serves now. */
  acquire(): GraphLease;
  /** Called with the graph that serves now, and with each that replaces it, before it serves; may throw to refuse it. */
  watch(listener: (graph: ComposedGraph) => void): () => void;
  /** Serves the new graph from now on. The old one is closed in the background when nothing holds it any more. */
  replace(graph: ComposedGraph): void;
  /** Closes all graphs; calls after the first wait for it. */
  close(graceMs: number): Promise<void>;
}

interface Generation {
  readonly graph: ComposedGraph;
  readonly replaced: AbortController;
  readonly expired: AbortController;
  leases: number;
  /** Set while somebody waits for the last lease to be released. */
  whenIdle: (() => void) | undefined;
}

function generationOf(graph: ComposedGraph): Generation {
  return { graph, replaced: new AbortController(), expired: new AbortController(), leases: 0, whenIdle: undefined };
}

export function createCurrentGraph(options: CurrentGraphOptions): CurrentGraph {
  const { graceMs, requestTimeoutMs, logger } = options;
  const listeners = new Set<(graph: ComposedGraph) => void>();
  const retiring = new Set<Promise<void>>();
  let current = generationOf(options.graph);
  let closing: Promise<void> | undefined;

  function idle(generation: Generation): Promise<void> {
    if (generation.leases === 0) return Promise.resolve();
    return new Promise((resolve) => {
      generation.whenIdle = resolve;
    });
  }

  async function retire(generation: Generation): Promise<void> {
    const idleSoon = idle(generation);
    await Promise.race([idleSoon, delay(graceMs, undefined, { ref: false })]);
    generation.expired.abort();
    await Promise.race([idleSoon, delay(requestTimeoutMs, undefined, { ref: false })]);
    await generation.graph.close(0);
  }

  async function closeAll(closeGraceMs: number): Promise<void> {
    current.expired.abort();
    await Promise.all([current.graph.close(closeGraceMs), ...retiring]);
  }

  return {
    acquire() {
      const generation = current;
      generation.leases += 1;
      let held = true;
      return {
        graph: generation.graph,
        replaced: generation.replaced.signal,
        expired: generation.expired.signal,
        release() {
          if (!held) return;
          held = false;
          generation.leases -= 1;
          if (generation.leases === 0) generation.whenIdle?.();
        },
      };
    },
    watch(listener) {
      listener(current.graph);
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    replace(graph) {
      if (graph === current.graph) return;
      const old = current;
      for (const listener of listeners) listener(graph);
      current = generationOf(graph);
      old.replaced.abort();
      const retired = retire(old)
        .catch((error: unknown) =>
          logger.error({ err: error, version: old.graph.version }, 'closing a replaced graph failed'),
        )
        .finally(() => retiring.delete(retired));
      retiring.add(retired);
    },
    close: (closeGraceMs) => (closing ??= closeAll(closeGraceMs)),
  };
}
