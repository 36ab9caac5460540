// The finer points of XML Schema and of bindings: what becomes documentation, what is implied, and what can be chosen.
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { importWsdl } from '../../../../src/import/wsdl/import-wsdl.ts';
import { loadWsdl } from '../../../../src/import/wsdl/load-wsdl.ts';
import { decodeBody } from '../../../../src/subgraphs/soap/decode-body.ts';
import { encodeMessage } from '../../../../src/subgraphs/soap/encode-message.ts';
import { readEnvelope } from '../../../../src/subgraphs/soap/read-envelope.ts';
import { createUpstreamResponse } from '../../../../src/transport/upstream-response.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'manifold-details-'));
});
afterAll(() => rm(folder, { recursive: true }));

const SOAP = 'http://schemas.xmlsoap.org/soap/http';
const operation =
  '<operation name="GetIt"><soap:operation soapAction=""/><input><soap:body use="literal"/></input><output><soap:body use="literal"/></output></operation>';

async function write(schema: string, more = '', ports = '<port name="Port" binding="m:B"/>'): Promise<string> {
  const text = `<definitions targetNamespace="urn:m" xmlns="http://schemas.xmlsoap.org/wsdl/" xmlns:m="urn:m"
    xmlns:soap="http://schemas.xmlsoap.org/wsdl/soap/" xmlns:x="http://www.w3.org/2001/XMLSchema"
    xmlns:wsaw="http://www.w3.org/2006/05/addressing/wsdl" xmlns:wsp="http://schemas.xmlsoap.org/ws/2004/09/policy">
    <types><x:schema targetNamespace="urn:m" elementFormDefault="qualified">${schema}</x:schema></types>
    <message name="in"><part name="p" element="m:GetIt"/></message><message name="out"><part name="p" element="m:GotIt"/></message>
    <portType name="P"><operation name="GetIt"><input message="m:in" wsaw:Action="urn:act"/><output message="m:out"/></operation></portType>
    <binding name="B" type="m:P">${more}<soap:binding transport="${SOAP}"/>${operation}</binding>
    <service name="One">${ports}</service>
    <service name="Two">${ports}</service></definitions>`;
  await writeFile(join(folder, 'made.wsdl'), text);
  return 'made.wsdl';
}
const FIELDS = `<x:element name="code" type="m:Code"/><x:element name="kind" type="m:Kind" default="b"/>
  <x:element name="count" type="x:int" default="7" minOccurs="0"/>`;
const SCHEMA = `
  <x:simpleType name="Code"><x:restriction base="x:string"><x:pattern value="[A-Z]{3}"/><x:maxLength value="3"/></x:restriction></x:simpleType>
  <x:simpleType name="A"><x:restriction base="x:string"><x:enumeration value="a"/></x:restriction></x:simpleType>
  <x:simpleType name="B"><x:restriction base="x:string"><x:enumeration value="b"/></x:restriction></x:simpleType>
  <x:simpleType name="Kind"><x:union memberTypes="m:A m:B"/></x:simpleType>
  <x:element name="GetIt"><x:complexType><x:sequence>${FIELDS}</x:sequence><x:attribute name="version" type="x:string" use="required" fixed="1.0"/></x:complexType></x:element>
  <x:element name="GotIt"><x:complexType><x:sequence>${FIELDS}</x:sequence><x:attribute name="lang" type="x:string" default="en"/></x:complexType></x:element>`;

describe('facets, defaults and fixed values', () => {
  it('are in the documentation, and a union of enumerations is one enum', async () => {
    const { sdl } = await importWsdl({ spec: await write(SCHEMA), folder });
    expect(sdl).toContain('"""Matches [A-Z]{3}; at most 3 long."""');
    expect(sdl).toContain('"""Default "b"."""');
    expect(sdl).toMatch(/enum Kind \{\n {2}a\n {2}b\n\}/);
    expect(sdl).toMatch(/"""Always "1.0"\."""\n {4}version: String @map/);
  });

  it('are supplied where a request must have them, and where an answer leaves them out', async () => {
    const model = await loadWsdl(await write(SCHEMA), folder);
    const port = model.operations[0]?.ports[0];
    if (port?.output === undefined) throw new Error('no port');
    expect(encodeMessage(port.input, { code: 'ABC', kind: 'a' })).toBe(
      '<n1:GetIt xmlns:n1="urn:m" version="1.0"><n1:code>ABC</n1:code><n1:kind>a</n1:kind></n1:GetIt>',
    );
    const text =
      '<e:Envelope xmlns:e="http://schemas.xmlsoap.org/soap/envelope/"><e:Body><GotIt xmlns="urn:m"><code>X</code><kind/><count/></GotIt></e:Body></e:Envelope>';
    const envelope = readEnvelope(createUpstreamResponse(200, {}, Buffer.from(text)));
    if (envelope.kind !== 'body') throw new Error(envelope.kind);
    expect({ ...(decodeBody(envelope, port.output, model) as object) }).toEqual({
      '@lang': 'en',
      code: 'X',
      kind: 'b',
      count: 7,
    });
  });
});

describe('several services', () => {
  it('can be told apart by Service.Port, and a choice that leaves nothing names the ports', async () => {
    const spec = await write(SCHEMA);
    expect((await importWsdl({ spec, folder })).sdl).toContain('@soap(operation: "GetIt", readOnly: true)');
    expect((await importWsdl({ spec, folder, ports: ['Two.*'] })).sdl).toContain('port: "Two.Port"');
    await expect(importWsdl({ spec, folder, ports: ['Three'] })).rejects.toThrow(/its ports are Port/);
  });
});

describe('WS-Addressing and MTOM', () => {
  it('are used where the description demands them, and not where it only allows them', async () => {
    const wireOf = async (policy: string) =>
      (await loadWsdl(await write(SCHEMA, policy), folder)).operations[0]?.ports[0]?.wire;
    const mtom =
      '<o:OptimizedMimeSerialization xmlns:o="http://schemas.xmlsoap.org/ws/2004/09/policy/optimizedmimeserialization"';
    expect(
      await wireOf(
        `<wsaw:UsingAddressing xmlns:w="http://schemas.xmlsoap.org/wsdl/" w:required="true"/><wsp:Policy>${mtom}/></wsp:Policy>`,
      ),
    ).toMatchObject({
      addressing: true,
      mtom: true,
      action: 'urn:act',
    });
    expect(await wireOf(`<wsaw:UsingAddressing/><wsp:Policy>${mtom} wsp:Optional="true"/></wsp:Policy>`)).toMatchObject(
      {
        addressing: false,
        mtom: false,
      },
    );
  });
});

describe('an import that declares harmless entities', () => {
  it('is read, as the schema of XML Signature must be', async () => {
    await writeFile(
      join(folder, 'signature.xsd'),
      `<?xml version="1.0"?><!DOCTYPE schema PUBLIC "-//W3C//DTD XMLSchema 200102//EN" "http://127.0.0.1:9/x.dtd" [
        <!ATTLIST schema xmlns:ds CDATA #FIXED "urn:sig"><!ENTITY sig 'urn:sig'><!ENTITY % p ''>]>
        <schema xmlns="http://www.w3.org/2001/XMLSchema" targetNamespace="&sig;"><element name="Value" type="string"/></schema>`,
    );
    const schema = `<x:import namespace="urn:sig" schemaLocation="signature.xsd"/>
      <x:element name="GetIt"><x:complexType><x:sequence><x:element ref="s:Value" xmlns:s="urn:sig"/></x:sequence></x:complexType></x:element>
      <x:element name="GotIt" type="x:string"/>`;
    const { sdl, report } = await importWsdl({ spec: await write(schema), folder });
    expect(sdl).toContain('value: String! @map(name: "Value")');
    expect(report.notes).toEqual([]);
  });
});

describe('a description of its time', () => {
  it.each(['http://www.w3.org/1999/XMLSchema', 'http://www.w3.org/2000/10/XMLSchema'])(
    'that is written in the draft %s of XML Schema is read as if in the standard',
    async (draft) => {
      const schema = `<x:complexType name="Stay"><x:sequence><x:element name="from" type="x:timeInstant"/>
        <x:element name="photo" type="x:binary"/></x:sequence></x:complexType>
        <x:element name="GetIt" type="m:Stay"/><x:element name="GotIt" type="m:Stay"/>`;
      const spec = await write(schema);
      const text = (await readFile(join(folder, spec), 'utf8')).replace('http://www.w3.org/2001/XMLSchema', draft);
      await writeFile(join(folder, 'draft.wsdl'), text);
      const { sdl, report } = await importWsdl({ spec: 'draft.wsdl', folder });
      expect(report.notes).toEqual([]);
      expect(sdl).toContain('type Stay {\n  from: DateTime!\n  photo: String!\n}');
    },
  );

  it('may leave out the last character of the namespaces of WSDL', async () => {
    const spec = await write(SCHEMA);
    const text = (await readFile(join(folder, spec), 'utf8')).replaceAll(/(soap\.org\/wsdl(?:\/soap)?)\/"/g, '$1"');
    await writeFile(join(folder, 'short.wsdl'), text);
    expect((await importWsdl({ spec: 'short.wsdl', folder })).sdl).toContain('getIt(');
  });

  it('loses nothing by the attributes of SOAP encoding, or by a schema inside the data', async () => {
    const schema = `<x:element name="GetIt"><x:complexType><x:attributeGroup xmlns:e="http://schemas.xmlsoap.org/soap/encoding/" ref="e:commonAttributes"/></x:complexType></x:element>
      <x:element name="GotIt"><x:complexType><x:sequence><x:element ref="x:schema"/><x:any/></x:sequence></x:complexType></x:element>`;
    const { sdl, report } = await importWsdl({ spec: await write(schema), folder });
    expect(report).toMatchObject({ withLoss: 0, notes: [] });
    expect(sdl).toContain('schema: JSON');
  });
});

describe('a public schema', () => {
  const PUBLIC = [
    'xmlns:a="http://www.w3.org/2005/08/addressing"',
    'xmlns:mime="http://www.w3.org/2005/05/xmlmime"',
    'xmlns:map="http://xml.apache.org/xml-soap"',
  ].join(' ');
  const FIELDS = `<x:sequence ${PUBLIC}><x:element name="at" type="a:EndpointReferenceType"/>
    <x:element name="photo" type="mime:base64Binary"/><x:element name="tags" type="map:Map"/></x:sequence>`;
  const SCHEMA = ['GetIt', 'GotIt']
    .map((name) => `<x:element name="${name}"><x:complexType>${FIELDS}</x:complexType></x:element>`)
    .join('');
  const IMPORT = (location: string) => `<x:import namespace="http://www.w3.org/2005/08/addressing"${location}/>`;

  it.each([
    ['that cannot be read', ' schemaLocation="http://127.0.0.1:9/ws-addr.xsd"'],
    ['without an address', ''],
  ])('%s is known', async (_, location) => {
    const { sdl, report } = await importWsdl({ spec: await write(IMPORT(location) + SCHEMA), folder });
    expect(report).toMatchObject({ withLoss: 0, notes: [] });
    expect(sdl).toContain('at: EndpointReferenceType!');
    expect(sdl).toContain('photo: Base64Binary!');
    expect(sdl).toContain('tags: [MapItem!]!');
    expect(sdl).toMatch(/type MapItem \{\n {2}key: JSON!\n {2}value: JSON\n\}/);
  });

  it('that the description brings along is taken as it is there', async () => {
    const own = `<x:schema xmlns:x="http://www.w3.org/2001/XMLSchema" targetNamespace="http://www.w3.org/2005/08/addressing">
      <x:simpleType name="EndpointReferenceType"><x:restriction base="x:anyURI"/></x:simpleType></x:schema>`;
    await writeFile(join(folder, 'own.xsd'), own);
    const { sdl } = await importWsdl({ spec: await write(IMPORT(' schemaLocation="own.xsd"') + SCHEMA), folder });
    expect(sdl).toContain('at: String!');
  });
});
