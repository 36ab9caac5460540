// The headers of a call, from `headers: ["name: value with {argument}"]`.
import type { FieldCall } from '../../contract/connector.ts';
import { HEADER_NAME } from '../../contract/header-name.ts';
import type { ArgumentBinder, ReadValue } from './bind-arguments.ts';
import { isGiven, isRecord, serialize, serializePairs } from './serialize.ts';
import { toText } from './to-text.ts';
import { TemplateMistake } from './uri-template.ts';

export type WriteHeaders = (call: FieldCall) => Record<string, string>;

/** Headers that frame the message or belong to the connection. */
const NOT_OURS = new Set([
  ...['connection', 'content-length', 'expect', 'host', 'keep-alive', 'te', 'trailer', 'transfer-encoding', 'upgrade'],
  ...['accept-encoding', 'proxy-authorization', 'proxy-connection'],
]);

/** Throws TemplateMistake where a header cannot be sent. A header with a value that is not given is left out. */
export function compileHeaders(lines: readonly string[], binder: ArgumentBinder): WriteHeaders {
  const headers = lines.map((line) => compileHeader(line, binder));
  return (call) => {
    const written: Record<string, string> = {};
    for (const [name, write] of headers) {
      const value = write(call);
      if (value === undefined) continue;
      // RFC 6265, section 5.4: one header for all cookies.
      const before = name === 'cookie' ? written[name] : undefined;
      written[name] = before === undefined ? value : `${before}; ${value}`;
    }
    return written;
  };
}

function compileHeader(line: string, binder: ArgumentBinder): [string, (call: FieldCall) => string | undefined] {
  const [, name = '', template = ''] = /^([^:]*):\s*(.*)$/.exec(line) ?? [];
  if (!HEADER_NAME.test(name)) {
    throw new TemplateMistake(`the header "${line}" is not written as "name: value"`);
  }
  if (NOT_OURS.has(name.toLowerCase())) throw new TemplateMistake(`the header "${name}" is the hub's own to write`);
  if (name.toLowerCase() === 'cookie') {
    const [, cookie = '', argument = ''] = /^([^={}]+)=\{([^{}]+)\}$/.exec(template) ?? [];
    const read = argument === '' ? undefined : binder.bind(argument);
    if (read !== undefined) {
      const several = binder.serializationOf(argument)?.style === 'explode';
      return ['cookie', (call) => writeCookies(cookie, read(call), several)];
    }
  }
  const parts = template.split(/\{([^{}]+)\}/).map((part, index): string | ReadValue => {
    if (index % 2 === 0) return part;
    const read = binder.bind(part);
    if (read !== undefined) return read;
    throw new TemplateMistake(`the header "${name}" uses "${part}", which the field does not have: ${binder.known}`);
  });
  return [name.toLowerCase(), (call) => writeValue(name, parts, call)];
}

/** `a=1`, or `a=1; a=2` and `key=1; other=2` where each item and each key is a cookie of its own (OpenAPI 3.2). */
function writeCookies(name: string, value: unknown, several: boolean): string | undefined {
  if (!isGiven(value)) return undefined;
  if (several) {
    const pairs = serializePairs(name, value, 'explode').map(([key, text]) => `${cookieText(key)}=${cookieText(text)}`);
    return pairs.length === 0 ? undefined : pairs.join('; ');
  }
  const items = Array.isArray(value)
    ? value
    : isRecord(value)
      ? Object.entries(value).filter(hasValue).flat()
      : [value];
  return `${name}=${items.filter(isGiven).map(toText).map(cookieText).join(',')}`;
}

function hasValue([, value]: [string, unknown]): boolean {
  return isGiven(value);
}

/** Without octets that would end a cookie's value, or that it cannot hold (RFC 6265, section 4.1.1). */
function cookieText(text: string): string {
  return text.toWellFormed().replaceAll(/[^\x21\x23-\x2b\x2d-\x3a\x3c-\x5b\x5d-\x7e]/gu, encodeURIComponent);
}

function writeValue(name: string, parts: readonly (string | ReadValue)[], call: FieldCall): string | undefined {
  let value = '';
  for (const part of parts) {
    if (typeof part === 'string') {
      value += part;
      continue;
    }
    const given = part(call);
    if (given === undefined || given === null) return undefined;
    value += serialize(given, 'comma') ?? '';
  }
  return headerValue(name, value);
}

/** RFC 9110, section 5.5: visible characters, spaces and tabs; a line break would begin another header. */
export function headerValue(name: string, value: string): string {
  if (!/[^\t\x20-\x7e\x80-\xff]/.test(value)) return value;
  throw new TemplateMistake(`the header "${name}" would hold a line break or a character that headers cannot carry`);
}
