// A query plan, compiled once into steps; every later execution of the operation only runs them.
import type { FetchNode, PlanNode } from '@graphql-hive/router-query-planner';
import { HubFault } from '../faults/hub-fault.ts';
import {
  compileBatchFetch,
  compileEntityFetch,
  compileRootFetch,
  type FetchContext,
  type Step,
} from './compile-fetch.ts';

const nothing: Step = () => Promise.resolve();

export function compilePlan(node: PlanNode | null | undefined, context: FetchContext): Step {
  if (node === null || node === undefined) return nothing;
  switch (node.kind) {
    case 'Fetch':
      return compileRootFetch(node, context);
    case 'BatchFetch':
      return compileBatchFetch(node, context);
    case 'Flatten':
      if (node.node.kind !== 'Fetch') throw unsupported(`Flatten over ${node.node.kind}`);
      return compileEntityFetch(node.node, node.path, context);
    case 'Sequence': {
      const last = node.nodes.length - 1;
      const steps = node.nodes.map((child, i) =>
        compilePlan(child, i < last ? { ...context, awaited: true } : context),
      );
      return async (run) => {
        for (const step of steps) await step(run);
      };
    }
    case 'Parallel': {
      const steps = node.nodes.map((child) => compilePlan(child, context));
      return async (run) => {
        await Promise.all(steps.map((step) => step(run)));
      };
    }
    case 'Condition': {
      const then = compilePlan(node.ifClause, context);
      const otherwise = compilePlan(node.elseClause, context);
      return (run) => (run.variables[node.condition] === true ? then(run) : otherwise(run));
    }
    case 'Subscription':
    case 'Defer':
      throw unsupported(node.kind);
  }
}

/** The subscription of a plan and what is to be fetched for each of its events. */
export function splitSubscription(node: PlanNode | undefined): { primary: FetchNode; rest: PlanNode | undefined } {
  if (node?.kind === 'Subscription') return { primary: node.primary, rest: undefined };
  const [first, ...others] = node?.kind === 'Sequence' ? node.nodes : [];
  if (first?.kind !== 'Subscription') throw unsupported('a subscription that does not start with its event');
  return { primary: first.primary, rest: { kind: 'Sequence', nodes: others } };
}

const unsupported = (what: string): HubFault =>
  new HubFault('HUB_INTERNAL', `the engine cannot run this plan: ${what}`);
