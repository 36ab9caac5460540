// What few services do and some rely on: arrays of arrays, faults that refer or derive, faults of headers, sequences that
// repeat, substitutes of substitutes.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from '@jest/globals';
import { startUpstream } from '../../../kit/upstream.ts';
import { envelope, SOAP12, startSource } from './start-source.ts';

const open: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of open.splice(0).reverse()) await close();
});

const ENCODING = 'http://schemas.xmlsoap.org/soap/encoding/';
const LITERAL = '<soap:body use="literal"/>';
const ENCODED = `<soap:body use="encoded" namespace="urn:rpc" encodingStyle="${ENCODING}"/>`;
const NAMES = `xmlns:m="urn:m" xmlns:s="${ENCODING}" xmlns:x="http://www.w3.org/2001/XMLSchema" xmlns:i="http://www.w3.org/2001/XMLSchema-instance"`;

interface Described {
  readonly schema?: string;
  readonly messages?: string;
  readonly faults?: string;
  readonly style?: string;
  readonly input?: string;
  readonly output?: string;
}

const ELEMENTS =
  '<message name="in"><part name="p" element="m:Do"/></message><message name="out"><part name="p" element="m:Done"/></message>';

function wsdl({
  schema = '',
  messages = '',
  faults = '',
  style = 'document',
  input = LITERAL,
  output = LITERAL,
}: Described): string {
  return `<definitions targetNamespace="urn:m" xmlns="http://schemas.xmlsoap.org/wsdl/" xmlns:wsdl="http://schemas.xmlsoap.org/wsdl/"
    xmlns:soap="http://schemas.xmlsoap.org/wsdl/soap/" ${NAMES}>
    <types><x:schema targetNamespace="urn:m" elementFormDefault="qualified">${schema}</x:schema></types>${messages}
    <portType name="P"><operation name="Do"><input message="m:in"/><output message="m:out"/>${faults}</operation></portType>
    <binding name="B" type="m:P"><soap:binding style="${style}" transport="http://schemas.xmlsoap.org/soap/http"/>
      <operation name="Do"><soap:operation soapAction=""/><input>${input}</input><output>${output}</output></operation></binding>
    <service name="S"><port name="Port" binding="m:B"><soap:address location="http://127.0.0.1:9/"/></port></service></definitions>`;
}

const element = (name: string, inside: string): string =>
  `<x:element name="${name}"><x:complexType>${inside}</x:complexType></x:element>`;
const both = (inside: string): string => element('Do', inside) + element('Done', inside);
const done = (content: string): string => envelope(`<Done xmlns="urn:m">${content}</Done>`);

/** What comes out of one call, and the body that went out. */
async function call(description: string, query: string, answer: string, status = 200, more = {}) {
  const folder = await mkdtemp(join(tmpdir(), 'manifold-soap-'));
  await writeFile(join(folder, 'made.wsdl'), description);
  const upstream = await startUpstream(
    (_, response) => void response.writeHead(status, { 'content-type': 'text/xml; charset=utf-8' }).end(answer),
  );
  open.push(
    () => rm(folder, { recursive: true }),
    () => upstream.close(),
  );
  const source = await startSource(join(folder, 'made.wsdl'), upstream.url, more);
  open.push(() => source.close());
  const { data, errors } = await source.run(query);
  return { data, fault: errors?.[0]?.fault, sent: upstream.received[0]?.body ?? '', sdl: source.sdl };
}

describe('SOAP encoding', () => {
  const array = (name: string, of: string): string =>
    `<x:complexType name="${name}"><x:complexContent><x:restriction base="s:Array"><x:attribute ref="s:arrayType" wsdl:arrayType="${of}"/></x:restriction></x:complexContent></x:complexType>`;
  const description = wsdl({
    style: 'rpc',
    schema: array('Rows', 'x:int[][]'),
    messages:
      '<message name="in"><part name="rows" type="m:Rows"/></message><message name="out"><part name="rows" type="m:Rows"/><part name="any" type="x:anyType"/></message>',
    input: ENCODED,
    output: ENCODED,
  });

  it('has arrays of arrays, and arrays that only the answer knows', async () => {
    const rows = (count: number, ...items: string[]): string =>
      `<row s:arrayType="x:int[${count}]">${items.map((item) => `<n>${item}</n>`).join('')}</row>`;
    const { data, sent, sdl } = await call(
      description,
      'mutation { do(rows: [[1, 2], [3]]) { rows any } }',
      envelope(
        `<r:DoResponse xmlns:r="urn:rpc" ${NAMES}><rows s:arrayType="x:int[][2]">${rows(2, '4', '5')}${rows(1, '6')}</rows>
          <any i:type="s:Array" s:arrayType="x:boolean[2]"><b>1</b><b>false</b></any></r:DoResponse>`,
      ),
    );
    expect(sdl).toContain('rows: [[Int]]');
    expect(sent).toMatch(
      /:arrayType="xsd:int\[\]\[2\]"><item [^>]*:arrayType="xsd:int\[2\]"><item xsi:type="xsd:int">1</,
    );
    expect(data).toEqual({ do: { rows: [[4, 5], [6]], any: [true, false] } });
  });
});

describe('faults', () => {
  const detail = (content: string, behind = ''): string =>
    envelope(
      `<e:Fault><faultcode>e:Server</faultcode><faultstring>no</faultstring><detail>${content}</detail></e:Fault>${behind}`,
    );
  const PROBLEM = `<x:complexType name="Problem"><x:sequence><x:element name="code" type="x:int"/></x:sequence></x:complexType>
    <x:complexType name="Worse"><x:complexContent><x:extension base="m:Problem"><x:sequence><x:element name="loss" type="x:decimal"/></x:sequence></x:extension></x:complexContent></x:complexType>`;

  it('may be of a type that derives from the declared one', async () => {
    const description = wsdl({
      schema: `${PROBLEM}${both('<x:sequence/>')}<x:element name="Failed" type="m:Problem"/>`,
      messages: `${ELEMENTS}<message name="f"><part name="fault" element="m:Failed"/></message>`,
      faults: '<fault name="f" message="m:f"/>',
    });
    const answer = detail(
      `<q:Failed xmlns:q="urn:m" ${NAMES} i:type="q:Worse"><q:code>7</q:code><q:loss>1.50</q:loss></q:Failed>`,
    );
    expect((await call(description, 'mutation { do }', answer, 500)).fault).toMatchObject({
      code: 'HUB_UPSTREAM_FAULT',
      details: { upstreamDetail: { name: 'Failed', fields: { $type: '{urn:m}Worse', code: 7, loss: '1.50' } } },
    });
  });

  it('may refer to what stands behind them, with SOAP encoding', async () => {
    const description = wsdl({
      style: 'rpc',
      schema: PROBLEM,
      messages:
        '<message name="in"><part name="a" type="x:int"/></message><message name="out"><part name="b" type="x:int"/></message><message name="f"><part name="failed" type="m:Problem"/></message>',
      faults: '<fault name="f" message="m:f"/>',
      input: ENCODED,
      output: ENCODED,
    });
    const answer = detail(
      '<failed href="#p"/>',
      `<multiRef id="p" ${NAMES} i:type="m:Worse"><code>7</code><loss>2</loss></multiRef>`,
    );
    expect((await call(description, 'mutation { do(a: 1) }', answer, 500)).fault?.details.upstreamDetail).toEqual({
      name: 'failed',
      fields: { $type: '{urn:m}Worse', code: 7, loss: '2' },
    });
  });

  it('of a header have their detail in a header', async () => {
    const description = wsdl({
      schema:
        both('<x:sequence/>') +
        element('Session', '<x:sequence/>') +
        element('Expired', '<x:sequence><x:element name="since" type="x:date"/></x:sequence>'),
      messages: `${ELEMENTS}<message name="h"><part name="h" element="m:Session"/><part name="f" element="m:Expired"/></message>`,
      input: `<soap:header message="m:h" part="h" use="literal"><soap:headerfault message="m:h" part="f" use="literal"/></soap:header>${LITERAL}`,
    });
    const answer = `<e:Envelope xmlns:e="http://schemas.xmlsoap.org/soap/envelope/"><e:Header><Expired xmlns="urn:m"><since>2026-01-02</since></Expired></e:Header>
      <e:Body><e:Fault><faultcode>e:Client</faultcode><faultstring>log in</faultstring></e:Fault></e:Body></e:Envelope>`;
    expect((await call(description, 'mutation { do }', answer, 500)).fault?.details.upstreamDetail).toEqual({
      name: 'Expired',
      fields: { since: '2026-01-02' },
    });
  });
});

it('a sequence that repeats is written turn by turn, and read as lists', async () => {
  const description = wsdl({
    schema: both(
      '<x:sequence><x:element name="id" type="x:int"/><x:sequence maxOccurs="unbounded"><x:element name="k" type="x:string"/><x:element name="v" type="x:int" minOccurs="0"/></x:sequence><x:element name="end" type="x:int"/></x:sequence>',
    ),
    messages: ELEMENTS,
  });
  const { data, sent } = await call(
    description,
    'mutation { do(id: 1, k: ["a", "b", "c"], v: [1, 2], end: 9) { id k v end } }',
    done('<id>1</id><k>a</k><v>1</v><k>b</k><v>2</v><end>9</end>'),
  );
  expect(sent.replaceAll(/\bn1:/g, '')).toContain('<id>1</id><k>a</k><v>1</v><k>b</k><v>2</v><k>c</k><end>9</end>');
  expect(data).toEqual({ do: { id: 1, k: ['a', 'b'], v: [1, 2], end: 9 } });
});

it('substitutes of substitutes may stand for the head, abstract ones may not', async () => {
  const description = wsdl({
    schema: `<x:element name="head" type="x:string" abstract="true"/><x:element name="middle" type="x:string" abstract="true" substitutionGroup="m:head"/>
      <x:element name="near" type="x:string" substitutionGroup="m:head"/><x:element name="far" type="x:string" substitutionGroup="m:middle"/>
      ${both('<x:sequence><x:element ref="m:head" maxOccurs="unbounded"/></x:sequence>')}`,
    messages: ELEMENTS,
  });
  const { data, sdl } = await call(
    description,
    'mutation { do(near: "x") { near far } }',
    done('<far>f</far><near>n</near>'),
  );
  expect(data).toEqual({ do: { near: ['n'], far: ['f'] } });
  expect(sdl).not.toContain('middle');
});

it('a header that is typed by its part is named by it, in the namespace that the binding says', async () => {
  const { sent } = await call(
    wsdl({
      schema: both(''),
      messages: `${ELEMENTS}<message name="headers"><part name="Ticket" type="x:int"/></message>`,
      input: `${LITERAL}<soap:header message="m:headers" part="Ticket" use="encoded" namespace="urn:h"/>`,
    }),
    'mutation { do(ticketHeader: 7) }',
    done(''),
  );
  expect(sent).toMatch(/<soap:Header><(n\d):Ticket xmlns:\1="urn:h"[^>]*>7<\/\1:Ticket>/);
});

it('a service may speak another version of SOAP than its WSDL says', async () => {
  const { data, sent } = await call(
    wsdl({ schema: both('<x:sequence><x:element name="a" type="x:int"/></x:sequence>'), messages: ELEMENTS }),
    'mutation { do(a: 1) }',
    envelope('<Done xmlns="urn:m"><a>2</a></Done>', SOAP12),
    200,
    { soapVersion: '1.2' },
  );
  expect(data).toEqual({ do: 2 });
  expect(sent).toContain('xmlns:soap="http://www.w3.org/2003/05/soap-envelope"');
});
