// node-soap as the writer of envelopes: SOAP 1.1 and 1.2, SOAPAction, WS-Security. It is given the body ready-made and a
// WSDL that lists nothing but operations (see docs/decisions/0002-soap-bodies-from-the-wsdl-model.md), and its HTTP client
// is an adapter that hands the finished request to the connector. Where nothing in an envelope depends on its content, it
// is written once, with marks where body and headers go; with WS-Security it is written per call. Nothing is kept per
// request: node-soap writes without waiting for anything, and `lastRequest` and its like are never read.
import type Soap from 'soap';
import type { Client, IHttpClient, ISecurity } from 'soap';
import type { SoapWire } from '../../import/wsdl/wsdl-model.ts';
import type { WsSecuritySettings } from './config.ts';
import { escapeAttribute } from './xml-text.ts';

/** A request as node-soap wrote it. */
export interface WireRequest {
  readonly headers: Readonly<Record<string, string>>;
  readonly envelope: string;
}

export interface WireClient {
  /** `headers`: XML of the SOAP header. Throws where the wire is not one that the client was made with. */
  write(wire: SoapWire, body: string, headers: string): WireRequest;
}

type Write = (body: string, headers: string) => WireRequest;
type Method = (args: unknown, callback: () => void, options: { written?: WireRequest }) => void;

const SERVICE = 'Wire';
const SOAP11_HTTP = 'http://schemas.xmlsoap.org/soap/http';
/** Never called: the connector knows the address. */
const NOWHERE = 'http://127.0.0.1:9/';
const BODY_MARK = '<manifold-body/>';
const HEADER_MARK = '<manifold-header/>';

/** Gives what node-soap would send back through the call's own options, and sends nothing. */
const writer = {
  request(
    _url: string,
    data: string,
    _callback: unknown,
    headers: Record<string, string>,
    options: { written?: WireRequest },
  ) {
    options.written = { headers, envelope: data };
  },
} as unknown as IHttpClient;

/** `settings`: with key and certificate as PEM text. */
export async function createWireClient(
  wires: readonly SoapWire[],
  settings: WsSecuritySettings | undefined,
): Promise<WireClient> {
  const { default: soap } = await import('soap');
  const writes = new Map<SoapWire, Write>();
  for (const version of ['1.1', '1.2'] as const) {
    const own = wires.filter((wire) => wire.version === version);
    if (own.length === 0) continue;
    const actions = own.map(({ soapAction }) => soapAction);
    const client = await soap.createClientAsync(wireWsdl(actions), {
      httpClient: writer,
      disableCache: true,
      forceSoap12Headers: version === '1.2',
    });
    if (settings !== undefined) client.setSecurity(createSecurity(soap, settings));
    own.forEach((wire, index) => {
      const write = writeWith(client, methodOf(client, index));
      writes.set(wire, settings === undefined ? compileTemplate(write) : write);
    });
  }
  return {
    write(wire, body, headers) {
      const write = writes.get(wire);
      if (write === undefined) throw new Error(`node-soap wrote no request for ${wire.soapAction}`);
      return write(body, headers);
    },
  };
}

function writeWith(client: Client, method: Method): Write {
  return (body, headers) => {
    const options: { written?: WireRequest } = {};
    client.clearSoapHeaders();
    if (headers !== '') client.addSoapHeader(headers);
    method({ _xml: body }, () => undefined, options);
    if (options.written === undefined) throw new Error('node-soap wrote no request');
    return options.written;
  };
}

function compileTemplate(write: Write): Write {
  const plain = write(BODY_MARK, '');
  const [start = '', end = ''] = plain.envelope.split(BODY_MARK);
  const withHeader = write(BODY_MARK, HEADER_MARK).envelope;
  const [beforeHeader = '', rest = ''] = withHeader.split(HEADER_MARK);
  const [afterHeader = '', headerEnd = ''] = rest.split(BODY_MARK);
  return (body, headers) => ({
    headers: plain.headers,
    envelope: headers === '' ? start + body + end : beforeHeader + headers + afterHeader + body + headerEnd,
  });
}

function methodOf(client: Client, index: number): Method {
  const service = (client as unknown as Record<string, Record<string, Record<string, Method>>>)[SERVICE];
  const method = service?.Port?.[`o${index}`];
  if (method === undefined) throw new Error('node-soap does not know an operation of its own WSDL');
  return method;
}

function createSecurity(soap: typeof Soap, settings: WsSecuritySettings): ISecurity {
  const { username, password, passwordType, nonce, created, timestamp, mustUnderstand, x509 } = settings;
  const token = (hasTimeStamp: boolean) =>
    new soap.WSSecurity(username ?? '', password ?? '', {
      passwordType: passwordType === 'digest' ? 'PasswordDigest' : 'PasswordText',
      hasTimeStamp,
      mustUnderstand,
      hasNonce: nonce || passwordType === 'digest',
      hasTokenCreated: created || passwordType === 'digest',
    });
  if (x509 === undefined) return token(timestamp);
  const signature = new soap.WSSecurityCert(x509.privateKey, x509.certificate, x509.passphrase ?? '', {
    hasTimeStamp: timestamp,
  });
  // Both in one header; the signature brings the timestamp, which it signs.
  return username === undefined ? signature : new soap.WSSecurityPlusCert(token(false), signature);
}

/** Operations by number: names of the real WSDL never become keys of node-soap's objects. */
function wireWsdl(actions: readonly string[]): string {
  const abstract = actions.map((_, index) => `<operation name="o${index}"><input message="w:m"/></operation>`);
  const bound = actions.map(
    (soapAction, index) =>
      `<operation name="o${index}"><s:operation soapAction="${escapeAttribute(soapAction)}"/>` +
      `<input><s:body use="literal"/></input></operation>`,
  );
  return (
    '<?xml version="1.0" encoding="utf-8"?>' +
    '<definitions xmlns="http://schemas.xmlsoap.org/wsdl/" xmlns:s="http://schemas.xmlsoap.org/wsdl/soap/" ' +
    'xmlns:w="urn:manifold:wire" targetNamespace="urn:manifold:wire">' +
    `<message name="m"/><portType name="t">${abstract.join('')}</portType>` +
    `<binding name="b" type="w:t"><s:binding style="document" transport="${SOAP11_HTTP}"/>${bound.join('')}</binding>` +
    `<service name="${SERVICE}"><port name="Port" binding="w:b"><s:address location="${NOWHERE}"/></port></service>` +
    '</definitions>'
  );
}
