import { describe, expect, it } from '@jest/globals';
import { loadWsdl } from '../../../../src/import/wsdl/load-wsdl.ts';
import { parseXml } from '../../../../src/import/wsdl/xml-tree.ts';
import type { OperationPort, WsdlModel } from '../../../../src/import/wsdl/wsdl-model.ts';
import { decodeMessage } from '../../../../src/subgraphs/soap/decode-message.ts';
import { decodeSimple } from '../../../../src/subgraphs/soap/decode-simple.ts';
import { encodeMessage } from '../../../../src/subgraphs/soap/encode-message.ts';
import { builtinType } from '../../../../src/import/wsdl/xsd-builtins.ts';
import { WSDL_FOLDER } from './start-source.ts';

async function portOf(spec: string, operation: string): Promise<{ model: WsdlModel; port: OperationPort }> {
  const model = await loadWsdl(spec, WSDL_FOLDER);
  const port = model.operations.find(({ name }) => name === operation)?.ports[0];
  if (port === undefined) throw new Error(`no ${operation}`);
  return { model, port };
}

/** Raw records have no prototype; plain ones are easier to compare. */
const plain = (value: unknown) => JSON.parse(JSON.stringify(value));
const NS =
  'xmlns="urn:stock" xmlns:t="urn:stock:types" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xmlns:x="http://www.w3.org/2001/XMLSchema"';

async function decode(body: string, spec = 'stock.wsdl', operation = 'GetStock'): Promise<any> {
  const { model, port } = await portOf(spec, operation);
  return plain(decodeMessage(port.output, parseXml(`<Body>${body}</Body>`), model));
}
const decodeLevel = async (level: string) =>
  (await decode(`<GetStockResponse ${NS}>${level}</GetStockResponse>`)).Level;

describe('decoding', () => {
  it('finds elements whose namespace the server got wrong', async () => {
    expect(await decodeLevel('<Level><Sku>A</Sku><OnHand>1</OnHand></Level>')).toMatchObject({ Sku: 'A', OnHand: 1 });
  });

  it('accepts a misnamed wrapper only where its content is recognisable', async () => {
    expect(await decode(`<Wrong ${NS}><Level><Sku>A</Sku></Level></Wrong>`)).toMatchObject({ Level: { Sku: 'A' } });
    await expect(decode(`<Wrong ${NS}><Other/></Wrong>`)).rejects.toThrow('no element GetStockResponse');
  });

  it('takes xsi:type for types that derive from the declared one, and ignores it otherwise', async () => {
    const level = (type: string) =>
      decodeLevel(`<Level xsi:type="${type}"><t:Sku>A</t:Sku><t:OnHand>1</t:OnHand></Level>`);
    expect(await level('t:Level')).toMatchObject({ OnHand: 1 });
    expect(await level('t:Filter')).toMatchObject({ OnHand: 1 });
  });

  it('reads anyType by its xsi:type, and else as text and objects with arrays where names repeat', async () => {
    const extra = async (content: string) => (await decodeLevel(`<Level><t:Extra ${content}</t:Extra></Level>`)).Extra;
    expect(await extra('xsi:type="x:int">42')).toBe(42);
    expect(await extra('xsi:type="x:boolean">1')).toBe(true);
    expect(await extra('>text')).toBe('text');
    expect(await extra('id="7" href="#x" kind="k"><a>1</a><a>2</a><b><c/></b>')).toEqual({
      '@id': '7',
      '@href': '#x',
      '@kind': 'k',
      a: ['1', '2'],
      b: { c: '' },
    });
  });

  it('keeps keys from the upstream from touching prototypes', async () => {
    const extra = (
      await decodeLevel('<Level><t:Extra><__proto__><polluted>yes</polluted></__proto__></t:Extra></Level>')
    ).Extra;
    expect(Object.keys(extra)).toEqual(['__proto__']);
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
  });

  it('stops at references that lead in a circle or multiply', async () => {
    const circle = '<multiRef id="1"><item href="#1"/></multiRef>';
    const wrap = (rest: string) =>
      `<p:findPlacesResponse xmlns:p="urn:places"><return href="#1"/></p:findPlacesResponse>${rest}`;
    await expect(decode(wrap(circle), 'map-encoded.wsdl', 'findPlaces')).resolves.toEqual({ return: [{}] });
    await expect(decode(wrap(''), 'map-encoded.wsdl', 'findPlaces')).rejects.toThrow('not in the answer');
    const bomb = Array.from({ length: 30 }, (_, n) => `<m id="b${n}">${`<a href="#b${n + 1}"/>`.repeat(4)}</m>`).join(
      '',
    );
    const body = `<GetStockResponse ${NS}><Level><t:Extra href="#b0"/></Level>${bomb}<m id="b30"/></GetStockResponse>`;
    const { model, port } = await portOf('stock.wsdl', 'GetStock');
    const output = port.output && { ...port.output, encoded: true };
    expect(() => decodeMessage(output, parseXml(`<Body>${body}</Body>`), model)).toThrow('multiply');
  });

  it.each([
    ['string', ' as it is ', ' as it is '],
    ['token', ' folded ', 'folded'],
    ['boolean', ' 1 ', true],
    ['boolean', 'false', false],
    ['int', '-0', 0],
    ['int', '', null],
    ['long', '9007199254740991', 9007199254740991],
    ['long', '-9223372036854775808', '-9223372036854775808'],
    ['unsignedLong', '+00018446744073709551615', '18446744073709551615'],
    ['decimal', '0.10', '0.10'],
    ['decimal', '12345678901234567890.123456789', '12345678901234567890.123456789'],
    ['double', '1.5E3', 1500],
    ['double', 'INF', null],
    ['dateTime', '2026-02-28T23:30:00.120-05:00', '2026-02-28T23:30:00.120-05:00'],
    ['NMTOKENS', ' a  b ', ['a', 'b']],
  ])('xs:%s "%s" is %p', (name, text, value) => {
    expect(decodeSimple(builtinType(name) ?? fail(), text)).toEqual(value);
  });

  it.each([
    ['int', '2147483648'],
    ['int', '1.0'],
    ['int', 'secret'],
    ['long', '1e3'],
    ['long', '9'.repeat(1_001)],
    ['decimal', '1,5'],
    ['double', '0x10'],
    ['boolean', 'yes'],
  ])('xs:%s refuses "%s" without quoting it', (name, text) => {
    expect(() => decodeSimple(builtinType(name) ?? fail(), text)).toThrow(/^is not a value of xs:\w+$/);
  });
});

describe('encoding', () => {
  it('writes JSON where the WSDL leaves the type open, and refuses keys that are no names', async () => {
    const { port } = await portOf('stock.wsdl', 'GetStock');
    const open = {
      ...port.input,
      type: {
        ...port.input.type,
        fields: port.input.type.fields.map((field) => ({ ...field, type: { kind: 'any', declared: true } as const })),
      },
    };
    expect(encodeMessage(open, { Sku: { a: [1, true], '@k': '"', b: { $value: '<' } } })).toContain(
      '<n3:Sku k="&quot;"><a xsi:type="xsd:double">1</a><a xsi:type="xsd:boolean">true</a><b>&lt;</b></n3:Sku>',
    );
    expect(() => encodeMessage(open, { Sku: { 'a b><evil': 1 } })).toThrow(/cannot be the name of an XML element/);
  });

  it('writes what JSON arguments say beyond the WSDL: attributes, elements behind the declared ones, XML as it is', async () => {
    const { port } = await portOf('stock.wsdl', 'ReserveStock');
    const { port: list } = await portOf('stock.wsdl', 'ListStock');
    const args = {
      Sku: { '@lang': 'en', $value: 'A' },
      Quantity: 1,
      Extra: { $xml: '<x a="1"/>' },
      '$header:H': 'h',
    };
    expect(encodeMessage(port.input, args)).toBe(
      '<n1:ReserveStock xmlns:n1="urn:stock"><n1:Sku lang="en">A</n1:Sku><n1:Quantity>1</n1:Quantity><Extra><x a="1"/></Extra></n1:ReserveStock>',
    );
    expect(encodeMessage(list.input, { Filter: { '@limit': 1, '{urn:x}More': 2 } })).toContain('<n1:More>2</n1:More>');
    for (const $xml of ['<a>', '</Extra><Evil/><Extra>', '<!DOCTYPE a>'])
      expect(() => encodeMessage(port.input, { Extra: { $xml } })).toThrow(/not well-formed/);
  });

  it('sends a text that is one CDATA section as that, and escapes what only begins like one', async () => {
    const { port } = await portOf('stock.wsdl', 'GetStock');
    expect(encodeMessage(port.input, { Sku: '<![CDATA[a & <b>]]>' })).toContain('<![CDATA[a & <b>]]></n1:Sku>');
    expect(encodeMessage(port.input, { Sku: '<![CDATA[a]]><evil/><![CDATA[b]]>' })).toContain('&lt;evil/&gt;');
    expect(() => encodeMessage(port.input, { Sku: '<![CDATA[\u0001]]>' })).toThrow(/XML cannot carry/);
  });

  it('refuses objects where the WSDL takes simple values, and endless nesting', async () => {
    const { port } = await portOf('stock.wsdl', 'ListStock');
    expect(() => encodeMessage(port.input, { Skus: [{ $value: {} }] })).toThrow(/simple value/);
    let filter: Record<string, unknown> = { '@limit': 1 };
    for (let depth = 0; depth < 100; depth += 1) filter = { '@limit': 1, Not: filter };
    expect(() => encodeMessage(port.input, { Filter: filter })).toThrow(/deeper than/);
  });

  it('writes the element of a message even where nothing is in it', async () => {
    const { port } = await portOf('stock.wsdl', 'ListStock');
    expect(encodeMessage(port.input, {})).toBe('<n1:ListStock xmlns:n1="urn:stock"/>');
  });
});

function fail(): never {
  throw new Error('no such type');
}
