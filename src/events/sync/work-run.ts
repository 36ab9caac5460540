// One run of a sync rule: ask for what is needed, decide, apply. Called by run-rules.ts with a run that was claimed.
import type { GraphResponse } from '../../contract/graph.ts';
import type { HubCall, HubOperation } from '../../contract/hub-call.ts';
import type { SyncEvent } from '../../contract/events.ts';
import { FAULT_TABLE, type FaultCode } from '../../faults/fault-table.ts';
import type { SyncRun } from './claim-runs.ts';
import type { SyncRule } from './compile-rule.ts';

export type RunOutcome =
  | { readonly state: 'done' }
  | { readonly state: 'ignored'; readonly reason: string }
  | { readonly state: 'failed'; readonly reason: string; readonly hopeless: boolean };

/** Where a run is, so that it goes on there. */
export interface RunProgress {
  /** What the query brought; null where the rule has none. */
  readonly data: unknown;
  /** How many of the inputs were applied. */
  readonly applied: number;
}

/**
 * `keep` stores what the query brought before anything is changed, so that a run that is taken up again decides the same
 * way. The mutation has an idempotency key that only depends on rule and event. Never rejects for what the run is about;
 * rejects where `keep` does.
 */
export async function workRun(
  run: SyncRun,
  rule: SyncRule,
  call: HubCall,
  keep: (progress: RunProgress) => Promise<void>,
): Promise<RunOutcome> {
  const event = JSON.parse(run.event) as SyncEvent;
  const { settings } = rule;
  const operation = (text: string, variables: unknown): HubOperation => ({
    text,
    variables: (variables ?? {}) as Record<string, unknown>,
    timeoutMs: settings.timeoutMs,
    scopes: settings.scopes,
    as: `sync:${rule.name}`,
    correlationId: event.correlationId ?? event.id,
    causationId: event.id,
  });

  const progress = run.data === null ? undefined : (JSON.parse(run.data) as RunProgress);
  let data = progress?.data ?? null;
  if (settings.query !== undefined && progress === undefined) {
    const variables = await attempt(() => rule.variables(event));
    if ('failed' in variables) return variables.failed;
    const answer = await call(operation(settings.query, variables.value));
    if (answer.errors !== undefined) return failure('query', answer);
    data = answer.data ?? null;
    await keep({ data, applied: 0 });
  }
  if (rule.modifiedAt !== undefined) {
    const { modifiedAt } = rule;
    const modified = await attempt(() => modifiedAt({ event, data }));
    if ('failed' in modified) return modified.failed;
    if (typeof modified.value === 'string' && Date.parse(modified.value) > Date.parse(event.occurredAt ?? event.at)) {
      return { state: 'ignored', reason: `the other system was changed after the event, at ${modified.value}` };
    }
  }
  const input = await attempt(() => rule.input({ event, data }));
  if ('failed' in input) return input.failed;
  if (input.value === undefined || input.value === null) return { state: 'ignored', reason: 'there is nothing to do' };
  const inputs: readonly unknown[] = Array.isArray(input.value) ? input.value : [input.value];
  for (const [index, variables] of inputs.entries()) {
    if (index < (progress?.applied ?? 0)) continue;
    const applied = await call({ ...operation(settings.apply, variables), idempotencyKey: `${run.id}:${index}` });
    if (applied.errors !== undefined) return failure('apply', applied);
    if (index < inputs.length - 1) await keep({ data, applied: index + 1 });
  }
  return inputs.length === 0 ? { state: 'ignored', reason: 'there is nothing to do' } : { state: 'done' };
}

async function attempt(
  evaluate: () => Promise<unknown>,
): Promise<{ readonly value: unknown } | { readonly failed: RunOutcome }> {
  try {
    return { value: await evaluate() };
  } catch (thrown) {
    const reason = thrown instanceof Error ? thrown.message : String(thrown);
    // The same input gives the same failure, each time.
    return { failed: { state: 'failed', reason, hopeless: true } };
  }
}

function failure(step: string, { errors = [] }: GraphResponse): RunOutcome {
  const reason = `${step}: ${errors.map(({ message, extensions }) => `${message} (${extensions.code})`).join('; ')}`;
  return { state: 'failed', reason, hopeless: errors.every(({ extensions }) => !isRetryable(extensions.code)) };
}

function isRetryable(code: string): boolean {
  return Object.hasOwn(FAULT_TABLE, code) ? FAULT_TABLE[code as FaultCode].retryable : false;
}
