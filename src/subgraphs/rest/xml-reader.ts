// The XML of an answer → a record under upstream names, as the type of its field describes it. Compiled once a field.
import {
  getNamedType,
  isListType,
  isNonNullType,
  isObjectType,
  isUnionType,
  type GraphQLObjectType,
  type GraphQLOutputType,
} from 'graphql';
import { directiveArgs } from '../local/hub-directives.ts';
import { upstreamShape } from '../local/upstream-shapes.ts';
import { isRecord } from './serialize.ts';
import { localName, readXmlField, type XmlField } from './xml-field.ts';
import { parseXml, type XmlElement } from './xml-tree.ts';

type ReadElement = (element: XmlElement) => unknown;

/** Throws SyntaxError where the text is not XML. */
export function compileXmlReader(type: GraphQLOutputType): (text: string) => unknown {
  const read = compileElement(type, new Map());
  return (text) => read(parseXml(text));
}

interface ReadField {
  readonly xml: XmlField;
  readonly list: boolean;
  readonly read: ReadElement;
  /** Names that an item of the list would have inside: an element with one of them is an item, not a wrapper. */
  readonly inner: ReadonlySet<string>;
}

function compileElement(type: GraphQLOutputType, known: Map<GraphQLObjectType, ReadElement>): ReadElement {
  if (isNonNullType(type)) return compileElement(type.ofType, known);
  if (isListType(type)) {
    const values = valuesOf(type, known);
    if (values !== undefined) return (element) => restOf(element, new Set(), values);
    const one = compileElement(type.ofType, known);
    return (element) => element.children.map(one);
  }
  if (isUnionType(type)) {
    // Which member it is shows in what it holds, so whatever any of them would find is read.
    const members = type.getTypes().map((one) => compileElement(one, known));
    return (element) => {
      const records = members.map((read) => read(element)).filter(isRecord);
      return records.length === 0 ? null : (Object.assign({}, ...records) as unknown);
    };
  }
  if (!isObjectType(type)) return scalarReader(getNamedType(type).name);
  const before = known.get(type);
  if (before !== undefined) return before;
  const fields: ReadField[] = [];
  let rest: ReadElement | undefined;
  const readRecord: ReadElement = (element) => {
    if (isNil(element)) return null;
    const from = envelopeOf(element, fields);
    const record = Object.fromEntries(
      fields.flatMap((field) => {
        const value = readField(from, field);
        return value === undefined ? [] : [[field.xml.raw, value]];
      }),
    );
    if (rest === undefined) return record;
    return { ...restOf(from, new Set(fields.map(({ xml }) => localName(xml.name))), rest), ...record };
  };
  known.set(type, readRecord);
  for (const field of Object.values(type.getFields())) {
    if (directiveArgs(field.astNode, 'additional') !== undefined) {
      rest = valuesOf(field.type, known) ?? readUntyped;
      continue;
    }
    const item = itemType(field.type);
    const named = getNamedType(field.type);
    fields.push({
      xml: readXmlField(field),
      list: item !== undefined,
      read: compileElement(item ?? field.type, known),
      inner: new Set(isObjectType(named) ? Object.values(named.getFields()).map((one) => readXmlField(one).name) : []),
    });
  }
  return readRecord;
}

/** How the values of a list of keys and values are read; undefined where it is a list of something else. */
function valuesOf(type: GraphQLOutputType, known: Map<GraphQLObjectType, ReadElement>): ReadElement | undefined {
  const entry = getNamedType(type);
  if (!isObjectType(entry) || upstreamShape(entry) !== 'entries') return undefined;
  const value = entry.getFields().value?.type;
  return value === undefined ? undefined : compileElement(value, known);
}

/** The children that no field stands for, by name; of several of one name, a list. */
function restOf(element: XmlElement, taken: ReadonlySet<string>, read: ReadElement): Record<string, unknown> {
  const values = new Map<string, unknown[]>();
  for (const child of element.children) {
    const name = localName(child.name);
    if (!taken.has(name)) values.set(name, [...(values.get(name) ?? []), read(child)]);
  }
  return Object.fromEntries([...values].map(([name, all]) => [name, all.length === 1 ? all[0] : all]));
}

function itemType(type: GraphQLOutputType): GraphQLOutputType | undefined {
  if (isNonNullType(type)) return itemType(type.ofType);
  return isListType(type) ? type.ofType : undefined;
}

function readField(element: XmlElement, field: ReadField): unknown {
  const { xml, list, read } = field;
  if (xml.place === 'text') return element.text.trim();
  const wanted = localName(xml.name);
  if (xml.place === 'element') {
    const found = element.children.filter(({ name }) => localName(name) === wanted);
    const [first] = found;
    if (first !== undefined) return list ? itemsOf(found, field).map(read) : isNil(first) ? null : read(first);
  }
  const attribute = Object.entries(element.attributes).find(([name]) => localName(name) === wanted)?.[1];
  if (attribute === undefined) return undefined;
  return read({ name: xml.name, attributes: {}, children: [], text: attribute });
}

/** The items of a list: the elements themselves, or what is inside the one that wraps them. */
function itemsOf(found: readonly XmlElement[], { xml, inner }: ReadField): readonly XmlElement[] {
  const [only] = found;
  if (only === undefined || found.length > 1) return found;
  if (xml.item !== undefined) return only.children;
  const names = new Set(only.children.map(({ name }) => localName(name)));
  const [name] = names;
  if (name === undefined) return only.text.trim() === '' && Object.keys(only.attributes).length === 0 ? [] : found;
  return names.size === 1 && !inner.has(name) ? only.children : found;
}

/** `<XResponse><XResult>…`: where nothing of the type is in the element, it is in the one element inside. */
function envelopeOf(element: XmlElement, fields: readonly ReadField[]): XmlElement {
  const wanted = new Set(fields.map(({ xml }) => localName(xml.name)));
  const has = ({ children, attributes }: XmlElement): boolean =>
    [...children.map(({ name }) => name), ...Object.keys(attributes)].some((name) => wanted.has(localName(name)));
  if (has(element)) return element;
  return element.children.find(has) ?? element;
}

function isNil({ attributes }: XmlElement): boolean {
  return Object.entries(attributes).some(([name, value]) => localName(name) === 'nil' && value === 'true');
}

function scalarReader(name: string): ReadElement {
  switch (name) {
    case 'Int':
    case 'Float':
      return ({ text }) => (text.trim() === '' ? null : Number(text));
    case 'Boolean':
      return ({ text }) => (text.trim() === '' ? null : ['true', '1'].includes(text.trim().toLowerCase()));
    case 'JSON':
      return readUntyped;
    default:
      return (element) => (element.children.length === 0 ? element.text.trim() : JSON.stringify(readUntyped(element)));
  }
}

/** Elements as keys, attributes with an "@" before them, repeated elements as lists. */
function readUntyped(element: XmlElement): unknown {
  const attributes = Object.entries(element.attributes).filter(([name]) => !name.startsWith('xmlns'));
  if (element.children.length === 0 && attributes.length === 0) return element.text.trim();
  const values = new Map<string, unknown[]>();
  for (const child of element.children) {
    const before = values.get(child.name);
    if (before === undefined) values.set(child.name, [readUntyped(child)]);
    else before.push(readUntyped(child));
  }
  const text = element.text.trim();
  return Object.fromEntries([
    ...attributes.map(([name, value]) => [`@${name}`, value] as const),
    ...[...values].map(([name, all]) => [name, all.length === 1 ? all[0] : all] as const),
    ...(text === '' ? [] : [['#text', text] as const]),
  ]);
}
