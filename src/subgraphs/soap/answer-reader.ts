// HTTP answers of one operation in, payloads and faults out. The transport asks whether an exchange failed before the
// connector wants the payload: both are told from one reading, and calls that share an answer share that too.
import type { UpstreamResponse } from '../../contract/transport.ts';
import type { HubFault } from '../../faults/hub-fault.ts';
import type { OperationPort, WsdlModel } from '../../import/wsdl/wsdl-model.ts';
import type { Field } from '../../import/wsdl/xsd-model.ts';
import type { XmlElement } from '../../import/wsdl/xml-tree.ts';
import { faultOfStatus } from '../../transport/fault-of-status.ts';
import { decodeAsWritten, decodeBody, type WrittenAnswer } from './decode-body.ts';
import { decodeDetail } from './decode-message.ts';
import { DecodeError } from './decode-simple.ts';
import { malformed, toUpstreamFault } from './fault-map.ts';
import { readDocument, readEnvelope, reasonOf, type BodyEnvelope, type Envelope } from './read-envelope.ts';

export interface AnswerReader {
  /** For `UpstreamRequest.faultOf`: undefined where the answer is a SOAP body or a SOAP fault, whatever its HTTP status. */
  readonly faultOf: (response: UpstreamResponse) => HubFault | undefined;
  /** The raw record, or what the service says went wrong. */
  readonly payload: (response: UpstreamResponse) => unknown;
  /** The SOAP headers of the answer that the WSDL declares, by their names; undefined where there is none. */
  readonly headers: (response: UpstreamResponse) => Readonly<Record<string, unknown>> | undefined;
}

type Reading =
  | { readonly kind: 'payload'; readonly value: unknown; readonly headers: readonly XmlElement[] }
  | { readonly kind: 'fault'; readonly fault: HubFault }
  /** No answer of a service that works. */
  | { readonly kind: 'failed'; readonly fault: HubFault };

export interface AnswerReaderOptions {
  readonly source: string;
  readonly operation: string;
  readonly port: OperationPort;
  readonly model: WsdlModel;
  /** Undefined: by the types of the WSDL. */
  readonly answer: WrittenAnswer | undefined;
}

export function createAnswerReader(options: AnswerReaderOptions): AnswerReader {
  const read = (response: UpstreamResponse): Reading => readAnswer(options, response);
  return {
    faultOf(response) {
      const reading = response.read(read);
      return reading.kind === 'failed' ? reading.fault : undefined;
    },
    payload(response) {
      const reading = response.read(read);
      return reading.kind === 'payload' ? reading.value : reading.fault;
    },
    headers(response) {
      const reading = response.read(read);
      const declared = options.port.output?.headers ?? [];
      return reading.kind === 'payload' ? decodeHeaders(declared, reading.headers, options.model) : undefined;
    },
  };
}

function readAnswer(options: AnswerReaderOptions, response: UpstreamResponse): Reading {
  const { source, operation, port, model, answer } = options;
  const { status } = response;
  const broken = (reason: string): Reading => {
    const byStatus = faultOfStatus(source, operation, response);
    return { kind: 'failed', fault: byStatus ?? malformed(source, operation, status, reason) };
  };
  const envelope = readBy(port, response);
  if (envelope.kind === 'malformed') return broken(envelope.reason);
  if (envelope.kind === 'fault' && status !== 429) {
    const { faults, headerFaults, input } = port;
    const { headers, attachments } = envelope;
    const body = input.encoded ? envelope.body : undefined;
    const context = {
      source,
      status,
      faults,
      headerFaults,
      headers,
      body,
      answer,
      ...model,
      ...(attachments && { attachments }),
    };
    return { kind: 'fault', fault: toUpstreamFault(envelope.fault, context) };
  }
  const byStatus = faultOfStatus(source, operation, response);
  if (byStatus !== undefined) return { kind: 'failed', fault: byStatus };
  if (envelope.kind !== 'body') {
    if (port.output === undefined) return { kind: 'payload', value: true, headers: [] };
    return { kind: 'fault', fault: malformed(source, operation, status, 'it is empty') };
  }
  try {
    return { kind: 'payload', value: decodePayload(options, envelope), headers: envelope.headers };
  } catch (error) {
    if (error instanceof DecodeError)
      return { kind: 'fault', fault: malformed(source, operation, status, error.message) };
    return broken(reasonOf(error, response.headers['content-type'] ?? ''));
  }
}

/** One that does not fit its type is left out: the payload matters more. */
function decodeHeaders(
  declared: readonly Field[],
  given: readonly XmlElement[],
  model: WsdlModel,
): Readonly<Record<string, unknown>> | undefined {
  const headers: Record<string, unknown> = {};
  for (const element of given) {
    const field = declared.find(({ local, uri }) => local === element.local && uri === element.uri);
    if (field === undefined) continue;
    try {
      headers[field.local] = decodeDetail(field, element, model);
    } catch (error) {
      if (!(error instanceof DecodeError)) throw error;
    }
  }
  return Object.keys(headers).length === 0 ? undefined : headers;
}

/** Some services forget the envelope where all is well: the element that the WSDL promises is then the body. */
function readBy({ wire, output }: OperationPort, response: UpstreamResponse): Exclude<Envelope, { kind: 'bare' }> {
  if (wire.kind === 'http') return readDocument(response);
  const envelope = readEnvelope(response);
  if (envelope.kind !== 'bare') return envelope;
  const promised = output?.wrapper ?? output?.type.fields[0];
  const isPromised = promised?.local === envelope.local && promised.uri === envelope.uri;
  return isPromised ? readDocument(response) : { kind: 'malformed', reason: 'it is XML, but no SOAP envelope' };
}

function decodePayload({ port, model, answer }: AnswerReaderOptions, envelope: BodyEnvelope): unknown {
  if (answer !== undefined) return decodeAsWritten(envelope, port.output, answer);
  const { attachments } = envelope;
  const context = attachments === undefined ? model : { typeNamed: model.typeNamed, attachments };
  return decodeBody(envelope, port.output, context);
}
