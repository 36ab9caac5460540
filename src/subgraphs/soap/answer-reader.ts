// HTTP answers of one operation in, payloads and faults out. The transport asks whether an exchange failed before the
// connector wants the payload: both are told from one reading, and calls that share an answer share that too.
import type { UpstreamResponse } from '../../contract/transport.ts';
import type { HubFault } from '../../faults/hub-fault.ts';
import type { OperationPort, WsdlModel } from '../../import/wsdl/wsdl-model.ts';
import { faultOfStatus } from '../../transport/fault-of-status.ts';
import { decodeBody } from './decode-body.ts';
import { DecodeError } from './decode-simple.ts';
import { malformed, toUpstreamFault } from './fault-map.ts';
import { readDocument, readEnvelope, reasonOf, type BodyEnvelope } from './read-envelope.ts';

export interface AnswerReader {
  /** For `UpstreamRequest.faultOf`: undefined where the answer is a SOAP body or a SOAP fault, whatever its HTTP status. */
  readonly faultOf: (response: UpstreamResponse) => HubFault | undefined;
  /** The raw record, or what the service says went wrong. */
  readonly payload: (response: UpstreamResponse) => unknown;
}

type Reading =
  | { readonly kind: 'payload'; readonly value: unknown }
  | { readonly kind: 'fault'; readonly fault: HubFault }
  /** No answer of a service that works. */
  | { readonly kind: 'failed'; readonly fault: HubFault };

export interface AnswerReaderOptions {
  readonly source: string;
  readonly operation: string;
  readonly port: OperationPort;
  readonly model: WsdlModel;
}

export function createAnswerReader(options: AnswerReaderOptions): AnswerReader {
  const readings = new WeakMap<UpstreamResponse, Reading>();
  const read = (response: UpstreamResponse): Reading => {
    const known = readings.get(response);
    if (known !== undefined) return known;
    const reading = readAnswer(options, response);
    readings.set(response, reading);
    return reading;
  };
  return {
    faultOf(response) {
      const reading = read(response);
      return reading.kind === 'failed' ? reading.fault : undefined;
    },
    payload(response) {
      const reading = read(response);
      return reading.kind === 'payload' ? reading.value : reading.fault;
    },
  };
}

function readAnswer(options: AnswerReaderOptions, response: UpstreamResponse): Reading {
  const { source, operation, port, model } = options;
  const { status } = response;
  const broken = (reason: string): Reading => {
    const byStatus = faultOfStatus(source, operation, response);
    return { kind: 'failed', fault: byStatus ?? malformed(source, operation, status, reason) };
  };
  const envelope = port.wire.kind === 'soap' ? readEnvelope(response) : readDocument(response);
  if (envelope.kind === 'malformed') return broken(envelope.reason);
  if (envelope.kind === 'fault' && status !== 429) {
    const context = { source, status, faults: port.faults, typeNamed: model.typeNamed };
    return { kind: 'fault', fault: toUpstreamFault(envelope.fault, context) };
  }
  const byStatus = faultOfStatus(source, operation, response);
  if (byStatus !== undefined) return { kind: 'failed', fault: byStatus };
  if (envelope.kind !== 'body') {
    if (port.output === undefined) return { kind: 'payload', value: true };
    return { kind: 'fault', fault: malformed(source, operation, status, 'it is empty') };
  }
  try {
    return { kind: 'payload', value: decodePayload(options, envelope) };
  } catch (error) {
    if (error instanceof DecodeError)
      return { kind: 'fault', fault: malformed(source, operation, status, error.message) };
    return broken(reasonOf(error, response.headers['content-type'] ?? ''));
  }
}

function decodePayload({ port, model }: AnswerReaderOptions, envelope: BodyEnvelope): unknown {
  const { attachments } = envelope;
  const context = attachments === undefined ? model : { typeNamed: model.typeNamed, attachments };
  return decodeBody(envelope, port.output, context);
}
