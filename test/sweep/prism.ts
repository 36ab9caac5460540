// Has Stoplight's Prism judge the requests that the hub sends: it serves each description and checks what comes in, while a
// hub that was generated from the same description calls every operation, once with as little as it may and once with all
// that it can. Not part of `npm test`; Prism is 186 packages, so it is no dependency:
//
//   npm install --prefix /some/folder @stoplight/prism-cli@5
//   node test/sweep/prism.ts --prism /some/folder FOLDER-OF-DOCUMENTS [--match text] [--raw] [--whole] [--verbose]
//
// `--raw` serves the documents as they are; `--whole` makes no allowance for how Prism reads `deepObject` (see Generator.deep).
import { spawn, type ChildProcess } from 'node:child_process';
import { globSync, readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, request as forward, type Server } from 'node:http';
import { createRequire } from 'node:module';
import { createServer as createSocketServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { getNamedType, isCompositeType, isNonNullType, parse, type GraphQLField } from 'graphql';
import { parse as parseYaml } from 'yaml';
import { KINDS, startHub } from '../../src/compose.ts';
import { loadConfig } from '../../src/config/load-config.ts';
import { writePinned } from '../../src/config/pinned-sdl.ts';
import { directiveArgs, upstreamName } from '../../src/subgraphs/local/hub-directives.ts';
import { buildLocalSchema } from '../../src/subgraphs/local/local-schema.ts';
import { createLogger } from '../../src/telemetry/logger.ts';
import { demands, generate, type Json } from './generate-arguments.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    prism: { type: 'string' },
    match: { type: 'string', default: '' },
    raw: { type: 'boolean', default: false },
    whole: { type: 'boolean', default: false },
    verbose: { type: 'boolean', default: false },
  },
});
const prismFolder = resolve(values.prism ?? '.');
const load = createRequire(join(prismFolder, 'package.json'));
// Comes with Prism; it makes up texts that fit a pattern.
const FAKER = 'json-schema-faker';
const jsf = load(FAKER) as { generate?: (schema: Json) => unknown } & ((schema: Json) => unknown);
const logger = createLogger('silent');
const METHODS = ['get', 'head', 'post', 'put', 'patch', 'delete'];

interface Seen {
  readonly status: number;
  readonly why: string;
}

const totals = { sent: 0, valid: 0, unsent: 0 };
for (const file of globSync('**/*.{json,yaml,yml}', { cwd: positionals[0] ?? '.' }).sort()) {
  if (!file.includes(values.match)) continue;
  await judge(resolve(positionals[0] ?? '.', file), file).catch((error: unknown) =>
    console.log(`${file}: ${String(error).slice(0, 300)}`),
  );
}
console.log(
  `all: ${totals.valid} of ${totals.sent} requests valid (${((100 * totals.valid) / totals.sent).toFixed(2)} %), ${totals.unsent} calls not sent`,
);
process.exit(0);

async function judge(path: string, name: string): Promise<void> {
  const text = readFileSync(path, 'utf8');
  const document = (text.trimStart().startsWith('{') ? JSON.parse(text) : parseYaml(text)) as Json;
  const folder = await mkdtemp(join(tmpdir(), 'manifold-prism-'));
  const port = await freePort();
  const prism = await startPrism(await judged(path, document, folder), port);
  if (prism === undefined) {
    console.log(`${name}: Prism cannot serve it`);
    await rm(folder, { recursive: true, force: true });
    return;
  }
  const seen: Seen[] = [];
  const proxy = await startProxy(port, seen);
  try {
    const url = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`;
    const source = {
      kind: 'rest',
      spec: path,
      url,
      retry: { attempts: 1 },
      breaker: { failures: 1_000_000 },
      auth: credentials(document, 'bearer'),
    };
    await writeFile(join(folder, 'manifold.yaml'), JSON.stringify({ sources: { api: source } }));
    const config = await loadConfig({ file: folder, env: {}, kinds: KINDS });
    const imported = await KINDS.find(({ kind }) => kind === 'rest')!.importSdl!(config.sources[0]!, folder);
    await writePinned(config.schemaFolder, 'api', imported);
    const { schema } = buildLocalSchema('api', parse(imported.sdl));
    const serving = { sdl: 'pinned', logger, port: 0, host: '127.0.0.1' } as const;
    const hub = await startHub(config, serving);
    // Some operations may take a password alone: a source with that credential calls them.
    const basicAuth = { sources: { api: { ...source, auth: credentials(document, 'basic') } } };
    await writeFile(join(folder, 'manifold.yaml'), JSON.stringify(basicAuth));
    const basicHub = await startHub(await loadConfig({ file: folder, env: {}, kinds: KINDS }), serving);
    const urls = { bearer: hub.url, basic: basicHub.url };
    const counts = { sent: 0, valid: 0, unsent: 0 };
    const wrong: string[] = [];
    for (const root of [schema.getQueryType(), schema.getMutationType()]) {
      for (const field of Object.values(root?.getFields() ?? {})) {
        if (directiveArgs(field.astNode, 'rest') === undefined) continue;
        for (const minimal of [true, false]) {
          seen.length = 0;
          const errors = await call(urls, root!.name === 'Query', field, document, minimal);
          const last = seen.at(-1);
          if (last === undefined) {
            counts.unsent += 1;
            wrong.push(`${field.name} was not sent: ${errors.slice(0, 200)}`);
            continue;
          }
          counts.sent += 1;
          if (last.why === '') counts.valid += 1;
          else wrong.push(`${field.name}${minimal ? '' : ' (full)'}: ${last.status} ${last.why.slice(0, 600)}`);
        }
      }
    }
    await hub.close();
    await basicHub.close();
    for (const key of ['sent', 'valid', 'unsent'] as const) totals[key] += counts[key];
    console.log(`${name}: ${counts.valid} of ${counts.sent} valid, ${counts.unsent} not sent`);
    for (const line of values.verbose ? wrong : wrong.slice(0, 5)) console.log(`   ${line}`);
  } catch (error) {
    console.log(`${name}: ${String(error).slice(0, 300)}`);
  } finally {
    // One that a circular schema keeps busy hears no other signal.
    prism.kill('SIGKILL');
    proxy.close();
    proxy.closeAllConnections();
    await rm(folder, { recursive: true, force: true });
  }
}

/**
 * The document that Prism serves. What the answers look like is left out: nobody judges it, and Prism would not have resolved
 * Stripe's in ten minutes. Swagger 2.0 names no default for `consumes`, and an empty list clears it: Prism takes none to mean
 * that no body is allowed, beside a parameter that describes one. The hub sends JSON there, so Prism is told.
 */
async function judged(path: string, document: Json, folder: string): Promise<string> {
  if (values.raw) return path;
  const told = structuredClone(document);
  for (const item of Object.values((told.paths ?? {}) as Json) as Json[]) {
    for (const operation of METHODS.map((method) => item[method] as Json | undefined)) {
      if (operation === undefined) continue;
      operation.responses = { 200: { description: '' } };
      const takesBody = ((operation.parameters ?? []) as Json[]).some((one) => one.in === 'body');
      const consumes = (operation.consumes ?? told.consumes ?? []) as readonly string[];
      if (told.swagger !== undefined && takesBody && consumes.length === 0) operation.consumes = ['application/json'];
    }
  }
  leaveReferred(told);
  const file = join(folder, 'judged.json');
  await writeFile(file, JSON.stringify(told));
  return file;
}

/** Takes out the schemas that nothing outside of answers leads to. */
function leaveReferred(document: Json): void {
  if (document.components === undefined) return;
  const { schemas = {}, ...components } = { ...document.components, responses: undefined } as Json;
  const left: Json = {};
  const visit = (part: unknown): void => {
    for (const [, name = ''] of JSON.stringify(part ?? {}).matchAll(/"#\/components\/schemas\/([^"/]+)/g)) {
      if (Object.hasOwn(left, name)) continue;
      left[name] = schemas[name];
      visit(schemas[name]);
    }
  };
  visit([document.paths, components]);
  document.components = { ...components, schemas: left };
}

async function call(
  urls: Readonly<Record<Credential, string>>,
  isQuery: boolean,
  field: GraphQLField<unknown, unknown>,
  document: Json,
  minimal: boolean,
): Promise<string> {
  const resolveRef = (written: Json | undefined): Json => {
    let found: Json | undefined = written;
    for (let i = 0; i < 20 && typeof found?.$ref === 'string'; i += 1) found = follow(document, found.$ref);
    return found ?? {};
  };
  const operation = operationOf(document, field, resolveRef);
  const variables: Json = {};
  for (const argument of field.args) {
    const raw = upstreamName(argument.astNode, argument.name);
    const parameter = operation.parameters.find(
      (one) =>
        one.name === raw || one.name.replaceAll(/[^A-Za-z0-9]/g, '').toLowerCase() === argument.name.toLowerCase(),
    );
    // What is required may still be null, as a parameter or as the body.
    const required = isNonNullType(argument.type) || (parameter ?? operation.requestBody).required === true;
    const written = parameter === undefined ? operation.body : parameterSchema(parameter);
    const deep = parameter === undefined ? operation.deep : isDeep(parameter);
    const how = { minimal, resolve: resolveRef, fit, deep };
    const missed = deep === true && demands(written, how);
    if (!required && !missed && (minimal || argument.defaultValue !== undefined)) continue;
    if (!isNonNullType(argument.type) && argument.defaultValue !== undefined) continue;
    const value = generate(argument.type, written, how);
    if (value !== undefined) variables[argument.name] = value;
  }
  const used = field.args.filter(({ name }) => Object.hasOwn(variables, name));
  const heading = used.length === 0 ? '' : `(${used.map((one) => `$${one.name}: ${String(one.type)}`).join(', ')})`;
  const given = used.length === 0 ? '' : `(${used.map(({ name }) => `${name}: $${name}`).join(', ')})`;
  const selection = isCompositeType(getNamedType(field.type)) ? ' { __typename }' : '';
  const query = `${isQuery ? 'query' : 'mutation'}${heading} { ${field.name}${given}${selection} }`;
  const response = await fetch(`${urls[operation.credential]}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query, variables }),
  });
  return response.text();
}

/** The operation behind a field: its template with the names of its parameters put in their places. */
function operationOf(document: Json, field: GraphQLField<unknown, unknown>, follow: (one: Json | undefined) => Json) {
  const rest = directiveArgs(field.astNode, 'rest') ?? {};
  const method = METHODS.find((one) => typeof rest[one] === 'string') ?? 'get';
  const plain = (path: string): string =>
    path
      .replace(/\{[?&][^}]*\}/g, '')
      .replace(/#.*$/, '')
      .replace(/\{[^}]*\}|(?<=\/):[^/]+/g, '{}');
  const wanted = plain(String(rest[method]));
  const found = Object.entries((document.paths ?? {}) as Json).find(
    ([path, item]) =>
      (plain(path) === wanted || `/${plain(path)}` === wanted) && follow(item as Json)[method] !== undefined,
  );
  const item = follow(found?.[1] as Json | undefined);
  const operation = (item[method] ?? {}) as Json;
  const parameters = [...(operation.parameters ?? []), ...(item.parameters ?? [])].map(follow) as (Json & {
    name: string;
  })[];
  const form = parameters.filter((one) => one.in === 'formData');
  const requestBody = follow(operation.requestBody as Json | undefined);
  const content = Object.entries((requestBody.content ?? {}) as Json);
  const encoding = typeof rest.encoding === 'string' ? rest.encoding : 'json';
  const fits = (type: string): boolean =>
    encoding === 'json'
      ? /json|\*\/\*/.test(type)
      : encoding === 'form'
        ? type.includes('urlencoded')
        : type.includes(encoding);
  const chosen = content.find(([type]) => fits(type)) ?? content[0];
  const encodings = Object.entries((follow(chosen?.[1] as Json).encoding ?? {}) as Record<string, Json>);
  const deep = new Set(encodings.filter(([, one]) => isDeep(one)).map(([name]) => name));
  const ofForm = {
    type: 'object',
    properties: Object.fromEntries(form.map((one) => [one.name, one])),
    required: form.filter((one) => one.required === true).map((one) => one.name),
  };
  const body =
    parameters.find((one) => one.in === 'body')?.schema ??
    (form.length > 0 ? ofForm : follow(chosen?.[1] as Json).schema);
  const credential = credentialFor(document, (operation.security ?? document.security ?? []) as Json[]);
  return { parameters, requestBody, body: body as Json | undefined, deep, credential };
}

function isDeep({ style }: Json): boolean {
  return !values.whole && style === 'deepObject';
}

function parameterSchema(parameter: Json): Json {
  const content = Object.values((parameter.content ?? {}) as Json)[0] as Json | undefined;
  const schema = (parameter.schema ?? content?.schema ?? parameter) as Json;
  const example =
    parameter.example ?? (Object.values((parameter.examples ?? {}) as Json)[0] as Json | undefined)?.value;
  return example === undefined || schema.$ref !== undefined ? schema : { example, ...schema };
}

function follow(document: Json, reference: string): Json | undefined {
  let found: any = document;
  for (const token of reference.replace(/^[^#]*#\/?/, '').split('/')) {
    if (token !== '') found = found?.[decodeURIComponent(token).replaceAll('~1', '/').replaceAll('~0', '~')];
  }
  return found as Json | undefined;
}

function fit({ pattern, minLength, maxLength }: Json): string | undefined {
  for (const candidate of [
    'text',
    'a',
    'A1',
    '1',
    '2024-01-02',
    '0'.repeat(Number(minLength ?? 1)),
    'a'.repeat(Number(minLength ?? 1)),
  ]) {
    if (new RegExp(pattern as string, 'u').test(candidate) && candidate.length <= (maxLength ?? 1000)) return candidate;
  }
  try {
    const schema = { type: 'string', pattern, minLength, maxLength };
    return String(typeof jsf.generate === 'function' ? jsf.generate(schema) : jsf(schema));
  } catch {
    return undefined;
  }
}

type Credential = 'bearer' | 'basic';

function schemesOf(document: Json): Json {
  return (document.components?.securitySchemes ?? document.securityDefinitions ?? {}) as Json;
}

function isBasic(scheme: Json | undefined): boolean {
  return scheme?.type === 'basic' || (scheme?.type === 'http' && String(scheme.scheme).toLowerCase() === 'basic');
}

/** @param requirements alternatives, each with the names of schemes that are needed together. */
function credentialFor(document: Json, requirements: readonly Json[]): Credential {
  const schemes = schemesOf(document);
  const needsBasic = (one: Json): boolean => Object.keys(one).some((name) => isBasic(schemes[name] as Json));
  // Where none is needed either, Prism still refuses a credential of another kind.
  const needed = requirements.filter((one) => Object.keys(one).length > 0);
  return needed.length > 0 && needed.every(needsBasic) ? 'basic' : 'bearer';
}

function credentials(document: Json, wanted: Credential): Json {
  const schemes = Object.values(schemesOf(document)) as Json[];
  const keys = (where: string): Json[] =>
    schemes
      .filter((one) => one.type === 'apiKey' && one.in === where)
      .map((one) => ({ name: String(one.name), value: 'key' }));
  const basic = schemes.some((one) => isBasic(one));
  const other = schemes.some(
    (one) => ['oauth2', 'openIdConnect'].includes(String(one.type)) || (one.type === 'http' && !isBasic(one)),
  );
  const lists = { header: keys('header'), query: keys('query'), cookie: keys('cookie') };
  return {
    ...Object.fromEntries(Object.entries(lists).filter(([, list]) => list.length > 0)),
    ...(other && !(basic && wanted === 'basic')
      ? { bearer: { token: 'token' } }
      : basic
        ? { basic: { username: 'u', password: 'p' } }
        : {}),
  };
}

function startPrism(path: string, port: number): Promise<ChildProcess | undefined> {
  const main = join(prismFolder, 'node_modules/@stoplight/prism-cli/dist/index.js');
  const child = spawn(process.execPath, [main, 'mock', '-h', '127.0.0.1', '-p', String(port), path], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  return new Promise((settle) => {
    const timer = setTimeout(() => {
      child.kill('SIGKILL');
      settle(undefined);
    }, 180_000);
    let said = '';
    const look = (chunk: Buffer): void => {
      said = (said + String(chunk)).slice(-5000);
      if (!said.includes('listening')) return;
      clearTimeout(timer);
      settle(child);
    };
    child.stdout.on('data', look);
    child.stderr.on('data', look);
    child.once('exit', () => {
      clearTimeout(timer);
      settle(undefined);
    });
  });
}

async function startProxy(port: number, seen: Seen[]): Promise<Server> {
  const server = createServer((request, response) => {
    const { method, url, headers } = request;
    const sent = forward({ host: '127.0.0.1', port, method, path: url, headers }, (answer) => {
      const chunks: Buffer[] = [];
      answer.on('data', (chunk: Buffer) => chunks.push(chunk));
      answer.on('end', () => {
        const body = Buffer.concat(chunks);
        const violations = String(answer.headers['sl-violations'] ?? '');
        const status = answer.statusCode ?? 0;
        const refused =
          answer.headers['content-type'] === 'application/problem+json' &&
          /stoplight\.io.*(?:UNPROCESSABLE|NO_PATH|NO_METHOD|NO_SERVER|UNAUTHORIZED|INVALID|NOT_ACCEPTABLE|UNSUPPORTED)/s.test(
            body.toString(),
          );
        const complains = violations.includes('"location":["request');
        seen.push({
          status,
          why: refused || complains ? `${refused ? body.toString() : violations} ${String(method)} ${String(url)}` : '',
        });
        response.writeHead(status, answer.headers);
        response.end(body);
      });
    });
    sent.on('error', () => response.destroy());
    request.pipe(sent);
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  return server;
}

async function freePort(): Promise<number> {
  const server = createSocketServer();
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const { port } = server.address() as AddressInfo;
  await new Promise((done) => server.close(done));
  return port;
}
