// Arguments of one operation at a SOAP port in, the HTTP request out: envelope, headers, attachments. Used by the connector.
import type { OperationPort, SoapWire } from '../../import/wsdl/wsdl-model.ts';
import { addressingHeaders } from './addressing.ts';
import type { SoapSettings } from './config.ts';
import { encodeParts } from './encode-message.ts';
import { writeRelated } from './mime-parts.ts';
import type { WireClient } from './wire-client.ts';

export interface WrittenRequest {
  readonly method: 'GET' | 'POST';
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
}

export interface SoapWriterOptions {
  readonly port: OperationPort;
  readonly wire: SoapWire;
  readonly url: string;
  readonly settings: SoapSettings;
  readonly client: () => Promise<WireClient>;
}

const ACCEPT = 'text/xml, application/soap+xml, multipart/related, application/xml;q=0.9';
const TYPES = { '1.1': 'text/xml', '1.2': 'application/soap+xml' } as const;

/** The writer rejects with HUB_REQUEST_INVALID where the arguments cannot be written as XML. */
export function createSoapWriter(
  options: SoapWriterOptions,
): (args: Readonly<Record<string, unknown>>) => Promise<WrittenRequest> {
  const { port, wire, url, settings, client } = options;
  const addressing = settings.addressing ?? wire.addressing;
  const mtom = settings.attachments === undefined ? wire.mtom : settings.attachments === 'mtom';
  const fixed = settings.headerXml ?? '';
  return async (args) => {
    const { body, headers, attachments } = encodeParts(port.input, args, mtom);
    const soapHeaders = fixed + headers + (addressing ? addressingHeaders(wire.action, url) : '');
    const written = (await client()).write(wire, body, soapHeaders);
    const request = { method: 'POST', url, headers: { accept: ACCEPT, ...written.headers } } as const;
    if (attachments.length === 0 && !mtom) return { ...request, body: written.envelope };
    const action = wire.version === '1.2' ? wire.soapAction : '';
    const related = writeRelated(written.envelope, TYPES[wire.version], attachments, mtom, action);
    return { ...request, headers: withContentType(request.headers, related.contentType), body: related.body };
  };
}

function withContentType(headers: Readonly<Record<string, string>>, contentType: string): Record<string, string> {
  const others = Object.entries(headers).filter(([name]) => name.toLowerCase() !== 'content-type');
  return { ...Object.fromEntries(others), 'content-type': contentType };
}
