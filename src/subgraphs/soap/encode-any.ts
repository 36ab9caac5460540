// Values that no type describes in, XML out: JSON arguments, and what an argument says beyond its type. Used by the encoder
// of messages.
import { HubFault } from '../../faults/hub-fault.ts';
import { XSD, XSI } from '../../import/wsdl/namespaces.ts';
import {
  assertDepth,
  element,
  lexical,
  prefix,
  type ElementContent,
  type ElementName,
  type Writing,
} from './write-element.ts';
import { isFragment } from './xml-fragment.ts';
import { checkName, escapeAttribute, escapeText, splitName } from './xml-text.ts';

/**
 * A value without a declared type: objects become elements by their keys (`{namespace}name` for one in a namespace),
 * `@key` an attribute, `$value` the text, `$xml` XML as it is. `typed`: the schema says xs:anyType, so that numbers must
 * say what they are.
 */
export function anyElement(
  writing: Writing,
  name: ElementName,
  value: unknown,
  depth: number,
  root: boolean,
  typed: boolean,
): string {
  assertDepth(depth);
  if (value === undefined) return '';
  if (value === null) return element(writing, name, ` ${prefix(writing, XSI)}:nil="true"`, '', root);
  if (Array.isArray(value))
    return value.map((item) => anyElement(writing, name, item, depth + 1, root, typed)).join('');
  if (typeof value !== 'object') {
    const builtin = typeof value === 'boolean' ? 'boolean' : typeof value === 'number' ? 'double' : 'string';
    const attribute = typed ? ` ${prefix(writing, XSI)}:type="${prefix(writing, XSD)}:${builtin}"` : '';
    return element(writing, name, attribute, escapeText(lexical(value)), root);
  }
  const { attributes, content } = recordContent(writing, Object.entries(value), depth, typed);
  return element(writing, name, attributes, content, root);
}

/** The inside of an element, by the keys of a JSON object. */
export function recordContent(
  writing: Writing,
  entries: readonly (readonly [key: string, value: unknown])[],
  depth: number,
  typed: boolean,
): ElementContent {
  let attributes = '';
  let content = '';
  for (const [key, value] of entries) {
    if (key.startsWith('@')) attributes += ` ${checkName(key.slice(1))}="${escapeAttribute(lexical(value))}"`;
    else if (key === '$value') content += escapeText(lexical(value));
    else if (key === '$xml') content += fragment(lexical(value));
    else if (key === '$type') attributes += xsiTypeAttribute(writing, lexical(value));
    else content += anyElement(writing, splitName(key), value, depth + 1, false, typed);
  }
  return { attributes, content };
}

function fragment(xml: string): string {
  if (isFragment(xml)) return xml;
  throw new HubFault('HUB_REQUEST_INVALID', '"$xml" in a JSON argument is not well-formed XML');
}

function xsiTypeAttribute(writing: Writing, name: string): string {
  const { uri, local } = splitName(name);
  return ` ${prefix(writing, XSI)}:type="${uri === '' ? local : `${prefix(writing, uri)}:${local}`}"`;
}

/** What a wildcard takes: an object, each key an element. */
export function anyContent(writing: Writing, value: unknown, depth: number): string {
  if (value === null || value === undefined) return '';
  if (typeof value !== 'object') {
    throw new HubFault('HUB_REQUEST_INVALID', 'a wildcard argument must be an object whose keys are XML element names');
  }
  return Object.entries(value)
    .map(([key, inner]) => anyElement(writing, splitName(key), inner, depth + 1, false, false))
    .join('');
}
