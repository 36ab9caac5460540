// XML text in, a tree with namespaces resolved out. Reads WSDL and XSD for the importer; they are hostile until proven
// otherwise, so size, depth and what a DOCTYPE may declare are limited.
import { SaxesParser } from 'saxes';
import { meantNamespace, SOAP11_BINDING, SOAP12_BINDING, WSDL, XSD } from './namespaces.ts';
import { plainEntities } from './plain-entities.ts';

/** An element; attributes are keyed by `{namespace}local`, or the bare name where they have no namespace. */
export interface XmlElement {
  readonly local: string;
  readonly uri: string;
  readonly attributes: ReadonlyMap<string, string>;
  readonly children: readonly XmlElement[];
  /** All character data directly inside, CDATA included, in order. */
  readonly text: string;
  readonly scope: NamespaceScope;
  /** What it stands in; only in descriptions. */
  readonly parent?: XmlElement;
}

/** Prefixes in force at an element; QNames in attribute values and content need them. */
export interface NamespaceScope {
  readonly bindings: Readonly<Record<string, string>>;
  readonly parent: NamespaceScope | undefined;
}

/** The text is not XML that the hub reads; `hostile` where a limit or a forbidden construct was met. */
export class XmlError extends Error {
  override readonly name = 'XmlError';
  readonly reason: 'syntax' | 'doctype' | 'limit';

  constructor(reason: 'syntax' | 'doctype' | 'limit', message: string) {
    super(message);
    this.reason = reason;
  }
}

interface Building {
  readonly local: string;
  readonly uri: string;
  readonly attributes: ReadonlyMap<string, string>;
  readonly children: Building[];
  text: string;
  readonly scope: NamespaceScope;
  readonly parent?: Building;
}

const LIMITS = {
  maxDepth: 200,
  maxElements: 150_000,
  maxName: 1_000,
  maxAttributes: 1_000,
  maxReferences: 200_000,
  maxMarks: 2_000_000,
};
const NO_ATTRIBUTES: ReadonlyMap<string, string> = new Map();
const XMLNS = 'http://www.w3.org/2000/xmlns/';

/** What some descriptions use without declaring it. Any other undeclared prefix is a namespace that nobody knows. */
const CONVENTIONAL: Readonly<Record<string, string>> = {
  soap: SOAP11_BINDING,
  soap12: SOAP12_BINDING,
  wsdl: WSDL,
  xs: XSD,
  xsd: XSD,
};
function resolveUndeclared(prefix: string): string | undefined {
  if (prefix === '') return undefined;
  return Object.hasOwn(CONVENTIONAL, prefix) ? CONVENTIONAL[prefix] : `urn:undeclared:${prefix}`;
}

/** What the documents of one description cost so far: the limits are for all of them together. */
export interface XmlUse {
  elements: number;
  references: number;
  marks: number;
}

export function createXmlUse(): XmlUse {
  return { elements: 0, references: 0, marks: 0 };
}

/**
 * Parses a whole document. A DOCTYPE is passed over where it declares nothing; nothing external is ever fetched.
 * `declarations`: how a DOCTYPE may declare something of its own: `harmless` takes entities that are short plain text, as
 * some public schemas have them. Throws XmlError.
 */
export function parseXml(
  text: string,
  declarations: 'none' | 'harmless' = 'none',
  used: XmlUse = createXmlUse(),
): XmlElement {
  assertFewReferences(text, used);
  assertFewMarks(text, used);
  const parser = new SaxesParser({ xmlns: true, resolvePrefix: resolveUndeclared });
  const stack: Building[] = [];
  let root: Building | undefined;
  let attributes = 0;
  parser.on('error', (error) => {
    throw new XmlError('syntax', `not well-formed XML: ${error.message}`);
  });
  parser.on('doctype', (doctype) => {
    if (!doctype.includes('[')) return;
    const entities = declarations === 'harmless' ? plainEntities(doctype, text) : undefined;
    if (entities === undefined)
      throw new XmlError('doctype', 'a DOCTYPE with declarations is not accepted here: remove it from the document');
    Object.assign(parser.ENTITIES, entities);
  });
  parser.on('attribute', () => {
    attributes += 1;
    if (attributes > LIMITS.maxAttributes)
      throw new XmlError('limit', `an element with more than ${LIMITS.maxAttributes} attributes`);
  });
  parser.on('opentag', (tag) => {
    attributes = 0;
    used.elements += 1;
    if (used.elements > LIMITS.maxElements) throw new XmlError('limit', `more than ${LIMITS.maxElements} XML elements`);
    if (stack.length >= LIMITS.maxDepth)
      throw new XmlError('limit', `XML nested deeper than ${LIMITS.maxDepth} levels`);
    const parent = stack.at(-1);
    if (tag.local.length > LIMITS.maxName) throw tooLong(tag.local);
    const element: Building = {
      local: tag.local,
      uri: meantNamespace(tag.uri),
      attributes: readAttributes(tag.attributes),
      children: [],
      text: '',
      scope: scopeOf(tag.ns, parent?.scope),
      ...(parent === undefined ? {} : { parent }),
    };
    if (parent === undefined) root = element;
    else parent.children.push(element);
    stack.push(element);
  });
  parser.on('closetag', () => void stack.pop());
  const append = (chunk: string) => {
    const top = stack.at(-1);
    if (top !== undefined) top.text += chunk;
  };
  parser.on('text', append);
  parser.on('cdata', append);
  // Some servers print a line before the declaration.
  parser.write(text.trimStart()).close();
  if (root === undefined) throw new XmlError('syntax', 'not well-formed XML: there is no root element');
  return root;
}

/** Each costs many times its length while the text around it is put together. */
function assertFewReferences(text: string, used: XmlUse): void {
  for (let at = text.indexOf('&'); at >= 0; at = text.indexOf('&', at + 1)) used.references += 1;
  if (used.references > LIMITS.maxReferences)
    throw new XmlError('limit', `more than ${LIMITS.maxReferences} entity references`);
}

/** At each of these the parser looks up, in comments, sections and attributes: what it has read so far grows by a piece. */
const MARKS = ['-', ']', '?', '\r', '\n', '\t'];

function assertFewMarks(text: string, used: XmlUse): void {
  for (const mark of MARKS) {
    for (let at = text.indexOf(mark); at >= 0; at = text.indexOf(mark, at + 1)) {
      used.marks += 1;
      if (used.marks > LIMITS.maxMarks)
        throw new XmlError('limit', `more than ${LIMITS.maxMarks} hyphens, brackets, question marks, tabs and lines`);
    }
  }
}

function scopeOf(bindings: Record<string, string>, parent: NamespaceScope | undefined): NamespaceScope {
  if (parent !== undefined && Object.keys(bindings).length === 0) return parent;
  const meant = Object.create(null) as Record<string, string>;
  for (const [prefix, uri] of Object.entries(bindings)) meant[prefix] = meantNamespace(uri);
  return { bindings: meant, parent };
}

function tooLong(name: string): XmlError {
  return new XmlError('limit', `a name of ${name.length} characters, beginning with "${name.slice(0, 40)}"`);
}

function readAttributes(
  raw: Record<string, { readonly uri: string; readonly local: string; readonly value: string }>,
): ReadonlyMap<string, string> {
  let attributes: Map<string, string> | undefined;
  for (const { uri, local, value } of Object.values(raw)) {
    if (uri === XMLNS) continue;
    // Nearly all are in no namespace.
    const name = uri === '' ? local : expandedName(meantNamespace(uri), local);
    if (name === 'name' && value.length > LIMITS.maxName) throw tooLong(value);
    (attributes ??= new Map<string, string>()).set(name, value);
  }
  return attributes ?? NO_ATTRIBUTES;
}

/** The namespace a prefix stands for; '' (no prefix) is the default namespace. */
function resolvePrefix(scope: NamespaceScope | undefined, prefix: string): string | undefined {
  for (let current = scope; current !== undefined; current = current.parent) {
    const uri = current.bindings[prefix];
    if (uri !== undefined) return uri;
  }
  return prefix !== '' && Object.hasOwn(CONVENTIONAL, prefix) ? CONVENTIONAL[prefix] : '';
}

/** `{namespace}local`, or `local` where there is no namespace: the key of everything in a WSDL model. */
export function expandedName(uri: string, local: string): string {
  return uri === '' ? local : `{${uri}}${local}`;
}

/** A QName in an attribute value or in content. An unbound prefix yields the local name without a namespace. */
export function resolveQName(
  element: Pick<XmlElement, 'scope'>,
  qname: string,
): { readonly uri: string; readonly local: string } {
  const trimmed = qname.trim();
  const colon = trimmed.indexOf(':');
  const prefix = colon < 0 ? '' : trimmed.slice(0, colon);
  return { uri: resolvePrefix(element.scope, prefix) ?? '', local: trimmed.slice(colon + 1) };
}

/** First child with that namespace and name. */
export function childOf(element: XmlElement, uri: string, local: string): XmlElement | undefined {
  return element.children.find((child) => child.local === local && child.uri === uri);
}

export function childrenOf(element: XmlElement, uri: string, local: string): XmlElement[] {
  return element.children.filter((child) => child.local === local && child.uri === uri);
}
