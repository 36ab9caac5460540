// Documentation of WSDL and XSD components as plain text for GraphQL descriptions.
import { WSDL, XSD } from './namespaces.ts';
import { childOf, childrenOf, type XmlElement } from './xml-tree.ts';

const MAX_LENGTH = 2_000;
/** What is looked at of it; the rest is not shown either way. */
const MAX_READ = 20_000;

/** Text of `xs:annotation/xs:documentation` or `wsdl:documentation`, white space folded; undefined where there is none. */
export function documentationOf(node: XmlElement): string | undefined {
  if (node.children.length === 0) return undefined;
  const annotation = childOf(node, XSD, 'annotation');
  const nodes =
    annotation === undefined ? childrenOf(node, WSDL, 'documentation') : childrenOf(annotation, XSD, 'documentation');
  if (nodes.length === 0) return undefined;
  const text = nodes
    .map(allText)
    .join('\n')
    .slice(0, MAX_READ)
    .replaceAll(/<[^<>]*>/g, ' ')
    .replaceAll(/[^\S\n]+/g, ' ')
    .replaceAll(/ ?\n\s*/g, '\n')
    .trim();
  if (text === '') return undefined;
  return text.length > MAX_LENGTH ? `${text.slice(0, MAX_LENGTH)}…` : text;
}

function allText(node: XmlElement): string {
  return [node.text, ...node.children.map(allText)].join(' ');
}
