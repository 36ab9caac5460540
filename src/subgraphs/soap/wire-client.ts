// node-soap as the writer of envelopes: SOAP 1.1 and 1.2, SOAPAction, WS-Security. It is given the body ready-made and a
// WSDL that lists nothing but operations (see docs/decisions/0002-soap-bodies-from-the-wsdl-model.md), and its HTTP client
// is an adapter that hands the finished request to the connector. Nothing is kept per request: what belongs to a call
// travels in node-soap's per-call options; `lastRequest` and its like are never read.
import type { Client, IHttpClient, WSSecurity } from 'soap';
import type { OperationPort } from '../../import/wsdl/wsdl-model.ts';
import type { UsernameTokenSettings } from './config.ts';
import { escapeAttribute } from './xml-text.ts';

/** A request as node-soap wrote it. */
export interface WireRequest {
  readonly headers: Readonly<Record<string, string>>;
  readonly envelope: string;
}

export interface WireClient {
  /** Throws where the port is not one that the client was made with. */
  write(port: OperationPort, body: string): WireRequest;
}

const SERVICE = 'Wire';
const SOAP11_HTTP = 'http://schemas.xmlsoap.org/soap/http';
/** Never called: the connector knows the address. */
const NOWHERE = 'http://127.0.0.1:9/';

type Method = (args: unknown, callback: () => void, options: { written?: WireRequest }) => void;

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

export async function createWireClient(
  ports: readonly OperationPort[],
  usernameToken: UsernameTokenSettings | undefined,
): Promise<WireClient> {
  const { default: soap } = await import('soap');
  const methods = new Map<OperationPort, Method>();
  for (const version of ['1.1', '1.2'] as const) {
    const own = ports.filter(({ soapVersion }) => soapVersion === version);
    if (own.length === 0) continue;
    const client = await soap.createClientAsync(wireWsdl(own), {
      httpClient: writer,
      disableCache: true,
      forceSoap12Headers: version === '1.2',
    });
    if (usernameToken !== undefined) client.setSecurity(security(soap.WSSecurity, usernameToken));
    own.forEach((port, index) => methods.set(port, methodOf(client, index)));
  }
  return {
    write(port, body) {
      const method = methods.get(port);
      const options: { written?: WireRequest } = {};
      method?.({ _xml: body }, () => undefined, options);
      if (options.written === undefined) throw new Error(`node-soap wrote no request for port ${port.port}`);
      return options.written;
    },
  };
}

function methodOf(client: Client, index: number): Method {
  const service = (client as unknown as Record<string, Record<string, Record<string, Method>>>)[SERVICE];
  const method = service?.Port?.[`o${index}`];
  if (method === undefined) throw new Error('node-soap does not know an operation of its own WSDL');
  return method;
}

function security(Security: typeof WSSecurity, settings: UsernameTokenSettings): WSSecurity {
  return new Security(settings.username, settings.password, {
    passwordType: settings.passwordType === 'digest' ? 'PasswordDigest' : 'PasswordText',
    hasTimeStamp: settings.timestamp,
    mustUnderstand: settings.mustUnderstand,
  });
}

/** Operations by number: names of the real WSDL never become keys of node-soap's objects. */
function wireWsdl(ports: readonly OperationPort[]): string {
  const abstract = ports.map((_, index) => `<operation name="o${index}"><input message="w:m"/></operation>`);
  const bound = ports.map(
    ({ soapAction }, index) =>
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
