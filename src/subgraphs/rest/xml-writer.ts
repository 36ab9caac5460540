// A value under upstream names → the XML that its input type describes. Compiled once a field.
import {
  isInputObjectType,
  isListType,
  isNonNullType,
  type GraphQLInputObjectType,
  type GraphQLInputType,
} from 'graphql';
import { isGiven, isRecord } from './serialize.ts';
import { toText } from './to-text.ts';
import { readXmlField, safeName, xmlName, type XmlField, type XmlName } from './xml-field.ts';

type WriteElement = (name: XmlName, value: unknown) => string;

/**
 * @param root name of the outermost element, with its namespace: `Pet xmlns="urn:pets"`. For a list, the name of its items
 * follows: `Pets/Pet`.
 */
export function compileXmlWriter(type: GraphQLInputType | undefined, root: string): (value: unknown) => string {
  const [, outer = root, inner] = /^((?:[^"/]|"[^"]*")+)(?:\/(.+))?$/s.exec(root) ?? [];
  const item = xmlName(inner ?? 'item');
  const write = type === undefined ? writeUntyped : compileElement(type, item, new Map());
  const name = xmlName(outer);
  return (value) => `<?xml version="1.0" encoding="UTF-8"?>${write(name, value)}`;
}

function compileElement(
  type: GraphQLInputType,
  item: XmlName | undefined,
  known: Map<GraphQLInputObjectType, WriteElement>,
): WriteElement {
  if (isNonNullType(type)) return compileElement(type.ofType, item, known);
  if (isListType(type)) {
    const one = compileElement(type.ofType, undefined, known);
    const all = (name: XmlName, value: unknown): string =>
      (Array.isArray(value) ? value : [value]).map((inner) => one(name, inner)).join('');
    return item === undefined ? all : (name, value) => (isGiven(value) ? element(name, [], all(item, value)) : '');
  }
  if (!isInputObjectType(type)) return writeUntyped;
  const before = known.get(type);
  if (before !== undefined) return before;
  const fields: { readonly xml: XmlField; readonly write: WriteElement }[] = [];
  const written: WriteElement = (name, value) => {
    if (!isRecord(value)) return isGiven(value) ? element(name, [], escapeText(toText(value))) : '';
    const attributes: string[] = [];
    let content = '';
    for (const { xml, write } of fields) {
      const inner = value[xml.raw];
      if (!isGiven(inner)) continue;
      if (xml.place === 'attribute') {
        if (xml.declaration !== undefined) attributes.push(xml.declaration);
        attributes.push(`${xml.name}="${escapeAttribute(toText(inner))}"`);
      } else content += xml.place === 'text' ? escapeText(toText(inner)) : write(xml, inner);
    }
    return element(name, attributes, content);
  };
  known.set(type, written);
  for (const field of Object.values(type.getFields())) {
    const xml = readXmlField(field);
    fields.push({ xml, write: compileElement(field.type, xml.item, known) });
  }
  return written;
}

/** What no type describes: keys become elements, lists repeat theirs. */
function writeUntyped(name: XmlName, value: unknown): string {
  if (!isGiven(value)) return '';
  if (Array.isArray(value)) return value.map((item) => writeUntyped(name, item)).join('');
  if (!isRecord(value)) return element(name, [], escapeText(toText(value)));
  const content = Object.entries(value).map(([key, inner]) =>
    writeUntyped({ name: safeName(key), declaration: undefined }, inner),
  );
  return element(name, [], content.join(''));
}

/** Several attributes may need the same namespace, which is declared once. */
function element({ name, declaration }: XmlName, attributes: readonly string[], content: string): string {
  const all = new Set([...(declaration === undefined ? [] : [declaration]), ...attributes]);
  return `<${[name, ...all].join(' ')}>${content}</${name}>`;
}

/** Characters that XML 1.0 cannot carry at all (section 2.2) are dropped. */
function escapeText(text: string): string {
  return text
    .toWellFormed()
    .replaceAll(/[^\t\n\r\u{20}-\u{d7ff}\u{e000}-\u{fffd}\u{10000}-\u{10ffff}]/gu, '')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('\r', '&#13;');
}

function escapeAttribute(text: string): string {
  return escapeText(text).replaceAll('"', '&quot;').replaceAll('\n', '&#10;').replaceAll('\t', '&#9;');
}
