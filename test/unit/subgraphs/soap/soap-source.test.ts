import { afterEach, describe, expect, it } from '@jest/globals';
import { createScope } from '../../../../src/engine/create-scope.ts';
import { startUpstream, type Answer, type Upstream } from '../../../kit/upstream.ts';
import { envelope, SOAP12, type SoapSource, startSource } from './start-source.ts';

const open: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const one of open.splice(0).reverse()) await one.close();
});

async function start(
  spec: string,
  answer: Answer | string,
  more: Record<string, unknown> = {},
  joins = '',
): Promise<{ source: SoapSource; upstream: Upstream }> {
  const upstream = await startUpstream(
    typeof answer === 'function'
      ? answer
      : (_, response) => void response.writeHead(200, { 'content-type': 'text/xml; charset=utf-8' }).end(answer),
  );
  open.push(upstream);
  const source = await startSource(spec, `${upstream.url}/service`, more, joins);
  open.push(source);
  return { source, upstream };
}

const reply = (status: number, body: string, type = 'text/xml'): Answer => {
  return (_, response) => void response.writeHead(status, { 'content-type': type }).end(body);
};

const LEVEL = `
  <t:Sku>A1</t:Sku><t:OnHand>7</t:OnHand><t:Price currency="EUR">12.3400</t:Price><t:Active>1</t:Active>
  <t:Status>on order</t:Status><t:Delivery>2026-03-01+02:00</t:Delivery><t:Counted>2026-02-28T23:30:00-05:00</t:Counted>
  <t:Serial>9007199254740993</t:Serial><t:Weight>1.5E1</t:Weight><t:Tag>only</t:Tag>
  <t:Bins><t:Bin><t:Shelf>3</t:Shelf></t:Bin></t:Bins>`;
const getStockResponse = (level: string) =>
  envelope(`<s:GetStockResponse xmlns:s="urn:stock" xmlns:t="urn:stock:types">${level}</s:GetStockResponse>`);

describe('a document/literal operation', () => {
  it('comes out with the types that the WSDL says', async () => {
    const { source } = await start(
      'stock.wsdl',
      getStockResponse(`<s:Level version="18446744073709551615">${LEVEL}</s:Level>`),
    );
    const result = await source.run(
      '{ getStock(sku: "A1") { sku version onHand price { value currency } active status delivery counted serial weight tag bins { shelf floor } parent { sku } } }',
    );
    expect(result).toEqual({
      data: {
        getStock: {
          sku: 'A1',
          version: '18446744073709551615',
          onHand: 7,
          price: { value: '12.3400', currency: 'EUR' },
          active: true,
          status: 'on_order',
          delivery: '2026-03-01+02:00',
          counted: '2026-02-28T23:30:00-05:00',
          serial: '9007199254740993',
          weight: 15,
          tag: ['only'],
          bins: [{ shelf: 3, floor: null }],
          parent: null,
        },
      },
    });
  });

  it('is null where the answer has no payload', async () => {
    const { source } = await start('stock.wsdl', getStockResponse(''));
    expect(await source.run('{ getStock(sku: "x") { sku } }')).toEqual({ data: { getStock: null } });
  });

  it('unwraps arrays, keeps nil items, and reads xsi:nil as null', async () => {
    const level = LEVEL.replace(/<t:Delivery>.*<\/t:Delivery>/, '<t:Delivery xsi:nil="true"/>');
    const { source } = await start(
      'stock.wsdl',
      envelope(
        `<s:ListStockResponse xmlns:s="urn:stock" xmlns:t="urn:stock:types" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">
          <s:ListStockResult><t:Level>${level}</t:Level><t:Level xsi:nil="true"/></s:ListStockResult></s:ListStockResponse>`,
      ),
    );
    expect(await source.run('{ listStock { sku delivery tag } }')).toEqual({
      data: { listStock: [{ sku: 'A1', delivery: null, tag: ['only'] }, null] },
    });
  });

  it('writes elements in the order of the schema, with namespaces, attributes and escapes', async () => {
    const { source, upstream } = await start('stock.wsdl', envelope('<ListStockResponse xmlns="urn:stock"/>'));
    await source.run(
      `query($skus: [String!]) {
      listStock(skus: $skus, filter: { status: on_order, limit: 5, maxPrice: "9.90", not: { limit: 1 } }) { sku }
    }`,
      { skus: ['a&b', '<c>'] },
    );
    const [request] = upstream.received;
    expect(request?.headers.soapaction).toBe('"urn:stock/ListStock"');
    expect(request?.headers['content-type']).toBe('text/xml; charset=utf-8');
    expect(request?.url).toBe('/service');
    expect(request?.body).toContain(
      '<n2:Skus><n1:string>a&amp;b</n1:string><n1:string>&lt;c&gt;</n1:string></n2:Skus>' +
        '<n2:Filter limit="5"><n1:MaxPrice>9.90</n1:MaxPrice><n1:Status>on order</n1:Status><n1:Not limit="1"/></n2:Filter>',
    );
    expect(request?.body).toContain('xmlns:n1="urn:stock:types" xmlns:n2="urn:stock"');
  });

  it('writes null as xsi:nil and leaves out what is not given', async () => {
    const answer =
      '<ReserveStockResponse xmlns="urn:stock"><Id>1</Id><At>2026-01-01T00:00:00Z</At></ReserveStockResponse>';
    const { source, upstream } = await start('stock.wsdl', envelope(answer));
    await source.run('mutation { reserveStock(sku: "a", quantity: 2, note: null) { id } }');
    await source.run('mutation { reserveStock(sku: "a", quantity: 2) { id } }');
    expect(upstream.received[0]?.body).toContain('<n1:Note xsi:nil="true"/>');
    expect(upstream.received[1]?.body).not.toContain('Note');
  });

  it('answers an operation without results with true', async () => {
    const { source } = await start('stock.wsdl', envelope('<DeleteStockResponse xmlns="urn:stock"/>'));
    expect(await source.run('mutation { deleteStock(sku: "a") }')).toEqual({ data: { deleteStock: true } });
  });

  it('refuses an argument that XML cannot carry', async () => {
    const { source, upstream } = await start('stock.wsdl', getStockResponse(''));
    const { errors } = await source.run('query($s: String!) { getStock(sku: $s) { sku } }', { s: 'a\u0000b' });
    expect(errors?.[0]?.fault.code).toBe('HUB_REQUEST_INVALID');
    expect(upstream.received).toHaveLength(0);
  });
});

describe('rpc operations', () => {
  it('wrap their parts in an element named after the operation, in the namespace of the binding', async () => {
    const { source, upstream } = await start(
      'rates-rpc.wsdl',
      envelope('<r:convertResponse xmlns:r="urn:rates"><result>11.50</result></r:convertResponse>'),
    );
    expect(await source.run('{ convert(amount: "10.00", to: "USD") }')).toEqual({ data: { convert: '11.50' } });
    expect(upstream.received[0]?.body).toContain(
      '<n1:convert xmlns:n1="urn:rates"><amount>10.00</amount><to>USD</to></n1:convert>',
    );
  });

  it('return several parts as one object', async () => {
    const { source } = await start(
      'rates-rpc.wsdl',
      envelope(
        `<r:listRatesResponse xmlns:r="urn:rates"><rates><rate><pair>A/B</pair><value>1.10</value></rate></rates>
         <best><pair>A/B</pair><value>1.10</value></best></r:listRatesResponse>`,
      ),
    );
    expect(await source.run('{ listRates(day: "2026-01-01") { rates { pair value } best { value } } }')).toEqual({
      data: { listRates: { rates: [{ pair: 'A/B', value: '1.10' }], best: { value: '1.10' } } },
    });
  });

  it('are true when they are one-way and the answer is empty', async () => {
    const { source } = await start('rates-rpc.wsdl', (_, response) => void response.writeHead(202).end());
    expect(await source.run('mutation { pushRate(rate: { pair: "A/B", value: "1" }) }')).toEqual({
      data: { pushRate: true },
    });
  });

  it('write and read SOAP encoding: types, arrays and references', async () => {
    const { source, upstream } = await start(
      'map-encoded.wsdl',
      envelope(
        `<p:findPlacesResponse xmlns:p="urn:places"><return href="#1"/></p:findPlacesResponse>
         <multiRef id="1"><item href="#2"/><item><name>Rome</name><visits>2</visits></item></multiRef>
         <multiRef id="2"><name>Oslo</name><visits>1</visits></multiRef>`,
      ),
    );
    const query =
      '{ findPlaces(near: { name: "Oslo", visits: 1 }, known: [{ name: "Rome", visits: 2 }]) { name visits } }';
    expect(await source.run(query)).toEqual({
      data: {
        findPlaces: [
          { name: 'Oslo', visits: 1 },
          { name: 'Rome', visits: 2 },
        ],
      },
    });
    const body = upstream.received[0]?.body ?? '';
    expect(body).toContain(':encodingStyle="http://schemas.xmlsoap.org/soap/encoding/"');
    expect(body).toMatch(
      /<near xsi:type="n\d:Place"><name xsi:type="xsd:string">Oslo<\/name><visits xsi:type="xsd:int">1</,
    );
    expect(body).toMatch(/<known xsi:type="n\d:Array" n\d:arrayType="n\d:Place\[1\]"><item xsi:type="n\d:Place">/);
  });
});

describe('SOAP 1.2', () => {
  it('is spoken at the port that the directive names', async () => {
    const joins = `extend type Query { modern(sku: String! @map(name: "Sku")): Level
      @soap(operation: "GetStock", port: "StockPort12", at: "Level", readOnly: true) }`;
    const body = `<GetStockResponse xmlns="urn:stock" xmlns:t="urn:stock:types"><Level>${LEVEL}</Level></GetStockResponse>`;
    const { source, upstream } = await start('stock.wsdl', envelope(body, SOAP12), {}, joins);
    expect(await source.run('{ modern(sku: "A1") { sku } }')).toEqual({ data: { modern: { sku: 'A1' } } });
    expect(upstream.received[0]?.headers['content-type']).toBe(
      'application/soap+xml; charset=utf-8; action="urn:stock/GetStock"',
    );
    expect(upstream.received[0]?.body).toContain(`="${SOAP12}"`);
  });

  it('tells code, subcode and reason of a fault', async () => {
    const fault = `<e:Fault xmlns:e="${SOAP12}"><e:Code><e:Value>e:Sender</e:Value><e:Subcode><e:Value>x:NoSuchSku</e:Value></e:Subcode></e:Code>
      <e:Reason><e:Text xml:lang="en">no such sku</e:Text></e:Reason></e:Fault>`;
    const { source } = await start('stock.wsdl', reply(400, envelope(fault, SOAP12), 'application/soap+xml'));
    const { errors } = await source.run('{ getStock(sku: "x") { sku } }');
    expect(errors?.[0]?.fault).toMatchObject({
      code: 'HUB_UPSTREAM_FAULT',
      message: 'no such sku',
      details: { upstreamCode: 'Sender.NoSuchSku', upstreamStatus: 400, source: 'stock' },
    });
  });
});

describe('SOAP faults', () => {
  const outOfStock = envelope(
    `<e:Fault><faultcode>e:Client.Stock</faultcode><faultstring>Not enough of A1</faultstring>
     <detail><OutOfStock xmlns="urn:stock"><Sku>A1</Sku><Available>2</Available></OutOfStock></detail></e:Fault>`,
  );

  it.each([500, 200])(
    'with status %i are answers: typed, at their field, neither repeated nor a failure',
    async (status) => {
      const { source, upstream } = await start('stock.wsdl', reply(status, outOfStock));
      const { data, errors } = await source.run('mutation { reserveStock(sku: "A1", quantity: 9) { id } }');
      expect(data).toEqual({ reserveStock: null });
      expect(errors?.[0]?.path).toEqual(['reserveStock']);
      expect(errors?.[0]?.fault.code).toBe('HUB_UPSTREAM_FAULT');
      expect(errors?.[0]?.fault.message).toBe('Not enough of A1');
      expect(JSON.parse(JSON.stringify(errors?.[0]?.fault.details))).toMatchObject({
        upstreamCode: 'Client.Stock',
        upstreamDetail: { name: 'OutOfStock', fields: { Sku: 'A1', Available: 2 } },
      });
      expect(upstream.received).toHaveLength(1);
      expect(source.stats.snapshot().failures).toBe(0);
    },
  );

  it('are not repeated even where the operation only reads', async () => {
    const { source, upstream } = await start('stock.wsdl', reply(500, outOfStock));
    const { errors } = await source.run('{ getStock(sku: "A1") { sku } }');
    expect(errors?.[0]?.fault.code).toBe('HUB_UPSTREAM_FAULT');
    expect(upstream.received).toHaveLength(1);
  });

  it('without a declared detail keep stack traces and secrets to themselves', async () => {
    const fault = (detail: string) =>
      envelope(
        `<e:Fault><faultcode>Server</faultcode><faultstring>failed for hunter2-secret</faultstring><detail>${detail}</detail></e:Fault>`,
      );
    let detail = '<Trace>boom\n   at Shop.Stock.Get()\n</Trace>';
    const { source } = await start(
      'stock.wsdl',
      (_, response) => void response.writeHead(500, { 'content-type': 'text/xml' }).end(fault(detail)),
      { wsSecurity: { username: 'u', password: 'hunter2-secret' } },
    );
    const first = (await source.run('{ getStock(sku: "a") { sku } }')).errors?.[0]?.fault;
    expect(first?.message).not.toContain('hunter2');
    expect(first?.details.upstreamDetail).toEqual({ name: 'Trace' });
    detail = 'try later';
    const second = (await source.run('{ getStock(sku: "b") { sku } }')).errors?.[0]?.fault;
    expect(second?.details.upstreamDetail).toEqual({ text: 'try later' });
  });
});

describe('answers that are not SOAP', () => {
  const query = '{ getStock(sku: "A1") { sku } }';
  const bomb = `<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]>${getStockResponse('&b;').replace(/^<\?xml.*?\?>/, '')}`;
  const external = `<!DOCTYPE x SYSTEM "file:///etc/passwd">${getStockResponse('').replace(/^<\?xml.*?\?>/, '')}`;

  it.each([
    ['a web page', 200, '<html><body>Login secret-page</body></html>', 'text/html', 'HUB_UPSTREAM_MALFORMED'],
    ['XML that ends early', 200, getStockResponse(LEVEL).slice(0, 150), 'text/xml', 'HUB_UPSTREAM_MALFORMED'],
    ['other XML', 200, '<data/>', 'text/xml', 'HUB_UPSTREAM_MALFORMED'],
    ['nothing', 200, '', 'text/xml', 'HUB_UPSTREAM_MALFORMED'],
    ['another element', 200, envelope('<Other xmlns="urn:stock"/>'), 'text/xml', 'HUB_UPSTREAM_MALFORMED'],
    [
      'a value of the wrong type',
      200,
      getStockResponse(`<s:Level>${LEVEL.replace('>7<', '>many<')}</s:Level>`),
      'text/xml',
      'HUB_UPSTREAM_MALFORMED',
    ],
    ['entity declarations', 200, bomb, 'text/xml', 'HUB_UPSTREAM_MALFORMED'],
    ['an external document type', 200, external, 'text/xml', 'HUB_UPSTREAM_MALFORMED'],
    ['endless nesting', 200, getStockResponse('<a>'.repeat(5_000)), 'text/xml', 'HUB_UPSTREAM_MALFORMED'],
    ['attachments', 200, '--x\r\n\r\n', 'multipart/related; boundary=x', 'HUB_UPSTREAM_MALFORMED'],
    ['an error page', 500, '<html>secret-page</html>', 'text/html', 'HUB_UPSTREAM_FAILED'],
    ['a refusal', 403, 'no', 'text/plain', 'HUB_UPSTREAM_REJECTED'],
    ['too many requests', 429, '', 'text/plain', 'HUB_UPSTREAM_RATE_LIMITED'],
  ])('%s', async (_, status, body, type, code) => {
    const { source } = await start('stock.wsdl', reply(status, body, type));
    const { data, errors } = await source.run(query);
    expect(data).toEqual({ getStock: null });
    expect(errors?.[0]?.fault.code).toBe(code);
    expect(errors?.[0]?.fault.details).toMatchObject({ source: 'stock', upstreamStatus: status });
    expect(errors?.[0]?.fault.message).not.toMatch(/secret-page|many/);
  });

  it('a connection that is cut is a fault of the one field', async () => {
    const { source } = await start('stock.wsdl', (_, response) => {
      response.writeHead(200, { 'content-type': 'text/xml', 'content-length': 5_000 });
      response.write(getStockResponse(LEVEL).slice(0, 100));
      setImmediate(() => response.destroy());
    });
    const { errors } = await source.run(query);
    expect(errors?.[0]?.fault.code).toMatch(/^HUB_UPSTREAM_(?:MALFORMED|UNREACHABLE)$/);
  });

  it('a server that is down is unreachable', async () => {
    const { source, upstream } = await start('stock.wsdl', getStockResponse(''));
    await upstream.close();
    open.shift();
    const { errors } = await source.run(query);
    expect(errors?.[0]?.fault.code).toBe('HUB_UPSTREAM_UNREACHABLE');
  });
});

describe('calls', () => {
  it('that read are repeated after a failure, calls that write are not', async () => {
    const { source, upstream } = await start('stock.wsdl', reply(503, 'busy', 'text/plain'), {
      breaker: { failures: 50 },
    });
    await source.run('{ getStock(sku: "A1") { sku } }');
    expect(upstream.received).toHaveLength(3);
    await source.run('mutation { deleteStock(sku: "A1") }');
    expect(upstream.received).toHaveLength(4);
  });

  it('that read share one exchange with identical calls in flight', async () => {
    const gate = Promise.withResolvers<undefined>();
    const { source, upstream } = await start('stock.wsdl', async (_, response) => {
      await gate.promise;
      response.writeHead(200, { 'content-type': 'text/xml' }).end(getStockResponse(`<s:Level>${LEVEL}</s:Level>`));
    });
    const both = Promise.all([
      source.run('{ getStock(sku: "A1") { sku } }'),
      source.run('{ getStock(sku: "A1") { sku } }'),
    ]);
    gate.resolve(undefined);
    const [first, second] = await both;
    expect(first).toEqual(second);
    expect(upstream.received).toHaveLength(1);
  });

  it('running side by side keep their own answers and scopes', async () => {
    const { source } = await start('stock.wsdl', (request, response) => {
      const sku = /<n1:Sku>(\w+)</.exec(request.body)?.[1] ?? '';
      response.writeHead(200, { 'content-type': 'text/xml' });
      response.end(getStockResponse(`<s:Level>${LEVEL.replace('A1', sku)}</s:Level>`));
    });
    const skus = Array.from({ length: 40 }, (_, index) => `S${index}`);
    const scopes = skus.map(() => createScope());
    const results = await Promise.all(
      skus.map((sku, index) => source.run(`{ getStock(sku: "${sku}") { sku } }`, {}, scopes[index])),
    );
    expect(results.map(({ data }) => (data?.getStock as { sku: string }).sku)).toEqual(skus);
    expect(scopes.map((scope) => scope.usage.snapshot().calls.length)).toEqual(skus.map(() => 1));
  });

  it.each([
    ['text', 'PasswordText">s3cret<'],
    ['digest', 'PasswordDigest">'],
  ])('carry a WS-Security UsernameToken (%s)', async (passwordType, expected) => {
    const wsSecurity = { username: 'hub', password: 's3cret', passwordType };
    const { source, upstream } = await start('stock.wsdl', getStockResponse(''), { wsSecurity });
    await source.run('{ getStock(sku: "A1") { sku } }');
    const body = upstream.received[0]?.body ?? '';
    expect(body).toContain('<wsse:Username>hub</wsse:Username>');
    expect(body).toContain(expected);
    expect(body.includes('s3cret')).toBe(passwordType === 'text');
  });
});
