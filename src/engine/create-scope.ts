// The Scope of a request: made by the server when a request arrives (and by tests), read by every room below.
import { randomUUID } from 'node:crypto';
import type { EntityChange } from '../contract/events.ts';
import { ANONYMOUS, type Principal } from '../contract/principal.ts';
import type {
  ModelUsage,
  ResponseExtension,
  Scope,
  ScopeLoaders,
  UpstreamCallUsage,
  UpstreamHeaders,
  UsageRecorder,
} from '../contract/scope.ts';
import { HubFault } from '../faults/hub-fault.ts';
import { cachePartition } from './cache-partition.ts';

/** What bounds an execution that several callers wait for; its signal's reason is a HubFault. */
export interface Lifetime {
  readonly signal: AbortSignal;
  /** In milliseconds of `performance.now()`. */
  readonly deadlineAt: number;
}

export interface ScopeOptions {
  readonly id?: string;
  readonly principal?: Principal;
  readonly headers?: Readonly<Record<string, string>>;
  /** How long the request may take; unlimited where it is absent (subscriptions, tests). */
  readonly timeoutMs?: number;
  /** Aborts when the caller goes away. */
  readonly signal?: AbortSignal;
  /** Bounds the scope in the place of `timeoutMs` and `signal`. */
  readonly lifetime?: Lifetime;
  readonly idempotencyKey?: string | undefined;
  readonly resumeAfter?: string | undefined;
  readonly tellPlaces?: boolean;
  readonly connectsOnce?: boolean;
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
  const { lifetime } = options;
  const endsAt = options.timeoutMs === undefined ? Infinity : performance.now() + options.timeoutMs;
  // No getter: V8 would make a hidden class for each of them, which lives, with all that it knows, until a full collection.
  return {
    id,
    principal,
    partition: cachePartition(principal),
    headers: options.headers ?? {},
    deadlineAt: lifetime?.deadlineAt ?? endsAt,
    signal: lifetime?.signal ?? scopeSignal(options.signal, options.timeoutMs),
    loaders: createLoaders(),
    usage: createUsage(),
    extensions: options.extensions ?? NO_EXTENSIONS,
    ...(options.idempotencyKey === undefined ? {} : { idempotencyKey: options.idempotencyKey }),
    ...(options.resumeAfter === undefined ? {} : { resumeAfter: options.resumeAfter }),
    ...(options.tellPlaces === true ? { tellPlaces: true } : {}),
    ...(options.connectsOnce === true ? { connectsOnce: true } : {}),
    changed: (change) => onChange({ correlationId: id, ...change }),
  };
}

/**
 * The scope of one event of a subscription: the same caller, but nothing loaded for an earlier event. Events that are
 * ready together share what they load, and batch it.
 */
export function eventScope(scope: Scope, loaders = createLoaders()): Scope {
  return { ...scope, loaders, usage: createUsage() };
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
  const headers: UpstreamHeaders[] = [];
  return {
    upstreamCall: (call) => void calls.push(call),
    model: (call) => void models.push(call),
    headers: (said) => void headers.push(said),
    snapshot: () => ({ calls: [...calls], models: [...models], headers: [...headers] }),
  };
}
