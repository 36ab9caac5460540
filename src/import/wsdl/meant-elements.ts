// A description whose elements are in a namespace of its own, because its default namespace is not that of WSDL → the same
// with the elements that it means, told by where they stand. Called by the reader of documents.
import { SOAP11_BINDING, WSDL, WSDL20, XSD } from './namespaces.ts';
import type { XmlElement } from './xml-tree.ts';

/** Undefined where the root is a WSDL as it is, or nothing that could be meant as one. */
export function meantDefinitions(root: XmlElement): XmlElement | undefined {
  if (root.local !== 'definitions' || root.uri === WSDL || root.uri === WSDL20) return undefined;
  const named = new Set(root.children.filter(({ uri }) => uri === root.uri).map(({ local }) => local));
  return named.has('portType') && named.has('binding') ? meant(root, root.uri, undefined) : undefined;
}

interface Meant extends XmlElement {
  readonly children: XmlElement[];
}

function meant(element: XmlElement, miswritten: string, parent: XmlElement | undefined): XmlElement {
  const uri = element.uri === miswritten ? namespaceOf(element.local, parent) : element.uri;
  const copy: Meant = { ...element, uri, children: [], ...(parent === undefined ? {} : { parent }) };
  copy.children.push(...element.children.map((child) => meant(child, miswritten, copy)));
  return copy;
}

function namespaceOf(local: string, parent: XmlElement | undefined): string {
  if (local === 'schema' || parent?.uri === XSD) return XSD;
  // What says how to call stands inside what is called, mostly under the same name.
  const isExtension = local === 'body' || local === 'header' || local === 'address' || parent?.local === local;
  return isExtension ? SOAP11_BINDING : WSDL;
}
