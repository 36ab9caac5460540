// HTTP ports of a WSDL (section 4 of WSDL 1.1): arguments in the query, in a form, and in the path.
import { afterEach, describe, expect, it } from '@jest/globals';
import { temporaryFolder } from '../../../kit/folder.ts';
import { startUpstream } from '../../../kit/upstream.ts';
import { startSource } from './start-source.ts';

const open: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of open.splice(0).reverse()) await close();
});

function wsdl(verb: 'GET' | 'POST', location: string, input: string): string {
  return `<definitions targetNamespace="urn:m" xmlns="http://schemas.xmlsoap.org/wsdl/" xmlns:m="urn:m"
    xmlns:x="http://www.w3.org/2001/XMLSchema" xmlns:http="http://schemas.xmlsoap.org/wsdl/http/"
    xmlns:mime="http://schemas.xmlsoap.org/wsdl/mime/">
    <types><x:schema targetNamespace="urn:m"><x:element name="Price" type="x:decimal"/></x:schema></types>
    <message name="in"><part name="city" type="x:string"/><part name="day" type="x:string"/></message>
    <message name="out"><part name="body" element="m:Price"/></message>
    <portType name="P"><operation name="GetPrice"><input message="m:in"/><output message="m:out"/></operation></portType>
    <binding name="B" type="m:P"><http:binding verb="${verb}"/><operation name="GetPrice"><http:operation location="${location}"/>
      <input>${input}</input><output><mime:mimeXml part="body"/></output></operation></binding>
    <service name="S"><port name="Port" binding="m:B"><http:address location="http://127.0.0.1:9/api"/></port></service>
  </definitions>`;
}

async function call(description: string, city: string) {
  const folder = await temporaryFolder({ 'made.wsdl': description });
  open.push(async () => folder[Symbol.asyncDispose]());
  const answer = '<Price xmlns="urn:m">12.50</Price>';
  const upstream = await startUpstream(
    (_, response) => void response.writeHead(200, { 'content-type': 'text/xml' }).end(answer),
  );
  open.push(() => upstream.close());
  const source = await startSource(`${folder.path}/made.wsdl`, `${upstream.url}/api`);
  open.push(() => source.close());
  const [, root = '', field = ''] = /type (Query|Mutation) \{[^}]*?\b(\w+)\(/.exec(source.sdl) ?? [];
  const { data, errors } = await source.run(
    `${root.toLowerCase()} ($city: String!) { price: ${field}(city: $city, day: "1") }`,
    { city },
  );
  return { price: data?.price, code: errors?.[0]?.fault.code, sent: upstream.received };
}

const REPLACED = '<http:urlReplacement/>';

describe('an HTTP port', () => {
  it('sends arguments in the query', async () => {
    const { price, sent } = await call(wsdl('GET', '/price', '<http:urlEncoded/>'), 'Köln & Bonn');
    expect(price).toBe('12.50');
    expect(sent).toMatchObject([{ method: 'GET', url: '/api/price?city=K%C3%B6ln+%26+Bonn&day=1' }]);
  });

  it('sends arguments as a form', async () => {
    const form = '<mime:content type="application/x-www-form-urlencoded"/>';
    const { price, sent } = await call(wsdl('POST', '/price', form), 'Köln');
    expect(price).toBe('12.50');
    expect(sent).toMatchObject([{ method: 'POST', url: '/api/price', body: 'city=K%C3%B6ln&day=1' }]);
  });

  it('puts arguments into the path', async () => {
    const { price, sent } = await call(wsdl('GET', '/price/(city)/on(day)', REPLACED), 'Köln/Bonn');
    expect(price).toBe('12.50');
    expect(sent).toMatchObject([{ method: 'GET', url: '/api/price/K%C3%B6ln%2FBonn/on1' }]);
  });

  it.each(['..', '.', '', '\ud800'])('refuses %j in the path before anything is sent', async (city) => {
    const { price, code, sent } = await call(wsdl('GET', '/price/(city)', REPLACED), city);
    expect({ price, code, sent }).toEqual({ price: null, code: 'HUB_REQUEST_INVALID', sent: [] });
  });
});
