// Arguments in, the XML of a SOAP body out, by the types of the WSDL: element order, namespaces, attributes, xsi:nil,
// and type attributes for rpc/encoded. Called once per call; what a type needs is looked up, never guessed from a value.
import { HubFault } from '../../faults/hub-fault.ts';
import { SOAP11_ENCODING, SOAP11_ENVELOPE, XSD, XSI } from '../../import/wsdl/namespaces.ts';
import type { Message } from '../../import/wsdl/wsdl-model.ts';
import {
  arrayItem,
  type ComplexType,
  type Field,
  type SimpleType,
  type ValueType,
} from '../../import/wsdl/xsd-model.ts';
import { checkName, escapeAttribute, escapeText } from './xml-text.ts';

type Record_ = Readonly<Record<string, unknown>>;

/** Prefixes given out while one message is written. */
interface Writing {
  readonly encoded: boolean;
  readonly prefixes: Map<string, string>;
}

interface ElementName {
  readonly uri: string;
  readonly local: string;
}

/** JSON arguments may be nested as deeply as a client likes; this is as deep as the hub follows. */
const MAX_DEPTH = 64;

/** Throws HUB_REQUEST_INVALID where a value cannot be written as XML. */
export function encodeMessage(message: Message, args: Record_): string {
  const writing: Writing = { encoded: message.encoded, prefixes: new Map() };
  if (message.wrapper !== undefined) {
    const style = message.encoded ? ` ${prefix(writing, SOAP11_ENVELOPE)}:encodingStyle="${SOAP11_ENCODING}"` : '';
    const { attributes, content } = complexContent(writing, message.type, args, 0);
    return element(writing, message.wrapper, style + attributes, content, true);
  }
  return message.type.fields
    .map((field) => {
      const value = Object.hasOwn(args, field.raw) ? args[field.raw] : undefined;
      // The body's element says which operation is meant, so it is there even with nothing in it.
      if (value === undefined && field.uri !== '') return element(writing, field, '', '', true);
      return encodeField(writing, field, value, 0, true);
    })
    .join('');
}

function encodeField(writing: Writing, field: Field, value: unknown, depth: number, root = false): string {
  if (value === undefined) return '';
  if (field.role === 'wildcard')
    return (Array.isArray(value) ? value : [value]).map((item) => anyContent(writing, item, depth)).join('');
  // GraphQL coerces a single value to a list; so may a stub that was written by hand.
  const items: readonly unknown[] = field.list
    ? Array.isArray(value)
      ? value
      : value === null
        ? []
        : [value]
    : [value];
  return items.map((item) => encodeElement(writing, field, field.type, item, depth, root)).join('');
}

function encodeElement(
  writing: Writing,
  field: Field,
  type: ValueType,
  value: unknown,
  depth: number,
  root: boolean,
): string {
  if (depth > MAX_DEPTH)
    throw new HubFault('HUB_REQUEST_INVALID', `an argument is nested deeper than ${MAX_DEPTH} levels`);
  if (value === undefined) return '';
  if (value === null) {
    return field.nillable ? element(writing, field, ` ${prefix(writing, XSI)}:nil="true"`, '', root) : '';
  }
  switch (type.kind) {
    case 'simple':
      return element(writing, field, typeAttribute(writing, type), simpleText(type, value), root);
    case 'any':
      return anyElement(writing, field, value, depth, root);
    case 'complex': {
      const item = arrayItem(type);
      if (item !== undefined) return encodeArray(writing, field, type, item, value, depth, root);
      if (type.fields.length === 0) return anyElement(writing, field, value, depth, root);
      const { attributes, content } = complexContent(writing, type, asRecord(value, field), depth + 1);
      return element(writing, field, typeAttribute(writing, type) + attributes, content, root);
    }
  }
}

function encodeArray(
  writing: Writing,
  field: Field,
  type: ComplexType,
  item: Field,
  value: unknown,
  depth: number,
  root: boolean,
): string {
  const items: readonly unknown[] = Array.isArray(value) ? value : [value];
  const content = items.map((entry) => encodeElement(writing, item, item.type, entry, depth + 1, false)).join('');
  if (!writing.encoded || type.encodedItem === undefined) return element(writing, field, '', content, root);
  const encoding = prefix(writing, SOAP11_ENCODING);
  const itemType = typeName(writing, item.type) ?? `${prefix(writing, XSD)}:anyType`;
  const attributes = ` ${prefix(writing, XSI)}:type="${encoding}:Array" ${encoding}:arrayType="${itemType}[${items.length}]"`;
  return element(writing, field, attributes, content, root);
}

function complexContent(
  writing: Writing,
  type: ComplexType,
  value: Record_,
  depth: number,
): { readonly attributes: string; readonly content: string } {
  let attributes = '';
  let content = '';
  for (const field of type.fields) {
    const own = Object.hasOwn(value, field.raw) ? value[field.raw] : undefined;
    if (field.role === 'attribute') attributes += attribute(writing, field, own);
    else if (field.role === 'text')
      content += own === undefined || own === null ? '' : simpleText(textType(field), own);
    else content += encodeField(writing, field, own, depth);
  }
  return { attributes, content };
}

function attribute(writing: Writing, field: Field, value: unknown): string {
  if (value === undefined || value === null) return '';
  const name = field.uri === '' ? field.local : `${prefix(writing, field.uri)}:${field.local}`;
  return ` ${name}="${escapeAttribute(lexical(value, field))}"`;
}

function textType(field: Field): SimpleType {
  return field.type.kind === 'simple'
    ? field.type
    : { kind: 'simple', scalar: 'String', builtin: 'string', list: false };
}

function simpleText(type: SimpleType, value: unknown): string {
  return escapeText(type.list && Array.isArray(value) ? value.map((item) => lexical(item)).join(' ') : lexical(value));
}

/** Dates, decimals and long numbers are already the text that goes out. */
function lexical(value: unknown, field?: Field): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'number' || typeof value === 'boolean' || typeof value === 'bigint') return String(value);
  if (Array.isArray(value)) return value.map((item) => lexical(item, field)).join(' ');
  throw new HubFault(
    'HUB_REQUEST_INVALID',
    `an object was given where ${field?.raw ?? 'the WSDL'} takes a simple value`,
  );
}

/** A value without a declared type: objects become elements by their keys, `@key` an attribute, `$value` the text. */
function anyElement(writing: Writing, name: ElementName, value: unknown, depth: number, root: boolean): string {
  if (depth > MAX_DEPTH)
    throw new HubFault('HUB_REQUEST_INVALID', `an argument is nested deeper than ${MAX_DEPTH} levels`);
  if (value === undefined) return '';
  if (value === null) return element(writing, name, ` ${prefix(writing, XSI)}:nil="true"`, '', root);
  if (Array.isArray(value)) return value.map((item) => anyElement(writing, name, item, depth + 1, root)).join('');
  if (typeof value !== 'object') {
    const builtin = typeof value === 'boolean' ? 'boolean' : typeof value === 'number' ? 'double' : 'string';
    const typed = ` ${prefix(writing, XSI)}:type="${prefix(writing, XSD)}:${builtin}"`;
    return element(writing, name, typed, escapeText(lexical(value)), root);
  }
  let attributes = '';
  let content = '';
  for (const [key, inner] of Object.entries(value)) {
    if (key.startsWith('@')) attributes += ` ${checkName(key.slice(1))}="${escapeAttribute(lexical(inner))}"`;
    else if (key === '$value') content += escapeText(lexical(inner));
    else content += anyElement(writing, { uri: '', local: checkName(key) }, inner, depth + 1, false);
  }
  return element(writing, name, attributes, content, root);
}

/** What a wildcard takes: an object, each key an element. */
function anyContent(writing: Writing, value: unknown, depth: number): string {
  if (value === null || value === undefined) return '';
  if (typeof value !== 'object') {
    throw new HubFault('HUB_REQUEST_INVALID', 'a wildcard argument must be an object whose keys are XML element names');
  }
  return Object.entries(value)
    .map(([key, inner]) => anyElement(writing, { uri: '', local: checkName(key) }, inner, depth + 1, false))
    .join('');
}

/** `xsi:type`, which rpc/encoded wants on every value. */
function typeAttribute(writing: Writing, type: ValueType): string {
  const name = writing.encoded ? typeName(writing, type) : undefined;
  return name === undefined ? '' : ` ${prefix(writing, XSI)}:type="${name}"`;
}

function typeName(writing: Writing, type: ValueType): string | undefined {
  if (type.kind === 'any') return undefined;
  if (type.name !== undefined) return `${prefix(writing, type.name.uri)}:${type.name.local}`;
  return type.kind === 'simple' ? `${prefix(writing, XSD)}:${type.builtin}` : undefined;
}

/** A root element declares all prefixes of its message; it is written after its content, when they are known. */
function element(writing: Writing, name: ElementName, attributes: string, content: string, root: boolean): string {
  const qualified = name.uri === '' ? name.local : `${prefix(writing, name.uri)}:${name.local}`;
  const declared = root
    ? [...writing.prefixes].map(([uri, label]) => ` xmlns:${label}="${escapeAttribute(uri)}"`).join('')
    : '';
  return content === ''
    ? `<${qualified}${declared}${attributes}/>`
    : `<${qualified}${declared}${attributes}>${content}</${qualified}>`;
}

function prefix(writing: Writing, uri: string): string {
  if (uri === 'http://www.w3.org/XML/1998/namespace') return 'xml';
  const known = writing.prefixes.get(uri);
  if (known !== undefined) return known;
  const label = uri === XSI ? 'xsi' : uri === XSD ? 'xsd' : `n${writing.prefixes.size + 1}`;
  writing.prefixes.set(uri, label);
  return label;
}

function asRecord(value: unknown, field: Field): Record_ {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record_;
  throw new HubFault('HUB_REQUEST_INVALID', `${field.raw} takes an object`);
}
