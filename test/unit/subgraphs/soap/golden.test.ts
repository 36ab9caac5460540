// Samples of the node-soap project (test/fixtures/wsdl/golden, MIT): the request that must go out and the answer that comes
// back, compared by what the XML means.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from '@jest/globals';
import { resolveQName, parseXml, type XmlElement } from '../../../../src/import/wsdl/xml-tree.ts';
import { startUpstream } from '../../../kit/upstream.ts';
import { startSource, WSDL_FOLDER } from './start-source.ts';

const XSI_TYPE = '{http://www.w3.org/2001/XMLSchema-instance}type';

/** Names with their namespaces, whatever the prefixes; children in any order. */
function meaningOf(element: XmlElement): unknown {
  const attributes = [...element.attributes].map(([name, value]) =>
    name === XSI_TYPE ? [name, resolveQName(element, value)] : [name, value],
  );
  const children = element.children.map(meaningOf).sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
  return {
    name: `{${element.uri}}${element.local}`,
    attributes: attributes.sort(),
    text: element.text.trim(),
    children,
  };
}

const CONTACT =
  '{ asContact: { internalId: "42", externalId: "Alex Dniprovskyy", nullFieldList: ["officephone"], ' +
  'firstName: "Allister", lastName: "Sullivan", phone: "800-555-2819" } }';

interface Sample {
  readonly sample: string;
  readonly text: string;
  readonly data: unknown;
  readonly headerXml?: string;
}

const SAMPLES: readonly Sample[] = [
  {
    sample: 'update__complex_extension_fields_in_parent_without_explicit_namespace',
    text: `mutation { update(record: ${CONTACT}) { status { isSuccess } baseRef { ... on RecordRef { internalId externalId } } } }`,
    data: { update: { status: { isSuccess: true }, baseRef: { internalId: '42', externalId: 'Alex Dniprovskyy' } } },
  },
  {
    sample: 'readMetadata__should_respect_xsi_type_attribute',
    text: '{ readMetadata(type: "CustomObject", fullNames: ["Opportunity"]) { __typename ... on CustomObject { fullName enableHistory businessProcesses { fullName isActive } } } }',
    data: {
      readMetadata: [
        {
          __typename: 'CustomObject',
          fullName: 'Opportunity',
          enableHistory: true,
          businessProcesses: [
            { fullName: 'Some Process', isActive: true },
            { fullName: 'Another Process', isActive: false },
          ],
        },
      ],
    },
  },
  {
    sample: 'SendCDATA__cdata_is_handled_correctly',
    text: 'mutation { sendCDATA(message: "Hello World! & Hello Me!") }',
    data: { sendCDATA: 'Hello World! & Hello Me!' },
  },
  {
    sample: 'RequestHeaders__propogate_custom_header',
    text: 'mutation { requestHeaders }',
    data: { requestHeaders: '' },
    headerXml: 'headerContent',
  },
  {
    sample: 'Dummy__ref_element_should_have_correct_namespace',
    text: 'mutation { dummy(order: { id: 1, name: "foo" }) { status message } }',
    data: { dummy: { status: 200, message: 'OK' } },
  },
  {
    sample: 'Dummy__should_escape_xml',
    text: 'mutation { dummy(dummyField1: "foo & bar", dummyFilter: { dummyStringFilter: null }) { dummyList { value } } }',
    data: { dummy: { dummyList: [] } },
  },
];

it.each(SAMPLES)('$sample', async ({ sample, text, data, headerXml }) => {
  const folder = join(WSDL_FOLDER, 'golden', sample);
  const answer = await readFile(join(folder, 'response.xml'));
  const upstream = await startUpstream(
    (_, response) => void response.writeHead(200, { 'content-type': 'text/xml' }).end(answer),
  );
  const more = headerXml === undefined ? {} : { headerXml };
  const source = await startSource(`golden/${sample}/soap.wsdl`, upstream.url, more);
  try {
    const result = await source.run(text);
    expect(result).toEqual({ data });
    const sent = parseXml(upstream.received[0]?.body ?? '');
    expect(meaningOf(sent)).toEqual(meaningOf(parseXml(await readFile(join(folder, 'request.xml'), 'utf8'))));
  } finally {
    await source.close();
    await upstream.close();
  }
});
