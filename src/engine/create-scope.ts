// The Scope of a request: made by the server when a request arrives (and by tests), read by every room below.
import { createHash, randomUUID } from 'node:crypto';
import type { EntityChange } from '../contract/events.ts';
import { ANONYMOUS, type Principal } from '../contract/principal.ts';
import type {
  ModelUsage,
  ResponseExtension,
  Scope,
  ScopeLoaders,
  UpstreamCallUsage,
  UsageRecorder,
} from '../contract/scope.ts';
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
  /** What the response is to tell about itself; nothing by default. */
  readonly extensions?: ReadonlySet<ResponseExtension>;
}

const NO_EXTENSIONS: ReadonlySet<ResponseExtension> = new Set();

const ignoreChange = (): void => undefined;

export function createScope(options: ScopeOptions = {}): Scope {
  const principal = options.principal ?? ANONYMOUS;
  const id = options.id ?? randomUUID();
  const onChange = options.onChange ?? ignoreChange;
  return {
    id,
    principal,
    partition: partitionOf(principal),
    headers: options.headers ?? {},
    deadlineAt: options.timeoutMs === undefined ? Infinity : performance.now() + options.timeoutMs,
    signal: scopeSignal(options.signal, options.timeoutMs),
    loaders: createLoaders(),
    usage: createUsage(),
    extensions: options.extensions ?? NO_EXTENSIONS,
    changed: (change) => onChange({ correlationId: id, ...change }),
  };
}

/** The scope of one event of a subscription: the same caller, but nothing loaded for an earlier event. */
export function eventScope(scope: Scope): Scope {
  return { ...scope, loaders: createLoaders(), usage: createUsage() };
}

/** Principals outlive requests (verified credentials are kept), so their partition is computed once. */
const partitions = new WeakMap<Principal, string>();

/**
 * Two tokens of one subject may carry different scopes or policies and then see different data, so these are part of it.
 * A principal without any is `kind:id`.
 */
function partitionOf(principal: Principal): string {
  const known = partitions.get(principal);
  if (known !== undefined) return known;
  const policies: unknown = Object.hasOwn(principal.claims, 'policies') ? principal.claims.policies : null;
  const rights = JSON.stringify([[...principal.scopes].sort(), policies]);
  const digest =
    rights === '[[],null]' ? '' : `:${createHash('sha256').update(rights).digest('base64url').slice(0, 22)}`;
  const partition = `${principal.kind}:${principal.id}${digest}`;
  partitions.set(principal, partition);
  return partition;
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
