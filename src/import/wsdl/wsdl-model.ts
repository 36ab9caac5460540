// A WSDL 1.1 as operations with resolved types: what the SDL mapping and the SOAP connector work from.
import type { ImportNote } from '../../config/import-report.ts';
import type { ComplexType, Field, ValueType } from './xsd-model.ts';

export interface WsdlModel {
  readonly title: string;
  readonly documentation: string | undefined;
  /** Those that SOAP offers first. */
  readonly operations: readonly WsdlOperation[];
  readonly notes: readonly ImportNote[];
  readonly location: string;
  readonly digest: string;
  /** Named types by `{namespace}local`, for `xsi:type` in messages. */
  readonly typeNamed: (uri: string, local: string) => ValueType | undefined;
  /** Whether something of the type itself could not be expressed. */
  readonly isLossy: (type: ComplexType) => boolean;
}

/** One operation of one port type (of an overloaded one, one form), and the ports it can be called at. */
export interface WsdlOperation {
  readonly name: string;
  /** Of an overloaded operation's second form and on, what tells it from the others; undefined for the first. */
  readonly form: string | undefined;
  readonly portType: string;
  readonly documentation: string | undefined;
  /** SOAP first, else in document order, never empty; messages may be bound differently at each port. */
  readonly ports: readonly OperationPort[];
  /** Whether something of its own (not of the types it uses) could not be expressed. */
  readonly lossy: boolean;
}

export interface OperationPort {
  /** Name of the port; of the binding, where no service offers it. */
  readonly port: string;
  /** Name of the service; undefined where there is none. */
  readonly service: string | undefined;
  readonly wire: Wire;
  /** Address of the service; undefined where the description has none. */
  readonly address: string | undefined;
  readonly input: Message;
  /** Undefined for a one-way operation. */
  readonly output: Message | undefined;
  readonly faults: readonly Fault[];
  /** What stands in a header of the answer where a header of the request is at fault (`soap:headerfault`). */
  readonly headerFaults: readonly Fault[];
}

export type Wire = SoapWire | HttpWire;

export interface SoapWire {
  readonly kind: 'soap';
  readonly version: '1.1' | '1.2';
  readonly soapAction: string;
  /** WS-Addressing: the action of a request, as the description says or implies it. */
  readonly action: string;
  /** Whether the description demands WS-Addressing headers. */
  readonly addressing: boolean;
  /** Whether the description demands MTOM. */
  readonly mtom: boolean;
}

/** WSDL 1.1 section 4: the message is parts of a url or a form, not an envelope. */
export interface HttpWire {
  readonly kind: 'http';
  readonly verb: 'GET' | 'POST';
  /** Appended to the address; with `replacement`, `(part)` in it stands for the part's value. */
  readonly location: string;
  readonly parameters: 'query' | 'form' | 'replacement' | 'xml';
}

/**
 * What stands in the SOAP body. The fields of `type` are the raw arguments or results:
 * - wrapped: one element whose children (and attributes) are the fields;
 * - rpc: the same with an element that is named after the operation and with unqualified children, one per part;
 * - bare: the body's own children.
 * Fields of the role `attachment` are parts that travel beside the envelope.
 */
export interface Message {
  readonly shape: 'wrapped' | 'rpc' | 'bare';
  readonly encoded: boolean;
  /** Of the wrapping element; absent for bare. */
  readonly wrapper: { readonly uri: string; readonly local: string } | undefined;
  /** Made up of the parts where the message is not one element. */
  readonly type: ComplexType;
  /** SOAP headers that the binding names, as fields whose raw names begin with `$header:`. */
  readonly headers: readonly Field[];
}

export interface Fault {
  readonly name: string;
  readonly element: Field;
}

/** How `@soap(operation)` names an operation: `Add`, or `Add#AddThree` for another form of it. */
export function operationKey({ name, form }: Pick<WsdlOperation, 'name' | 'form'>): string {
  return form === undefined ? name : `${name}#${form}`;
}
