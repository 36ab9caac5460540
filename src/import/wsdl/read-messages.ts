// One wsdl:message as its binding puts it on the wire: document or rpc, literal or encoded.
import type { Fault, Message } from './wsdl-model.ts';
import { WSDL } from './namespaces.ts';
import { childOf, childrenOf, resolveQName, type XmlElement } from './xml-tree.ts';
import { type ComplexType, type Field, rawName } from './xsd-model.ts';
import type { AddNote } from './add-note.ts';
import type { TypeResolver } from './xsd-types.ts';

export interface BodyBinding {
  /** `wsdl:input` or `wsdl:output` of the binding; absent where the binding says nothing about it. */
  readonly node: XmlElement | undefined;
  readonly soapUri: string;
  readonly style: string;
  readonly operation: string;
  readonly direction: 'input' | 'output';
  readonly targetNamespace: string;
}

export interface MessageReader {
  /** `reference`: the port type's input or output. Undefined, with a note, where it cannot be put on the wire. */
  read(reference: XmlElement, binding: BodyBinding, at: string): Message | undefined;
  fault(reference: XmlElement, at: string): Fault[];
}

type FindMessage = (kind: 'message', node: XmlElement, qname: string) => { readonly node: XmlElement } | undefined;

export function createMessageReader(find: FindMessage, types: TypeResolver, note: AddNote): MessageReader {
  function messageOf(reference: XmlElement, at: string): XmlElement | undefined {
    const name = reference.attributes.get('message') ?? '';
    const message = find('message', reference, name);
    if (message === undefined) note(at, `the message ${name} is not defined: the operation was left out`);
    return message?.node;
  }

  /** The parts that go into the body: those that soap:body names, or all that are not headers. */
  function bodyParts(message: XmlElement, binding: BodyBinding, at: string): XmlElement[] {
    const soap = binding.node === undefined ? [] : deepChildren(binding.node, binding.soapUri);
    const body = soap.find((node) => node.local === 'body');
    const headers = soap.filter((node) => node.local === 'header');
    for (const header of headers) {
      const part = header.attributes.get('part') ?? header.attributes.get('message') ?? '';
      const does = binding.direction === 'input' ? 'send' : 'read';
      note(at, `the hub does not ${does} the SOAP header ${part}`);
    }
    const chosen = body?.attributes.get('parts')?.trim().split(/\s+/);
    const own = message.attributes.get('name');
    const taken = headers
      .filter((header) => resolveQName(header, header.attributes.get('message') ?? '').local === own)
      .map((header) => header.attributes.get('part'));
    return childrenOf(message, WSDL, 'part').filter((part) => {
      const name = part.attributes.get('name');
      return chosen === undefined ? !taken.includes(name) : name !== undefined && chosen.includes(name);
    });
  }

  function partField(part: XmlElement, at: string): Field | undefined {
    const element = part.attributes.get('element');
    if (element !== undefined) {
      const { uri, local } = resolveQName(part, element);
      const field = types.element(uri, local);
      if (field === undefined) {
        note(
          at,
          `the element ${uri === '' ? local : `{${uri}}${local}`} is not defined in any schema that could be read: the operation was left out`,
        );
      }
      return field;
    }
    const local = part.attributes.get('name') ?? '';
    const type = resolveQName(part, part.attributes.get('type') ?? '');
    return {
      role: 'element',
      raw: rawName(local),
      local,
      uri: '',
      type: types.type(type.uri, type.local, at),
      list: false,
      required: false,
      nillable: true,
      documentation: undefined,
    };
  }

  function read(reference: XmlElement, binding: BodyBinding, at: string): Message | undefined {
    const message = messageOf(reference, at);
    if (message === undefined) return undefined;
    const parts = bodyParts(message, binding, at);
    const fields: Field[] = [];
    for (const part of parts) {
      const field = partField(part, at);
      if (field === undefined) return undefined;
      fields.push(field);
    }
    const soap = binding.node === undefined ? [] : deepChildren(binding.node, binding.soapUri);
    const body = soap.find((node) => node.local === 'body');
    const encoded = body?.attributes.get('use') === 'encoded';
    const suffix = binding.direction === 'input' ? '' : 'Response';
    const typeName = `${binding.operation}${suffix}`;
    if (binding.style === 'rpc') {
      const uri = body?.attributes.get('namespace') ?? binding.targetNamespace;
      return { shape: 'rpc', encoded, wrapper: { uri, local: typeName }, type: partsType(typeName, fields) };
    }
    const [only] = fields;
    const isElement = parts[0]?.attributes.has('element') === true;
    if (fields.length === 1 && isElement && only?.type.kind === 'complex') {
      const { uri, local, type } = only;
      return { shape: 'wrapped', encoded, wrapper: { uri, local }, type };
    }
    // Without a declared type there may be nothing to say.
    const bare = fields.map((field) => (field.type.kind === 'any' ? { ...field, required: false } : field));
    return { shape: 'bare', encoded, wrapper: undefined, type: partsType(typeName, bare) };
  }

  return {
    read,
    fault(reference, at) {
      const message = find('message', reference, reference.attributes.get('message') ?? '')?.node;
      const part = message && childOf(message, WSDL, 'part');
      const name = reference.attributes.get('name') ?? '';
      if (part === undefined) {
        note(at, `the message of the fault ${name} is not defined: its detail is not typed`);
        return [];
      }
      const element = part.attributes.get('element');
      if (element !== undefined) {
        const qname = resolveQName(part, element);
        const field = types.element(qname.uri, qname.local);
        if (field === undefined) note(at, `the element of the fault ${name} is not defined: its detail is not typed`);
        return field === undefined ? [] : [{ name, element: field }];
      }
      const field = partField(part, at);
      return field === undefined ? [] : [{ name, element: field }];
    },
  };
}

function partsType(name: string, fields: Field[]): ComplexType {
  const rest = { name: undefined, documentation: undefined, base: undefined, abstract: false };
  return { kind: 'complex', id: `parts ${name}`, suggestedName: name, fields, ...rest };
}

/** `soap:body` and `soap:header` may stand inside `mime:multipartRelated/mime:part`. */
function deepChildren(node: XmlElement, uri: string): XmlElement[] {
  return node.children.flatMap((child) => (child.uri === uri ? [child] : deepChildren(child, uri)));
}
