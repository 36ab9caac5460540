// A query plan with every fetch of it changed: what mends the planner's plans goes through here.
import type { BatchFetchNode, FetchNode, PlanNode, QueryPlan } from '@graphql-hive/router-query-planner';

export type ChangeFetch = <T extends FetchNode | BatchFetchNode>(fetch: T) => T;

export const mapFetches = (plan: QueryPlan, change: ChangeFetch): QueryPlan =>
  plan.node === undefined ? plan : { ...plan, node: mapNode(plan.node, change) };

function mapNode(node: PlanNode, change: ChangeFetch): PlanNode {
  switch (node.kind) {
    case 'Fetch':
    case 'BatchFetch':
      return change(node);
    case 'Sequence':
    case 'Parallel':
      return { ...node, nodes: node.nodes.map((child) => mapNode(child, change)) };
    case 'Flatten':
      return { ...node, node: mapNode(node.node, change) };
    case 'Condition':
      return {
        ...node,
        ...(node.ifClause === undefined ? {} : { ifClause: mapNode(node.ifClause, change) }),
        ...(node.elseClause === undefined ? {} : { elseClause: mapNode(node.elseClause, change) }),
      };
    case 'Subscription':
      return { ...node, primary: change(node.primary) };
    case 'Defer':
      return node;
  }
}
