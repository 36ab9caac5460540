// An HTTP answer in, what its SOAP envelope holds out: a body, a fault, or nothing that SOAP allows. The content of a body
// is not read here but by decode-body.ts, which knows its types.
import type { UpstreamResponse } from '../../contract/transport.ts';
import { SOAP11_ENVELOPE, SOAP12_ENVELOPE } from '../../import/wsdl/namespaces.ts';
import { XmlError, type XmlElement } from '../../import/wsdl/xml-tree.ts';
import { parseRelated, sniffBoundary } from './mime-parts.ts';
import { scanTree } from './scan-tree.ts';
import { xmlText } from './xml-encoding.ts';
import { XmlScanner, type ScanMark, type ScannedName } from './xml-scanner.ts';

export type Envelope =
  | BodyEnvelope
  | FaultEnvelope
  /** No content at all: what a one-way operation answers. */
  | { readonly kind: 'empty' }
  /** `reason` never quotes the answer. */
  | { readonly kind: 'malformed'; readonly reason: string }
  /** XML without an envelope. */
  | { readonly kind: 'bare'; readonly uri: string; readonly local: string };

export interface FaultEnvelope {
  readonly kind: 'fault';
  readonly fault: XmlElement;
  /** The fault, and what stands behind it: with SOAP encoding, elements that it refers to. */
  readonly body: XmlElement;
  readonly headers: readonly XmlElement[];
  readonly attachments: ReadonlyMap<string, Buffer> | undefined;
}

export interface BodyEnvelope {
  readonly kind: 'body';
  readonly scanner: XmlScanner;
  /** Qualified name of the root. */
  readonly envelope: string;
  /** Behind the start tag of the body. */
  readonly start: ScanMark;
  readonly headers: readonly XmlElement[];
  /** MIME parts beside the envelope, by Content-ID; undefined where the answer is a bare envelope. */
  readonly attachments: ReadonlyMap<string, Buffer> | undefined;
}

export function readEnvelope(response: UpstreamResponse): Envelope {
  if (response.body.byteLength === 0) return { kind: 'empty' };
  const contentType = response.headers['content-type'] ?? '';
  const bytes = Buffer.from(response.body.buffer, response.body.byteOffset, response.body.byteLength);
  const multipart = /^multipart\//i.test(contentType) || sniffBoundary(bytes) !== undefined;
  const related = multipart ? parseRelated(bytes, contentType) : undefined;
  if (multipart && related === undefined) return malformed('it is no well-formed multipart message');
  const text =
    related === undefined
      ? xmlText(bytes, contentType, () => response.text())
      : xmlText(related.root.body, related.root.headers['content-type'] ?? '');
  try {
    return scanEnvelope(new XmlScanner(text.trim()), related?.attachments);
  } catch (error) {
    return malformed(reasonOf(error, contentType));
  }
}

/** The XML that a plain HTTP port answers with, as if it stood in the body of an envelope. */
export function readDocument(response: UpstreamResponse): BodyEnvelope | { readonly kind: 'empty' } {
  if (response.body.byteLength === 0) return { kind: 'empty' };
  const contentType = response.headers['content-type'] ?? '';
  const bytes = Buffer.from(response.body.buffer, response.body.byteOffset, response.body.byteLength);
  const text = xmlText(bytes, contentType, () => response.text()).trim();
  const scanner = new XmlScanner(`<body>${text.replace(/^\uFEFF?<\?xml[^>]*\?>/, '')}</body>`);
  scanner.openRoot();
  return { kind: 'body', scanner, envelope: '', start: scanner.mark(), headers: [], attachments: undefined };
}

function scanEnvelope(scanner: XmlScanner, attachments: ReadonlyMap<string, Buffer> | undefined): Envelope {
  scanner.openRoot();
  const { name: root, scope } = scanner;
  if (root.local !== 'Envelope' || (root.uri !== SOAP11_ENVELOPE && root.uri !== SOAP12_ENVELOPE)) {
    scanner.skip();
    scanner.finish();
    if (root.local.toLowerCase() === 'html') return malformed('it is a web page');
    return { kind: 'bare', uri: root.uri, local: root.local };
  }
  const headers: XmlElement[] = [];
  if (scanner.selfClosing) return malformed('the SOAP envelope has no body');
  for (; scanner.nextChild(root.qname); scanner.scope = scope) {
    const { local, uri } = scanner.name;
    if (uri === root.uri && local === 'Body') return scanBody(scanner, root, headers, attachments);
    if (uri === root.uri && local === 'Header') headers.push(...scanTree(scanner).children);
    else scanner.skip();
  }
  return malformed('the SOAP envelope has no body');
}

function scanBody(
  scanner: XmlScanner,
  { uri, qname: envelope }: ScannedName,
  headers: readonly XmlElement[],
  attachments: ReadonlyMap<string, Buffer> | undefined,
): Envelope {
  const start = scanner.mark();
  // A fault stands alone: behind anything else there is none.
  const filled = !scanner.selfClosing && scanner.nextChild(start.name.qname);
  if (filled && scanner.name.local === 'Fault' && scanner.name.uri === uri) {
    const fault = scanTree(scanner);
    const children = [fault];
    scanner.scope = start.scope;
    for (; scanner.nextChild(start.name.qname); scanner.scope = start.scope) children.push(scanTree(scanner));
    return { kind: 'fault', fault, body: { ...fault, children }, headers, attachments };
  }
  return { kind: 'body', scanner, envelope, start, headers, attachments };
}

/** What is wrong with an answer that the scanner refused. Throws whatever is no XmlError. */
export function reasonOf(error: unknown, contentType: string): string {
  if (!(error instanceof XmlError)) throw error;
  const html = /^text\/html/i.test(contentType) ? 'a web page, ' : '';
  const reasons = {
    syntax: 'not well-formed XML',
    doctype: 'XML with a DOCTYPE',
    limit: 'XML beyond the limits of the hub',
  };
  return `it is ${html}${reasons[error.reason]}`;
}

function malformed(reason: string): Envelope {
  return { kind: 'malformed', reason };
}
