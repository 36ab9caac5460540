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

/**
 * `keep` stores what the query brought before anything is changed, so that a run that is taken up again decides the same
 * way. The mutation has an idempotency key that only depends on rule and event. Never rejects for what the run is about;
 * rejects where `keep` does.
 */
export async function workRun(
  run: SyncRun,
  rule: SyncRule,
  call: HubCall,
  keep: (data: unknown) => Promise<void>,
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

  let data: unknown = run.data === null ? null : JSON.parse(run.data);
  if (settings.query !== undefined && run.data === null) {
    const variables = await attempt(() => rule.variables(event));
    if ('failed' in variables) return variables.failed;
    const answer = await call(operation(settings.query, variables.value));
    if (answer.errors !== undefined) return failure('query', answer);
    data = answer.data;
    await keep(data);
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
  const applied = await call({ ...operation(settings.apply, input.value), idempotencyKey: run.id });
  return applied.errors === undefined ? { state: 'done' } : failure('apply', applied);
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
