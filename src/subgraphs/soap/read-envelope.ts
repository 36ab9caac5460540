// An HTTP answer in, what its SOAP envelope holds out: a body, a fault, or nothing that SOAP allows.
import type { UpstreamResponse } from '../../contract/transport.ts';
import { SOAP11_ENVELOPE, SOAP12_ENVELOPE } from '../../import/wsdl/namespaces.ts';
import { childOf, parseXml, XmlError, type XmlElement } from '../../import/wsdl/xml-tree.ts';

export type Envelope =
  | { readonly kind: 'body'; readonly body: XmlElement }
  | { readonly kind: 'fault'; readonly fault: XmlElement }
  /** No content at all: what a one-way operation answers. */
  | { readonly kind: 'empty' }
  /** `reason` never quotes the answer. */
  | { readonly kind: 'malformed'; readonly reason: string };

const LIMITS = { maxDepth: 200, maxElements: 1_000_000 };

// The transport asks whether an answer is a fault before the connector decodes it; both read one tree.
const read = new WeakMap<UpstreamResponse, Envelope>();

export function readEnvelope(response: UpstreamResponse): Envelope {
  const known = read.get(response);
  if (known !== undefined) return known;
  const envelope = parseEnvelope(response);
  read.set(response, envelope);
  return envelope;
}

function parseEnvelope(response: UpstreamResponse): Envelope {
  if (response.body.byteLength === 0) return { kind: 'empty' };
  const contentType = response.headers['content-type'] ?? '';
  if (/^multipart\//i.test(contentType)) return malformed('it has attachments (multipart), which are not supported');
  let root: XmlElement;
  try {
    // SOAP forbids a document type declaration (SOAP 1.1 section 3, SOAP 1.2 part 1 section 5).
    root = parseXml(response.text().trim(), { doctype: 'none', limits: LIMITS });
  } catch (error) {
    if (!(error instanceof XmlError)) throw error;
    const html = /^text\/html/i.test(contentType) ? 'a web page, ' : '';
    const reasons = {
      syntax: 'not well-formed XML',
      doctype: 'XML with a DOCTYPE',
      limit: 'XML beyond the limits of the hub',
    };
    return malformed(`it is ${html}${reasons[error.reason]}`);
  }
  const { uri } = root;
  if (root.local !== 'Envelope' || (uri !== SOAP11_ENVELOPE && uri !== SOAP12_ENVELOPE)) {
    return malformed(root.local.toLowerCase() === 'html' ? 'it is a web page' : 'it is XML, but no SOAP envelope');
  }
  const body = childOf(root, uri, 'Body');
  if (body === undefined) return malformed('the SOAP envelope has no body');
  const fault = childOf(body, uri, 'Fault');
  return fault === undefined ? { kind: 'body', body } : { kind: 'fault', fault };
}

function malformed(reason: string): Envelope {
  return { kind: 'malformed', reason };
}
