// Overloaded operations (WSDL 1.1, section 2.5): every form is a field, and each calls what it says.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { importWsdl } from '../../../../src/import/wsdl/import-wsdl.ts';
import { startUpstream } from '../../../kit/upstream.ts';
import { envelope, startSource } from '../../subgraphs/soap/start-source.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'manifold-overloads-'));
});
afterAll(() => rm(folder, { recursive: true }));

const INTS = ['x:int', 'x:int', 'x:int'];

/** A form is `[input name, number of parts]`; `bound` lists the forms of each binding, in its own order. */
async function write(
  forms: readonly (readonly [string, number])[],
  bound: readonly (readonly string[])[],
): Promise<string> {
  const named = (name: string): string => (name === '' ? '' : ` name="${name}"`);
  const messages = forms.map(([, count], index) => {
    const parts = INTS.slice(0, count).map((type, part) => `<part name="p${part}" type="${type}"/>`);
    return `<message name="in${index}">${parts.join('')}</message>`;
  });
  const abstract = forms.map(
    ([name], index) =>
      `<operation name="Add"><input${named(name)} message="m:in${index}"/><output message="m:out"/></operation>`,
  );
  const bindings = bound.map((names, index) => {
    const operations = names.map(
      (name) =>
        `<operation name="Add"><soap:operation soapAction="urn:${name}"/><input${named(name)}><soap:body use="literal" namespace="urn:m"/></input>` +
        '<output><soap:body use="literal" namespace="urn:m"/></output></operation>',
    );
    return `<binding name="B${index}" type="m:P"><soap:binding style="rpc" transport="http://schemas.xmlsoap.org/soap/http"/>${operations.join('')}</binding>`;
  });
  const ports = bound.map((_, index) => `<port name="Port${index}" binding="m:B${index}"/>`);
  const text = `<definitions targetNamespace="urn:m" xmlns="http://schemas.xmlsoap.org/wsdl/" xmlns:m="urn:m"
    xmlns:soap="http://schemas.xmlsoap.org/wsdl/soap/" xmlns:x="http://www.w3.org/2001/XMLSchema">
    ${messages.join('')}<message name="out"><part name="sum" type="x:int"/></message>
    <portType name="P">${abstract.join('')}</portType>${bindings.join('')}
    <service name="S">${ports.join('')}</service></definitions>`;
  const file = join(folder, 'overloaded.wsdl');
  await writeFile(file, text);
  return file;
}

describe('an overloaded operation', () => {
  it('is a field for each form, the later ones named after their inputs', async () => {
    const spec = await write(
      [
        ['Add', 1],
        ['AddTwo', 2],
        ['three', 3],
      ],
      [['three', 'Add', 'AddTwo']],
    );
    const { sdl, report } = await importWsdl({ spec, folder });
    expect(report).toMatchObject({ operations: 3, notes: [] });
    expect(sdl).toMatch(/ {2}add\(\n {4}p0: Int\n {2}\): Int @soap\(operation: "Add", at: "sum"\)/);
    expect(sdl).toMatch(
      / {2}addTwo\(\n {4}p0: Int\n {4}p1: Int\n {2}\): Int @soap\(operation: "Add#AddTwo", at: "sum"\)/,
    );
    expect(sdl).toMatch(/ {2}addThree\(\n(?: {4}p\d: Int\n){3} {2}\): Int @soap\(operation: "Add#three", at: "sum"\)/);
  });

  it('is one field for each form, however many ports have it', async () => {
    const forms = [
      ['Add', 1],
      ['AddTwo', 2],
    ] as const;
    const { sdl, report } = await importWsdl({
      spec: await write(forms, [
        ['Add', 'AddTwo'],
        ['AddTwo', 'Add'],
      ]),
      folder,
    });
    expect(report.operations).toBe(2);
    const second = await importWsdl({
      spec: await write(forms, [
        ['Add', 'AddTwo'],
        ['AddTwo', 'Add'],
      ]),
      folder,
      ports: ['Port1'],
    });
    expect(sdl).not.toContain('port:');
    expect(second.sdl).toContain('@soap(operation: "Add#AddTwo", port: "Port1", at: "sum")');
  });

  it('without names for its inputs is told apart by the order of its forms', async () => {
    const { sdl } = await importWsdl({
      spec: await write(
        [
          ['', 1],
          ['', 2],
        ],
        [['', '']],
      ),
      folder,
    });
    expect(sdl).toMatch(/ {2}add2\(\n {4}p0: Int\n {4}p1: Int\n {2}\): Int @soap\(operation: "Add#2", at: "sum"\)/);
  });

  it('that a binding names more often than the port type has it is reported', async () => {
    const { report } = await importWsdl({ spec: await write([['Add', 1]], [['Add', 'Add']]), folder });
    expect(report.operations).toBe(1);
    expect(report.notes).toMatchObject([
      { kind: 'leftOut', message: 'the binding names an operation more often than the port type: left out' },
    ]);
  });

  it('sends the parts and the action of the form that was asked for', async () => {
    const upstream = await startUpstream(
      (_, response) =>
        void response
          .writeHead(200, { 'content-type': 'text/xml' })
          .end(envelope('<m:AddResponse xmlns:m="urn:m"><sum>3</sum></m:AddResponse>')),
    );
    const spec = await write(
      [
        ['Add', 1],
        ['AddTwo', 2],
      ],
      [['Add', 'AddTwo']],
    );
    const source = await startSource(spec, upstream.url);
    try {
      expect(await source.run('mutation { addTwo(p0: 1, p1: 2) }')).toEqual({ data: { addTwo: 3 } });
      expect(upstream.received[0]?.headers.soapaction).toBe('"urn:AddTwo"');
      expect(upstream.received[0]?.body).toContain('<p0>1</p0><p1>2</p1>');
    } finally {
      await source.close();
      await upstream.close();
    }
  });
});
