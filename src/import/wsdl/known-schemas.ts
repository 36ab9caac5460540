// Schemas that descriptions refer to by their public addresses, or not at all: what they define, as XML Schema. Read by the
// reader of documents where a description names their namespaces and does not bring them along.

const ADDRESSING = 'http://www.w3.org/2005/08/addressing';
const ADDRESSING_2004 = 'http://schemas.xmlsoap.org/ws/2004/08/addressing';
const XML_MIME = 'http://www.w3.org/2005/05/xmlmime';
const XOP = 'http://www.w3.org/2004/08/xop/include';
const XML_SOAP = 'http://xml.apache.org/xml-soap';

/** By namespace. In each, `t:` is its own and `x:` that of XML Schema. */
const COMPONENTS: Readonly<Record<string, string>> = {
  [ADDRESSING]: `
    ${record('EndpointReferenceType', `${one('Address', 't:AttributedURIType')}${ref('ReferenceParameters')}${ref('Metadata')}${anything()}`)}
    ${record('ReferenceParametersType', anything())}${record('MetadataType', anything())}
    ${attributed('AttributedURIType', 'x:anyURI')}${attributed('AttributedQNameType', 'x:QName')}
    ${attributed('RelatesToType', 'x:anyURI', 'RelationshipType')}
    ${globals('t:EndpointReferenceType', 'EndpointReference', 'From', 'ReplyTo', 'FaultTo')}
    ${globals('t:AttributedURIType', 'MessageID', 'To', 'Action')}${globals('t:RelatesToType', 'RelatesTo')}
    ${globals('t:ReferenceParametersType', 'ReferenceParameters')}${globals('t:MetadataType', 'Metadata')}`,
  [ADDRESSING_2004]: `
    ${record(
      'EndpointReferenceType',
      one('Address', 't:AttributedURI') +
        optional('ReferenceProperties', 't:ReferencePropertiesType') +
        optional('ReferenceParameters', 't:ReferenceParametersType') +
        optional('PortType', 't:AttributedQName') +
        optional('ServiceName', 't:ServiceNameType') +
        anything(),
    )}
    ${record('ReferencePropertiesType', anything())}${record('ReferenceParametersType', anything())}
    ${attributed('AttributedURI', 'x:anyURI')}${attributed('AttributedQName', 'x:QName')}
    ${attributed('ServiceNameType', 'x:QName', 'PortName')}${attributed('Relationship', 'x:anyURI', 'RelationshipType')}
    ${globals('t:EndpointReferenceType', 'EndpointReference', 'From', 'ReplyTo', 'FaultTo')}
    ${globals('t:AttributedURI', 'MessageID', 'To', 'Action')}${globals('t:Relationship', 'RelatesTo')}`,
  [XML_MIME]: `
    <x:attribute name="contentType" type="x:string"/><x:attribute name="expectedContentTypes" type="x:string"/>
    ${attributed('base64Binary', 'x:base64Binary', undefined, 't:contentType')}
    ${attributed('hexBinary', 'x:hexBinary', undefined, 't:contentType')}`,
  [XOP]: `
    <x:complexType name="Include"><x:attribute name="href" type="x:anyURI" use="required"/></x:complexType>
    ${globals('t:Include', 'Include')}`,
  // What Apache SOAP, Axis and PHP call maps and lists of whatever.
  [XML_SOAP]: `
    ${record('Map', '<x:element name="item" type="t:mapItem" minOccurs="0" maxOccurs="unbounded"/>')}
    ${record('mapItem', one('key', 'x:anyType') + '<x:element name="value" type="x:anyType" nillable="true"/>')}
    ${record('Vector', '<x:element name="item" type="x:anyType" minOccurs="0" maxOccurs="unbounded"/>')}
    ${record('Document', anything())}${record('Element', anything())}
    <x:simpleType name="DataHandler"><x:restriction base="x:base64Binary"/></x:simpleType>`,
};

export const KNOWN_NAMESPACES: readonly string[] = Object.keys(COMPONENTS);

/** The text of an XML Schema; undefined for any namespace that is not one of KNOWN_NAMESPACES. */
export function knownSchema(namespace: string): string | undefined {
  const components = Object.hasOwn(COMPONENTS, namespace) ? COMPONENTS[namespace] : undefined;
  if (components === undefined) return undefined;
  const form = namespace === XML_SOAP ? 'unqualified' : 'qualified';
  const names = `xmlns:x="http://www.w3.org/2001/XMLSchema" xmlns:t="${namespace}" targetNamespace="${namespace}"`;
  return `<x:schema ${names} elementFormDefault="${form}">${components}</x:schema>`;
}

function record(name: string, elements: string): string {
  return `<x:complexType name="${name}"><x:sequence>${elements}</x:sequence></x:complexType>`;
}

function one(name: string, type: string): string {
  return `<x:element name="${name}" type="${type}"/>`;
}

function optional(name: string, type: string): string {
  return `<x:element name="${name}" type="${type}" minOccurs="0"/>`;
}

function ref(name: string): string {
  return `<x:element ref="t:${name}" minOccurs="0"/>`;
}

function anything(): string {
  return '<x:any minOccurs="0" maxOccurs="unbounded"/>';
}

function globals(type: string, ...names: readonly string[]): string {
  return names.map((name) => one(name, type)).join('');
}

/** Text with one attribute of its own, or a global one. */
function attributed(name: string, base: string, attribute?: string, global?: string): string {
  const own = attribute === undefined ? '' : `<x:attribute name="${attribute}" type="x:string"/>`;
  const shared = global === undefined ? '' : `<x:attribute ref="${global}"/>`;
  return `<x:complexType name="${name}"><x:simpleContent><x:extension base="${base}">${own}${shared}</x:extension></x:simpleContent></x:complexType>`;
}
