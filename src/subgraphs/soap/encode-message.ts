// Arguments in, the XML of a SOAP body and its headers out, by the types of the WSDL: element order, namespaces,
// attributes, xsi:nil, derived types, and type attributes for rpc/encoded; bytes go beside the envelope where the message
// says so. Called once per call; what a type needs is looked up, never guessed from a value.
import { HubFault } from '../../faults/hub-fault.ts';
import { SOAP11_ENCODING, SOAP11_ENVELOPE, XSD, XSI } from '../../import/wsdl/namespaces.ts';
import type { Message } from '../../import/wsdl/wsdl-model.ts';
import {
  arrayItem,
  derivedKey,
  isBinary,
  isSwaRef,
  type ComplexType,
  type Field,
  type SimpleType,
  type ValueType,
} from '../../import/wsdl/xsd-model.ts';
import { createAttachments, type Attachments } from './attachments.ts';
import { checkName, escapeAttribute, escapeText, splitName } from './xml-text.ts';
import type { Attachment } from './mime-parts.ts';

type Record_ = Readonly<Record<string, unknown>>;

/** State while one message is written. */
interface Writing {
  readonly encoded: boolean;
  /** Prefixes given out so far. */
  readonly prefixes: Map<string, string>;
  readonly attachments: Attachments;
}

interface ElementName {
  readonly uri: string;
  readonly local: string;
}

export interface EncodedMessage {
  readonly body: string;
  readonly headers: string;
  readonly attachments: readonly Attachment[];
}

/** JSON arguments may be nested as deeply as a client likes; this is as deep as the hub follows. */
const MAX_DEPTH = 64;

/** The body alone. Throws HUB_REQUEST_INVALID where a value cannot be written as XML. */
export function encodeMessage(message: Message, args: Record_): string {
  return encodeParts(message, args, false).body;
}

/** `mtom`: base64 content becomes MIME parts that the body refers to. Throws HUB_REQUEST_INVALID. */
export function encodeParts(message: Message, args: Record_, mtom: boolean): EncodedMessage {
  const attachments = createAttachments(mtom);
  const body = encodeBody({ encoded: message.encoded, prefixes: new Map(), attachments }, message, args);
  for (const field of message.type.fields) {
    const value = field.role === 'attachment' ? args[field.raw] : undefined;
    if (value !== undefined && value !== null) attachments.addPart(field.local, lexical(value, field));
  }
  let headers = '';
  for (const field of message.headers) {
    const value = args[field.raw];
    const writing: Writing = { encoded: false, prefixes: new Map(), attachments };
    if (value !== undefined) headers += encodeElement(writing, field, field.type, value, 0, true);
  }
  return { body, headers, attachments: attachments.all };
}

function encodeBody(writing: Writing, message: Message, args: Record_): string {
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

function encodeField(writing: Writing, field: Field, given: unknown, depth: number, root = false): string {
  if (field.role === 'attachment') return '';
  const value = given === undefined && field.required && field.fixed === true ? field.fallback : given;
  if (value === undefined) return '';
  if (field.role === 'wildcard')
    return (Array.isArray(value) ? value : [value]).map((item) => anyContent(writing, item, depth)).join('');
  if (!field.list) return encodeElement(writing, field, field.type, value, depth, root);
  if (value === null) return '';
  // GraphQL coerces a single value to a list; so may a stub that was written by hand.
  let text = '';
  for (const item of Array.isArray(value) ? (value as unknown[]) : [value]) {
    text += encodeElement(writing, field, field.type, item, depth, root);
  }
  return text;
}

function encodeElement(
  writing: Writing,
  field: Field,
  type: ValueType,
  value: unknown,
  depth: number,
  root: boolean,
): string {
  assertDepth(depth);
  if (value === undefined) return '';
  // Whoever gives null wants to say so; to say nothing, a field is left out.
  if (value === null) return element(writing, field, ` ${prefix(writing, XSI)}:nil="true"`, '', root);
  switch (type.kind) {
    case 'simple':
      return element(writing, field, typeAttribute(writing, type), simpleText(writing, type, value), root);
    case 'any':
      return anyElement(writing, field, value, depth, root, type.declared === true);
    case 'complex': {
      const item = arrayItem(type);
      if (item !== undefined) return encodeArray(writing, field, type, item, value, depth, root);
      if (type.derived.length > 0) return encodeFamily(writing, field, type, value, depth, root);
      if (type.fields.length === 0) return anyElement(writing, field, value, depth, root, false);
      return encodeRecord(writing, field, type, asRecord(value, field), depth, root, typeAttribute(writing, type));
    }
  }
}

function encodeRecord(
  writing: Writing,
  field: Field,
  type: ComplexType,
  value: Record_,
  depth: number,
  root: boolean,
  xsiType: string,
): string {
  const { attributes, content } = complexContent(writing, type, value, depth + 1);
  return element(writing, field, xsiType + attributes, content, root);
}

/** A value of the declared type, or of one that derives from it, which is then named by xsi:type. */
function encodeFamily(
  writing: Writing,
  field: Field,
  type: ComplexType,
  value: unknown,
  depth: number,
  root: boolean,
  xsiType = typeAttribute(writing, type),
): string {
  const record = asRecord(value, field);
  const given = type.derived.filter((derived) => {
    const inner = Object.hasOwn(record, derivedKey(derived)) ? record[derivedKey(derived)] : undefined;
    return inner !== undefined && inner !== null;
  });
  const [chosen] = given;
  if (chosen === undefined) {
    if (type.abstract) {
      const names = type.derived.slice(0, 10).map(({ suggestedName }) => suggestedName);
      throw new HubFault(
        'HUB_REQUEST_INVALID',
        `${field.raw} must be one of ${names.join(', ')}: give one of the as… fields`,
      );
    }
    if (type.fields.length === 0) return anyElement(writing, field, value, depth, root, false);
    return encodeRecord(writing, field, type, record, depth, root, xsiType);
  }
  if (Object.values(record).filter((inner) => inner !== undefined && inner !== null).length > 1) {
    throw new HubFault('HUB_REQUEST_INVALID', `${field.raw} takes one of the as… fields alone, without any other`);
  }
  const attribute = ` ${prefix(writing, XSI)}:type="${typeName(writing, chosen) ?? ''}"`;
  return encodeFamily(writing, field, chosen, record[derivedKey(chosen)], depth + 1, root, attribute);
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
      content += own === undefined || own === null ? '' : simpleText(writing, textType(field), own);
    else content += encodeField(writing, field, own, depth);
  }
  return { attributes, content };
}

function attribute(writing: Writing, field: Field, given: unknown): string {
  const value = given === undefined && field.required && field.fixed === true ? field.fallback : given;
  if (value === undefined || value === null) return '';
  const name = field.uri === '' ? field.local : `${prefix(writing, field.uri)}:${field.local}`;
  return ` ${name}="${escapeAttribute(lexical(value, field))}"`;
}

function textType(field: Field): SimpleType {
  return field.type.kind === 'simple'
    ? field.type
    : { kind: 'simple', scalar: 'String', builtin: 'string', list: false };
}

function simpleText(writing: Writing, type: SimpleType, value: unknown): string {
  if (isBinary(type)) {
    const href = writing.attachments.add(lexical(value), isSwaRef(type));
    if (href !== undefined) return isSwaRef(type) ? href : writing.attachments.include(href);
  }
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

/**
 * A value without a declared type: objects become elements by their keys (`{namespace}name` for one in a namespace),
 * `@key` an attribute, `$value` the text. `typed`: the schema says xs:anyType, so that numbers must say what they are.
 */
function anyElement(
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
  let attributes = '';
  let content = '';
  for (const [key, inner] of Object.entries(value)) {
    if (key.startsWith('@')) attributes += ` ${checkName(key.slice(1))}="${escapeAttribute(lexical(inner))}"`;
    else if (key === '$value') content += escapeText(lexical(inner));
    else if (key === '$type') attributes += xsiTypeAttribute(writing, lexical(inner));
    else content += anyElement(writing, splitName(key), inner, depth + 1, false, typed);
  }
  return element(writing, name, attributes, content, root);
}

function xsiTypeAttribute(writing: Writing, name: string): string {
  const { uri, local } = splitName(name);
  return ` ${prefix(writing, XSI)}:type="${uri === '' ? local : `${prefix(writing, uri)}:${local}`}"`;
}

/** What a wildcard takes: an object, each key an element. */
function anyContent(writing: Writing, value: unknown, depth: number): string {
  if (value === null || value === undefined) return '';
  if (typeof value !== 'object') {
    throw new HubFault('HUB_REQUEST_INVALID', 'a wildcard argument must be an object whose keys are XML element names');
  }
  return Object.entries(value)
    .map(([key, inner]) => anyElement(writing, splitName(key), inner, depth + 1, false, false))
    .join('');
}

function assertDepth(depth: number): void {
  if (depth > MAX_DEPTH)
    throw new HubFault('HUB_REQUEST_INVALID', `an argument is nested deeper than ${MAX_DEPTH} levels`);
}

/** `xsi:type`, which rpc/encoded wants on every value. */
function typeAttribute(writing: Writing, type: ValueType): string {
  const name = writing.encoded ? typeName(writing, type) : undefined;
  return name === undefined ? '' : ` ${prefix(writing, XSI)}:type="${name}"`;
}

function typeName(writing: Writing, type: ValueType): string | undefined {
  if (type.kind === 'any') return undefined;
  if (type.name !== undefined) {
    const { uri, local } = type.name;
    return uri === '' ? local : `${prefix(writing, uri)}:${local}`;
  }
  return type.kind === 'simple' ? `${prefix(writing, XSD)}:${type.builtin}` : undefined;
}

/** A root element declares all prefixes of its message; it is written after its content, when they are known. */
function element(writing: Writing, name: ElementName, attributes: string, content: string, root: boolean): string {
  const qualified = name.uri === '' ? name.local : `${prefix(writing, name.uri)}:${name.local}`;
  let declared = '';
  if (root) for (const [uri, label] of writing.prefixes) declared += ` xmlns:${label}="${escapeAttribute(uri)}"`;
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
