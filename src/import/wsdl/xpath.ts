// An element of a description → the XPath that leads to it, for the import report. Prefixes are the usual ones.
import { HTTP_BINDING, MIME_BINDING, SOAP11_BINDING, SOAP12_BINDING, WSDL, XSD } from './namespaces.ts';
import type { XmlElement } from './xml-tree.ts';

const PREFIXES: Readonly<Record<string, string>> = {
  [WSDL]: 'wsdl:',
  [XSD]: 'xs:',
  [SOAP11_BINDING]: 'soap:',
  [SOAP12_BINDING]: 'soap12:',
  [HTTP_BINDING]: 'http:',
  [MIME_BINDING]: 'mime:',
};
/** What tells siblings apart, where it is there. */
const IDENTITIES = ['name', 'targetNamespace', 'ref', 'schemaLocation', 'location'];
const MAX_VALUE = 80;

export function xpathOf(element: XmlElement): string {
  const steps: string[] = [];
  for (let at: XmlElement | undefined = element; at !== undefined; at = at.parent) steps.unshift(stepOf(at));
  return `/${steps.join('/')}`;
}

function stepOf(element: XmlElement): string {
  const step = `${Object.hasOwn(PREFIXES, element.uri) ? PREFIXES[element.uri] : ''}${element.local}`;
  if (element.parent === undefined) return step;
  for (const attribute of IDENTITIES) {
    const value = element.attributes.get(attribute);
    if (value !== undefined && value.length <= MAX_VALUE && !value.includes("'"))
      return `${step}[@${attribute}='${value}']`;
  }
  const siblings = element.parent.children.filter(({ uri, local }) => uri === element.uri && local === element.local);
  return siblings.length < 2 ? step : `${step}[${siblings.indexOf(element) + 1}]`;
}
