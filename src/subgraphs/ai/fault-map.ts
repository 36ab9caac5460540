// What goes wrong at a provider's API, as a HubFault. Prompts, keys and answers never reach a message or a cause.
import { HubFault, type FaultDetails } from '../../faults/hub-fault.ts';

export interface FaultPlace {
  readonly source: string;
  /** "openai/gpt-5-mini". */
  readonly model: string;
}

/**
 * Reads the SDK's errors by their fields, so that this file does not load the SDK. Their own messages and causes are
 * dropped: they quote the request, and a provider's "incorrect API key" quotes the key.
 */
export function toModelFault(thrown: unknown, { source, model }: FaultPlace): HubFault {
  const own = findInCauses(thrown, (error) => error instanceof HubFault);
  if (own instanceof HubFault) return own.with({ source, model });
  const status = numberOf(
    findInCauses(thrown, (error) => numberOf(error, 'statusCode') !== undefined),
    'statusCode',
  );
  const details = { source, model };
  if (status !== undefined && !isSuccess(status)) return statusFault(thrown, status, details);
  const system = systemCode(thrown);
  if (system !== undefined && status !== undefined) {
    const message = `${model} cut the connection in the middle of its answer (${system}).`;
    return new HubFault('HUB_UPSTREAM_MALFORMED', message, { details });
  }
  if (system !== undefined) {
    return new HubFault('HUB_UPSTREAM_UNREACHABLE', `The API of ${model} cannot be reached (${system}).`, { details });
  }
  const name = thrown instanceof Error ? thrown.name : '';
  if (name === 'AI_NoSuchModelError' || name === 'AI_UnsupportedFunctionalityError') {
    return new HubFault('HUB_UPSTREAM_REJECTED', `${model} cannot do this: its provider does not offer it.`, {
      details,
    });
  }
  // A successful status with a body that the SDK cannot read, and whatever else it makes of an answer.
  if (status !== undefined || name.startsWith('AI_')) {
    return new HubFault(
      'HUB_UPSTREAM_MALFORMED',
      `${model} answered with something that is not its protocol (${name}).`,
      {
        details,
      },
    );
  }
  return new HubFault('HUB_INTERNAL', `Calling ${model} failed inside the hub (${name || typeof thrown}).`, {
    details,
  });
}

function statusFault(thrown: unknown, status: number, place: FaultDetails & FaultPlace): HubFault {
  const code = upstreamCode(thrown);
  const retryAfterMs = retryAfter(thrown);
  const details: FaultDetails = {
    ...place,
    upstreamStatus: status,
    ...(code === undefined ? {} : { upstreamCode: code }),
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
  };
  const said = `${place.model} answered with status ${status}${code === undefined ? '' : ` (${code})`}`;
  if (status === 429)
    return new HubFault('HUB_UPSTREAM_RATE_LIMITED', `${said}: slow down or raise the limit.`, { details });
  if (status === 408 || status === 504) return new HubFault('HUB_UPSTREAM_TIMEOUT', `${said}.`, { details });
  if (status >= 500) return new HubFault('HUB_UPSTREAM_FAILED', `${said}.`, { details });
  return new HubFault('HUB_UPSTREAM_REJECTED', `${said}: ${rejectionHint(status)}.`, { details });
}

function rejectionHint(status: number): string {
  if (status === 401 || status === 403) return "check the provider's apiKey";
  if (status === 404) return 'check the name of the model and the baseUrl';
  if (status < 400) return 'it redirects, so set baseUrl to where the API is';
  return 'the request does not suit it';
}

/** The provider's own code ("insufficient_quota"), only if it is shaped like a code. */
function upstreamCode(thrown: unknown): string | undefined {
  const holder = findInCauses(thrown, (error) => readOwn(error, 'data') !== undefined);
  const error = readOwn(readOwn(holder, 'data'), 'error');
  for (const key of ['code', 'type', 'status']) {
    const value = readOwn(error, key);
    if (typeof value === 'string' && /^[A-Za-z][A-Za-z_.]{0,59}$/.test(value)) return value;
  }
  return undefined;
}

function retryAfter(thrown: unknown): number | undefined {
  const holder = findInCauses(thrown, (error) => readOwn(error, 'responseHeaders') !== undefined);
  const value = readOwn(readOwn(holder, 'responseHeaders'), 'retry-after');
  if (typeof value !== 'string') return undefined;
  const seconds = Number(value);
  if (Number.isFinite(seconds) && seconds >= 0) return Math.round(seconds * 1000);
  const at = Date.parse(value);
  return Number.isNaN(at) ? undefined : Math.max(0, at - Date.now());
}

/** ECONNREFUSED and its kind: Node's own code of a socket, TLS or DNS error. */
function systemCode(thrown: unknown): string | undefined {
  const code = readOwn(
    findInCauses(thrown, (error) => typeof readOwn(error, 'code') === 'string'),
    'code',
  );
  return typeof code === 'string' && /^[A-Z][A-Z0-9_]{1,40}$/.test(code) ? code : undefined;
}

function findInCauses(thrown: unknown, wanted: (error: unknown) => boolean): unknown {
  let current = thrown;
  for (let depth = 0; depth < 8 && current !== undefined; depth++) {
    if (wanted(current)) return current;
    current = readOwn(current, 'cause');
  }
  return undefined;
}

function numberOf(value: unknown, key: string): number | undefined {
  const read = readOwn(value, key);
  return typeof read === 'number' ? read : undefined;
}

function isSuccess(status: number): boolean {
  return status >= 200 && status < 300;
}

function readOwn(value: unknown, key: string): unknown {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[key] : undefined;
}
