// Values as XML text: escaping, and a refusal of what XML 1.0 cannot carry. Used by the encoders.
import { HubFault } from '../../faults/hub-fault.ts';

// XML 1.0, section 2.2: everything that is no Char.
const FORBIDDEN = /[^\t\n\r\u{20}-\u{D7FF}\u{E000}-\u{FFFD}\u{10000}-\u{10FFFF}]/u;
const ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  '\r': '&#13;',
  '\n': '&#10;',
  '\t': '&#9;',
};

/** What people who know XML wrap a text in that is XML itself; it ends where the text ends. */
const CDATA = /^<!\[CDATA\[(?:(?!\]\]>).)*\]\]>$/s;

/**
 * A text that is one CDATA section is sent as that: the service reads what stands in it.
 * Throws HUB_REQUEST_INVALID for characters that no XML document may contain.
 */
export function escapeText(text: string): string {
  return CDATA.test(text) ? allowed(text) : escape(text, /[&<>\r]/g);
}

export function escapeAttribute(text: string): string {
  return escape(text, /[&<>"\r\n\t]/g);
}

function escape(text: string, special: RegExp): string {
  return allowed(text).replace(special, (character) => ESCAPES[character] ?? character);
}

function allowed(text: string): string {
  if (FORBIDDEN.test(text)) {
    throw new HubFault(
      'HUB_REQUEST_INVALID',
      'an argument contains a character that XML cannot carry (a control character)',
    );
  }
  return text;
}

const NAME = /^[\p{L}_][\p{L}\p{N}_.-]*$/u;

/** Throws HUB_REQUEST_INVALID where a key of a JSON argument cannot name an element. */
export function checkName(name: string): string {
  if (NAME.test(name)) return name;
  throw new HubFault(
    'HUB_REQUEST_INVALID',
    `"${name.slice(0, 60)}" in a JSON argument cannot be the name of an XML element`,
  );
}

/** A key of a JSON argument as the name of an element: `name`, or `{namespace}name`. Throws HUB_REQUEST_INVALID. */
export function splitName(key: string): { readonly uri: string; readonly local: string } {
  const end = key.startsWith('{') ? key.indexOf('}') : -1;
  return { uri: end < 0 ? '' : key.slice(1, end), local: checkName(end < 0 ? key : key.slice(end + 1)) };
}
