// A sample of the node-soap project (a folder with a WSDL, the JSON arguments and the XML that they must become) in; what a
// soap source sent and answered, compared by meaning, out. For the test of the samples and for test/sweep/soap-golden.ts.
import { existsSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import {
  buildASTSchema,
  extendSchema,
  getNamedType,
  isInterfaceType,
  isLeafType,
  isObjectType,
  isUnionType,
  parse,
  print,
  type GraphQLField,
  type GraphQLOutputType,
  type GraphQLSchema,
} from 'graphql';
import { parseXml, resolveQName, type XmlElement } from '../../src/import/wsdl/xml-tree.ts';
import { startSource } from '../unit/subgraphs/soap/start-source.ts';
import { directiveValue, isObject, rawNameOf, text, toFields, type Json } from './node-soap-arguments.ts';
import { startUpstream } from './upstream.ts';

export interface SampleOutcome {
  /** "equal", or what was expected and what was sent. */
  readonly request: string;
  readonly answer: string;
}

const XSI_TYPE = '{http://www.w3.org/2001/XMLSchema-instance}type';
/** SOAP encoding says these; node-soap leaves them out, and a service that knows the WSDL needs neither. */
const ENCODING = new Set(['{http://schemas.xmlsoap.org/soap/envelope/}encodingStyle']);
/** What is no value but the name of a type, or of an encoding. */
const SAID_BY_TYPES = new Set(['__typename', 'xsi:type', 'soapenv:encodingStyle']);
const SCALARS = ['JSON', 'Long', 'Decimal', 'DateTime', 'Date'];
const MAX_SELECTION_DEPTH = 6;

/** The field of an operation as someone writes it again who knows that the service does not keep to its WSDL. */
export interface ByHand {
  /** Arguments beyond the WSDL, as JSON under upstream names; by default, those of the WSDL. */
  readonly args?: Readonly<Record<string, unknown>>;
  /** More arguments of `@soap`. With `answer:`, the field is JSON. */
  readonly soap?: string;
}

/** @param more settings of the source. */
export async function runSample(
  folder: string,
  hand?: ByHand,
  more: Readonly<Record<string, unknown>> = {},
): Promise<SampleOutcome> {
  const read = (name: string): string | undefined =>
    existsSync(join(folder, name)) ? readFileSync(join(folder, name), 'utf8') : undefined;
  const json = (name: string): Json | undefined => {
    const text = read(name);
    return text === undefined ? undefined : (JSON.parse(text) as Json);
  };
  const answer = read('response.xml') ?? '';
  const upstream = await startUpstream(
    (_, response) => void response.writeHead(200, { 'content-type': 'text/xml' }).end(answer),
  );
  const settings = { ...settingsOf(read('header.json'), json('security.json')), ...more };
  const spec = join(folder, 'soap.wsdl');
  const operation = basename(folder).split('__')[0] ?? '';
  const typed = await startSource(spec, upstream.url, settings);
  const source =
    hand === undefined
      ? typed
      : await startSource(spec, upstream.url, settings, fieldByHand(typed.sdl, operation, hand));
  try {
    const question =
      hand?.args === undefined
        ? questionOf(typed.sdl, operation, json('request.json') ?? {}, json('response.json'), hand)
        : looseQuestion(typed.sdl, operation, hand.args, json('response.json'), hand);
    const result = await source.run(question.text, question.variables);
    const sent = upstream.received[0]?.body ?? '';
    const expected = read('request.xml') ?? read('reqeust.xml') ?? '';
    return {
      request: compareXml(sent, expected) + (sent === '' ? ` ${JSON.stringify(result)}` : ''),
      answer: compareData(result, json('response.json') ?? json('error_response.json')),
    };
  } finally {
    await source.close();
    if (source !== typed) await typed.close();
    await upstream.close();
  }
}

function settingsOf(header: string | undefined, security: Json | undefined): Record<string, unknown> {
  const settings: Record<string, unknown> = {};
  if (header !== undefined) settings.headerXml = header.replace(/^"|"$/g, '');
  if (security !== undefined) {
    const { username, password, options } = security as Record<string, Json>;
    const { hasTimeStamp = true, hasTokenCreated = true } = (options ?? {}) as Record<string, Json>;
    settings.wsSecurity = { username, password, timestamp: hasTimeStamp, created: hasTokenCreated };
  }
  return settings;
}

interface Question {
  readonly text: string;
  readonly variables: Record<string, unknown>;
}

interface Operation {
  readonly schema: GraphQLSchema;
  readonly root: string;
  readonly field: GraphQLField<unknown, unknown>;
}

function findOperation(sdl: string, operation: string): Operation {
  const schema = schemaOf(sdl);
  for (const root of [schema.getQueryType(), schema.getMutationType()]) {
    for (const field of Object.values(root?.getFields() ?? {})) {
      if (directiveValue(field, 'soap', 'operation') === operation) return { schema, root: root?.name ?? '', field };
    }
  }
  throw new Error(`no field for the operation ${operation}`);
}

/** The operation with everything that the arguments say, and with what is expected of the answer. */
function questionOf(
  sdl: string,
  operation: string,
  args: Json,
  answer: Json | undefined,
  hand: ByHand | undefined,
): Question {
  const { schema, root, field } = findOperation(sdl, operation);
  const slots = field.args.map((one) => ({ name: one.name, raw: rawNameOf(one), type: one.type }));
  const variables = toFields(slots, args as Record<string, Json>, schema);
  const used = field.args.filter(({ name }) => Object.hasOwn(variables, name));
  const types = used.map(({ name, type }) => [name, String(type)] as const);
  const selection = isUntyped(hand) ? '' : selectionOf(field.type, schema, keysOf(answer), 0);
  return { text: write(root, field.name, types, selection), variables };
}

function isUntyped(hand: ByHand | undefined): boolean {
  return hand?.soap?.includes('answer:') === true;
}

function looseQuestion(
  sdl: string,
  operation: string,
  args: Readonly<Record<string, unknown>>,
  answer: Json | undefined,
  hand: ByHand,
): Question {
  const { schema, root, field } = findOperation(sdl, operation);
  const entries = Object.entries(args).map(([, value], index) => [`a${index}`, value] as const);
  const types = entries.map(([name]) => [name, 'JSON'] as const);
  const selection = isUntyped(hand) ? '' : selectionOf(field.type, schema, keysOf(answer), 0);
  return { text: write(root, field.name, types, selection), variables: Object.fromEntries(entries) };
}

function fieldByHand(sdl: string, operation: string, hand: ByHand): string {
  const { root, field } = findOperation(sdl, operation);
  const declared =
    hand.args === undefined
      ? (field.astNode?.arguments ?? []).map(print)
      : Object.keys(hand.args).map((key, index) => `a${index}: JSON @map(name: ${JSON.stringify(key)})`);
  const args = declared.length === 0 ? '' : `(${declared.join(', ')})`;
  const directive = field.astNode?.directives?.find(({ name }) => name.value === 'soap');
  const given = (directive?.arguments ?? []).filter(({ name }) => !(isUntyped(hand) && name.value === 'at'));
  const soap = `@soap(${given.map(print).join(', ')}, ${hand.soap ?? ''})`;
  const type = isUntyped(hand) ? 'JSON' : String(field.type);
  return `${/^scalar JSON\b/m.test(sdl) ? '' : 'scalar JSON '}extend type ${root} { ${field.name}${args}: ${type} ${soap} }`;
}

function write(root: string, field: string, types: readonly (readonly [string, string])[], selection: string): string {
  const declared = types.map(([name, type]) => `$${name}: ${type}`).join(', ');
  const passed = types.map(([name]) => `${name}: $${name}`).join(', ');
  const call = types.length === 0 ? field : `${field}(${passed})`;
  return `${root.toLowerCase()}${types.length === 0 ? '' : ` (${declared})`} { ${call}${selection} }`;
}

/** Every name in the answer, so that nothing else is asked for. */
function keysOf(value: Json | undefined): ReadonlySet<string> {
  const keys = new Set<string>();
  const visit = (inner: Json): void => {
    if (Array.isArray(inner)) (inner as readonly Json[]).forEach(visit);
    else if (isObject(inner))
      for (const [key, one] of Object.entries(inner)) {
        keys.add(key.split(':').at(-1) ?? key);
        visit(one);
      }
  };
  visit(value ?? null);
  return keys;
}

function schemaOf(sdl: string): GraphQLSchema {
  const missing = SCALARS.filter((name) => !sdl.includes(`scalar ${name}\n`)).map((name) => `scalar ${name}`);
  const schema = buildASTSchema(parse(`${missing.join('\n')}\n${sdl}`), { assumeValid: true, assumeValidSDL: true });
  return extendSchema(schema, parse('scalar Unused__'), { assumeValid: true, assumeValidSDL: true });
}

function selectionOf(
  type: GraphQLOutputType,
  schema: GraphQLSchema,
  wanted: ReadonlySet<string>,
  depth: number,
): string {
  const named = getNamedType(type);
  if (isLeafType(named)) return '';
  const parts = ['__typename'];
  if (isObjectType(named) && depth < MAX_SELECTION_DEPTH) {
    for (const field of Object.values(named.getFields())) {
      if (!wanted.has(rawNameOf(field).replace(/^@/, '')) && !/^\$(?:value|any)$/.test(rawNameOf(field))) continue;
      parts.push(`${named.name}_${field.name}: ${field.name}${selectionOf(field.type, schema, wanted, depth + 1)}`);
    }
  }
  if (isInterfaceType(named) || isUnionType(named)) {
    for (const member of schema.getPossibleTypes(named))
      parts.push(`... on ${member.name}${selectionOf(member, schema, wanted, depth)}`);
  }
  return ` { ${parts.join(' ')} }`;
}

function compareXml(sent: string, expected: string): string {
  // One sample has names with two prefixes, which no XML with namespaces has: the second is the one it declares.
  const want = JSON.stringify(meaningOf(parseXml(expected.replaceAll(/(<\/?)\w+:(?=\w+:)/g, '$1'))));
  const have = sent === '' ? 'nothing' : JSON.stringify(meaningOf(parseXml(sent)));
  return want === have ? 'equal' : `expected\n${expected}\nsent\n${sent}`;
}

/** Names with their namespaces, whatever the prefixes; children in any order. What is different each time is left out. */
export function meaningOf(element: XmlElement): unknown {
  const attributes = [...element.attributes]
    .filter(([name]) => !name.endsWith('wssecurity-utility-1.0.xsd}Id') && !ENCODING.has(name))
    .map(([name, value]) => [name, name === XSI_TYPE ? typeName(element, value) : value] as const)
    .filter(([name, value]) => name !== XSI_TYPE || !value.startsWith('{http://www.w3.org/2001/XMLSchema}'));
  const changing = element.uri.endsWith('wssecurity-utility-1.0.xsd');
  const children = element.children
    .filter(({ local, children: inner }) => local !== 'Header' || inner.length > 0)
    .map(meaningOf)
    .sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
  return {
    name: `{${element.uri}}${element.local}`,
    attributes: attributes.sort(),
    text: changing ? '' : element.text.trim(),
    children,
  };
}

function typeName(element: XmlElement, qname: string): string {
  const { uri, local } = resolveQName(element, qname);
  return `{${uri}}${local}`;
}

/** Every value that node-soap reads is in the data, under whatever names. */
function compareData(
  result: { readonly data?: unknown; readonly errors?: unknown },
  expected: Json | undefined,
): string {
  if (expected === undefined) return 'equal';
  const want = leavesOf(expected).sort();
  const have = leavesOf((result.data ?? null) as Json)
    .concat(leavesOf((result.errors ?? null) as Json))
    .sort();
  const missing = want.filter((leaf) => !have.includes(leaf));
  return missing.length === 0 ? 'equal' : `missing ${missing.join(' | ')} in ${JSON.stringify(result).slice(0, 3000)}`;
}

function leavesOf(value: Json): string[] {
  if (value === null || value === '') return [];
  if (Array.isArray(value)) return (value as readonly Json[]).flatMap(leavesOf);
  // node-soap makes a moment of a date.
  if (!isObject(value))
    return [
      text(value)
        .trim()
        .replace(/^(\d{4}-\d\d-\d\d)T00:00:00(?:\.000)?Z$/, '$1'),
    ];
  return Object.entries(value).flatMap(([key, inner]) => {
    if (SAID_BY_TYPES.has(key)) return [];
    // A qualified name: prefixes mean nothing.
    return key === 'faultcode' ? leavesOf(text(inner).replace(/^\w+:/, '')) : leavesOf(inner);
  });
}
