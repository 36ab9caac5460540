// OperationPlan → the tree that `manifold plan` prints.
import type { OperationPlan, PlanStep } from '../contract/graph.ts';
import type { PlannedCall } from '../contract/subgraph.ts';

/** Ends with a newline. */
export function renderPlan(plan: OperationPlan): string {
  const lines = plan.steps === null ? ['nothing to fetch'] : tree(plan.steps);
  return `${lines.join('\n')}\n\n${countCalls(plan.calls)}\n`;
}

/** The lines of a step; lines of its children are indented by the caller's branch. */
function tree(step: PlanStep): readonly string[] {
  switch (step.kind) {
    case 'sequence':
      return ['one after the other', ...branches(step.steps)];
    case 'parallel':
      return ['side by side', ...branches(step.steps)];
    case 'condition':
      return [
        `where $${step.on}`,
        ...branches(step.then === null ? [] : [step.then]),
        ...(step.otherwise === null ? [] : ['otherwise', ...branches([step.otherwise])]),
      ];
    case 'fetch': {
      const where = step.at === undefined ? '' : `, for ${step.at}`;
      return [
        `${step.subgraph} (${step.sourceKind})${where}`,
        ...(step.calls.length === 0
          ? [`   ${oneLine(step.operation)}`]
          : step.calls.map((call) => `   ${callLine(call)}`)),
      ];
    }
  }
}

function branches(steps: readonly PlanStep[]): readonly string[] {
  return steps.flatMap((step, index) => {
    const last = index === steps.length - 1;
    const [head = '', ...rest] = tree(step);
    return [`${last ? '└─ ' : '├─ '}${head}`, ...rest.map((line) => `${last ? '   ' : '│  '}${line}`)];
  });
}

function callLine({ operation, path, repeat, maxKeysPerBatch }: PlannedCall): string {
  const field = path.length === 0 ? '' : ` for ${path.join('.')}`;
  return `${operation}${field}: ${HOW_OFTEN[repeat]}${repeat === 'per-batch' && maxKeysPerBatch !== undefined ? ` of ${maxKeysPerBatch} keys` : ''}`;
}

const HOW_OFTEN: Readonly<Record<PlannedCall['repeat'], string>> = {
  once: 'one call',
  'per-batch': 'one call per batch',
  'per-item': 'ONE CALL PER ITEM',
};

function countCalls({ fixed, batched, perItem }: OperationPlan['calls']): string {
  const total = fixed + batched;
  const batches =
    batched === 0 ? '' : ` (${fixed} fixed, ${batched} batched: one more for each further full batch of keys)`;
  const most = `At most ${total} upstream ${total === 1 ? 'call' : 'calls'}${batches}`;
  if (perItem.length === 0) return `${most}.`;
  return `${most}, and one more per item for: ${perItem.join(', ')}.`;
}

function oneLine(text: string): string {
  return text.replace(/\s+/g, ' ').trim();
}
