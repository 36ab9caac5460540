import { mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { assertValidSchema, buildASTSchema, concatAST, type DocumentNode, Kind, parse, print } from 'graphql';
import { importWsdl } from '../../../../src/import/wsdl/import-wsdl.ts';
import { startUpstream } from '../../../kit/upstream.ts';

const ROOT = join(import.meta.dirname, '../../../..');
const FIXTURES = join(ROOT, 'test/fixtures/wsdl');
const load = (spec: string, more: object = {}) => importWsdl({ spec, folder: FIXTURES, ...more });

let directives: DocumentNode;
let folder: string;
beforeAll(async () => {
  directives = parse(await readFile(join(ROOT, 'schema/directives.graphql'), 'utf8'));
  folder = await mkdtemp(join(tmpdir(), 'manifold-wsdl-'));
});
afterAll(() => rm(folder, { recursive: true }));

/** Imports a document made of the given schema and operations, each with messages `<name>In` and `<name>Out`. */
async function write(schema: string, operations: string, name = 'made.wsdl'): Promise<string> {
  const names = operations.split(' ');
  const text = `<definitions name="Made" targetNamespace="urn:m" xmlns="http://schemas.xmlsoap.org/wsdl/"
    xmlns:soap="http://schemas.xmlsoap.org/wsdl/soap/" xmlns:x="http://www.w3.org/2001/XMLSchema" xmlns:m="urn:m">
    <types>${schema}</types>
    ${names.map((op) => `<message name="${op}In"><part name="p" element="m:${op}"/></message><message name="${op}Out"><part name="p" element="m:${op}Response"/></message>`).join('')}
    <portType name="P">${names.map((op) => `<operation name="${op}"><input message="m:${op}In"/><output message="m:${op}Out"/></operation>`).join('')}</portType>
    <binding name="B" type="m:P"><soap:binding transport="http://schemas.xmlsoap.org/soap/http"/>
      ${names.map((op) => `<operation name="${op}"><soap:operation soapAction=""/><input><soap:body use="literal"/></input><output><soap:body use="literal"/></output></operation>`).join('')}</binding>
    <service name="Made"><port name="Port" binding="m:B"><soap:address location="http://127.0.0.1:9/"/></port></service>
  </definitions>`;
  await writeFile(join(folder, name), text);
  return name;
}
const schemaOf = (content: string) =>
  `<x:schema targetNamespace="urn:m" elementFormDefault="qualified">${content}</x:schema>`;
const wrapper = (name: string, content = '') =>
  `<x:element name="${name}"><x:complexType><x:sequence>${content}</x:sequence></x:complexType></x:element>`;

async function sdlOf(types: string, input: string, output: string): Promise<string> {
  const spec = await write(schemaOf(types + wrapper('getIt', input) + wrapper('getItResponse', output)), 'getIt');
  return (await importWsdl({ spec, folder })).sdl;
}
const typeIn = (sdl: string, name: string) =>
  print(parse(sdl).definitions.find((node) => 'name' in node && node.name.value === name) ?? parse('{ missing }'));

describe('every fixture', () => {
  it.each([
    'stock.wsdl',
    'rates-rpc.wsdl',
    'map-encoded.wsdl',
    'calculator-11-12.wsdl',
    'zeep-soap.wsdl',
    'ns-recursive2.wsdl',
  ])('%s becomes SDL that is a valid schema with the directives of the hub, the same on every run', async (spec) => {
    const { sdl } = await load(spec);
    expect((await load(spec)).sdl).toBe(sdl);
    const own = parse(sdl);
    const hasQuery = own.definitions.some(
      (node) => node.kind === Kind.OBJECT_TYPE_DEFINITION && node.name.value === 'Query',
    );
    const rest = hasQuery ? [] : [parse('type Query { _service: String }')];
    expect(() => assertValidSchema(buildASTSchema(concatAST([directives, own, ...rest])))).not.toThrow();
  });
});

describe('operations', () => {
  it('that read become queries, all others mutations, with their documentation and faults', async () => {
    const { sdl, report, serviceUrl, origin, digest } = await load('stock.wsdl');
    expect(typeIn(sdl, 'Query')).toContain(
      'getStock(sku: String! @map(name: "Sku")): Level @soap(operation: "GetStock", at: "Level", readOnly: true)',
    );
    expect(typeIn(sdl, 'Query')).toMatch(/listStock\([^@]*@map\(name: "Skus"\)/);
    expect(typeIn(sdl, 'Mutation')).toContain(
      'deleteStock(sku: String! @map(name: "Sku")): Boolean @soap(operation: "DeleteStock")',
    );
    expect(sdl).toContain('Faults: OutOfStock (Sku, Available).');
    expect(sdl).toContain('Stock of one\n  product.');
    expect({ serviceUrl, origin, title: report.title, operations: report.operations }).toEqual({
      serviceUrl: 'http://127.0.0.1:9/stock',
      origin: 'stock.wsdl',
      title: 'StockService',
      operations: 4,
    });
    expect(digest).toMatch(/^sha256:[0-9a-f]{64}$/);
  });

  it('stand below one another, with or without documentation', async () => {
    const text = '<x:element name="text" type="x:string" minOccurs="0"/>';
    expect(await sdlOf('', text, text)).toContain('type Query {\n  getIt(\n    text: String\n  ): String @soap(');
  });

  it('take the SOAP headers that their binding names as arguments', async () => {
    const { sdl, report } = await load('stock.wsdl');
    expect(typeIn(sdl, 'Mutation')).toContain('sessionHeader: SessionInput @map(name: "$header:Session")');
    expect(report.notes).toEqual([]);
  });

  it('of two ports of one port type are one field', async () => {
    const { sdl, report } = await load('calculator-11-12.wsdl');
    expect(report.operations).toBe(4);
    expect(sdl).toContain('@soap(operation: "Add", at: "AddResult")');
  });

  it('can be chosen, and types given a prefix', async () => {
    const { sdl, report } = await load('stock.wsdl', {
      include: ['*Stock'],
      exclude: ['Delete*', 'Reserve*'],
      typePrefix: 'Wh',
    });
    expect(report.operations).toBe(2);
    expect(sdl).toContain('type WhLevel {');
    await expect(load('stock.wsdl', { include: ['Nothing'] })).rejects.toMatchObject({ code: 'HUB_IMPORT_INVALID' });
  });

  it('with one way only are mutations without a result', async () => {
    const { sdl } = await load('zeep-soap.wsdl');
    expect(typeIn(sdl, 'Mutation')).toContain('@soap(operation: "GetLastTradePriceNoOutput")');
  });
});

describe('types', () => {
  it('carry inherited fields, attributes, text and documentation', async () => {
    const { sdl } = await load('stock.wsdl');
    const level = typeIn(sdl, 'Level');
    expect(level).toContain('"""How much of one product there is."""');
    expect(level).toContain('sku: String! @map(name: "Sku")');
    expect(level).toContain('version: Long @map(name: "@version")');
    expect(level).toContain('delivery: Date @map(name: "Delivery")');
    expect(level).toContain('tag: [String!]! @map(name: "Tag")');
    expect(level).toContain('bins: [Bin!] @map(name: "Bins")');
    expect(typeIn(sdl, 'Price')).toContain('value: Decimal! @map(name: "$value")');
    expect(typeIn(sdl, 'Bin')).toContain('shelf: Int @map(name: "Shelf")');
    expect(typeIn(sdl, 'Status')).toContain('on_order @map(name: "on order")');
    expect(typeIn(sdl, 'FilterInput')).toContain('limit: Int! @map(name: "@limit")');
  });

  it('map every scalar without loss', async () => {
    const names =
      'string int long unsignedInt integer decimal float double boolean dateTime date time anyURI base64Binary anyType'.split(
        ' ',
      );
    const fields = names.map((name) => `<x:element name="${name}" type="x:${name}"/>`).join('');
    const it = typeIn(await sdlOf('', '', fields), 'GetItResponse');
    expect(it.replaceAll(/[\s{}]+/g, ' ').trim()).toBe(
      'type GetItResponse string: String! int: Int! long: Long! unsignedInt: Long! integer: Long! decimal: Decimal! float: Float! ' +
        'double: Float! boolean: Boolean! dateTime: DateTime! date: Date! time: String! anyURI: String! base64Binary: String! anyType: JSON!',
    );
  });

  it('of one local name in two namespaces do not collide', async () => {
    const other =
      '<x:schema targetNamespace="urn:o"><x:complexType name="T"><x:sequence><x:element name="b" type="x:int"/></x:sequence></x:complexType></x:schema>';
    const types = '<x:complexType name="T"><x:sequence><x:element name="a" type="x:int"/></x:sequence></x:complexType>';
    const output = '<x:element name="one" type="m:T"/><x:element name="two" type="o:T" xmlns:o="urn:o"/>';
    const spec = await write(other + schemaOf(types + wrapper('getIt') + wrapper('getItResponse', output)), 'getIt');
    const { sdl } = await importWsdl({ spec, folder });
    expect(typeIn(sdl, 'T')).toContain('a: Int!');
    expect(typeIn(sdl, 'T2')).toContain('b: Int!');
  });

  it('that need themselves stay writable as inputs', async () => {
    const types = `<x:complexType name="A"><x:sequence><x:element name="b" type="m:B"/></x:sequence></x:complexType>
      <x:complexType name="B"><x:sequence><x:element name="a" type="m:A"/></x:sequence></x:complexType>`;
    const sdl = await sdlOf(types, '<x:element name="a" type="m:A"/>', '<x:element name="ok" type="x:boolean"/>');
    expect(() => assertValidSchema(buildASTSchema(concatAST([directives, parse(sdl)])))).not.toThrow();
    expect(typeIn(sdl, 'AInput')).toContain('b: BInput');
  });

  it('understand choices, groups of choices, wildcards, substitution and empty content', async () => {
    const types = `<x:complexType name="Empty"/>
      <x:element name="shape" type="m:Shape" abstract="true"/><x:element name="circle" substitutionGroup="m:shape" type="m:Circle"/>
      <x:complexType name="Shape" abstract="true"><x:sequence/></x:complexType>
      <x:complexType name="Circle"><x:complexContent><x:extension base="m:Shape"><x:attribute name="r" type="x:int"/></x:extension></x:complexContent></x:complexType>`;
    const output = `<x:choice maxOccurs="unbounded"><x:element name="a" type="x:int"/><x:element name="b" type="x:string"/></x:choice>
      <x:element name="none" type="m:Empty"/><x:element ref="m:shape"/><x:any minOccurs="0" maxOccurs="unbounded"/>`;
    const text = typeIn(await sdlOf(types, '', output), 'GetItResponse');
    expect(text.replaceAll(/\s+/g, ' ')).toBe(
      'type GetItResponse { a: [Int!]! b: [String!]! none: JSON! circle: Circle any: [JSON!]! @map(name: "$any") }',
    );
  });

  it('with hostile names stay legal and harmless', async () => {
    const sdl = await sdlOf(
      '',
      '<x:element name="__proto__" type="x:string" minOccurs="0"/><x:element name="a.b" type="x:int"/>',
      '<x:element name="ok.yes" type="x:boolean"/>',
    );
    expect(sdl).toContain('proto: String @map(name: "__proto__")');
    expect(sdl).toContain('aB: Int! @map(name: "a_b")');
    expect(sdl).toContain('at: "ok_yes"');
  });
});

describe('a broken description', () => {
  const refused = async (text: string, code: string, message: RegExp) => {
    await writeFile(join(folder, 'broken.wsdl'), text);
    await expect(importWsdl({ spec: 'broken.wsdl', folder })).rejects.toMatchObject({
      code,
      message: expect.stringMatching(message),
    });
  };
  const WSDL = 'http://schemas.xmlsoap.org/wsdl/';

  it.each([
    ['is missing', undefined, 'HUB_IMPORT_UNREADABLE', /nowhere\.wsdl/],
    ['is not XML', '{}', 'HUB_IMPORT_INVALID', /not well-formed XML/],
    ['is a web page', '<html><body/></html>', 'HUB_IMPORT_INVALID', /web page/],
    [
      'is WSDL 2.0',
      '<description xmlns="http://www.w3.org/ns/wsdl"/>',
      'HUB_IMPORT_INVALID',
      /WSDL 2\.0 is not supported/,
    ],
    ['offers nothing', `<definitions xmlns="${WSDL}"/>`, 'HUB_IMPORT_INVALID', /no SOAP operation/],
    ['binds nothing', `<definitions xmlns="${WSDL}"><portType/></definitions>`, 'HUB_IMPORT_INVALID', /has no binding/],
    [
      'declares entities',
      `<!DOCTYPE d [<!ENTITY a "b">]><definitions xmlns="${WSDL}"/>`,
      'HUB_IMPORT_INVALID',
      /DOCTYPE/,
    ],
    [
      'is an XML Schema',
      '<schema xmlns="http://www.w3.org/2001/XMLSchema"/>',
      'HUB_IMPORT_INVALID',
      /give the WSDL that uses it/,
    ],
    ['is JSON', '{"openapi":"3.0.0"}', 'HUB_IMPORT_INVALID', /does not look like XML: for OpenAPI use kind openapi/],
    ['is nested endlessly', '<a>'.repeat(1_000), 'HUB_IMPORT_TOO_LARGE', /nested deeper/],
  ])('that %s is refused with one clear message', async (_, text, code, message) => {
    if (text !== undefined) return refused(text, code, message);
    await expect(importWsdl({ spec: 'nowhere.wsdl', folder })).rejects.toMatchObject({
      code,
      message: expect.stringMatching(message),
    });
    return undefined;
  });

  it('that imports what cannot be read keeps what does not depend on it', async () => {
    const schema = `<x:schema targetNamespace="urn:m" xmlns:g="urn:gone"><x:import namespace="urn:gone" schemaLocation="gone.xsd"/>
      ${wrapper('getIt')}${wrapper('getItResponse', '<x:element name="gone" type="g:Gone"/>')}${wrapper('lost')}</x:schema>`;
    const spec = await write(schema, 'getIt lost');
    const { sdl, report } = await importWsdl({ spec, folder });
    expect(sdl).toContain('getIt: JSON @soap(operation: "getIt", at: "gone", readOnly: true)');
    expect(sdl).toContain('lost: JSON @soap(operation: "lost", at: "lostResponse")');
    expect(report.withLoss).toBe(2);
    expect(report.notes.map(({ message }) => message)).toEqual([
      expect.stringMatching(/import was left out.*gone\.xsd/),
      expect.stringContaining('{urn:m}lostResponse is not defined'),
      expect.stringContaining('{urn:gone}Gone is not defined'),
    ]);
  });

  it('that reads outside its folder is not followed', async () => {
    const inner = join(folder, 'inner.xsd');
    await writeFile(inner, '<x:schema xmlns:x="http://www.w3.org/2001/XMLSchema"/>');
    const schema = `<x:schema targetNamespace="urn:m"><x:include schemaLocation="../../../../etc/hostname"/>${wrapper('getIt')}${wrapper('getItResponse')}</x:schema>`;
    const spec = await write(schema, 'getIt');
    const { report } = await importWsdl({ spec, folder: dirname(join(folder, spec)) });
    expect(report.notes[0]?.message).toMatch(/left out/);
  });

  it('that does so is read whole where the folder around it is the spec', async () => {
    const spec = await write(
      `<x:schema targetNamespace="urn:m"><x:include schemaLocation="../types/both.xsd"/></x:schema>`,
      'getIt',
    );
    await mkdir(join(folder, 'apart/service'), { recursive: true });
    await mkdir(join(folder, 'apart/types'), { recursive: true });
    await rename(join(folder, spec), join(folder, 'apart/service/it.wsdl'));
    const schema = `<x:schema xmlns:x="http://www.w3.org/2001/XMLSchema">${wrapper('getIt')}${wrapper('getItResponse')}</x:schema>`;
    await writeFile(join(folder, 'apart/types/both.xsd'), schema);
    const alone = await importWsdl({ spec: 'apart/service/it.wsdl', folder });
    expect(alone.report.notes[0]?.message).toMatch(/give the folder apart as the spec/);
    const whole = await importWsdl({ spec: 'apart', folder });
    expect(whole.report.notes).toEqual([]);
  });

  it('may import one that imports it, in a folder of theirs: the one with the service is meant', async () => {
    const main = await write('', 'getIt');
    await mkdir(join(folder, 'circle'));
    const text = await readFile(join(folder, main), 'utf8');
    const importing = (location: string): string => `<import namespace="urn:other" location="${location}"/>`;
    await writeFile(join(folder, 'circle/one.wsdl'), text.replace(/<types>/, `${importing('another.wsdl')}$&`));
    const another = `<definitions targetNamespace="urn:other" xmlns="http://schemas.xmlsoap.org/wsdl/">${importing('one.wsdl')}</definitions>`;
    await writeFile(join(folder, 'circle/another.wsdl'), another);
    const { sdl } = await importWsdl({ spec: 'circle', folder });
    expect(sdl).toContain('getIt');
    await writeFile(join(folder, 'circle/one.wsdl'), another.replace('one.wsdl', 'another.wsdl'));
    await expect(importWsdl({ spec: 'circle', folder })).rejects.toThrow('several WSDLs, and not one');
  });

  it('whose elements are in a namespace of its own is read as what it means', async () => {
    const text = `<definitions targetNamespace="urn:m" xmlns="urn:m" xmlns:x="http://www.w3.org/2001/XMLSchema">
      <types><schema targetNamespace="urn:m" elementFormDefault="qualified"><element name="Get"><complexType><sequence>
        <element name="id" type="x:int"/></sequence></complexType></element></schema></types>
      <message name="in"><part name="p" element="Get"/></message><message name="out"/>
      <portType name="P"><operation name="Get"><input message="in"/><output message="out"/></operation></portType>
      <binding name="B" type="P"><binding style="document" transport="http://schemas.xmlsoap.org/soap/http"/>
        <operation name="Get"><operation soapAction="urn:get"/><input><body use="literal"/></input><output><body use="literal"/></output></operation></binding>
      <service name="S"><port name="Port" binding="B"><address location="http://127.0.0.1:9/it"/></port></service></definitions>`;
    await writeFile(join(folder, 'own.wsdl'), text);
    const { sdl, report, serviceUrl } = await importWsdl({ spec: 'own.wsdl', folder });
    expect(sdl).toMatch(/ {2}get\(\n {4}id: Int!\n {2}\): Boolean @soap\(operation: "Get", readOnly: true\)/);
    expect(serviceUrl).toBe('http://127.0.0.1:9/it');
    expect(report.notes).toEqual([
      { at: '/wsdl:definitions', message: expect.stringContaining('the namespace urn:m'), kind: 'loss' },
    ]);
  });
});

it('reads a WSDL and its schemas over HTTP', async () => {
  const upstream = await startUpstream(async ({ url }, response) => {
    const path = join(FIXTURES, url === '/s?wsdl' ? 'stock.wsdl' : url.replace(/\?.*/, ''));
    response.writeHead(200, { 'content-type': 'text/xml' }).end(await readFile(path));
  });
  try {
    const { sdl, origin } = await importWsdl({ spec: `${upstream.url}/s?wsdl`, folder });
    expect(origin).toBe(`${upstream.url}/s?wsdl`);
    expect(sdl).toBe((await load('stock.wsdl')).sdl);
    expect(upstream.received.map(({ url }) => url)).toEqual(['/s?wsdl', '/parts/types.xsd', '/parts/chameleon.xsd']);
  } finally {
    await upstream.close();
  }
});
