// What became of each planned fetch in one execution: written by compiled fetches, read by explainPlan.
import type { FetchResult } from '../contract/fetch.ts';
import type { FetchRun } from '../contract/graph.ts';

export interface FetchRecorder {
  /** @returns what is to be called with the result */
  begin(node: object, entities?: FetchRun['entities']): (result: FetchResult) => void;
  /** Undefined where the fetch did not run. */
  of(node: object): FetchRun | undefined;
}

/** Nodes are those of the plan, by identity. */
export function createFetchRecorder(): FetchRecorder {
  const origin = performance.now();
  const runs = new Map<object, FetchRun>();
  return {
    begin(node, entities) {
      const startedAt = performance.now();
      return ({ errors = [] }) => {
        runs.set(node, {
          startedAtMs: toTenths(startedAt - origin),
          durationMs: toTenths(performance.now() - startedAt),
          ...(entities === undefined ? {} : { entities }),
          failed: errors.length > 0,
        });
      };
    },
    of: (node) => runs.get(node),
  };
}

const toTenths = (ms: number): number => Math.round(ms * 10) / 10;
