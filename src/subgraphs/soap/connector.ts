// The SOAP connector: a field with @soap in, calls of a WSDL operation out. Used by the local builder through index.ts.
import type { Connector, ConnectorField, FieldCall, PreparedField } from '../../contract/connector.ts';
import type { Scope } from '../../contract/scope.ts';
import type { Transport, UpstreamRequest, UpstreamResponse } from '../../contract/transport.ts';
import { listed } from '../../config/source-settings.ts';
import { HubFault, toHubFault } from '../../faults/hub-fault.ts';
import { findPort } from '../../import/wsdl/choose-ports.ts';
import { changeOf } from '../../import/wsdl/operation-verbs.ts';
import { operationKey, type OperationPort, type WsdlModel } from '../../import/wsdl/wsdl-model.ts';
import { redactFault } from '../../transport/redact.ts';
import { readAt } from '../local/read-at.ts';
import { createAnswerReader } from './answer-reader.ts';
import type { SoapSettings } from './config.ts';
import type { WrittenAnswer } from './decode-body.ts';
import { createHttpWriter } from './http-writer.ts';
import { createSoapWriter } from './soap-writer.ts';
import { createWireClient, type WireClient } from './wire-client.ts';
import { compileShape } from './written-answer.ts';
import { splitName } from './xml-text.ts';

export interface SoapConnectorOptions {
  readonly source: string;
  readonly settings: SoapSettings;
  readonly model: WsdlModel;
  readonly transport: Transport;
}

export function createSoapConnector(options: SoapConnectorOptions): Connector {
  const { source, settings, transport } = options;
  const model = speaking(options.model, settings.soapVersion);
  const wires = model.operations.flatMap(({ ports }) =>
    ports.flatMap(({ wire }) => (wire.kind === 'soap' ? [wire] : [])),
  );
  // node-soap takes long to load: the first call waits for it, not the start of the hub.
  let loading: Promise<WireClient> | undefined;
  const client = () => (loading ??= createWireClient(wires, settings.wsSecurity));
  return {
    kind: 'soap',
    directive: 'soap',
    prepare: (field) => prepareField(field, { source, settings, model, transport, client }),
    close: () => transport.close(),
  };
}

/** The model as if its SOAP ports were bound to that version. */
function speaking(model: WsdlModel, version: SoapSettings['soapVersion']): WsdlModel {
  if (version === undefined) return model;
  const bound = (port: OperationPort): OperationPort =>
    port.wire.kind === 'soap' ? { ...port, wire: { ...port.wire, version } } : port;
  const operations = model.operations.map((operation) => ({ ...operation, ports: operation.ports.map(bound) }));
  return { ...model, operations };
}

interface Preparing extends SoapConnectorOptions {
  readonly client: () => Promise<WireClient>;
}

function prepareField(field: ConnectorField, preparing: Preparing): PreparedField {
  const { source, settings, model, transport, client } = preparing;
  const coordinate = `${field.parent.name}.${field.field.name}`;
  const name = String(field.directive.operation);
  const port = wrappedIn(field.directive.element, portOf(model, name, field.directive.port, coordinate), coordinate);
  const url = settings.url ?? port.address;
  if (url === undefined) {
    throw new HubFault(
      'HUB_COMPOSE_SDL',
      `${coordinate}: the WSDL has no address for ${name}: set the url of source "${source}"`,
    );
  }
  const readOnly = field.directive.readOnly === true;
  const answer = field.directive.answer as WrittenAnswer | undefined;
  const at = readAt(typeof field.directive.at === 'string' ? field.directive.at : undefined);
  const shape = answer === undefined ? undefined : compileShape(field.field.type, coordinate);
  const payload = (read: unknown): unknown => (shape === undefined ? at(read) : shape(at(read)));
  const secrets = secretsOf(settings);
  // One reader per field: the transport shares an answer only among calls that read it alike.
  const answers = createAnswerReader({ source, operation: name, port, model, answer });

  const { wire } = port;
  const write =
    wire.kind === 'soap' ? createSoapWriter({ port, wire, url, settings, client }) : createHttpWriter(port, wire, url);

  const toRequest = async (call: FieldCall): Promise<UpstreamRequest> => ({
    ...(await write(call.args)),
    operation: name,
    idempotent: readOnly,
    shareable: readOnly,
    faultOf: answers.faultOf,
    ...(readOnly ? { tagsOf: (response) => field.tagsOf(orThrow(toPayload(response)), call.args) } : {}),
  });

  const toPayload = (response: UpstreamResponse): unknown => {
    const read = answers.payload(response);
    return read instanceof HubFault ? redactFault(read, secrets) : payload(read);
  };

  const callOnce = async (scope: Scope, call: FieldCall): Promise<unknown> => {
    try {
      const response = await transport.request(scope, await toRequest(call));
      if (scope.extensions.has('headers')) {
        const values = answers.headers(response);
        if (values !== undefined) scope.usage.headers({ source, operation: name, values });
      }
      return toPayload(response);
    } catch (error) {
      return toHubFault(error);
    }
  };

  return {
    operation: name,
    merges: false,
    run: (scope, calls) => Promise.all(calls.map((call) => callOnce(scope, call))),
    ...(field.root === 'mutation' && !readOnly ? { change: changeOf(name) } : {}),
  };
}

/** A fault is an answer too, but none to keep. */
function orThrow(payload: unknown): unknown {
  if (payload instanceof HubFault) throw payload;
  return payload;
}

/** By name, at the port that the directive names or else the first that has the operation. */
function portOf(model: WsdlModel, name: string, portName: unknown, coordinate: string): OperationPort {
  const operations = model.operations.filter((operation) => operationKey(operation) === name);
  if (operations.length === 0) {
    const names = [...new Set(model.operations.map(operationKey))].slice(0, 20).join(', ');
    throw new HubFault('HUB_COMPOSE_SDL', `${coordinate}: the WSDL has no SOAP operation "${name}"; it has ${names}`);
  }
  const ports = operations.flatMap((operation) => operation.ports);
  const found = findPort(ports, typeof portName === 'string' ? portName : undefined);
  if (found !== undefined) return found;
  const names = ports.map(({ port }) => port).join(', ');
  throw new HubFault(
    'HUB_COMPOSE_SDL',
    `${coordinate}: operation "${name}" is not at port "${String(portName)}"; it is at ${names}`,
  );
}

/** The port as if its request were wrapped in an element of another name. */
function wrappedIn(element: unknown, port: OperationPort, coordinate: string): OperationPort {
  if (typeof element !== 'string') return port;
  if (port.wire.kind !== 'soap' || port.input.wrapper === undefined)
    throw new HubFault('HUB_COMPOSE_SDL', `${coordinate}: no element wraps this request, so "element" names none`);
  try {
    return { ...port, input: { ...port.input, wrapper: splitName(element) } };
  } catch {
    throw new HubFault(
      'HUB_COMPOSE_SDL',
      `${coordinate}: element "${element}" is no {namespace}name of an XML element`,
    );
  }
}

/** What must never be quoted from an upstream's fault. */
function secretsOf({ auth, wsSecurity }: SoapSettings): string[] {
  const known = [
    ...[auth.header, auth.query, auth.cookie].flatMap((one) => listed(one).map(({ value }) => value)),
    auth.basic?.password,
    auth.bearer?.token,
    wsSecurity?.password,
    wsSecurity?.x509?.passphrase,
  ];
  return known.filter((secret) => secret !== undefined);
}
