// Elements, prefixes and values as XML text, while one message is written. Used by the encoders.
import { HubFault } from '../../faults/hub-fault.ts';
import { XSD, XSI } from '../../import/wsdl/namespaces.ts';
import type { Field } from '../../import/wsdl/xsd-model.ts';
import type { Attachments } from './attachments.ts';
import { escapeAttribute } from './xml-text.ts';

/** State while one message is written. */
export interface Writing {
  readonly encoded: boolean;
  /** Prefixes given out so far. */
  readonly prefixes: Map<string, string>;
  readonly attachments: Attachments;
}

export interface ElementName {
  readonly uri: string;
  readonly local: string;
}

/** What stands inside an element, and in its start tag. */
export interface ElementContent {
  readonly attributes: string;
  readonly content: string;
}

/** JSON arguments may be nested as deeply as a client likes; this is as deep as the hub follows. */
const MAX_DEPTH = 64;

export function assertDepth(depth: number): void {
  if (depth > MAX_DEPTH)
    throw new HubFault('HUB_REQUEST_INVALID', `an argument is nested deeper than ${MAX_DEPTH} levels`);
}

/** Dates, decimals and long numbers are already the text that goes out. */
export function lexical(value: unknown, field?: Field): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'number' || typeof value === 'boolean' || typeof value === 'bigint') return String(value);
  if (Array.isArray(value)) return value.map((item) => lexical(item, field)).join(' ');
  throw new HubFault(
    'HUB_REQUEST_INVALID',
    `an object was given where ${field?.raw ?? 'the WSDL'} takes a simple value`,
  );
}

/** A root element declares all prefixes of its message; it is written after its content, when they are known. */
export function element(
  writing: Writing,
  name: ElementName,
  attributes: string,
  content: string,
  root: boolean,
): string {
  const qualified = name.uri === '' ? name.local : `${prefix(writing, name.uri)}:${name.local}`;
  let declared = '';
  if (root) for (const [uri, label] of writing.prefixes) declared += ` xmlns:${label}="${escapeAttribute(uri)}"`;
  return content === ''
    ? `<${qualified}${declared}${attributes}/>`
    : `<${qualified}${declared}${attributes}>${content}</${qualified}>`;
}

export function prefix(writing: Writing, uri: string): string {
  if (uri === 'http://www.w3.org/XML/1998/namespace') return 'xml';
  const known = writing.prefixes.get(uri);
  if (known !== undefined) return known;
  const label = uri === XSI ? 'xsi' : uri === XSD ? 'xsd' : `n${writing.prefixes.size + 1}`;
  writing.prefixes.set(uri, label);
  return label;
}
