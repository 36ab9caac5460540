// The headers of a call, from `headers: ["name: value with {argument}"]`.
import type { FieldCall } from '../../contract/connector.ts';
import type { ArgumentBinder, ReadValue } from './bind-arguments.ts';
import { serialize } from './serialize.ts';
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
  const [, name, template] = /^([A-Za-z0-9!#$%&'*+.^_`|~-]+):\s*(.*)$/.exec(line) ?? [];
  if (name === undefined || template === undefined) {
    throw new TemplateMistake(`the header "${line}" is not written as "name: value"`);
  }
  if (NOT_OURS.has(name.toLowerCase())) throw new TemplateMistake(`the header "${name}" is the hub's own to write`);
  const parts = template.split(/\{([^{}]+)\}/).map((part, index): string | ReadValue => {
    if (index % 2 === 0) return part;
    const read = binder.bind(part);
    if (read !== undefined) return read;
    throw new TemplateMistake(`the header "${name}" uses "${part}", which the field does not have: ${binder.known}`);
  });
  return [name.toLowerCase(), (call) => writeValue(name, parts, call)];
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
    const text = serialize(given, 'comma') ?? '';
    // Octets that would end a cookie's value, or that it cannot hold (RFC 6265, section 4.1.1).
    value +=
      name.toLowerCase() === 'cookie'
        ? text.replaceAll(/[^\x21\x23-\x2b\x2d-\x3a\x3c-\x5b\x5d-\x7e]/gu, encodeURIComponent)
        : text;
  }
  // RFC 9110, section 5.5: visible characters, spaces and tabs; a line break would begin another header.
  if (/[^\t\x20-\x7e\x80-\xff]/.test(value)) {
    throw new TemplateMistake(`the header "${name}" would hold a line break or a character that headers cannot carry`);
  }
  return value;
}
