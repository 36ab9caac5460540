// The Scope of a request: made by the server when a request arrives (and by tests), read by every room below.
import { randomUUID } from 'node:crypto';
import type { EntityChange } from '../contract/events.ts';
import { ANONYMOUS, type Principal } from '../contract/principal.ts';
import type { ModelUsage, Scope, ScopeLoaders, UpstreamCallUsage, UsageRecorder } from '../contract/scope.ts';
import { HubFault } from '../faults/hub-fault.ts';

export interface ScopeOptions {
  readonly id?: string;
  readonly principal?: Principal;
  readonly headers?: Readonly<Record<string, string>>;
  /** How long the request may take; unlimited where it is absent (subscriptions, tests). */
  readonly timeoutMs?: number;
  /** Aborts when the caller goes away. */
  readonly signal?: AbortSignal;
  readonly onChange?: (change: EntityChange) => void;
}

const ignoreChange = (): void => undefined;

export function createScope(options: ScopeOptions = {}): Scope {
  const principal = options.principal ?? ANONYMOUS;
  const id = options.id ?? randomUUID();
  const onChange = options.onChange ?? ignoreChange;
  return {
    id,
    principal,
    partition: `${principal.kind}:${principal.id}`,
    headers: options.headers ?? {},
    deadlineAt: options.timeoutMs === undefined ? Infinity : performance.now() + options.timeoutMs,
    signal: scopeSignal(options.signal, options.timeoutMs),
    loaders: createLoaders(),
    usage: createUsage(),
    changed: (change) => onChange({ correlationId: id, ...change }),
  };
}

/** The signal's reason is a HubFault, so that whoever is aborted can simply throw it. */
function scopeSignal(caller: AbortSignal | undefined, timeoutMs: number | undefined): AbortSignal {
  const controller = new AbortController();
  const abort = () => controller.abort(new HubFault('HUB_REQUEST_ABORTED', 'the caller went away'));
  if (caller?.aborted === true) abort();
  else caller?.addEventListener('abort', abort, { once: true });
  if (timeoutMs !== undefined) {
    const timer = setTimeout(
      () => controller.abort(new HubFault('HUB_REQUEST_TIMEOUT', `the request took longer than ${timeoutMs} ms`)),
      timeoutMs,
    );
    timer.unref();
    controller.signal.addEventListener('abort', () => clearTimeout(timer), { once: true });
  }
  return controller.signal;
}

function createLoaders(): ScopeLoaders {
  const made = new Map<object, unknown>();
  return {
    of<T>(owner: object, create: () => T): T {
      const known = made.get(owner);
      if (known !== undefined) return known as T;
      const value = create();
      made.set(owner, value);
      return value;
    },
  };
}

function createUsage(): UsageRecorder {
  const calls: UpstreamCallUsage[] = [];
  const models: ModelUsage[] = [];
  return {
    upstreamCall: (call) => void calls.push(call),
    model: (call) => void models.push(call),
    snapshot: () => ({ calls: [...calls], models: [...models] }),
  };
}
