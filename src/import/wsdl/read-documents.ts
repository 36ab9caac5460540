// A WSDL and everything it imports or includes: files in, definitions and schemas out. Called by `loadWsdl`.
import { createHash } from 'node:crypto';
import { posix } from 'node:path';
import type { ImportProgress } from '../../config/import-report.ts';
import { HubFault, toHubFault } from '../../faults/hub-fault.ts';
import { findRootDocument, type RootForm } from '../find-root-document.ts';
import { readDescription } from '../read-description.ts';
import { isSoapEncoding, SOAP11_ENVELOPE, SOAP12_ENVELOPE, SWA_REF, WSDL, WSDL20, XML, XSD } from './namespaces.ts';
import { KNOWN_NAMESPACES, knownSchema } from './known-schemas.ts';
import { meantDefinitions } from './meant-elements.ts';
import type { SchemaDocument } from './schema-set.ts';
import { childOf, childrenOf, createXmlUse, parseXml, XmlError, type XmlElement, type XmlUse } from './xml-tree.ts';

export interface WsdlDocuments {
  /** `wsdl:definitions`, the main one first. */
  readonly definitions: readonly XmlElement[];
  readonly schemas: readonly SchemaDocument[];
  readonly location: string;
  /** "sha256:…" of all files' bytes in reading order. */
  readonly digest: string;
  readonly notes: readonly { readonly at: XmlElement; readonly message: string }[];
}

/** Most files that one description may consist of. */
const MAX_DOCUMENTS = 200;
const MAX_SCHEMAS = 2_000;
/** Of all files together; the largest public descriptions have a third of it. */
const MAX_BYTES = 24 * 1024 * 1024;

const WSDL_FORM: RootForm = {
  name: 'WSDL',
  endings: ['.wsdl', '.xml'],
  isRoot(text) {
    try {
      const { local, uri } = parseXml(text);
      return local === 'definitions' && uri === WSDL;
    } catch {
      // If it is the only one, reading it says what is wrong with it.
      return /<(?:[\w.-]{1,60}:)?definitions\b/.test(text);
    }
  },
  refersTo: (text) =>
    childrenOf(parseXml(text), WSDL, 'import').flatMap(({ attributes }) => attributes.get('location') ?? []),
  begins: (text) => childOf(parseXml(text), WSDL, 'service') !== undefined,
};

interface Reader {
  readonly folder: string;
  /** The folder given, or the first file read: all others lie within its folder or origin, or on one of `hosts`. */
  within: string | undefined;
  readonly hosts: readonly string[];
  readonly documents: Map<string, Promise<ReadDocument>>;
  readonly definitions: XmlElement[];
  readonly schemas: SchemaDocument[];
  readonly notes: { at: XmlElement; message: string }[];
  /** Namespaces of public schemas that the files name. */
  readonly named: Set<string>;
  readonly used: XmlUse & { bytes: number };
  readonly hash: ReturnType<typeof createHash>;
  readonly progress: ImportProgress | undefined;
}

/** Rejects with HUB_IMPORT_* where the main document cannot be used; whatever else is missing becomes a note. */
export async function readDocuments(
  spec: string,
  folder: string,
  hosts: readonly string[],
  progress?: ImportProgress,
): Promise<WsdlDocuments> {
  const root = await findRootDocument(spec, folder, WSDL_FORM);
  const reader: Reader = {
    folder,
    within: root.within,
    hosts,
    documents: new Map(),
    definitions: [],
    schemas: [],
    notes: [],
    named: new Set(),
    used: { ...createXmlUse(), bytes: 0 },
    hash: createHash('sha256'),
    progress,
  };
  const main = await read(reader, root.spec, undefined);
  const embedded =
    main.root.uri === SOAP11_ENVELOPE || main.root.uri === SOAP12_ENVELOPE ? findEmbedded(main.root) : [];
  const definitions = meantDefinitions(main.root);
  if (definitions !== undefined) {
    const message = `its elements are in the namespace ${main.root.uri}, and were read as those of WSDL`;
    reader.notes.push({ at: definitions, message });
  } else if (embedded.length === 0) assertWsdl(main.root, main.location);
  for (const root of embedded.length === 0 ? [definitions ?? main.root] : embedded) {
    if (root.uri === WSDL) await addDefinitions(reader, root, main.location);
    else await addSchema(reader, root, main.location, undefined);
  }
  for (const namespace of reader.named) addKnown(reader, namespace);
  return {
    definitions: reader.definitions,
    schemas: reader.schemas,
    location: main.location,
    digest: `sha256:${reader.hash.digest('hex')}`,
    notes: reader.notes,
  };
}

/** What a WS-MetadataExchange answer, saved as it came, holds: definitions and schemas, in document order. */
function findEmbedded(element: XmlElement): XmlElement[] {
  if (element.uri === WSDL && element.local === 'definitions') return [element];
  if (element.uri === XSD && element.local === 'schema') return [element];
  return element.children.flatMap(findEmbedded);
}

interface ReadDocument {
  readonly root: XmlElement;
  readonly location: string;
}

/** What a public schema defines, where none of its namespace was read. */
function addKnown(reader: Reader, namespace: string): void {
  const text = knownSchema(namespace);
  if (text === undefined || reader.schemas.some(({ targetNamespace }) => targetNamespace === namespace)) return;
  reader.schemas.push({ element: parseXml(text), targetNamespace: namespace, chameleon: false });
}

/** Documents refer to each other in circles: each is read once, and what cannot be read is tried once. */
function read(reader: Reader, reference: string, from: string | undefined): Promise<ReadDocument> {
  const target = targetOf(reference, from);
  const known = reader.documents.get(target);
  if (known !== undefined) return known;
  if (reader.documents.size >= MAX_DOCUMENTS) {
    throw new HubFault('HUB_IMPORT_TOO_LARGE', `the WSDL consists of more than ${MAX_DOCUMENTS} files`);
  }
  const document = readOnce(reader, reference, from);
  reader.documents.set(target, document);
  return document;
}

function targetOf(reference: string, from: string | undefined): string {
  if (URL.canParse(reference, from)) return new URL(reference, from).href;
  return from === undefined ? posix.normalize(reference) : posix.join(posix.dirname(from), reference);
}

async function readOnce(reader: Reader, reference: string, from: string | undefined): Promise<ReadDocument> {
  const { folder, within, hosts, used } = reader;
  const maxBytes = MAX_BYTES - used.bytes;
  const options = from === undefined ? { folder, within, maxBytes } : { folder, from, within, hosts, maxBytes };
  const { text, bytes, location } = await readDescription(reference, options);
  used.bytes += bytes.byteLength;
  reader.within ??= location;
  if (from === undefined) reader.progress?.(`parsing ${(bytes.length / 1e6).toFixed(1)} MB`);
  else reader.progress?.('resolving references', `${reader.documents.size} files`);
  const root = parseDocument(text, location, from === undefined ? 'none' : 'harmless', used);
  reader.hash.update(bytes);
  for (const namespace of KNOWN_NAMESPACES) if (text.includes(namespace)) reader.named.add(namespace);
  return { root, location };
}

function parseDocument(text: string, location: string, declarations: 'none' | 'harmless', used: XmlUse): XmlElement {
  try {
    return parseXml(text, declarations, used);
  } catch (error) {
    if (!(error instanceof XmlError)) throw error;
    const code = error.reason === 'limit' ? 'HUB_IMPORT_TOO_LARGE' : 'HUB_IMPORT_INVALID';
    const isOther = !text.trimStart().startsWith('<');
    const advice = isOther ? '; it does not look like XML: for OpenAPI use kind openapi (rest)' : '';
    throw new HubFault(code, `${location}: ${error.message}${advice}`, { cause: error });
  }
}

function assertWsdl(root: XmlElement, location: string): void {
  if (root.uri === WSDL && root.local === 'definitions') return;
  if (root.uri === WSDL20) {
    throw new HubFault(
      'HUB_IMPORT_INVALID',
      `${location}: WSDL 2.0 is not supported: give the WSDL 1.1 of the service`,
    );
  }
  const advice =
    root.local.toLowerCase() === 'html'
      ? ' It is a web page: the address may need a login or "?wsdl".'
      : root.uri === XSD
        ? ' It is an XML Schema: give the WSDL that uses it.'
        : '';
  const found =
    root.local === 'definitions' ? `<definitions> of ${root.uri || 'no namespace'}` : `<${cut(root.local)}>`;
  throw new HubFault(
    'HUB_IMPORT_INVALID',
    `${location}: not a WSDL 1.1 document: the root element is ${found}, not <definitions> of ${WSDL}.${advice}`,
  );
}

const cut = (name: string): string => (name.length > 60 ? `${name.slice(0, 60)}…` : name);

async function addDefinitions(reader: Reader, root: XmlElement, location: string): Promise<void> {
  if (reader.definitions.includes(root)) return;
  reader.definitions.push(root);
  for (const types of childrenOf(root, WSDL, 'types')) {
    for (const schema of childrenOf(types, XSD, 'schema')) await addSchema(reader, schema, location, undefined);
  }
  for (const node of childrenOf(root, WSDL, 'import')) {
    const reference = node.attributes.get('location');
    if (reference === undefined) continue;
    await optional(reader, node, reference, location, async (document) => {
      if (document.root.uri === XSD) await addSchema(reader, document.root, document.location, undefined);
      else {
        assertWsdl(document.root, document.location);
        await addDefinitions(reader, document.root, document.location);
      }
    });
  }
}

/** `includer`: target namespace of the schema that includes this one; undefined where it is imported or embedded. */
async function addSchema(
  reader: Reader,
  element: XmlElement,
  location: string,
  includer: string | undefined,
): Promise<void> {
  const own = element.attributes.get('targetNamespace');
  const chameleon = own === undefined && includer !== undefined && includer !== '';
  const targetNamespace = own ?? includer ?? '';
  // An embedded schema shares its location with its neighbours: its position in the document tells them apart.
  if (reader.schemas.some((known) => known.element === element && known.targetNamespace === targetNamespace)) return;
  reader.schemas.push({ element, targetNamespace, chameleon });
  if (reader.schemas.length > MAX_SCHEMAS)
    throw new HubFault('HUB_IMPORT_TOO_LARGE', `the WSDL has more than ${MAX_SCHEMAS} schemas`);
  for (const node of element.children) {
    if (node.uri !== XSD) continue;
    const including = node.local === 'include' || node.local === 'redefine';
    if (!including && node.local !== 'import') continue;
    const reference = node.attributes.get('schemaLocation');
    if (reference === undefined || isBuiltIn(node.attributes.get('namespace') ?? '')) continue;
    await optional(reader, node, reference, location, async (document) => {
      await addReferenced(reader, document, including ? targetNamespace : undefined);
    });
  }
}

/** What a schema refers to: a schema document, or a WSDL that has schemas embedded. */
async function addReferenced(reader: Reader, document: ReadDocument, includer: string | undefined): Promise<void> {
  const { root, location } = document;
  if (root.uri === XSD && root.local === 'schema') {
    await addSchema(reader, root, location, includer);
    return;
  }
  const types = root.uri === WSDL ? childOf(root, WSDL, 'types') : undefined;
  if (types === undefined) {
    throw new HubFault('HUB_IMPORT_INVALID', `${location}: the root element is <${root.local}>, not an XML Schema`);
  }
  for (const schema of childrenOf(types, XSD, 'schema')) await addSchema(reader, schema, location, includer);
}

/** Namespaces whose schemas the hub knows by heart. */
function isBuiltIn(namespace: string): boolean {
  return namespace === XML || namespace === XSD || namespace === SWA_REF || isSoapEncoding(namespace);
}

async function optional(
  reader: Reader,
  at: XmlElement,
  reference: string,
  from: string,
  use: (document: ReadDocument) => Promise<void>,
): Promise<void> {
  try {
    await use(await read(reader, reference, from));
  } catch (error) {
    const fault = toHubFault(error);
    if (fault.code === 'HUB_INTERNAL' || fault.code === 'HUB_IMPORT_TOO_LARGE') throw fault;
    if (KNOWN_NAMESPACES.includes(at.attributes.get('namespace') ?? '')) return;
    const message = `this import was left out: ${fault.message}${adviceFor(reference, from)}`;
    if (!reader.notes.some((note) => note.message === message)) reader.notes.push({ at, message });
  }
}

/** A WSDL that was saved to a file still refers to where its schemas were. */
function adviceFor(reference: string, from: string): string {
  if (!URL.canParse(reference) || URL.canParse(from)) return '';
  return '; you can also give the address of the WSDL as the spec, or save that file beside it and refer to it by its name';
}
