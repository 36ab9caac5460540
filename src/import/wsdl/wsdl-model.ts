// A WSDL 1.1 as operations with resolved types: what the SDL mapping and the SOAP connector work from.
import type { ComplexType, Field, ValueType } from './xsd-model.ts';

export interface WsdlModel {
  readonly title: string;
  readonly documentation: string | undefined;
  readonly operations: readonly WsdlOperation[];
  readonly notes: readonly { readonly at: string; readonly message: string }[];
  readonly location: string;
  readonly digest: string;
  /** Named types by `{namespace}local`, for `xsi:type` in messages. */
  readonly typeNamed: (uri: string, local: string) => ValueType | undefined;
}

/** One operation of one port type, and the ports it can be called at. */
export interface WsdlOperation {
  readonly name: string;
  readonly portType: string;
  readonly documentation: string | undefined;
  /** In document order, never empty; messages may be bound differently at each port. */
  readonly ports: readonly OperationPort[];
}

export interface OperationPort {
  /** Name of the port; of the binding, where no service offers it. */
  readonly port: string;
  readonly soapVersion: '1.1' | '1.2';
  /** Address of the service; undefined where the description has none. */
  readonly address: string | undefined;
  readonly soapAction: string;
  readonly input: Message;
  /** Undefined for a one-way operation. */
  readonly output: Message | undefined;
  readonly faults: readonly Fault[];
}

/**
 * What stands in the SOAP body. The fields of `type` are the raw arguments or results:
 * - wrapped: one element whose children (and attributes) are the fields;
 * - rpc: the same with an element that is named after the operation and with unqualified children, one per part;
 * - bare: the body's own children.
 */
export interface Message {
  readonly shape: 'wrapped' | 'rpc' | 'bare';
  readonly encoded: boolean;
  /** Of the wrapping element; absent for bare. */
  readonly wrapper: { readonly uri: string; readonly local: string } | undefined;
  /** Made up of the parts where the message is not one element. */
  readonly type: ComplexType;
}

export interface Fault {
  readonly name: string;
  readonly element: Field;
}
