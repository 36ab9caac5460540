// What a SOAP call carries beside its body: headers, signatures, attachments; and what stands for another type in it.
import { execFileSync } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from '@jest/globals';
import { SignedXml } from 'xml-crypto';
import { createScope } from '../../../../src/engine/create-scope.ts';
import { startUpstream, type Answer, type Upstream } from '../../../kit/upstream.ts';
import { envelope, type SoapSource, startSource } from './start-source.ts';

const open: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const one of open.splice(0).reverse()) await one.close();
});

async function start(
  spec: string,
  answer: Answer | string,
  more: Record<string, unknown> = {},
): Promise<{ source: SoapSource; upstream: Upstream }> {
  const upstream = await startUpstream(
    typeof answer === 'function'
      ? answer
      : (_, response) => void response.writeHead(200, { 'content-type': 'text/xml; charset=utf-8' }).end(answer),
  );
  open.push(upstream);
  const source = await startSource(spec, `${upstream.url}/service`, more);
  open.push(source);
  return { source, upstream };
}

const ITEM = 'item: [{ sku: "A", quantity: 1, price: "1.50" }]';
const place = (buyer: string, more = '', select = 'total') =>
  `mutation { placeOrder(buyer: ${buyer}, ${ITEM}, placedAt: "2026-03-01T12:00:00Z"${more}) { ${select} } }`;
const placed = (content = '<total>1.50</total>') =>
  envelope(
    `<PlaceOrderResponse xmlns="urn:orders" xmlns:o="urn:orders" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">${content}</PlaceOrderResponse>`,
  );
const PERSON = '{ asPerson: { name: "Ada", birthday: "1815-12-10" } }';

describe('derived types', () => {
  it('are written with xsi:type, in the order of the schema', async () => {
    const { source, upstream } = await start('orders.wsdl', placed());
    await source.run(place(PERSON));
    expect(upstream.received[0]?.body).toMatch(
      /<(n\d):buyer xsi:type="\1:Person"><\1:name>Ada<\/\1:name><\1:birthday>1815-12-10<\/\1:birthday><\/\1:buyer>/,
    );
  });

  it('come back as the object type that xsi:type names', async () => {
    const { source } = await start(
      'orders.wsdl',
      placed('<buyer xsi:type="o:Company"><name>ACME</name><vat>X</vat></buyer>'),
    );
    const select = 'buyer { __typename name ... on Company { vat } ... on Person { birthday } }';
    const { data } = await source.run(place(PERSON, '', select));
    expect(data).toEqual({ placeOrder: { buyer: { __typename: 'Company', name: 'ACME', vat: 'X' } } });
  });

  it('must be given one at a time, and an abstract one must be one of them', async () => {
    const { source, upstream } = await start('orders.wsdl', placed());
    const none = await source.run(place('{}'));
    const both = await source.run(place('{ asPerson: { name: "A" }, asCompany: { name: "B", vat: "C" } }'));
    expect(none.errors?.[0]?.fault.message).toMatch(/must be one of Person, Company/);
    expect(both.errors?.[0]?.fault.message).toMatch(/alone/);
    expect(upstream.received).toEqual([]);
  });
});

describe('SOAP headers', () => {
  it('that the binding names are written from arguments', async () => {
    const { source, upstream } = await start('orders.wsdl', placed());
    await source.run(place(PERSON, ', sessionHeader: { token: "a<b" }'));
    expect(upstream.received[0]?.body).toMatch(
      /<soap:Header><n1:Session xmlns:n1="urn:orders"><n1:token>a&lt;b<\/n1:token><\/n1:Session><\/soap:Header><soap:Body>/,
    );
    await source.run(place(PERSON));
    expect(upstream.received[1]?.body).not.toContain('Header');
  });

  it('of answers that the binding names are told to callers who ask for them', async () => {
    const answer = placed().replace(
      '<e:Body>',
      '<e:Header><Session xmlns="urn:orders"><token>t2</token></Session><x/></e:Header><e:Body>',
    );
    const { source } = await start('orders.wsdl', answer);
    const scope = createScope({ extensions: new Set(['headers'] as const) });
    await source.run(place(PERSON), {}, scope);
    expect(scope.usage.snapshot().headers).toEqual([
      { source: 'stock', operation: 'PlaceOrder', values: { Session: { token: 't2' } } },
    ]);
    const other = createScope();
    await source.run(place(PERSON), {}, other);
    expect(other.usage.snapshot().headers).toEqual([]);
  });

  it('of the configuration go with every call', async () => {
    const { source, upstream } = await start('orders.wsdl', placed(), {
      headerXml: '<k:Key xmlns:k="urn:k">1</k:Key>',
    });
    await source.run(place(PERSON, ', sessionHeader: { token: "t" }'));
    expect(upstream.received[0]?.body).toMatch(/<soap:Header><k:Key xmlns:k="urn:k">1<\/k:Key><n1:Session/);
    await expect(start('orders.wsdl', placed(), { headerXml: '<k>' })).rejects.toThrow(/well-formed/);
  });

  it('of WS-Addressing say what is asked of whom', async () => {
    const { source, upstream } = await start('orders.wsdl', placed(), { addressing: true });
    await source.run(place(PERSON));
    const body = upstream.received[0]?.body ?? '';
    expect(body).toContain('<wsa:Action xmlns:wsa="http://www.w3.org/2005/08/addressing">urn:place</wsa:Action>');
    expect(body).toContain(`>${upstream.url}/service</wsa:To>`);
    expect(body).toMatch(/<wsa:MessageID[^>]*>urn:uuid:[\da-f-]{36}</);
  });
});

describe('WS-Security', () => {
  it('can send a nonce with a plain password, and the digest always does', async () => {
    const text = await start('orders.wsdl', placed(), { wsSecurity: { username: 'u', password: 'p&', nonce: true } });
    await text.source.run(place(PERSON));
    expect(text.upstream.received[0]?.body).toMatch(/#PasswordText">p&amp;<\/wsse:Password><wsse:Nonce/);
    const digest = await start('orders.wsdl', placed(), {
      wsSecurity: { username: 'u', password: 'secret', passwordType: 'digest' },
    });
    await digest.source.run(place(PERSON));
    expect(digest.upstream.received[0]?.body).toMatch(/#PasswordDigest">[^<]+<\/wsse:Password><wsse:Nonce/);
    expect(digest.upstream.received[0]?.body).not.toContain('secret');
  });

  it('leaves out when a plain password was sent where that is asked for, never with a digest', async () => {
    const created = /<\/wsse:Password>(?:<wsse:Nonce[^>]*>[^<]*<\/wsse:Nonce>)?<wsu:Created>/;
    for (const [passwordType, sends] of [
      ['text', false],
      ['digest', true],
    ] as const) {
      const wsSecurity = { username: 'u', password: 'p', passwordType, created: false };
      const { source, upstream } = await start('orders.wsdl', placed(), { wsSecurity });
      await source.run(place(PERSON));
      expect(created.test(upstream.received[0]?.body ?? '')).toBe(sends);
    }
  });

  it('signs body and timestamp with an X.509 key, so that a verifier accepts it', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'manifold-x509-'));
    try {
      const [key, certificate] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
      const args = `req -x509 -newkey rsa:2048 -nodes -keyout ${key} -out ${certificate} -days 1 -subj /CN=hub`;
      execFileSync('openssl', args.split(' '), { stdio: 'ignore' });
      const x509 = { privateKey: key, certificate };
      const { source, upstream } = await start('orders.wsdl', placed(), {
        wsSecurity: { username: 'u', password: 'p', x509 },
      });
      await source.run(place(PERSON));
      await source.run(place(PERSON));
      const pem = await readFile(certificate, 'utf8');
      for (const { body } of upstream.received) {
        expect(body).toContain('<wsse:Username>u</wsse:Username>');
        expect(signedElements(body, pem)).toEqual(['Body', 'Timestamp']);
      }
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  it('says at the start what is wrong with a key', async () => {
    const x509 = { privateKey: 'nowhere.pem', certificate: 'nowhere.pem' };
    await expect(start('orders.wsdl', placed(), { wsSecurity: { x509 } })).rejects.toMatchObject({
      code: 'HUB_CONFIG_INVALID',
      message: expect.stringMatching(/privateKey cannot be read/),
    });
    await expect(start('orders.wsdl', placed(), { wsSecurity: { username: 'u' } })).rejects.toThrow(/go together/);
    await expect(start('orders.wsdl', placed(), { wsSecurity: {} })).rejects.toThrow(/x509/);
  });
});

/** Verifies the signature; the local names of what it covers. */
function signedElements(xml: string, certificate: string): string[] {
  const signature = /<Signature [^]*<\/Signature>/.exec(xml)?.[0] ?? '';
  const verifier = new SignedXml({ publicCert: certificate, getCertFromKeyInfo: () => null });
  verifier.loadSignature(signature);
  expect(verifier.checkSignature(xml)).toBe(true);
  return verifier
    .getSignedReferences()
    .map((signed) => /^<(?:\w+:)?(\w+)/.exec(signed)?.[1] ?? '')
    .sort();
}

const multipart = (type: string, parts: readonly (readonly [head: string, body: Buffer | string])[]): Answer => {
  const chunks = parts.flatMap(([head, body]) => [
    Buffer.from(`--frontier-12345\r\n${head}\r\n\r\n`),
    Buffer.from(body),
    Buffer.from('\r\n'),
  ]);
  const content = Buffer.concat([...chunks, Buffer.from('--frontier-12345--\r\n')]);
  return (_, response) => void response.writeHead(200, { 'content-type': type }).end(content);
};
const BYTES = Buffer.from([0, 13, 10, 45, 45, 255]);

describe('attachments', () => {
  const DOCUMENT = ', document: "AA0KLS3/"';

  it('are sent as MTOM parts where that is wanted', async () => {
    const { source, upstream } = await start('orders.wsdl', placed(), { attachments: 'mtom' });
    await source.run(place(PERSON, DOCUMENT));
    const { headers, body } = upstream.received[0] ?? { headers: {}, body: '' };
    expect(headers['content-type']).toMatch(
      /^multipart\/related; type="application\/xop\+xml"; start-info="text\/xml"; start="<[^>]+>"; boundary="/,
    );
    const id = /<xop:Include xmlns:xop="http:\/\/www.w3.org\/2004\/08\/xop\/include" href="cid:([^"]+)"\/>/.exec(
      body,
    )?.[1];
    expect(body).toContain(`Content-ID: <${decodeURIComponent(id ?? '?')}>`);
    expect(body).toContain('Content-Type: application/xop+xml; charset=utf-8; type="text/xml"');
    expect(body).not.toContain('AA0KLS3/');
  });

  it('stay in the message by default, and must be base64 where they do not', async () => {
    const inline = await start('orders.wsdl', placed());
    await inline.source.run(place(PERSON, DOCUMENT));
    expect(inline.upstream.received[0]?.body).toContain('document>AA0KLS3/<');
    const mtom = await start('orders.wsdl', placed(), { attachments: 'mtom' });
    const { errors } = await mtom.source.run(place(PERSON, ', document: "not base64!"'));
    expect(errors?.[0]?.fault.message).toMatch(/must be base64/);
  });

  it('are read from MTOM answers, byte for byte', async () => {
    const root = placed(
      '<total>1</total><document><xop:Include xmlns:xop="http://www.w3.org/2004/08/xop/include" href="cid:a%40b"/></document>',
    );
    const answer = multipart(
      'multipart/related; boundary="frontier-12345"; start="<root>"; type="application/xop+xml"',
      [
        ['Content-ID: <a@b>\r\nContent-Type: image/png', BYTES],
        ['Content-ID: <root>\r\nContent-Type: application/xop+xml; charset=utf-8', root],
      ],
    );
    const { source } = await start('orders.wsdl', answer);
    const { data, errors } = await source.run(place(PERSON, '', 'total document'));
    expect({ data, errors }).toEqual({ data: { placeOrder: { total: '1', document: 'AA0KLS3/' } }, errors: undefined });
  });

  it('that are not there make the answer unusable, and nothing else', async () => {
    const root = placed('<document><xop:Include xmlns:xop="x" href="cid:gone"/></document>');
    const { source } = await start(
      'orders.wsdl',
      multipart('multipart/related; boundary=frontier-12345', [['Content-Type: text/xml', root]]),
    );
    const { errors } = await source.run(place(PERSON, '', 'document'));
    expect(errors?.[0]?.fault).toMatchObject({
      code: 'HUB_UPSTREAM_MALFORMED',
      message: expect.stringContaining('PlaceOrderResponse.document refers to an attachment that is not there'),
    });
  });

  it('that the binding names travel beside the envelope, both ways', async () => {
    const root = envelope('<File xmlns="urn:plain"><name>n</name></File>');
    const answer = multipart('multipart/related; boundary=frontier-12345', [
      ['Content-Type: text/xml', root],
      ['Content-ID: <content=1@x>\r\nContent-Transfer-Encoding: base64', BYTES.toString('base64')],
    ]);
    const { source, upstream } = await start('plain-http.wsdl', answer);
    const { data, errors } = await source.run('mutation { sendFile(name: "n", content: "AAEC") { name content } }');
    expect({ data, errors }).toEqual({ data: { sendFile: { name: 'n', content: 'AA0KLS3/' } }, errors: undefined });
    const sent = upstream.received[0];
    expect(sent?.headers['content-type']).toMatch(/^multipart\/related; type="text\/xml"/);
    const [, content] = /Content-ID: <content=[\da-f-]+@manifold>\r\n\r\n([^]*)\r\n--/.exec(sent?.body ?? '') ?? [];
    expect(Buffer.from(content ?? '').toString('base64')).toBe('AAEC');
  });

  it('are noticed in an answer that does not say that it has parts', async () => {
    const answer = multipart('text/xml', [['Content-Type: application/xop+xml', placed()]]);
    const { source } = await start('orders.wsdl', answer);
    expect((await source.run(place(PERSON))).data).toEqual({ placeOrder: { total: '1.50' } });
  });
});

describe('an answer without an envelope', () => {
  it('is taken where it is the element that the WSDL promises, and only then', async () => {
    const bare = '<PlaceOrderResponse xmlns="urn:orders"><total>2</total></PlaceOrderResponse>';
    expect((await (await start('orders.wsdl', bare)).source.run(place(PERSON))).data).toEqual({
      placeOrder: { total: '2' },
    });
    const { errors } = await (await start('orders.wsdl', '<other/>')).source.run(place(PERSON));
    expect(errors?.[0]?.fault.message).toMatch(/no SOAP envelope/);
  });
});

describe('a plain HTTP port', () => {
  const rate = '<Rate xmlns="urn:plain"><from>EUR</from><value>1.10</value></Rate>';

  it('gets its arguments in the query, and answers with the bare element', async () => {
    const { source, upstream } = await start('plain-http.wsdl', `<?xml version="1.0"?>\n${rate}`, {
      ports: ['GetPort'],
    });
    const { data, errors } = await source.run('{ getRate(from: "E&R", to: "USD") { from value } }');
    expect({ data, errors }).toEqual({ data: { getRate: { from: 'EUR', value: '1.10' } }, errors: undefined });
    expect(upstream.received[0]).toMatchObject({ method: 'GET', url: '/service/rate?from=E%26R&to=USD' });
  });

  it('gets them as a form or in the path, as the binding says', async () => {
    const { source, upstream } = await start('plain-http.wsdl', '<string xmlns="urn:plain">1.10</string>');
    expect((await source.run('{ findRate(pair: "EURUSD") }')).data).toEqual({ findRate: '1.10' });
    expect((await source.run('{ showRate(from: "a/b", to: "c") }')).data).toEqual({ showRate: '1.10' });
    expect(upstream.received[0]).toMatchObject({ method: 'POST', url: '/service/find', body: 'pair=EURUSD' });
    expect(upstream.received[1]).toMatchObject({ method: 'GET', url: '/service/show/a%2Fb/c' });
  });

  it('is only used for what SOAP does not offer, unless it is named', async () => {
    const { source, upstream } = await start('plain-http.wsdl', envelope(rate));
    expect((await source.run('{ getRate(pair: "x") { value } }')).data).toEqual({ getRate: { value: '1.10' } });
    expect(upstream.received[0]?.body).toContain('<soap:Body>');
  });

  it('that fails is told by its status', async () => {
    const { source } = await start('plain-http.wsdl', (_, response) => void response.writeHead(404).end('no'), {
      ports: ['GetPort'],
    });
    const { errors } = await source.run('{ getRate(from: "a", to: "b") { value } }');
    expect(errors?.[0]?.fault.code).toBe('HUB_UPSTREAM_REJECTED');
  });
});
