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
  typeTag,
  type ComplexType,
  type Field,
  type SimpleType,
  type ValueType,
} from '../../import/wsdl/xsd-model.ts';
import { createAttachments } from './attachments.ts';
import { anyContent, anyElement, recordContent } from './encode-any.ts';
import type { Attachment } from './mime-parts.ts';
import { assertDepth, element, lexical, prefix, type ElementContent, type Writing } from './write-element.ts';
import { escapeAttribute, escapeText } from './xml-text.ts';

type Record_ = Readonly<Record<string, unknown>>;

export interface EncodedMessage {
  readonly body: string;
  readonly headers: string;
  readonly attachments: readonly Attachment[];
}

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
      if (typeof value === 'object' && !Array.isArray(value))
        return anyElement(writing, field, value, depth, root, false);
      return element(writing, field, typeAttribute(writing, type), simpleText(writing, type, value), root);
    case 'any':
      return anyElement(writing, field, value, depth, root, type.declared === true);
    case 'complex': {
      const item = arrayItem(type);
      if (item !== undefined) return encodeArray(writing, field, type, item, value, depth, root);
      if (type.derived.length > 0) return encodeFamily(writing, field, type, value, depth, root);
      if (type.fields.length === 0) return anyElement(writing, field, value, depth, root, false);
      return encodeRecord(
        writing,
        field,
        type,
        asRecord(value, field, type),
        depth,
        root,
        typeAttribute(writing, type),
      );
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
  const record = asRecord(value, field, type);
  const xsiTypeOf = (derived: ComplexType): string =>
    ` ${prefix(writing, XSI)}:type="${typeName(writing, derived) ?? ''}"`;
  const tagged = Object.hasOwn(record, '$type') ? type.derived.find((one) => typeTag(one) === record.$type) : undefined;
  if (tagged !== undefined) return encodeFamily(writing, field, tagged, value, depth, root, xsiTypeOf(tagged));
  const chosen = type.derived.find((derived) => {
    const inner = Object.hasOwn(record, derivedKey(derived)) ? record[derivedKey(derived)] : undefined;
    return inner !== undefined && inner !== null;
  });
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
  return encodeFamily(writing, field, chosen, record[derivedKey(chosen)], depth + 1, root, xsiTypeOf(chosen));
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
  const itemType = itemTypeName(writing, item.type);
  const attributes = ` ${prefix(writing, XSI)}:type="${encoding}:Array" ${encoding}:arrayType="${itemType}[${items.length}]"`;
  return element(writing, field, attributes, content, root);
}

/** Of an array of arrays `xsd:int[]` (SOAP 1.1, section 5.4.2). */
function itemTypeName(writing: Writing, type: ValueType): string {
  const inner = type.kind === 'complex' && type.name === undefined ? type.encodedItem : undefined;
  if (inner !== undefined) return `${itemTypeName(writing, inner.type)}[]`;
  return typeName(writing, type) ?? `${prefix(writing, XSD)}:anyType`;
}

function complexContent(writing: Writing, type: ComplexType, value: Record_, depth: number): ElementContent {
  let attributes = '';
  let content = '';
  let declared = 0;
  for (const [index, field] of type.fields.entries()) {
    const own = Object.hasOwn(value, field.raw) ? value[field.raw] : undefined;
    if (own !== undefined) declared += 1;
    if (field.role === 'attribute') attributes += attribute(writing, field, own);
    else if (field.role === 'text')
      content += own === undefined || own === null ? '' : simpleText(writing, textType(field), own);
    else if (field.turn === undefined) content += encodeField(writing, field, own, depth);
    // With the first of a sequence that repeats come all of them.
    else if (type.fields[index - 1]?.turn !== field.turn)
      content += encodeTurns(writing, type, field.turn, value, depth);
  }
  if (Object.keys(value).length === declared) return { attributes, content };
  const rest = undeclaredContent(writing, type, value, depth);
  return { attributes: attributes + rest.attributes, content: content + rest.content };
}

/** `<k>a</k><v>1</v><k>b</k><v>2</v>`: the first value of each field, then the second of each. */
function encodeTurns(writing: Writing, type: ComplexType, turn: object, value: Record_, depth: number): string {
  const fields = type.fields.flatMap((field) => {
    const given = field.turn === turn && Object.hasOwn(value, field.raw) ? value[field.raw] : undefined;
    if (given === undefined || given === null) return [];
    return [{ field: { ...field, list: false }, items: Array.isArray(given) ? (given as unknown[]) : [given] }];
  });
  const turns = Math.max(0, ...fields.map(({ items }) => items.length));
  let text = '';
  for (let at = 0; at < turns; at += 1) {
    for (const { field, items } of fields) {
      if (at < items.length) text += encodeField(writing, field, items[at], depth);
    }
  }
  return text;
}

/** JSON arguments may say more than the WSDL does: it stands behind what the WSDL declares. */
function undeclaredContent(writing: Writing, type: ComplexType, value: Record_, depth: number): ElementContent {
  const names = new Set(type.fields.map(({ raw }) => raw));
  const entries = Object.entries(value).filter(
    ([key, inner]) => inner !== undefined && !names.has(key) && (!key.startsWith('$') || INSIDE.has(key)),
  );
  return recordContent(writing, entries, depth, false);
}

/** Other keys with a dollar sign stand for something beside the element: headers, types. */
const INSIDE: ReadonlySet<string> = new Set(['$value', '$xml']);

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

/** The text of an element stands for an element without attributes. */
function asRecord(value: unknown, field: Field, type: ComplexType): Record_ {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record_;
  const text = type.fields.find(({ role }) => role === 'text');
  if (text !== undefined) return { [text.raw]: value };
  throw new HubFault('HUB_REQUEST_INVALID', `${field.raw} takes an object`);
}
