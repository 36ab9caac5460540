// Descriptions that mean harm, given to the real program: what they cost it in time and memory, and what it says about them.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { temporaryFolder, type Folder } from '../kit/folder.ts';
import { runManifold } from '../kit/manifold.ts';

const MAX_MB = 300;
/** Of the processor, so that a busy machine fails nothing; each takes two seconds at most. */
const MAX_CPU_MS = 5_000;
/**
 * Writes what the process took at most, as its last act. Where the kernel tells it of the program itself, that counts:
 * `maxRSS` holds what the test run took until it became this program as well.
 */
const PEAK = `import { existsSync, readFileSync, writeSync } from 'node:fs';
const status = '/proc/self/status';
const peakKb = () =>
  existsSync(status) ? /VmHWM:\\s+(\\d+)/.exec(readFileSync(status, 'utf8'))[1] : process.resourceUsage().maxRSS;
const cpuMs = () => (process.cpuUsage().user + process.cpuUsage().system) / 1000;
process.on('exit', () => writeSync(2, 'peak ' + peakKb() / 1024 + ' ' + cpuMs() + '\\n'));
`;

const repeat = (count: number, text: (index: number) => string): string =>
  Array.from({ length: count }, (_, index) => text(index)).join('');
const definitions = (inside: string): string =>
  `<definitions xmlns="http://schemas.xmlsoap.org/wsdl/">${inside}</definitions>`;
const api = (schema: string, operationId = 'a'): string =>
  `{"openapi":"3.0.0","info":{"title":"t","version":"1"},"servers":[{"url":"http://127.0.0.1:9"}],"paths":{"/a":{"get":{
    "operationId":"${operationId}","responses":{"200":{"description":"","content":{"application/json":{"schema":${schema}}}}}}}}}`;
const MEGABYTE = 'n'.repeat(1_000_000);

type Kind = 'openapi' | 'wsdl';

const REFUSED: readonly (readonly [what: string, kind: Kind, text: string, message: RegExp])[] = [
  [
    'a YAML bomb',
    'openapi',
    `openapi: 3.0.0\na0: &a0 [x, x]\n${repeat(30, (i) => `a${i + 1}: &a${i + 1} [*a${i}, *a${i}]\n`)}`,
    /aliases cannot be written out|more than \d+ values/,
  ],
  ['an alias of itself', 'openapi', 'openapi: 3.0.0\npaths: &p { a: *p }', /has no end/],
  ['lists that nest deeply', 'openapi', `openapi: 3.0.0\npaths: ${'['.repeat(200_000)}`, /nested too deeply/],
  ['mappings that nest deeply', 'openapi', `openapi: 3.0.0\n${repeat(3_000, (i) => `${' '.repeat(i)}a:\n`)}`, /deeply/],
  [
    'millions of lists',
    'openapi',
    `openapi: 3.0.0\npaths: [${'[],'.repeat(1_300_000)}]`,
    /more than any real description/,
  ],
  [
    'millions of texts',
    'openapi',
    `openapi: 3.0.0\npaths: [${'a,'.repeat(2_000_000)}]`,
    /more than any real description/,
  ],
  ['millions of escapes', 'openapi', `openapi: "${'a\\n'.repeat(2_000_000)}"`, /more than any real description/],
  [
    'millions of members',
    'openapi',
    `{"openapi":"3.0.0","paths":{${repeat(1_800_000, (i) => `"k${i}":{},`)}"z":{}}}`,
    /more than any real description/,
  ],
  [
    'merges of merges',
    'openapi',
    `openapi: 3.0.0\nb0: &b0 { k: 1 }\n${repeat(5_000, (i) => `b${i + 1}: &b${i + 1} { <<: *b${i}, k${i}: 1 }\n`)}`,
    /merges \(<<\) copy more than/,
  ],
  [
    'more paths than anybody has',
    'openapi',
    `openapi: 3.0.0\npaths:\n${repeat(60_000, (i) => ` /path/number/${i}: {}\n`)}`,
    /#\/paths has 60000 entries/,
  ],
  [
    'objects that inherit from one another',
    'openapi',
    `{"openapi":"3.0.0","paths":{"/a":{"get":{"responses":{"200":{"content":{"application/json":{"schema":
      {"$ref":"#/components/schemas/Z"}}}}}}}},"components":{"schemas":{${repeat(
        2_000,
        (i) => `"S${i}":{"allOf":[{"$ref":"#/components/schemas/S${i - 1}"},{"properties":{"p${i}":{}}}]},`,
      )}"S-1":{},"Z":{"properties":{${repeat(2_000, (i) => `"f${i}":{"$ref":"#/components/schemas/S${i}"},`)}"z":{}}}}}}`,
    /it has 2003 operations and schemas, 0 parameters, \d+ fields/,
  ],
  [
    'tens of thousands of tiny operations',
    'openapi',
    `{"openapi":"3.0.0","paths":{${repeat(40_000, (i) => `"/p${i}":{"get":{"responses":{}}},`)}"/z":{}}}`,
    /with #\/paths\/~1p10000\/get it has 10001 operations/,
  ],
  [
    'tens of thousands of padded operations',
    'openapi',
    `{"openapi":"3.0.0","paths":{${repeat(
      40_000,
      (i) => `"/p${i}":{"get":{"description":"${'d'.repeat(200)}","responses":{}}},`,
    )}"/z":{}}}`,
    /it has 28\d+ operations and schemas, .* and may come to 70\d+/,
  ],
  [
    'tens of millions of characters, one of them beyond Latin-1',
    'openapi',
    api(`{"description":"д${MEGABYTE.repeat(60)}"}`),
    /60\.0 million characters, and some of them are beyond Latin-1: of such a description 48 million are read at most/,
  ],
  [
    'tens of thousands of tiny schemas',
    'openapi',
    api('{}').replace(
      /}$/,
      `,"components":{"schemas":{${repeat(30_000, (i) => `"S${i}":{"type":"object"},`)}"Z":{}}}}`,
    ),
    /with #\/components\/schemas it has 30001 operations and schemas/,
  ],
  [
    'operations with nothing but parameters',
    'openapi',
    `{"openapi":"3.0.0","paths":{${repeat(
      60,
      (i) => `"/p${i}":{"get":{"parameters":[${repeat(1_000, (k) => `{"name":"p${k}","in":"query"},`)}{}]}},`,
    )}"/z":{}}}`,
    /\d+ parameters, 0 fields, 0 values of enums; they count as 250, 70, 40, 20 characters each/,
  ],
  [
    'objects with nothing but fields',
    'openapi',
    api(
      `{"properties":{${repeat(3, (k) => `"o${k}":{"properties":{${repeat(30_000, (i) => `"f${i}":{},`)}"z":{}}},`)}"z":{}}}`,
    ),
    /it has 1 operations and schemas, 0 parameters, \d+ fields/,
  ],
  [
    'enums with nothing but values',
    'openapi',
    api(`{"properties":{${repeat(5, (k) => `"e${k}":{"enum":[${repeat(40_000, (i) => `"v${i}",`)}"z"]},`)}"z":{}}}`),
    /\d+ values of enums; they count as/,
  ],
  ['objects that nest deeply', 'openapi', `${'{"a":'.repeat(100_000)}1${'}'.repeat(100_000)}`, /400 levels deep/],
  [
    'entities that multiply',
    'wsdl',
    `<!DOCTYPE d [<!ENTITY e0 "lol">${repeat(9, (i) => `<!ENTITY e${i + 1} "${`&e${i};`.repeat(10)}">`)}]>${definitions('&e9;')}`,
    /DOCTYPE/,
  ],
  [
    'an external entity',
    'wsdl',
    `<!DOCTYPE d [<!ENTITY a SYSTEM "file:///etc/passwd">]>${definitions('&a;')}`,
    /DOCTYPE/,
  ],
  ['elements that nest without end', 'wsdl', '<a>'.repeat(1_000_000), /nested deeper than 200/],
  ['millions of elements', 'wsdl', definitions('<q/>'.repeat(400_000)), /more than 150000 XML elements/],
  ['an element with a name of megabytes', 'wsdl', `<${'n'.repeat(2_000_000)}/>`, /a name of 2000000 characters/],
  [
    'an element with many attributes',
    'wsdl',
    definitions(`<q ${repeat(400_000, (i) => `a${i}="" `)}/>`),
    /1000 attributes/,
  ],
  ['millions of entity references', 'wsdl', definitions('&lt;'.repeat(2_000_000)), /200000 entity references/],
];

const wsdl = (fields: string): string =>
  `<definitions xmlns="http://schemas.xmlsoap.org/wsdl/" xmlns:s="http://schemas.xmlsoap.org/wsdl/soap/"
    xmlns:x="http://www.w3.org/2001/XMLSchema" xmlns:t="urn:t" targetNamespace="urn:t">
    <types><x:schema targetNamespace="urn:t"><x:element name="E"><x:complexType><x:sequence>${fields}</x:sequence>
    </x:complexType></x:element></x:schema></types><message name="M"><part name="p" element="t:E"/></message>
    <portType name="P"><operation name="op"><input message="t:M"/><output message="t:M"/></operation></portType>
    <binding name="B" type="t:P"><s:binding transport="http://schemas.xmlsoap.org/soap/http"/><operation name="op">
    <s:operation soapAction=""/><input><s:body use="literal"/></input><output><s:body use="literal"/></output></operation>
    </binding><service name="S"><port name="p" binding="t:B"><s:address location="http://127.0.0.1:9/"/></port></service>
  </definitions>`;

const HARMLESS: readonly (readonly [what: string, text: string, message: RegExp, kind?: Kind])[] = [
  ['an operation with a name of a megabyte', api('{"type":"string"}', MEGABYTE), /1 operation taken/],
  ['a reference to a file', api('{"$ref":"file:///etc/passwd"}'), /leads nowhere/],
  ['a reference to a name that no file has', api('{"$ref":"./a%00.json"}'), /no file can have that name/],
  ['a reference with backslashes', api('{"$ref":"..\\\\..\\\\etc\\\\passwd"}'), /leads nowhere/],
  ['a reference with escaped dots', api('{"$ref":"%2e%2e%2f%2e%2e%2f%2e%2e%2fetc%2fpasswd"}'), /leads nowhere/],
  ['a reference without a scheme', api('{"$ref":"//127.0.0.1:9/x"}'), /leads nowhere/],
  ['a pointer that is not percent-encoded', api('{"$ref":"#/components/%zz"}'), /leads nowhere/],
  ['a reference to itself', api('{"$ref":"#/paths/~1a/get/responses/200/content/application~1json/schema"}'), /circle/],
  ['a reference to another host', api('{"$ref":"http://127.0.0.1:9/x"}'), /may not be read/],
  ['a path out of its folder', api('{"$ref":"../../../../etc/passwd"}'), /may not be read/],
  [
    'a schema without end',
    api('{"allOf":[{"$ref":"#/paths/~1a/get/responses/200/content/application~1json/schema"}]}'),
    /1 operation taken/,
  ],
  [
    'reserved names',
    api('{"properties":{"__proto__":{"type":"string"},"constructor":{"type":"string"}}}'),
    /1 operation taken/,
  ],
  [
    'many operations that answer with one large object',
    `{"openapi":"3.0.0","servers":[{"url":"http://127.0.0.1:9"}],"paths":{${repeat(
      4_000,
      (i) => `"/p${i}/{x}":{"get":{"responses":{"200":{"$ref":"#/components/responses/R"}}}},`,
    )}"x-z":{}},"components":{"responses":{"R":{"content":{"application/json":{"schema":{
      "properties":{${repeat(30_000, (i) => `"f${i}":{"type":"string"},`)}"z":{}}}}}}}}}`,
    /4000 operations taken/,
  ],
  [
    'objects of many fields of the same objects of many fields',
    `{"openapi":"3.0.0","servers":[{"url":"http://127.0.0.1:9"}],"paths":{"/a":{"get":{"responses":{"200":{"content":{
      "application/json":{"schema":{"properties":{"items":{"type":"array","items":{"$ref":"#/components/schemas/C"}},
      ${repeat(2_000, (i) => `"a${i}":{"$ref":"#/components/schemas/B"},`)}"z":{}}}}}}}}}},"components":{"schemas":{
      "B":{"properties":{${repeat(2_000, (i) => `"b${i}":{"$ref":"#/components/schemas/C"},`)}"z":{}}},
      "C":{"properties":{${repeat(2_000, (i) => `"c${i}":{"type":"string"},`)}"z":{}}}}}}`,
    /1 operation taken/,
  ],
  [
    'many links',
    api('{"properties":{"id":{}}}').replace(
      '"description":""',
      `"description":"","links":{${repeat(40_000, (i) => `"l${i}":{"operationId":"a"},`)}"z":{}}`,
    ),
    /1 operation taken/,
  ],
  [
    'an enum of tens of megabytes',
    api(`{"enum":[${repeat(32, (i) => `"${i}${MEGABYTE}",`)}"z"]}`),
    /the values of the enum come to more than 1000000 characters/,
  ],
  ['a description of tens of megabytes', api(`{"description":"${MEGABYTE.repeat(50)}"}`), /1 operation taken/],
  [
    'tens of megabytes, with a character beyond Latin-1',
    api(`{"description":"д${MEGABYTE.repeat(47)}"}`),
    /1 operation taken/,
  ],
  [
    'a type of tens of thousands of fields',
    wsdl(repeat(90_000, (i) => `<x:element name="f${i}" type="x:string"/>`)),
    /1 operation taken/,
    'wsdl',
  ],
  [
    'tens of thousands of documented fields',
    wsdl(
      repeat(
        45_000,
        (i) =>
          `<x:element name="f${i}" type="x:int"><x:annotation><x:documentation>${i}</x:documentation></x:annotation></x:element>`,
      ),
    ),
    /1 operation taken/,
    'wsdl',
  ],
  [
    'script in a description',
    api(`{"type":"string","description":"${'<script>'.repeat(500_000)}"}`),
    /1 operation taken/,
  ],
];

describe('a hostile description', () => {
  let folder: Folder;
  beforeAll(async () => {
    folder = await temporaryFolder({ 'peak.mjs': PEAK });
  });
  afterAll(async () => folder[Symbol.asyncDispose]());

  async function attack(
    kind: Kind,
    text: string,
  ): Promise<{ code: number | null; said: string[]; peakMb: number; cpuMs: number }> {
    await folder.write('hostile.txt', text);
    const { code, stderr } = await runManifold(['import', '--kind', kind, '--spec', 'hostile.txt'], {
      cwd: folder.path,
      nodeFlags: ['--import', './peak.mjs'],
    });
    // How long it took is the machine's business.
    const said = stderr.split('\n').filter((line) => line !== '' && !/: \d+\.\d s: /.test(line));
    const [peakMb, cpuMs] = (said.pop() ?? '').split(' ').slice(1).map(Number);
    return { code, peakMb: Number(peakMb), cpuMs: Number(cpuMs), said };
  }

  it.each(REFUSED)(
    'is refused with one message, quickly and in little memory: %s',
    async (_what, kind, text, message) => {
      const { code, said, peakMb, cpuMs } = await attack(kind, text);
      expect(said).toEqual([expect.stringMatching(message)]);
      expect(said.join('').length).toBeLessThan(1_000);
      expect(code).toBe(1);
      expect(peakMb).toBeLessThan(MAX_MB);
      expect(cpuMs).toBeLessThan(MAX_CPU_MS);
    },
  );

  it.each(HARMLESS)(
    'is made harmless, quickly and in little memory: %s',
    async (_what, text, message, kind: Kind = 'openapi') => {
      const { code, said, peakMb, cpuMs } = await attack(kind, text);
      expect(said.join('\n')).toMatch(message);
      expect(code).toBe(0);
      expect(peakMb).toBeLessThan(MAX_MB);
      expect(cpuMs).toBeLessThan(MAX_CPU_MS);
    },
  );
});
