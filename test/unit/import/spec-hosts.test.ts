// References to other hosts: refused by default, read where `specHosts` names the host. Two servers, so two origins.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { readDescription } from '../../../src/import/read-description.ts';
import { createRestKind } from '../../../src/subgraphs/rest/index.ts';
import { createSoapKind } from '../../../src/subgraphs/soap/index.ts';
import { createSource } from '../../kit/sources.ts';
import { startUpstream, type Answer, type Upstream } from '../../kit/upstream.ts';

let folder = '';
let spec: Upstream;
let schemas: Upstream;
let answerOfSpec: Answer;
let answerOfSchemas: Answer;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'manifold-hosts-'));
  spec = await startUpstream((request, response) => answerOfSpec(request, response));
  schemas = await startUpstream((request, response) => answerOfSchemas(request, response));
  answerOfSpec = (_request, response) => void response.end('spec');
  answerOfSchemas = (_request, response) => void response.end('schemas');
});
afterEach(async () => {
  await Promise.all([spec.close(), schemas.close()]);
  await rm(folder, { recursive: true });
});

const hostOf = ({ url }: Upstream): string => new URL(url).host;
const REFERENCE = { code: 'HUB_IMPORT_REFERENCE' };

describe('a reference to another host', () => {
  it('is refused with the name of the option and of the host', async () => {
    const message = `${schemas.url}/a may not be read: ${spec.url}/s may only refer to what lies within its origin; to read it all the same, name ${hostOf(schemas)} under specHosts of the source, or with --allow-host`;
    await expect(readDescription(`${schemas.url}/a`, { folder, from: `${spec.url}/s` })).rejects.toMatchObject({
      ...REFERENCE,
      message,
    });
    expect(schemas.received).toEqual([]);
  });

  it('is read where the host is named, from a url as from a file', async () => {
    for (const from of [`${spec.url}/s`, 'api.yaml']) {
      const read = await readDescription(`${schemas.url}/a`, { folder, from, hosts: [hostOf(schemas)] });
      expect(read).toMatchObject({ text: 'schemas', location: `${schemas.url}/a` });
    }
  });

  it('is read from that very host and port alone', async () => {
    const { port } = new URL(schemas.url);
    for (const host of ['127.0.0.1', `localhost:${port}`, `0.0.1:${port}`, '127.0.0.1:80']) {
      const reading = readDescription(`${schemas.url}/a`, { folder, from: `${spec.url}/s`, hosts: [host] });
      await expect(reading).rejects.toMatchObject(REFERENCE);
    }
    const localhost = `http://LocalHost:${port}/a`;
    const read = await readDescription(localhost, { folder, from: `${spec.url}/s`, hosts: [`LOCALHOST:${port}`] });
    expect(read.text).toBe('schemas');
  });

  it.each([
    ['http://a.invalid/', 'a.invalid:80'],
    ['http://a.invalid:80/', 'a.invalid'],
    ['https://a.invalid/', 'a.invalid:443'],
  ])('may leave out the port of its scheme: %s by %s', async (reference, host) => {
    const reading = readDescription(reference, { folder, from: 'api.yaml', hosts: [host] });
    await expect(reading).rejects.toMatchObject({ code: 'HUB_IMPORT_UNREADABLE' });
  });

  it('may be followed by one to the same host, to that of the specification, and to no third place', async () => {
    const onward = (reference: string, within = `${spec.url}/s`) =>
      readDescription(reference, { folder, from: `${schemas.url}/a`, within, hosts: [hostOf(schemas)] });
    expect((await onward('b')).location).toBe(`${schemas.url}/b`);
    expect((await onward(`${spec.url}/b`)).text).toBe('spec');
    await expect(onward(`${spec.url}/b`, 'api.yaml')).rejects.toMatchObject(REFERENCE);
    await writeFile(join(folder, 'b.yaml'), 'b');
    for (const reference of ['http://127.0.0.1:1/', `file://${folder}/b.yaml`]) {
      await expect(onward(reference, 'api.yaml')).rejects.toMatchObject(REFERENCE);
    }
  });

  it('is redirected to hosts that may be read, and no further', async () => {
    answerOfSpec = (request, response) => {
      const away = request.url === '/away' ? `${schemas.url}/a` : 'http://127.0.0.1:1/';
      response.writeHead(302, { location: away }).end();
    };
    const options = { folder, from: `${spec.url}/s` };
    await expect(readDescription('/away', options)).rejects.toMatchObject(REFERENCE);
    const hosts = [hostOf(schemas)];
    expect((await readDescription('/away', { ...options, hosts })).text).toBe('schemas');
    await expect(readDescription('/further', { ...options, hosts })).rejects.toMatchObject(REFERENCE);
    answerOfSchemas = (_request, response) => void response.writeHead(302, { location: 'http://127.0.0.1:1/' }).end();
    await expect(readDescription('/away', { ...options, hosts })).rejects.toMatchObject(REFERENCE);
  });

  it('carries no credentials', async () => {
    const echo: Answer = (request, response) => void response.end(request.headers.authorization ?? 'none');
    answerOfSpec = echo;
    answerOfSchemas = echo;
    const options = { folder, from: `${spec.url}/s`, hosts: [hostOf(schemas)] };
    const withUser = (url: string): string => url.replace('://', '://user:secret@');
    expect((await readDescription(withUser(spec.url), options)).text).toMatch(/^Basic /);
    expect((await readDescription(withUser(schemas.url), options)).text).toBe('none');
    expect((await readDescription(withUser(schemas.url), { ...options, from: 'api.yaml' })).text).toBe('none');
  });
});

describe('sources with specHosts', () => {
  it('take schemas of an OpenAPI document from there', async () => {
    answerOfSpec = (_request, response) => {
      const schema = { $ref: `${schemas.url}/pet.json` };
      const responses = { 200: { description: 'OK', content: { 'application/json': { schema } } } };
      const paths = { '/pet': { get: { operationId: 'pet', responses } } };
      response.end(JSON.stringify({ openapi: '3.0.3', info: { title: 'Pets', version: '1' }, paths }));
    };
    answerOfSchemas = (_request, response) =>
      void response.end('{ "title": "Pet", "type": "object", "properties": { "name": { "type": "string" } } }');
    const kind = createRestKind();
    const importing = (specHosts: string[]) =>
      kind.importSdl?.(
        { name: 'pets', settings: kind.settings.parse({ kind: 'rest', spec: spec.url, specHosts }) },
        '',
      );
    const refused = await importing([]);
    expect(refused?.report.notes).toContainEqual(
      expect.objectContaining({ kind: 'loss', message: expect.stringContaining('--allow-host') }),
    );
    expect(refused?.sdl).toContain('pet: JSON');
    const taken = await importing([hostOf(schemas)]);
    expect(taken?.sdl).toContain('name: String');
    expect(taken?.report.withLoss).toBe(0);
  });

  it('take schemas of a WSDL from there, when importing and when serving', async () => {
    answerOfSpec = (_request, response) =>
      void response.end(`<definitions targetNamespace="urn:m" xmlns="http://schemas.xmlsoap.org/wsdl/" xmlns:m="urn:m"
        xmlns:soap="http://schemas.xmlsoap.org/wsdl/soap/" xmlns:x="http://www.w3.org/2001/XMLSchema">
        <types><x:schema><x:import namespace="urn:m" schemaLocation="${schemas.url}/it.xsd"/></x:schema></types>
        <message name="m"><part name="p" element="m:It"/></message>
        <portType name="P"><operation name="GetIt"><input message="m:m"/><output message="m:m"/></operation></portType>
        <binding name="B" type="m:P"><soap:binding transport="http://schemas.xmlsoap.org/soap/http"/>
          <operation name="GetIt"><soap:operation soapAction=""/><input><soap:body use="literal"/></input>
          <output><soap:body use="literal"/></output></operation></binding>
        <service name="S"><port name="Port" binding="m:B"><soap:address location="${spec.url}"/></port></service></definitions>`);
    answerOfSchemas = (_request, response) =>
      void response.end(`<x:schema targetNamespace="urn:m" elementFormDefault="qualified" xmlns:x="http://www.w3.org/2001/XMLSchema">
        <x:element name="It"><x:complexType><x:sequence><x:element name="name" type="x:string"/></x:sequence></x:complexType></x:element></x:schema>`);
    const kind = createSoapKind();
    const settings = kind.settings.parse({ kind: 'soap', spec: spec.url });
    const refused = await kind.importSdl?.({ name: 'it', settings }, '');
    expect(refused?.report.notes).toContainEqual(
      expect.objectContaining({ kind: 'loss', message: expect.stringContaining('specHosts') }),
    );
    const subgraph = await createSource(kind, 'it', { spec: spec.url, specHosts: [hostOf(schemas)] });
    await subgraph.close();
    // Once for the import, once for the messages.
    expect(schemas.received).toHaveLength(2);
  });

  it.each(['https://a.example', 'a.example/path', '*.example', 'user@a.example', 'a.example:port', ''])(
    'name hosts, and nothing such as "%s"',
    (host) => {
      const given = { kind: 'rest', spec: 'a.yaml', specHosts: [host] };
      expect(createRestKind().settings.safeParse(given).success).toBe(false);
    },
  );
});
