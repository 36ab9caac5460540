import { symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { importOpenApi } from '../../../src/import/openapi/import-openapi.ts';
import { importWsdl } from '../../../src/import/wsdl/import-wsdl.ts';
import { temporaryFolder } from '../../kit/folder.ts';

const WSDL = 'xmlns="http://schemas.xmlsoap.org/wsdl/"';
const SCHEMA = '{ type: object, properties: { name: { type: string } } }';
const openApi = (reference = '#/components/schemas/Pet', path = 'pets'): string => `openapi: 3.0.3
info: { title: Pets, version: '1' }
paths:
  /${path}:
    get:
      operationId: ${path}
      responses: { 200: { description: OK, content: { application/json: { schema: { $ref: '${reference}' } } } } }
components: { schemas: { Pet: ${SCHEMA} } }
`;

const ABSTRACT = `<definitions ${WSDL} targetNamespace="urn:a" xmlns:x="http://www.w3.org/2001/XMLSchema">
  <types><x:schema targetNamespace="urn:a"><x:element name="it" type="x:string"/></x:schema></types>
  <message name="m"><part name="p" element="a:it" xmlns:a="urn:a"/></message>
  <portType name="P"><operation name="GetIt"><input message="a:m" xmlns:a="urn:a"/><output message="a:m" xmlns:a="urn:a"/></operation></portType>
</definitions>`;
const SERVICE = `<definitions ${WSDL} targetNamespace="urn:s" xmlns:a="urn:a" xmlns:s="urn:s" xmlns:soap="http://schemas.xmlsoap.org/wsdl/soap/">
  <import namespace="urn:a" location="parts/abstract.wsdl"/>
  <binding name="B" type="a:P"><soap:binding transport="http://schemas.xmlsoap.org/soap/http"/>
    <operation name="GetIt"><soap:operation soapAction=""/><input><soap:body use="literal"/></input><output><soap:body use="literal"/></output></operation></binding>
  <service name="S"><port name="Port" binding="s:B"><soap:address location="http://a.example/"/></port></service>
</definitions>`;

const refused = (message: RegExp, code = 'HUB_IMPORT_INVALID'): object => ({
  code,
  message: expect.stringMatching(message),
});

describe('a folder as specification', () => {
  it('stands for the one OpenAPI document in it, whose references may lead anywhere within', async () => {
    await using folder = await temporaryFolder({
      'specs/main/api.yaml': openApi('../shared/pet.json'),
      'specs/shared/pet.json': '{ "properties": { "name": { "type": "string" }, "openapi": { "type": "string" } } }',
      'specs/notes.yaml': 'about: |\n  openapi: 3.0.0\n',
      'specs/node_modules/x/api.yaml': openApi(),
      'specs/.draft.yaml': openApi(),
      'specs/readme.md': 'openapi: 3.0.3',
    });
    for (const spec of ['specs', './specs/', join(folder.path, 'specs')]) {
      const { sdl, origin, report } = await importOpenApi({ spec, folder: folder.path });
      expect(origin).toBe('specs/main/api.yaml');
      expect(sdl).toContain('name: String');
      expect(report.notes).toEqual([]);
    }
    const here = await importOpenApi({ spec: '.', folder: join(folder.path, 'specs') });
    expect(here.origin).toBe('main/api.yaml');
  });

  it('has its references stay within', async () => {
    await using folder = await temporaryFolder({
      'specs/a/api.json': JSON.stringify({
        swagger: '2.0',
        info: { title: 'A', version: '1' },
        paths: { '/a': { get: { responses: { 200: { description: 'OK', schema: { $ref: '../../secret.yaml' } } } } } },
      }),
      'secret.yaml': SCHEMA,
    });
    const { report } = await importOpenApi({ spec: 'specs', folder: folder.path });
    expect(report.notes).toEqual([
      expect.objectContaining({ kind: 'loss', message: expect.stringContaining('specs/ may only refer to') }),
    ]);
  });

  it('has symbolic links that are not followed', async () => {
    await using folder = await temporaryFolder({ 'outside/api.yaml': openApi(), 'specs/other.yaml': 'a: 1' });
    await symlink('../outside/api.yaml', join(folder.path, 'specs/api.yaml'));
    await symlink('../outside', join(folder.path, 'specs/linked'));
    await expect(importOpenApi({ spec: 'specs', folder: folder.path })).rejects.toMatchObject(
      refused(/^specs\/ holds no OpenAPI document \(found: specs\/other\.yaml\); give the path of the document/),
    );
  });

  it('is refused where it holds several documents, which are named, or no file that may be one', async () => {
    await using folder = await temporaryFolder({
      'specs/b.yaml': openApi(),
      'specs/a.yaml': openApi(),
      'specs/c.yaml': openApi(),
      'none/readme.md': '',
    });
    const of = (spec: string) => importOpenApi({ spec, folder: folder.path });
    await expect(of('specs')).rejects.toMatchObject(
      refused(/several OpenAPI documents.*\(found: specs\/a\.yaml, specs\/b\.yaml, specs\/c\.yaml\)/),
    );
    await expect(of('none')).rejects.toMatchObject(refused(/found: no file that may be one/));
  });

  it('stands for the document that refers to the other ones', async () => {
    await using folder = await temporaryFolder({
      'specs/a.yaml': openApi('#/components/schemas/Pet', 'parts'),
      'specs/b.yaml': openApi('a.yaml#/components/schemas/Pet'),
      'circle/a.yaml': openApi('b.yaml#/components/schemas/Pet'),
      'circle/b.yaml': openApi('a.yaml#/components/schemas/Pet'),
    });
    expect((await importOpenApi({ spec: 'specs', folder: folder.path })).origin).toBe('specs/b.yaml');
    await expect(importOpenApi({ spec: 'circle', folder: folder.path })).rejects.toMatchObject(refused(/several/));
  });

  it('says what is wrong with the one document in it', async () => {
    await using folder = await temporaryFolder({
      'json/api.json': '{ "openapi": "3.0.0", ',
      'wsdl/api.wsdl': `<definitions ${WSDL}>`,
    });
    await expect(importOpenApi({ spec: 'json', folder: folder.path })).rejects.toMatchObject(
      refused(/^json\/api\.json is not an OpenAPI document: it is not JSON/),
    );
    await expect(importWsdl({ spec: 'wsdl', folder: folder.path })).rejects.toMatchObject(refused(/^wsdl\/api\.wsdl/));
  });

  it('stands for the WSDL that imports the other ones', async () => {
    await using folder = await temporaryFolder({
      'wsdl/parts/abstract.wsdl': ABSTRACT,
      'wsdl/service.wsdl': SERVICE,
      'wsdl/pom.xml': '<project/>',
    });
    const { origin, report } = await importWsdl({ spec: 'wsdl', folder: folder.path });
    expect(origin).toBe('wsdl/service.wsdl');
    expect(report).toMatchObject({ operations: 1, notes: [] });
    await folder.write('wsdl/another.wsdl', SERVICE);
    await expect(importWsdl({ spec: 'wsdl', folder: folder.path })).rejects.toMatchObject(
      refused(/^wsdl\/ holds several WSDLs.*\(found: wsdl\/another\.wsdl, wsdl\/parts\/abstract\.wsdl, wsdl\/service/),
    );
  });

  it('is not looked through where it holds more than a thousand files', async () => {
    const files = Array.from({ length: 1_001 }, (_, index) => [`specs/${index}.json`, '{}']);
    await using folder = await temporaryFolder(Object.fromEntries(files));
    await expect(importOpenApi({ spec: 'specs', folder: folder.path })).rejects.toMatchObject(
      refused(/^specs\/ has more than 1000 files to look at/, 'HUB_IMPORT_TOO_LARGE'),
    );
  });
});
