// XML text in, a tree with namespaces resolved out. Reads WSDL and XSD for the importer and SOAP answers for the
// connector; both are hostile until proven otherwise, so entities are never declared and size and depth are limited.
import { SaxesParser } from 'saxes';

/** An element; attributes are keyed by `{namespace}local`, or the bare name where they have no namespace. */
export interface XmlElement {
  readonly local: string;
  readonly uri: string;
  readonly attributes: ReadonlyMap<string, string>;
  readonly children: readonly XmlElement[];
  /** All character data directly inside, CDATA included, in order. */
  readonly text: string;
  readonly scope: NamespaceScope;
}

/** Prefixes in force at an element; QNames in attribute values and content need them. */
export interface NamespaceScope {
  readonly bindings: Readonly<Record<string, string>>;
  readonly parent: NamespaceScope | undefined;
}

export interface XmlLimits {
  readonly maxDepth: number;
  readonly maxElements: number;
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
  readonly attributes: Map<string, string>;
  readonly children: Building[];
  text: string;
  readonly scope: NamespaceScope;
}

const DEFAULT_LIMITS: XmlLimits = { maxDepth: 200, maxElements: 500_000 };
const XMLNS = 'http://www.w3.org/2000/xmlns/';

/**
 * Parses a whole document. `doctype: "plain"` allows a DOCTYPE without an internal subset (nothing is ever fetched or
 * expanded); by default any DOCTYPE is refused. Throws XmlError.
 */
export function parseXml(
  text: string,
  options: { readonly doctype?: 'plain' | 'none'; readonly limits?: XmlLimits } = {},
): XmlElement {
  const limits = options.limits ?? DEFAULT_LIMITS;
  const parser = new SaxesParser({ xmlns: true });
  const stack: Building[] = [];
  let root: Building | undefined;
  let elements = 0;
  parser.on('error', (error) => {
    throw new XmlError('syntax', `not well-formed XML: ${error.message}`);
  });
  parser.on('doctype', (doctype) => {
    if (options.doctype === 'plain' && !doctype.includes('[')) return;
    throw new XmlError('doctype', 'a DOCTYPE with declarations is not accepted here: remove it from the document');
  });
  parser.on('opentag', (tag) => {
    elements += 1;
    if (elements > limits.maxElements) throw new XmlError('limit', `more than ${limits.maxElements} XML elements`);
    if (stack.length >= limits.maxDepth)
      throw new XmlError('limit', `XML nested deeper than ${limits.maxDepth} levels`);
    const parent = stack.at(-1);
    const element: Building = {
      local: tag.local,
      uri: tag.uri,
      attributes: readAttributes(tag.attributes),
      children: [],
      text: '',
      scope: scopeOf(tag.ns, parent?.scope),
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
  parser.write(text).close();
  if (root === undefined) throw new XmlError('syntax', 'not well-formed XML: there is no root element');
  return root;
}

function scopeOf(bindings: Record<string, string>, parent: NamespaceScope | undefined): NamespaceScope {
  if (parent !== undefined && Object.keys(bindings).length === 0) return parent;
  return { bindings: Object.assign(Object.create(null) as Record<string, string>, bindings), parent };
}

function readAttributes(
  raw: Record<string, { readonly uri: string; readonly local: string; readonly value: string }>,
): Map<string, string> {
  const attributes = new Map<string, string>();
  for (const attribute of Object.values(raw)) {
    if (attribute.uri === XMLNS) continue;
    const name = attribute.uri === '' ? attribute.local : `{${attribute.uri}}${attribute.local}`;
    attributes.set(name, attribute.value);
  }
  return attributes;
}

/** The namespace a prefix stands for; '' (no prefix) is the default namespace. Undefined where it is not bound. */
function resolvePrefix(scope: NamespaceScope | undefined, prefix: string): string | undefined {
  for (let current = scope; current !== undefined; current = current.parent) {
    const uri = current.bindings[prefix];
    if (uri !== undefined) return uri;
  }
  return prefix === '' ? '' : undefined;
}

/** `{namespace}local`, or `local` where there is no namespace: the key of everything in a WSDL model. */
export function expandedName(uri: string, local: string): string {
  return uri === '' ? local : `{${uri}}${local}`;
}

/** A QName in an attribute value or in content. An unbound prefix yields the local name without a namespace. */
export function resolveQName(element: XmlElement, qname: string): { readonly uri: string; readonly local: string } {
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
