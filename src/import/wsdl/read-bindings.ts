// One wsdl:binding and one of its operations → how calls go over the wire: SOAP 1.1 or 1.2, or plain HTTP.
import type { AddNote } from './add-note.ts';
import { HTTP_BINDING, MIME_BINDING, SOAP11_BINDING, SOAP12_BINDING, WSDL } from './namespaces.ts';
import type { HttpWire, SoapWire } from './wsdl-model.ts';
import { childOf, type XmlElement } from './xml-tree.ts';

export interface Binding {
  /** Namespace of the extension elements that say how. */
  readonly uri: string;
  readonly style: string;
  wire(bound: XmlElement, abstract: XmlElement): SoapWire | HttpWire;
}

export interface BindingSource {
  readonly node: XmlElement;
  readonly portName: string;
  readonly portType: { readonly name: string; readonly targetNamespace: string };
  readonly policies: Policies;
}

/** What WS-Policy assertions, wherever they stand in the description, demand. */
export interface Policies {
  readonly addressing: boolean;
  readonly mtom: boolean;
}

const SOAP_HTTP_TRANSPORTS =
  /^(?:https?:\/\/schemas\.xmlsoap\.org\/soap\/https?\/?|http:\/\/www\.w3\.org\/2003\/05\/soap\/bindings\/HTTP\/?)$/;

/** Undefined, with a note, where the binding speaks something else. */
export function readBinding(source: BindingSource, note: AddNote): Binding | undefined {
  const { node, portName } = source;
  const uri = [SOAP11_BINDING, SOAP12_BINDING].find((candidate) => childOf(node, candidate, 'binding') !== undefined);
  if (uri !== undefined) return soapBinding(source, uri, note);
  const http = childOf(node, HTTP_BINDING, 'binding');
  const verb = http?.attributes.get('verb')?.trim().toUpperCase();
  if (verb === 'GET' || verb === 'POST') return httpBinding(verb);
  const what =
    http === undefined ? 'is bound to something other than SOAP and HTTP' : `has the HTTP verb ${verb ?? ''}`;
  note(node, `the port ${portName} ${what}: left out`);
  return undefined;
}

function soapBinding({ node, portName, portType, policies }: BindingSource, uri: string, note: AddNote) {
  const soap = childOf(node, uri, 'binding');
  const transport = soap?.attributes.get('transport')?.trim() ?? '';
  if (transport !== '' && !SOAP_HTTP_TRANSPORTS.test(transport)) {
    note(node, `the port ${portName} uses the transport ${transport}, not HTTP: left out`);
    return undefined;
  }
  return {
    uri,
    style: soap?.attributes.get('style') ?? 'document',
    wire: (bound: XmlElement, abstract: XmlElement): SoapWire => {
      const soapAction = oneLine(childOf(bound, uri, 'operation')?.attributes.get('soapAction') ?? '');
      return {
        kind: 'soap',
        version: uri === SOAP12_BINDING ? '1.2' : '1.1',
        soapAction,
        action: oneLine(actionOf(abstract)) || soapAction || impliedAction(abstract, portType),
        ...policies,
      };
    },
  };
}

function httpBinding(verb: 'GET' | 'POST'): Binding {
  return {
    uri: HTTP_BINDING,
    style: 'document',
    wire: (bound) => {
      const input = childOf(bound, WSDL, 'input');
      const location = childOf(bound, HTTP_BINDING, 'operation')?.attributes.get('location')?.trim() ?? '';
      return { kind: 'http', verb, location, parameters: parametersOf(input, verb) };
    },
  };
}

function parametersOf(input: XmlElement | undefined, verb: 'GET' | 'POST'): HttpWire['parameters'] {
  if (input !== undefined && childOf(input, HTTP_BINDING, 'urlReplacement') !== undefined) return 'replacement';
  const content = input && childOf(input, MIME_BINDING, 'content')?.attributes.get('type');
  const isXml = (input && childOf(input, MIME_BINDING, 'mimeXml')) !== undefined || /xml/i.test(content ?? '');
  if (verb === 'GET') return 'query';
  return isXml ? 'xml' : 'form';
}

/** The Action attribute of WS-Addressing (Metadata, section 4.4.1; and its predecessors). */
function actionOf(abstract: XmlElement): string {
  const input = childOf(abstract, WSDL, 'input');
  for (const [name, value] of input?.attributes ?? []) if (/addressing.*\}Action$/.test(name)) return value;
  return '';
}

/** WS-Addressing Metadata, section 4.4.4. */
function impliedAction(abstract: XmlElement, { name, targetNamespace }: BindingSource['portType']): string {
  const operation = abstract.attributes.get('name') ?? '';
  const input = childOf(abstract, WSDL, 'input')?.attributes.get('name') ?? `${operation}Request`;
  const between = targetNamespace.startsWith('urn:') ? ':' : '/';
  return oneLine([targetNamespace.replace(/[/:]$/, ''), name, input].join(between));
}

/** Control characters would end the HTTP header. */
function oneLine(text: string): string {
  // eslint-disable-next-line no-control-regex
  return text.replaceAll(/[\u0000-\u001f\u007f"]/g, '');
}

/** Assertions may stand anywhere and be referred to from anywhere; a service that has one seldom has a port without. */
export function readPolicies(roots: readonly XmlElement[]): Policies {
  let addressing = false;
  let mtom = false;
  const visit = (element: XmlElement): void => {
    const optional = [...element.attributes].some(([name, value]) => /\}?Optional$/.test(name) && value === 'true');
    if (!optional && element.local === 'Addressing' && element.uri.includes('addressing')) addressing = true;
    if (element.local === 'UsingAddressing')
      addressing ||= [...element.attributes].some(([name, value]) => name.endsWith('}required') && value === 'true');
    if (!optional && element.local === 'OptimizedMimeSerialization') mtom = true;
    if (element.uri !== WSDL || ['definitions', 'binding', 'port', 'service', 'operation'].includes(element.local)) {
      element.children.forEach(visit);
    }
  };
  roots.forEach(visit);
  return { addressing, mtom };
}
