// Documents and answers that are almost right: nothing that comes over the wire may crash the hub or keep it busy.
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { buildASTSchema, parse } from 'graphql';
import { HubFault } from '../../src/faults/hub-fault.ts';
import { importWsdl } from '../../src/import/wsdl/import-wsdl.ts';
import { loadWsdl } from '../../src/import/wsdl/load-wsdl.ts';
import { createAnswerReader } from '../../src/subgraphs/soap/answer-reader.ts';
import { createUpstreamResponse } from '../../src/transport/upstream-response.ts';
import { HUB_DIRECTIVES } from '../../src/subgraphs/local/hub-directives.ts';

const FIXTURES = join(import.meta.dirname, '../fixtures/wsdl');
const FILES = ['stock.wsdl', 'rates-rpc.wsdl', 'map-encoded.wsdl', 'zeep-soap.wsdl', 'ns-recursive2.wsdl'];
const MAX_MS = 5_000;

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'manifold-fuzz-'));
});
afterAll(() => rm(folder, { recursive: true }));

/** Cuts a text into tags, attribute values and what lies between. */
const tokensOf = (text: string): string[] => text.match(/<[^>"]*>?|"[^"]*"|[^<"]+/g) ?? [];

type Edit = readonly [kind: 'drop' | 'repeat' | 'swap' | 'insert' | 'cut', at: number, with_: number, text: string];
const edit: fc.Arbitrary<Edit> = fc.tuple(
  fc.constantFrom('drop', 'repeat', 'swap', 'insert', 'cut'),
  fc.nat(),
  fc.nat(),
  fc.oneof(
    fc.string({ maxLength: 8 }),
    fc.constantFrom(
      '"tns:Level"',
      '"x:int"',
      '<!--',
      ']]>',
      '<![CDATA[',
      '&amp;',
      '&x;',
      '"0"',
      '"unbounded"',
      '<a/>',
      '\u0000',
      '"__proto__"',
      '"soap:body"',
    ),
  ),
);

function mutate(text: string, edits: readonly Edit[]): string {
  const tokens = tokensOf(text);
  for (const [kind, a, b, inserted] of edits) {
    const at = a % tokens.length;
    const other = b % tokens.length;
    if (kind === 'drop') tokens.splice(at, 1 + (b % 3));
    else if (kind === 'repeat') tokens.splice(at, 0, ...tokens.slice(other, other + 1 + (a % 30)));
    else if (kind === 'insert') tokens.splice(at, b % 2, inserted);
    else if (kind === 'cut' && a % 10 === 0) tokens.splice(Math.max(at, 1));
    else [tokens[at], tokens[other]] = [tokens[other] ?? '', tokens[at] ?? ''];
    if (tokens.length === 0) tokens.push('<a/>');
  }
  return tokens.join('');
}

describe('descriptions with a few mistakes', () => {
  it('either become valid SDL or are refused with a message', async () => {
    const texts = await Promise.all(FILES.map((file) => readFile(join(FIXTURES, file), 'utf8')));
    await fc.assert(
      fc.asyncProperty(fc.nat(), fc.array(edit, { minLength: 1, maxLength: 6 }), async (file, edits) => {
        await writeFile(join(folder, 'fuzzed.wsdl'), mutate(texts[file % texts.length] ?? '', edits));
        const startedAt = performance.now();
        try {
          const { sdl } = await importWsdl({ spec: 'fuzzed.wsdl', folder });
          const own = parse(sdl);
          buildASTSchema({ ...own, definitions: [...HUB_DIRECTIVES.definitions, ...own.definitions] });
        } catch (error) {
          if (!(error instanceof HubFault)) throw error;
          expect(error.code).toMatch(/^HUB_IMPORT_/);
          expect(error.message.length).toBeLessThan(2_000);
        }
        expect(performance.now() - startedAt).toBeLessThan(MAX_MS);
      }),
      { numRuns: 500 },
    );
  }, 120_000);
});

const ANSWERS = [
  {
    spec: 'stock.wsdl',
    operation: 'GetStock',
    text: '<e:Envelope xmlns:e="http://schemas.xmlsoap.org/soap/envelope/" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"><e:Header><h k="1"/></e:Header><e:Body><GetStockResponse xmlns="urn:stock" xmlns:t="urn:stock:types"><Level><t:Sku>A</t:Sku><t:OnHand>1</t:OnHand><t:Extra xsi:type="t:Level"><t:Sku>B</t:Sku></t:Extra></Level></GetStockResponse></e:Body></e:Envelope>',
  },
  {
    spec: 'map-encoded.wsdl',
    operation: undefined,
    text: '<e:Envelope xmlns:e="http://schemas.xmlsoap.org/soap/envelope/" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"><e:Body><r><return href="#1"/></r><m id="1"><item><key>a</key><value href="#2"/></item></m><m id="2"><item href="#1"/></m></e:Body></e:Envelope>',
  },
  {
    spec: 'stock.wsdl',
    operation: 'ReserveStock',
    text: '<e:Envelope xmlns:e="http://schemas.xmlsoap.org/soap/envelope/"><e:Body><e:Fault><faultcode>e:Client</faultcode><faultstring>no</faultstring><detail><OutOfStock xmlns="urn:stock"><Sku>A</Sku></OutOfStock></detail></e:Fault></e:Body></e:Envelope>',
  },
  {
    spec: 'stock.wsdl',
    operation: 'GetStock',
    text: '--b0undary42\r\nContent-Type: text/xml\r\nContent-ID: <r>\r\n\r\n<e:Envelope xmlns:e="http://schemas.xmlsoap.org/soap/envelope/"><e:Body/></e:Envelope>\r\n--b0undary42\r\nContent-ID: <x>\r\nContent-Transfer-Encoding: base64\r\n\r\nAAEC\r\n--b0undary42--',
  },
] as const;

describe('answers with a few mistakes', () => {
  it.each(ANSWERS)('of $operation are a payload or a fault', async ({ spec, operation, text }) => {
    const model = await loadWsdl(spec, FIXTURES);
    const found = model.operations.find(({ name }) => operation === undefined || name === operation);
    const port = found?.ports[0];
    if (found === undefined || port === undefined) throw new Error('no such operation');
    fc.assert(
      fc.property(fc.array(edit, { maxLength: 6 }), fc.constantFrom(200, 500), (edits, status) => {
        const reader = createAnswerReader({ source: 's', operation: found.name, port, model, answer: undefined });
        const response = createUpstreamResponse(status, {}, Buffer.from(mutate(text, edits)));
        const startedAt = performance.now();
        reader.faultOf(response);
        JSON.stringify(reader.payload(response));
        expect(performance.now() - startedAt).toBeLessThan(MAX_MS);
      }),
      { numRuns: 1_000 },
    );
  });
});
