// Services that do not keep to their WSDL: requests in an element of another name, answers that are read as they are written.
import { afterEach, describe, expect, it } from '@jest/globals';
import { startUpstream } from '../../../kit/upstream.ts';
import { envelope, startSource } from './start-source.ts';

const open: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of open.splice(0).reverse()) await close();
});

/** One call of a field that is written by hand beside what `stock.wsdl` gives. */
async function call(byHand: string, query: string, content: string) {
  const upstream = await startUpstream(
    (_, response) => void response.writeHead(200, { 'content-type': 'text/xml; charset=utf-8' }).end(envelope(content)),
  );
  open.push(() => upstream.close());
  const source = await startSource('stock.wsdl', upstream.url, {}, byHand);
  open.push(() => source.close());
  const { data, errors } = await source.run(query);
  return { data, errors, sent: upstream.received[0]?.body ?? '' };
}

const field = (type: string, soap: string, more = ''): string =>
  `extend type Query { raw: ${type} @soap(operation: "ListStock", readOnly: true, ${soap}) } ${more}`;
const JSON_FIELD = field('JSON', 'answer: written', 'scalar JSON');

describe('an answer that is read as written', () => {
  it('is whatever stands in its element, under the names of the XML', async () => {
    const { data } = await call(
      JSON_FIELD,
      '{ raw }',
      '<any:Thing xmlns:any="urn:elsewhere" id="7"><a>1</a><a>2</a><b lang="en">x</b><c/></any:Thing>',
    );
    expect(data).toEqual({ raw: { '@id': '7', a: ['1', '2'], b: { '@lang': 'en', $value: 'x' }, c: '' } });
  });

  it('is what the type of the field promises: lists of one, records of text, numbers and Booleans of text', async () => {
    const type = `type Row {
      id: Int @map(name: "@id")
      name: Name
      tags: [String!]
      open: Boolean
      shut: Boolean
      price: Float
      none: Float
      rows: [Row!]
    }
    type Name { text: String @map(name: "$value") lang: String @map(name: "@lang") }`;
    const row = (more: string): string => `<Row id="7"><name>N</name><tags>t</tags><open>1</open><none/>${more}</Row>`;
    const { data, errors } = await call(
      field('[Row!]', 'answer: written, at: "Row"', type),
      '{ raw { id name { text lang } tags open shut price none rows { id } } }',
      `<L>${row('<shut>false</shut><price>1.5</price><rows id="8"/>')}</L>`,
    );
    expect(errors).toBeUndefined();
    const name = { text: 'N', lang: null };
    expect(data).toEqual({
      raw: [{ id: 7, name, tags: ['t'], open: true, shut: false, price: 1.5, none: null, rows: [{ id: 8 }] }],
    });
  });

  it('says where a value does not fit, and keeps the rest', async () => {
    const type = 'type Row { id: Int open: Boolean }';
    const { data, errors } = await call(
      field('Row', 'answer: written', type),
      '{ raw { id open } }',
      '<L><id>7</id><open>perhaps</open></L>',
    );
    expect(data).toEqual({ raw: { id: 7, open: null } });
    expect(errors?.map(({ path }) => path)).toEqual([['raw', 'open']]);
  });

  it('is null where the body is empty, and a fault where it is one', async () => {
    expect((await call(JSON_FIELD, '{ raw }', '')).data).toEqual({ raw: null });
    const fault =
      '<e:Fault><faultcode>e:Server</faultcode><faultstring>no</faultstring><detail><why n="1">x</why></detail></e:Fault>';
    expect((await call(JSON_FIELD, '{ raw }', fault)).errors?.[0]?.fault).toMatchObject({
      code: 'HUB_UPSTREAM_FAULT',
      details: { upstreamDetail: { why: { '@n': '1', $value: 'x' } } },
    });
  });

  it('cannot be of a type that only the WSDL could tell', async () => {
    const type = 'union Either = One | Other type One { a: Int } type Other { b: Int }';
    await expect(call(field('Either', 'answer: written', type), '{ raw { __typename } }', '')).rejects.toThrow(
      'Query.raw: an answer that is read as written has no types, so Either cannot be told from it: use an object type or JSON',
    );
  });
});

describe('a text that is an XML document', () => {
  const read = async (text: string, answer = 'documents') =>
    (await call(field('JSON', `answer: ${answer}`, 'scalar JSON'), '{ raw }', `<L><d>${text}</d></L>`)).data;
  const DOCUMENT = '<?xml version="1.0"?><r a="1"><b>x</b></r>';

  it('is read where the field says so, in a section or escaped', async () => {
    const inside = { raw: { d: { r: { '@a': '1', b: 'x' } } } };
    expect(await read(`<![CDATA[ ${DOCUMENT} ]]>`)).toEqual(inside);
    expect(await read(DOCUMENT.replaceAll('<', '&lt;'))).toEqual(inside);
    expect(await read(`<![CDATA[${DOCUMENT}]]>`, 'written')).toEqual({ raw: { d: DOCUMENT } });
  });

  it('stays a text where it is none, where it has a DOCTYPE, and inside of another', async () => {
    for (const text of ['<r>', '<r/><r/>', '<3', '<!DOCTYPE r [<!ENTITY e "x">]><r>&e;</r>'])
      expect(await read(`<![CDATA[${text}]]>`)).toEqual({ raw: { d: text } });
    expect(await read('<![CDATA[<r>&lt;s/&gt;</r>]]>')).toEqual({ raw: { d: { r: '<s/>' } } });
  });
});

describe('a request in an element of another name', () => {
  const named = (element: string) =>
    call(field('JSON', `element: "${element}", answer: written`, 'scalar JSON'), '{ raw }', '<x/>');

  it('is sent so, with and without a namespace', async () => {
    expect((await named('{urn:other}Give')).sent).toContain('<n1:Give xmlns:n1="urn:other"/>');
    expect((await named('Give')).sent).toContain('<soap:Body><Give/></soap:Body>');
  });

  it('is refused where the name is none', async () => {
    await expect(named('{urn:other}<a>')).rejects.toThrow('is no {namespace}name of an XML element');
  });
});
