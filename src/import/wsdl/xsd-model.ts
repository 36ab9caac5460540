// The value types of a WSDL, resolved: what xsd-types.ts makes of the schemas, what the SDL mapping prints, and what the
// SOAP connector encodes and decodes by. Importer and connector share it, so both agree on the raw names:
// an element is under its local name, an attribute under "@name", the text of an element under "$value", what a wildcard
// matched under "$any". A repeated element is always an array, a pure array wrapper is the array itself. Which type of a
// family of derived types a record is of stands under "$type"; to send one of a derived type, it goes under "$as:" and the
// expanded name of that type, in the place of the fields of the declared one.
import { expandedName } from './xml-tree.ts';

/** GraphQL scalars of XSD values. Long and Decimal are exact; DateTime and Date are the text as it was sent. */
export type XsdScalar = 'String' | 'Int' | 'Long' | 'Float' | 'Decimal' | 'Boolean' | 'DateTime' | 'Date';

export interface SimpleType {
  readonly kind: 'simple';
  readonly scalar: XsdScalar;
  /** Local name of the XSD built-in it comes from: `xsi:type` of encoded messages, and error messages. */
  readonly builtin: string;
  /** An `xs:list`: the value is an array, written with spaces between. */
  readonly list: boolean;
  /** What its facets say ("matches [A-Z]{3}; at most 10 characters"), for documentation. */
  readonly facets?: string;
  readonly enumeration?: Enumeration;
  /** Of a named type. */
  readonly name?: TypeName;
}

export interface Enumeration {
  readonly name: string;
  /** Identity across uses; the same type is one GraphQL enum. */
  readonly id: string;
  readonly values: readonly { readonly value: string; readonly documentation: string | undefined }[];
  readonly documentation: string | undefined;
}

export interface TypeName {
  readonly uri: string;
  readonly local: string;
}

export interface ComplexType {
  readonly kind: 'complex';
  /** Identity; two types of one local name in two namespaces have two ids. */
  readonly id: string;
  /** What a GraphQL type for it should be called; anonymous types are named by their elements. */
  readonly suggestedName: string;
  readonly name: TypeName | undefined;
  readonly documentation: string | undefined;
  /** In document order; filled after construction, because types may be recursive. */
  readonly fields: Field[];
  readonly base: ComplexType | undefined;
  readonly abstract: boolean;
  /** Named types that extend or restrict it, at any depth, whose values may stand in its place; filled with `fields`. */
  readonly derived: ComplexType[];
  /** A SOAP-encoded array: its items, whose element name is free. */
  readonly encodedItem?: Field;
}

/** Any XML: `xs:anyType` (`declared`), or a type that the description does not define. */
export interface AnyType {
  readonly kind: 'any';
  readonly declared?: true;
}

export type ValueType = SimpleType | ComplexType | AnyType;

export interface Field {
  readonly role: 'element' | 'attribute' | 'text' | 'wildcard' | 'attachment';
  /** Name in raw records. */
  readonly raw: string;
  readonly local: string;
  /** Namespace on the wire; '' for unqualified. */
  readonly uri: string;
  readonly type: ValueType;
  /** May occur more than once: an array in raw records. */
  readonly list: boolean;
  readonly required: boolean;
  readonly nillable: boolean;
  readonly documentation: string | undefined;
  /** XSD `default` or `fixed`: what an empty element, or an attribute that is not there, means. */
  readonly fallback?: string;
  /** The fallback is the only value there may be. */
  readonly fixed?: true;
  /** The sequence that repeats it: fields of one sequence take turns on the wire. */
  readonly turn?: object;
}

/** The raw name of an element: a dot in it would be a step of `at`. */
export function rawName(local: string): string {
  return local.replaceAll('.', '_');
}

export const ANY: AnyType = { kind: 'any', declared: true };
export const UNKNOWN: AnyType = { kind: 'any' };

/**
 * The items of a type that is nothing but an array: one repeated element and nothing beside it, or a SOAP-encoded array.
 * Undefined for every other type, for types that would only ever contain arrays of themselves, and for arrays of arrays
 * beyond all reason.
 */
export function arrayItem(type: ValueType): Field | undefined {
  const item = directItem(type);
  const seen = new Set<ValueType>([type]);
  for (let inner = item; inner !== undefined; inner = directItem(inner.type)) {
    if (seen.has(inner.type) || seen.size > MAX_DIMENSIONS) return undefined;
    seen.add(inner.type);
  }
  return item;
}

/** Bytes as base64 text; what MTOM sends beside the message instead. */
export function isBinary(type: ValueType): boolean {
  return type.kind === 'simple' && !type.list && BINARY.has(type.builtin);
}

/** WS-I Attachments Profile 1.0, section 4.4: the element holds the reference to a MIME part. */
export function isSwaRef(type: SimpleType): boolean {
  return type.builtin === 'swaRef';
}

const MAX_DIMENSIONS = 16;
const BINARY = new Set(['base64Binary', 'base64', 'swaRef']);

/** Whether values of the type say in `$type` which type of its family they are of; undefined where it has no family. */
export function typeTag(type: ComplexType): string | undefined {
  if (type.name === undefined) return undefined;
  const { uri, local } = type.name;
  let inFamily = type.derived.length > 0;
  for (let base = type.base; base !== undefined && !inFamily; base = base.base) inFamily = base.derived.includes(type);
  return inFamily ? expandedName(uri, local) : undefined;
}

/** Where in a raw argument a value of a derived type goes, in place of the fields of the declared one. */
export function derivedKey({ name }: ComplexType): string {
  return `$as:${name === undefined ? '' : expandedName(name.uri, name.local)}`;
}

function directItem(type: ValueType): Field | undefined {
  if (type.kind !== 'complex') return undefined;
  if (type.encodedItem !== undefined) return type.encodedItem;
  const [only] = type.fields;
  return type.fields.length === 1 && only?.role === 'element' && only.list ? only : undefined;
}
