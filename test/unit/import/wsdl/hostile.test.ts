// Descriptions that were made to hurt whoever reads them.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { parse } from 'graphql';
import { importWsdl } from '../../../../src/import/wsdl/import-wsdl.ts';

/** Of the processor, so that a busy machine fails nothing; each takes two seconds at most. */
const MAX_CPU_MS = 8_000;

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'manifold-hostile-'));
});
afterAll(() => rm(folder, { recursive: true }));

function wsdl(schema: string, operation = 'op'): string {
  return `<definitions targetNamespace="urn:m" xmlns="http://schemas.xmlsoap.org/wsdl/" xmlns:m="urn:m"
    xmlns:soap="http://schemas.xmlsoap.org/wsdl/soap/" xmlns:x="http://www.w3.org/2001/XMLSchema">
    <types><x:schema targetNamespace="urn:m">${schema}</x:schema></types>
    <message name="i"><part name="p" element="m:a"/></message>
    <portType name="P"><operation name="${operation}"><input message="m:i"/><output message="m:i"/></operation></portType>
    <binding name="B" type="m:P"><soap:binding transport="http://schemas.xmlsoap.org/soap/http"/><operation name="${operation}">
      <soap:operation soapAction=""/><input><soap:body use="literal"/></input><output><soap:body use="literal"/></output></operation></binding>
    <service name="S"><port name="Port" binding="m:B"><soap:address location="http://127.0.0.1:9/"/></port></service></definitions>`;
}
const times = (count: number, text: (index: number) => string) =>
  Array.from({ length: count }, (_, index) => text(index)).join('');
const element = (type: string) =>
  `<x:element name="a"><x:complexType><x:sequence><x:element name="f" type="m:${type}"/></x:sequence></x:complexType></x:element>`;
const EMPTY = '<definitions xmlns="http://schemas.xmlsoap.org/wsdl/">&a;</definitions>';

async function take(text: string) {
  await writeFile(join(folder, 'hostile.wsdl'), text);
  const before = process.cpuUsage();
  const outcome = await importWsdl({ spec: 'hostile.wsdl', folder }).catch((error: unknown) => error);
  const { user, system } = process.cpuUsage(before);
  expect((user + system) / 1_000).toBeLessThan(MAX_CPU_MS);
  return outcome;
}

describe('a hostile description is refused quickly, with one message:', () => {
  it.each([
    ['entities that multiply', `<!DOCTYPE d [<!ENTITY b "lol"><!ENTITY a "&b;&b;&b;">]>${EMPTY}`, 'INVALID', /DOCTYPE/],
    ['an external entity', `<!DOCTYPE d [<!ENTITY a SYSTEM "file:///etc/passwd">]>${EMPTY}`, 'INVALID', /DOCTYPE/],
    [
      'a parameter entity',
      `<!DOCTYPE d [<!ENTITY % a SYSTEM "http://127.0.0.1:9/">%a;]>${EMPTY}`,
      'INVALID',
      /DOCTYPE/,
    ],
    ['endless nesting', '<a>'.repeat(1_000_000), 'TOO_LARGE', /nested deeper/],
    ['an element with a name of megabytes', `<${'n'.repeat(2_000_000)}/>`, 'TOO_LARGE', /a name of 2000000 characters/],
    ['an operation with such a name', wsdl('', 'o'.repeat(1_000_000)), 'TOO_LARGE', /a name of 1000000 characters/],
    ['millions of elements', wsdl('<x:q/>'.repeat(400_000)), 'TOO_LARGE', /more than 150000 XML elements/],
    ['more than anyone describes', wsdl('') + ' '.repeat(26_000_000), 'TOO_LARGE', /larger than 25165824 bytes/],
    ['a comment of hyphens', wsdl(`<!--${'-x'.repeat(3_000_000)}-->`), 'TOO_LARGE', /more than 2000000 hyphens/],
    [
      'a section of brackets',
      wsdl(`<x:q><![CDATA[${']x'.repeat(3_000_000)}]]></x:q>`),
      'TOO_LARGE',
      /more than 2000000 hyphens/,
    ],
    [
      'fields without end',
      wsdl(
        `<x:element name="a"><x:complexType><x:sequence>${times(101_000, (i) => `<x:element name="f${i}" type="x:int"/>`)}</x:sequence></x:complexType></x:element>`,
      ),
      'TOO_LARGE',
      /more than 100000 fields/,
    ],
    [
      'types without end',
      wsdl(
        `<x:element name="a"><x:complexType><x:sequence>${times(11_000, (i) => `<x:element name="f${i}" type="m:T${i}"/>`)}</x:sequence></x:complexType></x:element>` +
          times(11_000, (i) => `<x:complexType name="T${i}"><x:sequence/></x:complexType>`),
      ),
      'TOO_LARGE',
      /more than 10000 types/,
    ],
    [
      'operations without end',
      wsdl(element('T')).replace('</binding>', times(10_000, (i) => `<operation name="o${i}"/>`) + '</binding>'),
      'TOO_LARGE',
      /more than 10000 operations/,
    ],
    [
      'an operation with forms without end',
      wsdl(element('T'))
        .replace(
          '</portType>',
          '<operation name="op"><input message="m:i"/></operation>'.repeat(10_000) + '</portType>',
        )
        .replace('</binding>', '<operation name="op"/>'.repeat(10_000) + '</binding>'),
      'TOO_LARGE',
      /more than 10000 operations/,
    ],
    [
      'groups that contain each other twice',
      wsdl(
        '<x:element name="a"><x:complexType><x:group ref="m:g0"/></x:complexType></x:element><x:group name="g60"><x:sequence/></x:group>' +
          times(
            60,
            (i) =>
              `<x:group name="g${i}"><x:sequence><x:group ref="m:g${i + 1}"/><x:group ref="m:g${i + 1}"/></x:sequence></x:group>`,
          ),
      ),
      'TOO_LARGE',
      /repeat groups/,
    ],
    [
      'types that derive from each other without end',
      wsdl(
        element('T0') +
          times(
            3_000,
            (i) =>
              `<x:complexType name="T${i}"><x:complexContent><x:extension base="m:T${i + 1}"/></x:complexContent></x:complexType>`,
          ),
      ),
      'TOO_LARGE',
      /derive from each other/,
    ],
    [
      'simple types that do',
      wsdl(
        element('S0') +
          times(3_000, (i) => `<x:simpleType name="S${i}"><x:restriction base="m:S${i + 1}"/></x:simpleType>`),
      ),
      'TOO_LARGE',
      /build on each other/,
    ],
  ])('%s', async (_, text, code, message) => {
    expect(await take(text)).toMatchObject({
      code: `HUB_IMPORT_${code}`,
      message: expect.stringMatching(message),
    });
  });
});

describe('a hostile description is made harmless:', () => {
  it.each([
    ['an attribute of megabytes', wsdl(`<x:element name="a" foo="${'v'.repeat(5_000_000)}"/>`)],
    [
      'script in its documentation',
      wsdl(
        `<x:element name="a"><x:annotation><x:documentation>&lt;script&gt;alert(1)&lt;/script&gt;${'"""'.repeat(9)}\\"""</x:documentation></x:annotation></x:element>`,
      ),
    ],
    [
      'types that derive from each other in a circle',
      wsdl(
        element('A') +
          times(
            2,
            (i) =>
              `<x:complexType name="${'AB'.charAt(i)}"><x:complexContent><x:extension base="m:${'BA'.charAt(i)}"/></x:complexContent></x:complexType>`,
          ),
      ),
    ],
    [
      'arrays of arrays without end',
      wsdl(
        element('T0') +
          times(
            3_000,
            (i) =>
              `<x:complexType name="T${i}"><x:sequence><x:element name="f" type="m:T${i + 1}" maxOccurs="unbounded"/></x:sequence></x:complexType>`,
          ),
      ),
    ],
    [
      'types that demand each other in a long row',
      wsdl(
        element('T0') +
          times(
            3_000,
            (i) =>
              `<x:complexType name="T${i}"><x:sequence><x:element name="f" type="m:T${i + 1}"/><x:element name="g" type="m:T0"/></x:sequence></x:complexType>`,
          ),
      ),
    ],
    [
      'values without end',
      wsdl(
        `${element('E')}<x:simpleType name="E"><x:restriction base="x:string">${times(100_000, (i) => `<x:enumeration value="v${i}"/>`)}</x:restriction></x:simpleType>`,
      ),
    ],
    [
      'names of object prototypes',
      wsdl(
        '<x:element name="a"><x:complexType><x:sequence><x:element name="__proto__" type="x:int"/><x:element name="constructor" type="x:int"/></x:sequence></x:complexType></x:element>',
      ),
    ],
    [
      'references to files',
      wsdl(
        '<x:import namespace="u" schemaLocation="file:///etc/passwd"/><x:include schemaLocation="../../../../etc/passwd"/><x:include schemaLocation="hostile.wsdl"/><x:element name="a"/>',
      ),
    ],
  ])('%s', async (_, text) => {
    const outcome = await take(text);
    expect(outcome).toMatchObject({ sdl: expect.any(String) });
    const { sdl } = outcome as { sdl: string };
    expect(() => parse(sdl)).not.toThrow();
    expect(sdl).not.toMatch(/<script|root:/);
  });
});

it('files that are harmless one by one are refused together', async () => {
  const many = '<x:q/>'.repeat(120_000);
  const schema = `<x:schema xmlns:x="http://www.w3.org/2001/XMLSchema">${many}</x:schema>`;
  await writeFile(join(folder, 'one.xsd'), schema);
  await writeFile(join(folder, 'two.xsd'), schema);
  const includes = '<x:include schemaLocation="one.xsd"/><x:include schemaLocation="two.xsd"/>';
  expect(await take(wsdl(includes))).toMatchObject({
    code: 'HUB_IMPORT_TOO_LARGE',
    message: expect.stringMatching(/two\.xsd: more than 150000 XML elements/),
  });
});
