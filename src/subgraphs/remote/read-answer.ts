// A GraphQL server's answer → a FetchResult. Read by every remote kind, for calls and for the events of a stream.
import type { FetchError, FetchResult } from '../../contract/fetch.ts';
import type { UpstreamResponse } from '../../contract/transport.ts';
import { HubFault, type FaultDetails } from '../../faults/hub-fault.ts';
import { parseJson } from '../../transport/parse-json.ts';

/** What servers put into `extensions` for their own developers. */
const NEVER_PASSED_ON: ReadonlySet<string> = new Set(['stacktrace', 'exception', '__proto__']);
/** Shorter secrets would be found in innocent text. */
const MIN_SECRET_LENGTH = 6;

export interface AnswerReader {
  /** Throws HUB_UPSTREAM_MALFORMED where the body is no GraphQL response. */
  read(response: UpstreamResponse): FetchResult;
  /** The same for a response that was already parsed: an event of a stream. */
  toResult(body: unknown, upstreamStatus?: number): FetchResult;
}

/** @param secrets configured values; taken out of errors that repeat them. */
export function createAnswerReader(source: string, secrets: readonly string[]): AnswerReader {
  const redact = createErrorRedactor(secrets);

  const toResult = (body: unknown, status: number | undefined): FetchResult => {
    const details: FaultDetails = { source, ...(status === undefined ? {} : { upstreamStatus: status }) };
    const wrong = (what: string) =>
      new HubFault('HUB_UPSTREAM_MALFORMED', `the answer of source "${source}" is no GraphQL response: ${what}`, {
        details,
      });
    if (!isObject(body)) throw wrong('it is not an object');
    const { data, errors } = body;
    if (errors !== undefined && errors !== null && !Array.isArray(errors)) throw wrong('its "errors" is not a list');
    if (data !== undefined && data !== null && !isObject(data)) throw wrong('its "data" is not an object');
    const listed: readonly unknown[] = errors ?? [];
    if ((data === undefined || data === null) && listed.length === 0) throw wrong('it has neither data nor errors');
    if (listed.length === 0) return { data: data ?? null };
    const failed = status !== undefined && status >= 400 ? { upstreamStatus: status } : {};
    return { data: data ?? null, errors: redact(listed).map((error) => toFetchError(error, { source, ...failed })) };
  };

  return {
    toResult,
    read(response) {
      let body: unknown;
      try {
        body = parseJson(response.text());
      } catch (error) {
        throw notJson(source, response, error);
      }
      return toResult(body, response.status);
    },
  };
}

/** Whether an answer is a GraphQL response whatever its status says (GraphQL over HTTP, section 6.4). */
export function isGraphQlResponse(response: UpstreamResponse): boolean {
  if (response.body.byteLength === 0 || response.body[0] === 0x3c) return false;
  try {
    const body = parseJson(response.text());
    return isObject(body) && (Array.isArray(body.errors) || isObject(body.data));
  } catch {
    return false;
  }
}

function notJson(source: string, response: UpstreamResponse, cause: unknown): HubFault {
  const [type = ''] = (response.headers['content-type'] ?? '').split(';');
  const contentType = type.trim().toLowerCase().slice(0, 100);
  const what = response.body.byteLength === 0 ? 'nothing' : contentType === '' ? 'an unnamed format' : contentType;
  const message = `source "${source}" answered ${what} with status ${response.status} where JSON was expected`;
  const details = { source, upstreamStatus: response.status, contentType };
  return new HubFault('HUB_UPSTREAM_MALFORMED', message, { details, cause });
}

/** Message, path and extensions are kept; the fault says which source it was and which code it gave. */
function toFetchError(error: unknown, details: FaultDetails): FetchError {
  const { message, path, extensions } = isObject(error) ? error : {};
  const shown = typeof message === 'string' && message !== '' ? message : undefined;
  const passed = isObject(extensions) ? passOn(extensions) : undefined;
  const code = passed?.code;
  const fault = new HubFault('HUB_UPSTREAM_FAULT', shown ?? 'the source reported an error without a message', {
    details: { ...details, ...(typeof code === 'string' ? { upstreamCode: code } : {}) },
  });
  return {
    fault,
    ...(shown === undefined ? {} : { message: shown }),
    ...(isPath(path) ? { path } : {}),
    ...(passed === undefined ? {} : { extensions: passed }),
  };
}

function passOn(extensions: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(extensions).filter(([key]) => !NEVER_PASSED_ON.has(key)));
}

function isPath(path: unknown): path is readonly (string | number)[] {
  return (
    Array.isArray(path) &&
    path.every((step: unknown) => typeof step === 'string' || Number.isSafeInteger(step as number))
  );
}

/** An upstream that repeats a credential in an error gets it replaced, wherever in the error it is. */
function createErrorRedactor(secrets: readonly string[]): (errors: readonly unknown[]) => readonly unknown[] {
  const known = secrets.filter((secret) => secret.length >= MIN_SECRET_LENGTH).map((secret) => escaped(secret));
  if (known.length === 0) return (errors) => errors;
  return (errors) => {
    const text = JSON.stringify(errors);
    if (!known.some((secret) => text.includes(secret))) return errors;
    return parseJson(known.reduce((clean, secret) => clean.replaceAll(secret, '[secret]'), text)) as unknown[];
  };
}

/** As it stands inside a JSON string. */
const escaped = (secret: string): string => JSON.stringify(secret).slice(1, -1);

export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
