// Samples of the node-soap project (test/fixtures/wsdl/golden, MIT): the request that must go out and the answer that comes
// back, compared by what the XML means.
import { readdirSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from '@jest/globals';
import { parseXml } from '../../../../src/import/wsdl/xml-tree.ts';
import { meaningOf, runSample } from '../../../kit/golden-sample.ts';
import { startUpstream } from '../../../kit/upstream.ts';
import { startSource, WSDL_FOLDER } from './start-source.ts';

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

const DUMMY = '{http://www.Dummy.com/Name/Types}';
const BEA = '{urn:de:brak:bea:application:dto:soap:types10}';
const HUMPTY = {
  DummyField1: { '@language': 'en-US', $value: 'Humpty' },
  DummyFilter: { DummyStringFilter: 'Dumpty' },
};
const RESOURCE = { bstrResourceId: '034b7ea5-8a04-11e3-9710-0050569575d8' };

/** Samples that say more, or less, than their WSDL lets them: the field is written by hand and takes JSON. */
const LOOSE: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  // An attribute that nothing declares.
  Dummy__should_add_prefix_for_unqualified_global_elements: HUMPTY,
  Dummy__should_handle_attributes_in_request: HUMPTY,
  get__complex_extension_with_explicit_namespace: {
    baseRef: {
      $type: '{urn:core_2013_2.platform.webservices.netsuite.com}RecordRef',
      '@type': 'contact',
      '@internalId': '42',
    },
  },
  // An element that nothing declares.
  Dummy__should_ignore_custom_defined_namespaces: {
    DummyField1: 'Humpty',
    DummyFilter: { DummyStringFilter: 'Dumpty' },
    [`${DUMMY}DummyAccount`]: { [`${DUMMY}DummyName`]: 'Dummy', [`${DUMMY}DummyPassword`]: '1234' },
  },
  getMessage__does_not_use_schema_xmlns: {
    [`${BEA}Body`]: {
      [`${BEA}getMessageRequest`]: {
        [`${BEA}message`]: { [`${BEA}sessionId`]: '123', [`${BEA}markAsExport`]: false },
      },
    },
  },
  addPets__force_namespaces: { petList: { pet: { name: 'Max' } } },
  Message__Messages_suffixed_with_In_Out: RESOURCE,
  Message__Messages_suffixed_with_Request_Response: RESOURCE,
  // XML where the WSDL has text.
  Dummy__should_use_defined_xml_key: {
    DummyXML: { $xml: '<myObject xmlns="http://www.Dummy.com/Name/Types" attr="myAttr"/>' },
  },
  // An element is missing that the WSDL demands.
  IndienenBericht__should_work_with_deeply_nested_XML_messages: { Request: { BerichtInfo: {} } },
  UpdateProfile__correct_namespaces_in_sequence_with_imports: {
    Profile: {
      IDs: [{ '@source': 'TESTSOURCE', $value: 100 }],
      Phones: [
        { '@primary': true, IDs: [{ '@source': 'TEST', $value: 1 }] },
        { '@primary': false, IDs: [{ '@source': 'TEST', $value: 2 }] },
      ],
    },
  },
  // Nothing where the WSDL has a Boolean.
  administrate__Complex_json_object_namespace_issue: {
    AdminOperation: { CreateUser: { User: { Name: 'name', Password: 'password' }, IgnoreDup: '' } },
  },
  // Elements without the namespace that their schema asks for.
  createData__should_generate_complex_type_request: {
    ModelCRUDRequest: {
      '{}ModelCRUD': {
        serviceType: 'CreateInterest',
        TableName: 'WTC_EmployeeInterest',
        RecordID: 0,
        Filter: '',
        Action: 'Create',
        DataRow: {
          '{http://3e.pl/ADInterface}field': [
            { '@column': 'C_BPartner_ID', val: '1001047' },
            { '@column': 'Interest', val: 'Cooking' },
          ],
        },
      },
      '{}ADLoginRequest': {
        user: 'WTCAdmin',
        pass: 'WTCAdmin',
        lang: '192',
        ClientID: 11,
        RoleID: 102,
        OrgID: 1000001,
        WarehouseID: 1000000,
        stage: 0,
      },
    },
  },
};

/** Samples of services that name the request otherwise than their WSDL, or answer what it does not say. */
const AS_WRITTEN: Readonly<Record<string, string>> = {
  getAttachments__should_handle_not_MTOM_response:
    'element: "{http://www.examples.com/wsdl/MTOMService.wsdl}getAttachments"',
  // XML in a text.
  Dummy__should_handle_cdata_xml_in_response: 'answer: documents',
  // An element where the WSDL has text.
  addPets__force_namespaces: 'answer: written',
  // More in the detail of a fault than the operation declares.
  login__error_returned_should_contain_root_Json_on_fault: 'answer: written',
  // An attribute that nothing declares.
  update__complex_extension_fields_in_parent_without_explicit_namespace: 'answer: written',
};

/** The WSDL says SOAP 1.2, the sample speaks 1.1. */
const SPEAKS_SOAP11: Readonly<Record<string, Record<string, unknown>>> = {
  execFile__valid_xml_generated_on_request_with_complex_type_element_form_default_missing: { soapVersion: '1.1' },
  execFile__valid_xml_generated_on_request_with_complex_type_element_form_default_unqualified: { soapVersion: '1.1' },
};

const folder = join(WSDL_FOLDER, 'golden');
const samples = readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isDirectory());

it.each(samples.map(({ name }) => name))('%s is sent and read as node-soap does it', async (sample) => {
  const args = LOOSE[sample];
  const soap = AS_WRITTEN[sample];
  const byHand =
    args === undefined && soap === undefined ? undefined : { ...(args && { args }), ...(soap && { soap }) };
  const { request, answer } = await runSample(join(folder, sample), byHand, SPEAKS_SOAP11[sample]);
  expect(request).toBe('equal');
  expect(answer).toBe('equal');
});
