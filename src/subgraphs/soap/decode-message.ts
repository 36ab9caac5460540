// The SOAP body of an answer in, a raw record out, by the types of the WSDL. Repeated elements are always arrays.
import { SOAP11_ENCODING, XSD, XSI } from '../../import/wsdl/namespaces.ts';
import type { Message } from '../../import/wsdl/wsdl-model.ts';
import { builtinType } from '../../import/wsdl/xsd-builtins.ts';
import { derivesFrom } from '../../import/wsdl/derived-types.ts';
import {
  arrayItem,
  isBinary,
  typeTag,
  type ComplexType,
  type Field,
  type SimpleType,
  type ValueType,
} from '../../import/wsdl/xsd-model.ts';
import { expandedName, resolveQName, XmlError, type XmlElement } from '../../import/wsdl/xml-tree.ts';
import { DecodeError, decodeSimple } from './decode-simple.ts';
import { createRecord } from './raw-record.ts';
import { readTree } from './scan-tree.ts';

export interface DecodeContext {
  readonly typeNamed: (uri: string, local: string) => ValueType | undefined;
  /** Content of the MIME parts that came with the message, by Content-ID. */
  readonly attachments?: ReadonlyMap<string, Uint8Array>;
}

interface Reading extends DecodeContext {
  /** Only SOAP encoding knows references; elsewhere `href` is an attribute like any other. */
  readonly encoded: boolean;
  readonly root: XmlElement;
  /** Elements with an id; made on first use. */
  byId: ReadonlyMap<string, XmlElement> | undefined;
  /** References can multiply an answer; once there is one, this bounds what comes out. */
  budget: number;
  /** Whether a text without a type is looked into: it may be an XML document. */
  documents: boolean;
}

const MAX_DEPTH = 200;
/** How many times over references may repeat the elements of an answer. */
const MAX_GROWTH = 10;

/**
 * The fields of the message's type: children of the wrapper, parts, or the body's own children. A message without fields
 * is `true`. Throws DecodeError with the path to what does not fit.
 */
export function decodeMessage(message: Message | undefined, body: XmlElement, context: DecodeContext): unknown {
  if (message === undefined || message.type.fields.length === 0) return true;
  const reading = createReading(body, message.encoded, context);
  if (message.shape === 'bare') return decodeRecord(reading, message.type, body, '', 0);
  const { children } = body;
  const local = message.wrapper?.local;
  const wrapper = children.find((child) => child.local === local) ?? misnamedWrapper(message, children);
  if (wrapper === undefined) throw new DecodeError(`the body has no element ${local ?? ''}`);
  return decodeRecord(reading, message.type, renamedPart(message, wrapper), local ?? '', 0);
}

/**
 * The detail element of a fault, or a header: a record even where its type is nothing but an array.
 * @param body what references of SOAP encoding lead to; undefined where the message is literal.
 */
export function decodeDetail(field: Field, given: XmlElement, context: DecodeContext, body?: XmlElement): unknown {
  const reading = createReading(body ?? given, body !== undefined, context);
  const element = dereference(reading, given, field.local);
  const type = actualType(reading, field.type, element);
  if (type.kind !== 'complex' || isNil(element)) return decodeValue(reading, type, element, field.local, 0);
  return decodeRecord(reading, type, element, field.local, 0);
}

/** An element that the WSDL says nothing about, by its `xsi:type` where it has one. */
export function decodeUntyped(element: XmlElement, context: DecodeContext): unknown {
  return anyValue(createReading(element, false, context), element, element.local, 0);
}

/**
 * What an element holds, whatever the WSDL says of it.
 * @param body what references of SOAP encoding lead to; undefined where the message is literal.
 */
export function decodeWritten(element: XmlElement, documents: boolean, body?: XmlElement): unknown {
  const reading = createReading(body ?? element, body !== undefined, { typeNamed: () => undefined });
  return anyValue({ ...reading, documents }, element, element.local, 0);
}

function createReading(root: XmlElement, encoded: boolean, context: DecodeContext): Reading {
  return { ...context, encoded, root, byId: undefined, budget: Infinity, documents: false };
}

/** Indexes the answer by id, and from then on counts. */
function indexOf(reading: Reading): ReadonlyMap<string, XmlElement> {
  if (reading.byId !== undefined) return reading.byId;
  const index = new Map<string, XmlElement>();
  let elements = 0;
  const visit = (element: XmlElement): void => {
    elements += 1;
    const id = element.attributes.get('id');
    if (id !== undefined) index.set(id, element);
    element.children.forEach(visit);
  };
  visit(reading.root);
  reading.byId = index;
  reading.budget = elements * MAX_GROWTH;
  return index;
}

/**
 * rpc wrappers may have any name. A document's may not, but some do (one even puts an rpc wrapper around it); then its
 * content must be recognisable.
 */
function misnamedWrapper(message: Message, children: readonly XmlElement[]): XmlElement | undefined {
  const [first, ...others] = children;
  if (first === undefined || message.shape === 'rpc') return first;
  const { fieldFor } = layoutOf(message.type);
  let only = others.length === 0 ? first : undefined;
  for (let level = 0; only !== undefined && level < 3; level += 1) {
    if (only.children.some((child) => fieldFor(child)?.role === 'element')) return only;
    only = only.children.length === 1 ? only.children[0] : undefined;
  }
  return undefined;
}

/** rpc servers name the one result as they like ("return", "Result"); its place says which it is. */
function renamedPart(message: Message, wrapper: XmlElement): XmlElement {
  const [part] = message.type.fields;
  const [child] = wrapper.children;
  const single = message.shape === 'rpc' && message.type.fields.length === 1 && wrapper.children.length === 1;
  if (!single || part === undefined || child === undefined || child.local === part.local) return wrapper;
  return { ...wrapper, children: [{ ...child, local: part.local, uri: part.uri }] };
}

function decodeRecord(
  reading: Reading,
  type: ComplexType,
  element: XmlElement,
  path: string,
  depth: number,
): Record<string, unknown> {
  const record = createRecord();
  const layout = layoutOf(type);
  const tag = typeTag(type);
  if (tag !== undefined) record.$type = tag;
  for (const field of type.fields) {
    if (field.list) record[field.raw] = [];
    else if (field.role === 'attribute') {
      const value = element.attributes.get(expandedName(field.uri, field.local)) ?? field.fallback;
      if (value !== undefined) record[field.raw] = simpleAt(field.type, value, `${path}.${field.raw}`);
    } else if (field.role === 'text') {
      // Beside elements (mixed content), white space is layout.
      const layoutOnly = !field.required && element.text.trim() === '';
      record[field.raw] = layoutOnly ? null : simpleAt(field.type, element.text, path);
    }
  }
  for (const child of element.children) {
    const field = layout.fieldFor(child);
    if (field === undefined) continue;
    const at = path === '' ? child.local : `${path}.${child.local}`;
    const value =
      field.role === 'wildcard'
        ? ownRecord([[child.local, anyValue(reading, child, at, depth + 1)]])
        : decodeValue(reading, field.type, child, at, depth + 1, field.fallback);
    const known = record[field.raw];
    if (field.list && Array.isArray(known)) {
      // An item that is nothing is only one where the schema allows that.
      if (value !== null || field.nillable) known.push(value);
    } else if (field.role === 'wildcard' && known !== undefined) Object.assign(known as object, value);
    else record[field.raw] = value;
  }
  return record;
}

/** `fallback`: what an empty element means. */
function decodeValue(
  reading: Reading,
  declared: ValueType,
  given: XmlElement,
  path: string,
  depth: number,
  fallback = '',
): unknown {
  spend(reading, path, depth);
  const element = dereference(reading, given, path);
  if (isNil(element)) return null;
  const type = actualType(reading, declared, element);
  switch (type.kind) {
    case 'simple':
      return simpleAt(type, binaryText(reading, type, element) || fallback, path);
    case 'any':
      return anyValue(reading, element, path, depth);
    case 'complex': {
      const item = arrayItem(type);
      if (item !== undefined) {
        const entries = element.children.filter(
          (child) => type.encodedItem !== undefined || child.local === item.local,
        );
        return entries
          .map((child) => decodeValue(reading, item.type, child, `${path}.${child.local}`, depth + 1))
          .filter((value) => value !== null || item.nillable);
      }
      if (type.fields.length === 0) return anyValue(reading, element, path, depth);
      return decodeRecord(reading, type, element, path, depth);
    }
  }
}

function spend(reading: Reading, path: string, depth: number): void {
  reading.budget -= 1;
  if (reading.budget < 0) throw new DecodeError('its references multiply it beyond measure');
  if (depth > MAX_DEPTH) throw new DecodeError(`${path.slice(0, 100)}: nested deeper than ${MAX_DEPTH} levels`);
}

/** SOAP 1.1 section 5.4.1: an empty element with `href="#id"` stands for the element that has that id. */
function dereference(reading: Reading, element: XmlElement, path: string): XmlElement {
  const href = reading.encoded ? element.attributes.get('href') : undefined;
  if (href?.startsWith('#') !== true || element.children.length > 0) return element;
  const target = indexOf(reading).get(href.slice(1));
  if (target === undefined) throw new DecodeError(`${path}: refers to an element that is not in the answer`);
  return target;
}

function isNil(element: XmlElement): boolean {
  const nil = element.attributes.get(`{${XSI}}nil`)?.trim();
  return nil === 'true' || nil === '1';
}

/** The type that `xsi:type` names, where it is the declared one or derived from it; without a declared type, any. */
function actualType(reading: Reading, declared: ValueType, element: XmlElement): ValueType {
  const named = element.attributes.get(`{${XSI}}type`);
  if (named === undefined || declared.kind === 'simple') return declared;
  const { uri, local } = resolveQName(element, named);
  const actual = uri === XSD ? builtinType(local) : reading.typeNamed(uri, local);
  if (actual === undefined) return declared;
  if (declared.kind === 'any') return actual;
  return actual.kind === 'complex' && derivesFrom(actual, declared) ? actual : declared;
}

/** Base64 as text, or the MIME part that an `xop:Include` stands for. */
function binaryText(reading: Reading, type: SimpleType, element: XmlElement): string {
  if (reading.attachments === undefined || !isBinary(type)) return element.text;
  const include = element.children.find(({ local }) => local === 'Include');
  const href = include?.attributes.get('href') ?? element.attributes.get('href') ?? element.text.trim();
  return attachedText(href, reading) ?? element.text;
}

/** XOP 1.0, section 2.1, and SOAP Messages with Attachments: `cid:` and the percent-encoded Content-ID. */
export function attachedText(href: string | undefined, { attachments }: DecodeContext): string | undefined {
  if (href?.startsWith('cid:') !== true) return undefined;
  let id = href.slice(4);
  try {
    id = decodeURIComponent(id);
  } catch {
    // Not encoded after all.
  }
  const bytes = attachments?.get(id);
  if (bytes === undefined) throw new DecodeError('refers to an attachment that is not there');
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64');
}

function anyValue(reading: Reading, given: XmlElement, path: string, depth: number): unknown {
  spend(reading, path, depth);
  const element = dereference(reading, given, path);
  if (isNil(element)) return null;
  const items = reading.encoded ? untypedItems(reading, element) : undefined;
  if (items !== undefined)
    return element.children.map((child) => decodeValue(reading, items, child, `${path}.${child.local}`, depth + 1));
  const type = element.attributes.has(`{${XSI}}type`) ? actualType(reading, { kind: 'any' }, element) : undefined;
  if (type?.kind === 'simple') return simpleAt(type, element.text, path);
  if (type?.kind === 'complex' && type.fields.length > 0) return decodeRecord(reading, type, element, path, depth + 1);
  const attributes = [...element.attributes].filter(
    ([name]) => !name.startsWith('{') && !(reading.encoded && name === 'id'),
  );
  const text = element.children.length === 0 ? anyText(reading, element.text, path, depth) : undefined;
  if (text !== undefined && attributes.length === 0) return text;
  const record = ownRecord(attributes.map(([name, value]) => [`@${name}`, value]));
  const values = new Map<string, unknown[]>();
  for (const child of element.children) {
    const value = anyValue(reading, child, `${path}.${child.local}`, depth + 1);
    const sameName = values.get(child.local);
    if (sameName === undefined) values.set(child.local, [value]);
    else sameName.push(value);
  }
  for (const [name, same] of values) record[name] = same.length === 1 ? same[0] : same;
  if (text !== undefined && element.text.trim() !== '') record.$value = text;
  return record;
}

/** A text, or by the name of its root element what the XML document holds that it is. */
function anyText(reading: Reading, text: string, path: string, depth: number): unknown {
  const root = reading.documents && text.trimStart().startsWith('<') ? documentIn(text.trim()) : undefined;
  if (root === undefined) return text;
  // No further: each document in a document would be read once more.
  return ownRecord([[root.local, anyValue(createReading(root, false, reading), root, path, depth + 1)]]);
}

function documentIn(text: string): XmlElement | undefined {
  try {
    return readTree(text);
  } catch (error) {
    if (error instanceof XmlError) return undefined;
    throw error;
  }
}

/** What the items of an array of SOAP encoding are, by what it says itself (SOAP 1.1, section 5.4.2). */
function untypedItems(reading: Reading, element: XmlElement): ValueType | undefined {
  const arrayType = element.attributes.get(`{${SOAP11_ENCODING}}arrayType`)?.trim();
  if (arrayType === undefined) return undefined;
  const name = /^([^[\]]+)\[[\d,]*\]$/.exec(arrayType)?.[1];
  if (name === undefined) return { kind: 'any' };
  const { uri, local } = resolveQName(element, name);
  return (uri === XSD ? builtinType(local) : reading.typeNamed(uri, local)) ?? { kind: 'any' };
}

/** Without a prototype: names come from the upstream. */
function ownRecord(entries: readonly (readonly [string, unknown])[]): Record<string, unknown> {
  const record = createRecord();
  for (const [name, value] of entries) record[name] = value;
  return record;
}

function simpleAt(type: ValueType, text: string, path: string): unknown {
  if (type.kind !== 'simple') return text;
  try {
    return decodeSimple(type, text);
  } catch (error) {
    throw DecodeError.at(path, error);
  }
}

interface Layout {
  readonly fieldFor: (child: XmlElement) => Field | undefined;
}

const layouts = new WeakMap<ComplexType, Layout>();

/** By namespace and name; by name alone where that is unambiguous, since many servers get qualification wrong. */
function layoutOf(type: ComplexType): Layout {
  const known = layouts.get(type);
  if (known !== undefined) return known;
  const byLocal = new Map<string, Field[]>();
  const elements = type.fields.filter(({ role }) => role === 'element');
  for (const field of elements) byLocal.set(field.local, [...(byLocal.get(field.local) ?? []), field]);
  const wildcard = type.fields.find(({ role }) => role === 'wildcard');
  const layout: Layout = {
    fieldFor(child) {
      const candidates = byLocal.get(child.local) ?? [];
      const exact = candidates.find(({ uri }) => uri === child.uri);
      return exact ?? (candidates.length === 1 ? candidates[0] : wildcard);
    },
  };
  layouts.set(type, layout);
  return layout;
}
