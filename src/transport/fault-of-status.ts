// An HTTP answer that is no success → the fault it means, with a short safe excerpt of what the upstream says about it.
// The transport uses it by default; connectors whose protocol reads some statuses itself use it for the others.
import type { UpstreamResponse } from '../contract/transport.ts';
import type { FaultCode } from '../faults/fault-table.ts';
import { HubFault, type FaultDetails } from '../faults/hub-fault.ts';
import { parseRetryAfter } from './retry-after.ts';

/** Larger error bodies are not looked into. */
const MAX_ERROR_BODY = 64 * 1024;

/**
 * Undefined for 1xx to 3xx. 429 is rate limiting; 408 and 5xx are failures; any other status is a refusal.
 * `upstreamDetail` holds what the upstream wrote: the transport redacts and shortens it on its way out.
 */
export function faultOfStatus(source: string, operation: string, response: UpstreamResponse): HubFault | undefined {
  if (response.status < 400) return undefined;
  const details: Record<string, unknown> & FaultDetails = {
    source,
    upstreamStatus: response.status,
    ...retryAfter(response),
    ...excerpt(response),
  };
  const code = codeOf(response.status);
  return new HubFault(code, `${operation} of source "${source}" answered with status ${response.status}`, { details });
}

function codeOf(status: number): FaultCode {
  if (status === 429) return 'HUB_UPSTREAM_RATE_LIMITED';
  return status === 408 || status >= 500 ? 'HUB_UPSTREAM_FAILED' : 'HUB_UPSTREAM_REJECTED';
}

function retryAfter(response: UpstreamResponse): FaultDetails {
  const retryAfterMs = parseRetryAfter(response.headers['retry-after']);
  return retryAfterMs === undefined ? {} : { retryAfterMs };
}

/**
 * Problem details (RFC 9457), `{ message }`, `{ error: "…" }`, `{ error: { message } }`, OAuth's `error_description`.
 * Only these texts are taken, never a whole body; anything but JSON yields nothing.
 */
function excerpt(response: UpstreamResponse): FaultDetails {
  if (!/[/+]json\b/i.test(response.headers['content-type'] ?? '')) return {};
  if (response.body.byteLength > MAX_ERROR_BODY) return {};
  const body = parse(response.text());
  if (body === undefined) return {};
  const inner = record(body.error) ?? {};
  const texts = [
    ...[body.title, body.error, body.message, body.detail, body.error_description],
    ...[inner.message, inner.detail],
  ].filter((text): text is string => typeof text === 'string' && text !== '');
  const code = [body.code, inner.code, inner.status, body.type].find(isCode);
  const detail = clean([...new Set(texts)].join(': '));
  return {
    ...(detail === '' ? {} : { upstreamDetail: detail }),
    ...(code === undefined ? {} : { upstreamCode: code }),
  };
}

/** A machine-readable code, or a problem type's address; `about:blank` says nothing (RFC 9457, section 4.2.1). */
function isCode(value: unknown): value is string {
  return typeof value === 'string' && /^[\w.:/#-]{1,128}$/.test(value) && value !== 'about:blank';
}

function parse(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    return record(JSON.parse(text));
  } catch {
    return undefined;
  }
}

function record(value: unknown): Readonly<Record<string, unknown>> | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Readonly<Record<string, unknown>>)
    : undefined;
}

function clean(text: string): string {
  return text.replace(/\p{Cc}+/gu, ' ').trim();
}
