// What the README shows is what happens: its plans and its worked example are run as they stand there.
import { readFile } from 'node:fs/promises';
import { describe, expect, it } from '@jest/globals';
import { parse, print } from 'graphql';
import { QUERY } from '../../examples/storefront/overview.ts';
import { temporaryFolder } from '../kit/folder.ts';
import { runManifold } from '../kit/manifold.ts';
import { STOREFRONT } from '../kit/storefront.ts';

const readme = await readFile(new URL('../../README.md', import.meta.url), 'utf8');
const blocks = [...readme.matchAll(/^```(\w*)\n([\s\S]*?)^```$/gm)].map(([, language = '', text = '']) => ({
  language,
  text,
}));

/** The upstreams' own descriptions, which the worked example takes as given. */
const TICKETS = JSON.stringify({
  openapi: '3.1.0',
  info: { title: 'Tickets', version: '1' },
  paths: {
    '/tickets': {
      get: {
        operationId: 'tickets',
        parameters: [{ name: 'status', in: 'query', schema: { type: 'string' } }],
        responses: answer({ type: 'array', items: { $ref: '#/components/schemas/Ticket' } }),
      },
    },
    '/tickets/{id}': {
      get: {
        operationId: 'ticket',
        parameters: [{ name: 'id', in: 'path', required: true, schema: { type: 'string' } }],
        responses: answer({ $ref: '#/components/schemas/Ticket' }),
      },
    },
  },
  components: {
    schemas: {
      Ticket: {
        type: 'object',
        required: ['id', 'subject', 'body', 'customerId'],
        properties: Object.fromEntries(
          ['id', 'subject', 'body', 'customerId'].map((name) => [name, { type: 'string' }]),
        ),
      },
    },
  },
});

function answer(schema: object): object {
  return { 200: { description: 'ok', content: { 'application/json': { schema } } } };
}

const CRM = `<?xml version="1.0"?>
<definitions name="Crm" targetNamespace="urn:crm" xmlns="http://schemas.xmlsoap.org/wsdl/" xmlns:t="urn:crm"
    xmlns:xs="http://www.w3.org/2001/XMLSchema" xmlns:soap="http://schemas.xmlsoap.org/wsdl/soap/">
  <types><xs:schema targetNamespace="urn:crm" elementFormDefault="qualified">
    <xs:complexType name="Customer"><xs:sequence>
      <xs:element name="id" type="xs:string"/>
      <xs:element name="name" type="xs:string"/>
      <xs:element name="tier" type="xs:string"/>
    </xs:sequence></xs:complexType>
    <xs:element name="GetCustomers"><xs:complexType><xs:sequence>
      <xs:element name="id" type="xs:string" maxOccurs="unbounded"/>
    </xs:sequence></xs:complexType></xs:element>
    <xs:element name="GetCustomersResponse"><xs:complexType><xs:sequence>
      <xs:element name="customer" type="t:Customer" minOccurs="0" maxOccurs="unbounded"/>
    </xs:sequence></xs:complexType></xs:element>
  </xs:schema></types>
  <message name="In"><part name="p" element="t:GetCustomers"/></message>
  <message name="Out"><part name="p" element="t:GetCustomersResponse"/></message>
  <portType name="Port">
    <operation name="GetCustomers"><input message="t:In"/><output message="t:Out"/></operation>
  </portType>
  <binding name="Binding" type="t:Port">
    <soap:binding style="document" transport="http://schemas.xmlsoap.org/soap/http"/>
    <operation name="GetCustomers">
      <soap:operation soapAction="urn:crm/GetCustomers"/>
      <input><soap:body use="literal"/></input><output><soap:body use="literal"/></output>
    </operation>
  </binding>
  <service name="Crm"><port name="Port" binding="t:Binding"><soap:address location="http://127.0.0.1:9/crm"/></port></service>
</definitions>`;

describe('the README', () => {
  it('shows the query that the example prints', () => {
    const shown = blocks.find(({ language }) => language === 'graphql');
    expect(print(parse(shown?.text ?? ''))).toBe(print(parse(QUERY)));
  });

  it('shows the plan that `manifold plan` prints for it', async () => {
    const { code, stdout } = await runManifold(['plan', QUERY, '--config', STOREFRONT]);
    expect(code).toBe(0);
    expect(blocks.map(({ text }) => text)).toContain(stdout);
  }, 60_000);

  it('has a worked example that works, and its plan', async () => {
    const files = blocks.flatMap(({ text }) => {
      const [, name] = /^# (\S+\.(?:yaml|graphql))\n/.exec(text) ?? [];
      return name === undefined ? [] : [[name, text] as const];
    });
    expect(files.map(([name]) => name)).toEqual([
      'manifold.yaml',
      'schema/tickets/joins.graphql',
      'schema/crm/customers.graphql',
      'schema/assistant/tickets.graphql',
    ]);
    await using folder = await temporaryFolder({
      'tickets.openapi.yaml': TICKETS,
      'crm.wsdl': CRM,
      ...Object.fromEntries(files),
    });
    const [, query = ''] = /^`(\{ tickets.*\})` is now three calls:$/m.exec(readme) ?? [];
    const { code, stdout, stderr } = await runManifold(['plan', query, '--config', folder.path]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(blocks.map(({ text }) => text)).toContain(stdout);
  }, 60_000);

  it('links to files that are there', async () => {
    const links = [...readme.matchAll(/\]\((?!https?:|#)([^)#]+)/g)].map(([, path = '']) => path);
    expect(links.length).toBeGreaterThan(5);
    for (const path of links) await readFile(new URL(`../../${path}`, import.meta.url));
  });
});
