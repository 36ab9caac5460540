// A supergraph's planner: operation text in, query plan out. The planner is native; a plan costs about 0.1 ms.
import { QueryPlanner, type QueryPlan } from '@graphql-hive/router-query-planner';
import { HubFault } from '../faults/hub-fault.ts';

export interface Planner {
  /** Throws HUB_REQUEST_INVALID where no source, or no combination of them, can answer the operation. */
  plan(operationText: string, operationName: string | undefined): QueryPlan;
}

export function createPlanner(supergraphSdl: string): Planner {
  const planner = new QueryPlanner(supergraphSdl);
  return {
    plan(operationText, operationName) {
      try {
        return planner.plan(operationText, operationName, new Set(), 0);
      } catch (thrown) {
        const reason = thrown instanceof Error ? thrown.message : String(thrown);
        throw new HubFault('HUB_REQUEST_INVALID', `no plan can be made for the operation: ${reason}`, {
          cause: thrown,
        });
      }
    },
  };
}
