// Live calls against SOAP servers of other makers, where they are installed: PHP's SoapServer (php-cli, php-soap), Perl's
// SOAP::Lite (libsoap-lite-perl), Python's spyne (python3-spyne) and gSOAP (gsoap, libgsoap-dev, g++), all of them Debian packages.
// node test/sweep/soap-makers.ts; one line per call, exit code 1 where one went wrong. What is missing is named and skipped.
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { parse } from 'graphql';
import { createScope } from '../../src/engine/create-scope.ts';
import { mergeSdl } from '../../src/subgraphs/local/merge-sdl.ts';
import { createSoapKind } from '../../src/subgraphs/soap/index.ts';
import { createLogger } from '../../src/telemetry/logger.ts';
import { createSourceStats } from '../../src/telemetry/source-stats.ts';
import { createTransport } from '../../src/transport/create-transport.ts';
import { freePort } from '../kit/free-port.ts';

const FOLDER = join(import.meta.dirname, 'soap-makers');
const servers: ChildProcess[] = [];
const counts = { passed: 0, failed: 0, skipped: 0 };

interface Answer {
  readonly data: unknown;
  readonly errors: readonly { readonly message: string; readonly detail: unknown; readonly code: unknown }[];
}

type Run = (text: string) => Promise<Answer>;

async function source(spec: string, folder: string, more: object = {}): Promise<Run> {
  const kind = createSoapKind();
  const settings = kind.settings.parse({ kind: 'soap', spec, ...more });
  const named = { name: 'maker', settings };
  const imported = await kind.importSdl?.(named, folder);
  const stats = createSourceStats();
  const logger = createLogger('silent');
  const subgraph = await kind.create(named, mergeSdl([parse(imported?.sdl ?? '')]), {
    folder,
    stats,
    logger,
    shareLookups: true,
    transport: (baseUrl) => createTransport({ source: 'maker', baseUrl, settings, stats, logger }),
  });
  return async (text) => {
    const fetch = subgraph.prepare({
      subgraph: 'maker',
      kind: text.startsWith('mutation') ? 'mutation' : 'query',
      text,
      document: parse(text),
      variableNames: [],
      representationVariables: [],
    });
    const { data, errors } = await fetch(createScope(), {});
    const faults = (errors ?? []).map(({ fault }) => {
      const { upstreamDetail: detail, upstreamCode: code } = fault.details;
      return { message: fault.message, detail, code };
    });
    return { data: JSON.parse(JSON.stringify(data ?? null)) as unknown, errors: faults };
  };
}

async function expectAnswer(what: string, answer: Promise<Answer>, expected: Partial<Answer>): Promise<void> {
  let given: unknown;
  try {
    const { data, errors } = await answer;
    given = 'errors' in expected ? { errors: errors.map((error) => ({ ...error })) } : { data, errors };
    const wanted = 'errors' in expected ? { errors: expected.errors } : { data: expected.data, errors: [] };
    if (isDeepStrictEqual(given, wanted)) {
      counts.passed += 1;
      console.log(`ok      ${what}`);
      return;
    }
  } catch (error) {
    given = error;
  }
  counts.failed += 1;
  console.log(`FAILED  ${what}:`, given instanceof Error ? given.message : JSON.stringify(given));
}

function installed(maker: string, command: string, args: readonly string[], packages: string): boolean {
  if (spawnSync(command, args, { stdio: 'ignore' }).status === 0) return true;
  counts.skipped += 1;
  console.log(`skipped ${maker}: not installed (${packages})`);
  return false;
}

function start(command: string, args: readonly string[]): ChildProcess {
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'ignore'] });
  servers.push(child);
  return child;
}

/** Starts a server that prints its port. */
async function startAndAsk(command: string, args: readonly string[]): Promise<string> {
  const child = start(command, args);
  if (child.stdout === null) throw new Error('no output');
  const ended = once(child, 'exit').then(() => Promise.reject(new Error(`${command} ended at once`)));
  const [line] = (await Promise.race([once(child.stdout, 'data'), ended])) as [Buffer];
  ended.catch(() => undefined);
  return `http://127.0.0.1:${line.toString().trim()}/`;
}

async function answers(url: string): Promise<void> {
  for (let tries = 0; tries < 100; tries += 1) {
    try {
      await (await fetch(url)).text();
      return;
    } catch {
      await new Promise((done) => setTimeout(done, 50));
    }
  }
  throw new Error(`nothing answers at ${url}`);
}

const ORDER =
  'items: item { sku quantity price note gift } placedAt total document buyer { __typename name ... on Person { birthday } ... on Company { vat } }';
const orderText = (buyer: string, sku = 'A') =>
  `mutation { placeOrder(buyer: ${buyer}, item: [{ sku: "${sku}", quantity: 2, price: "1.25", note: null, gift: true }, ` +
  '{ sku: "B & <b>", quantity: 1, price: "0.10" }], placedAt: "2026-03-01T12:00:00+01:00", document: "AAEC/w==", ' +
  `sessionHeader: { token: "s3" }) { ${ORDER} } }`;
const order = (buyer: object) => ({
  placeOrder: {
    items: [
      { sku: 'A', quantity: 2, price: '1.25', note: null, gift: true },
      { sku: 'B & <b>', quantity: 1, price: '0.10', note: null, gift: null },
    ],
    placedAt: '2026-03-01T12:00:00+01:00',
    total: '2.60',
    document: 'AAEC/w==',
    buyer,
  },
});

async function php(): Promise<void> {
  if (!installed('PHP SoapServer', 'php', ['-r', 'exit(class_exists("SoapServer") ? 0 : 1);'], 'php-cli php-soap'))
    return;
  const port = await freePort();
  start('php', ['-q', '-S', `127.0.0.1:${port}`, join(FOLDER, 'server.php')]);
  const url = `http://127.0.0.1:${port}`;
  await answers(url);
  for (const [version, ports] of [
    ['1.1', ['Port']],
    ['1.2', ['Port12']],
  ] as const) {
    const run = await source('orders.wsdl', FOLDER, { url, ports });
    const person = run(orderText('{ asPerson: { name: "Ada", birthday: "1815-12-10" } }'));
    const ada = { __typename: 'Person', name: 'Ada s3', birthday: '1815-12-10' };
    await expectAnswer(`PHP ${version}: a derived type, a header, nil, dates, decimals`, person, { data: order(ada) });
    const company = run(orderText('{ asCompany: { name: "ACME", vat: "X1" } }'));
    const acme = { __typename: 'Company', name: 'ACME s3', vat: 'X1' };
    await expectAnswer(`PHP ${version}: another derived type`, company, { data: order(acme) });
    const gone = run(orderText('{ asPerson: { name: "Ada" } }', 'gone'));
    const detail = { name: 'SoldOut', fields: { sku: 'gone' } };
    const code = version === '1.1' ? 'Client' : 'Sender';
    await expectAnswer(`PHP ${version}: a typed fault`, gone, { errors: [{ message: 'sold out', detail, code }] });
  }
  const ada = '{ asPerson: { name: "Ada", birthday: "1815-12-10" } }';
  const welcome = { placeOrder: { buyer: { name: 'Ada s3' } } };
  const short = orderText(ada).replace(ORDER, 'buyer { name }');
  // PHP answers with the only fault that the WSDL declares, whatever went wrong.
  const empty = { name: 'SoldOut', fields: {} };
  for (const [password, expected] of [
    ['secret', { data: welcome }],
    ['wrong', { errors: [{ message: 'who are you?', detail: empty, code: 'Client' }] }],
  ] as const) {
    const wsSecurity = { username: 'hub', password, passwordType: 'digest' };
    const secured = await source('orders.wsdl', FOLDER, { url: `${url}/secure`, ports: ['Port'], wsSecurity });
    await expectAnswer(
      `PHP: a digest of the ${password === 'secret' ? 'right' : 'wrong'} password`,
      secured(short),
      expected,
    );
  }
  const run = await source('math.wsdl', FOLDER, { url: `${url}/math` });
  await math('PHP', run);
  const echo = run('mutation { echo(person: { name: "Ada", age: 1, tags: [] }, ticketHeader: " t1") { name tags } }');
  await expectAnswer('PHP rpc/encoded: a header', echo, { data: { echo: { name: 'Ada t1', tags: [] } } });
  const tally = run('mutation { tally(counts: [{ key: "a", value: 1.5 }, { key: "b", value: 2 }]) { key value } }');
  const doubled = [
    { key: 'a', value: 3 },
    { key: 'b', value: 4 },
  ];
  await expectAnswer('PHP rpc/encoded: a map', tally, { data: { tally: doubled } });
}

async function math(maker: string, run: Run): Promise<void> {
  await expectAnswer(`${maker} rpc/encoded: numbers`, run('mutation { add(a: 2, b: 40) }'), { data: { add: 42 } });
  const sum = run('mutation { sum(numbers: [1, 2, 39]) }');
  await expectAnswer(`${maker} rpc/encoded: an array of numbers`, sum, { data: { sum: 42 } });
  const mirror = run('mutation { mirror(points: [{ x: 1, y: 2.5 }, { x: 0.5, y: 3 }]) { x y } }');
  const data = {
    mirror: [
      { x: -1, y: -2.5 },
      { x: -0.5, y: -3 },
    ],
  };
  await expectAnswer(`${maker} rpc/encoded: an array of structs`, mirror, { data });
  const transpose = run('mutation { transpose(rows: [[1, 2, 3], [4, 5, 6]]) }');
  const columns = {
    transpose: [
      [1, 4],
      [2, 5],
      [3, 6],
    ],
  };
  await expectAnswer(`${maker} rpc/encoded: arrays of arrays`, transpose, { data: columns });
  const echo = run('mutation { echo(person: { name: "Ada", age: null, tags: ["a", "b & c"] }) { name age tags } }');
  const person = { name: 'Ada', age: null, tags: ['a', 'b & c'] };
  await expectAnswer(`${maker} rpc/encoded: an object with a list and nil`, echo, { data: { echo: person } });
  const fail = {
    message: 'it failed',
    code: 'Server.Broken',
    detail: { name: 'failure', fields: { code: 7, reason: 'because' } },
  };
  await expectAnswer(`${maker} rpc/encoded: a typed fault`, run('mutation { fail(code: 7) }'), { errors: [fail] });
  const greet = run('mutation { greet(name: "J\u00fcrgen & Co") }');
  await expectAnswer(`${maker} rpc/encoded: text`, greet, { data: { greet: 'Gr\u00fc\u00df Gott, J\u00fcrgen & Co' } });
}

async function perl(): Promise<void> {
  const modules = ['-MSOAP::Lite', '-MHTTP::Daemon', '-e', '1'];
  if (!installed('Perl SOAP::Lite', 'perl', modules, 'libsoap-lite-perl')) return;
  const url = await startAndAsk('perl', [join(FOLDER, 'server.pl')]);
  const run = await source('math.wsdl', FOLDER, { url });
  await math('Perl', run);
  const fault = { message: 'nobody to greet', detail: undefined, code: 'Client.Name' };
  await expectAnswer('Perl rpc/encoded: a fault', run('mutation { greet(name: "") }'), { errors: [fault] });
}

async function python(): Promise<void> {
  if (!installed('Python spyne', '/usr/bin/python3', ['-c', 'import spyne, lxml'], 'python3-spyne python3-lxml'))
    return;
  const url = await startAndAsk('/usr/bin/python3', ['-W', 'ignore', join(FOLDER, 'server.py')]);
  const run = await source(`${url}?wsdl`, FOLDER);
  const hello = run('mutation { sayHello(name: "Ada", times: 2) }');
  await expectAnswer('spyne: its own WSDL, a list', hello, { data: { sayHello: ['Hello, Ada', 'Hello, Ada'] } });
  const item = '{ sku: "A", quantity: 9007199254740993, price: "10.50", gift: false }';
  const discount = (items: string) =>
    `{ getDiscount(items: [${items}], at: "2026-03-01T12:00:00Z") { sku quantity price gift } }`;
  const data = { getDiscount: [{ sku: 'A', quantity: '9007199254740993', price: '5.25', gift: false }] };
  await expectAnswer('spyne: objects, 64-bit integers, decimals', run(discount(item)), { data });
  const gone = run(discount('{ sku: "gone", quantity: 1, price: "1", gift: true }'));
  const sold = { message: 'sold out', detail: { name: 'sku', text: 'gone' }, code: 'Client.SoldOut' };
  await expectAnswer('spyne: a fault with a detail', gone, { errors: [sold] });
  const dog = run(
    'mutation { tame(animal: { asDog: { name: "Rex", tricks: ["sit"] } }, tokenHeader: { user: "Ada" }) { __typename name ... on Dog { tricks } } }',
  );
  const tamed = { tame: { __typename: 'Dog', name: 'Rex', tricks: ['sit', 'Ada'] } };
  await expectAnswer('spyne: a derived type, there and back, and a header', dog, { data: tamed });
  const texts = run(
    '{ getTexts(on: "2026-03-01", at: "12:30:00", lasting: "PT90S", color: dark_green, number: 1.5e-7) }',
  );
  const written = { getTexts: ['2026-03-01', '12:30:00', '90.0', 'dark green', '1.5e-07', null] };
  await expectAnswer('spyne: dates, durations, enums, a text that is nil', texts, { data: written });
  const back = run('{ getBack(content: "AQID") }');
  await expectAnswer('spyne: bytes', back, { data: { getBack: 'AwIB' } });
}

async function gsoap(): Promise<void> {
  const probe = 'command -v soapcpp2 g++ && test -f /usr/include/stdsoap2.h';
  if (!installed('gSOAP', 'sh', ['-c', probe], 'gsoap libgsoap-dev g++')) return;
  const folder = await mkdtemp(join(tmpdir(), 'manifold-gsoap-'));
  try {
    const files = ['soapC.cpp', 'soapServer.cpp'].map((name) => join(folder, name));
    const made = spawnSync('soapcpp2', ['-S', '-x', '-d', folder, join(FOLDER, 'calc.h')]);
    const program = join(folder, 'calc');
    const flags = ['-O0', '-I', folder, '-o', program, join(FOLDER, 'calc.cpp'), ...files, '-lgsoap++'];
    const compiled = spawnSync('g++', flags, { encoding: 'utf8' });
    if (made.status !== 0 || compiled.status !== 0) throw new Error(`gSOAP cannot be built: ${compiled.stderr}`);
    const url = await startAndAsk(program, []);
    const run = await source('calc.wsdl', folder, { url });
    await expectAnswer('gSOAP: numbers', run('mutation { add(a: 1.5, b: 40.5) }'), { data: { add: 42 } });
    const length = run('{ getLength(v: { x: 3, y: 4 }) }');
    await expectAnswer('gSOAP: a struct', length, { data: { getLength: 5 } });
    const divide = run('mutation { divide(a: 1, b: 0) }');
    const fault = { message: 'division by zero', detail: undefined, code: 'Client' };
    await expectAnswer('gSOAP: a fault', divide, { errors: [fault] });
  } finally {
    await rm(folder, { recursive: true });
  }
}

try {
  for (const maker of [php, perl, python, gsoap]) {
    await maker().catch((error: unknown) => {
      counts.failed += 1;
      console.log(`FAILED  ${maker.name}:`, error);
    });
  }
} finally {
  for (const server of servers) server.kill();
}
console.log(`${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped`);
process.exit(counts.failed === 0 ? 0 : 1);
