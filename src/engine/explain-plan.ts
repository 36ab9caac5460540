// A query plan as people read it: steps, upstream calls, and how many there can be at most.
import type { BatchFetchNode, FetchNode, FlattenNodePathSegment, PlanNode } from '@graphql-hive/router-query-planner';
import type { OperationPlan, PlanStep } from '../contract/graph.ts';
import type { PlannedCall } from '../contract/subgraph.ts';
import { plannedFetch, subgraphOf, type FetchContext } from './compile-fetch.ts';
import type { FetchRecorder } from './fetch-recorder.ts';

interface ExplainContext extends FetchContext {
  /** What became of the fetches, where the plan ran. */
  readonly recorder?: FetchRecorder | undefined;
}

export function explainPlan(node: PlanNode | undefined, context: ExplainContext): OperationPlan {
  const steps = node === undefined ? null : toStep(node, context);
  const fetches = steps === null ? [] : allFetches(steps);
  const calls = fetches.flatMap((fetch) => fetch.calls.map((call) => ({ ...call, source: fetch.subgraph })));
  const count = (repeat: PlannedCall['repeat']) => calls.filter((call) => call.repeat === repeat).length;
  return {
    steps,
    calls: {
      fixed: count('once'),
      batched: count('per-batch'),
      perItem: calls.filter((call) => call.repeat === 'per-item').map((call) => `${call.source}: ${call.operation}`),
    },
  };
}

/** The planner says null for a clause that is not there. */
const toStepOrNull = (node: PlanNode | null | undefined, context: ExplainContext): PlanStep | null =>
  node === null || node === undefined ? null : toStep(node, context);

function toStep(node: PlanNode, context: ExplainContext): PlanStep | null {
  switch (node.kind) {
    case 'Fetch':
      return fetchStep(node, [], undefined, context);
    case 'BatchFetch': {
      const { aliases } = node.entityBatch;
      const at = aliases.flatMap((alias) => alias.paths.map(pathText)).join(', ');
      return fetchStep(
        node,
        aliases.map((alias) => alias.representationsVariableName),
        at,
        context,
      );
    }
    case 'Flatten':
      return node.node.kind === 'Fetch'
        ? fetchStep(node.node, ['representations'], pathText(node.path), context)
        : null;
    case 'Sequence':
    case 'Parallel': {
      const steps = node.nodes.flatMap((child) => toStep(child, context) ?? []);
      return steps.length === 1
        ? (steps[0] ?? null)
        : { kind: node.kind === 'Sequence' ? 'sequence' : 'parallel', steps };
    }
    case 'Condition':
      return {
        kind: 'condition',
        on: node.condition,
        then: toStepOrNull(node.ifClause, context),
        otherwise: toStepOrNull(node.elseClause, context),
      };
    case 'Subscription':
      return fetchStep(node.primary, [], undefined, context);
    case 'Defer':
      return node.primary.node === undefined ? null : toStep(node.primary.node, context);
  }
}

function fetchStep(
  node: FetchNode | BatchFetchNode,
  representationVariables: readonly string[],
  at: string | undefined,
  context: ExplainContext,
): PlanStep {
  const subgraph = subgraphOf(context, node.serviceName);
  const fetch = plannedFetch(node, representationVariables);
  const ran = context.recorder?.of(node);
  const whole: PlannedCall = { operation: fetch.kind, path: [], repeat: at === undefined ? 'once' : 'per-batch' };
  return {
    kind: 'fetch',
    subgraph: subgraph.name,
    sourceKind: subgraph.kind,
    operation: node.operation,
    ...(at === undefined ? {} : { at }),
    calls: subgraph.explain?.(fetch) ?? [whole],
    ...(ran === undefined ? {} : { ran }),
  };
}

const pathText = (path: readonly FlattenNodePathSegment[]): string =>
  path
    .map((segment) =>
      segment === '@' ? '@' : 'Field' in segment ? segment.Field : `|${segment.TypeCondition.join(',')}`,
    )
    .join('.');

type FetchStep = Extract<PlanStep, { kind: 'fetch' }>;

function allFetches(step: PlanStep): FetchStep[] {
  switch (step.kind) {
    case 'fetch':
      return [step];
    case 'sequence':
    case 'parallel':
      return step.steps.flatMap(allFetches);
    case 'condition':
      return [step.then, step.otherwise].flatMap((branch) => (branch === null ? [] : allFetches(branch)));
  }
}
