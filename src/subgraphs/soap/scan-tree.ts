// The element whose start tag a scanner has just read → a tree: faults, headers, encoded messages and untyped content.
import type { XmlElement } from '../../import/wsdl/xml-tree.ts';
import { XmlScanner } from './xml-scanner.ts';

/** The root of a document. Throws XmlError. */
export function readTree(document: string): XmlElement {
  const scanner = new XmlScanner(document);
  scanner.openRoot();
  const root = scanTree(scanner);
  scanner.finish();
  return root;
}

/** Reads the element to its end. Throws XmlError; the scanner's limit of depth bounds the recursion. */
export function scanTree(scanner: XmlScanner): XmlElement {
  const { name, scope } = scanner;
  const attributes = new Map<string, string>();
  for (let i = 0; i < scanner.attributes.length; i += 2) {
    const { uri, local } = scanner.attributeName(scanner.attributes[i] ?? '');
    attributes.set(uri === '' ? local : `{${uri}}${local}`, scanner.attributes[i + 1] ?? '');
  }
  const children: XmlElement[] = [];
  const text = scanner.readText(() => children.push(scanTree(scanner)));
  return { local: name.local, uri: name.uri, attributes, children, text, scope };
}
