// One wsdl:message as its binding puts it on the wire: document or rpc, literal or encoded, with headers and attachments.
import type { Fault, Message } from './wsdl-model.ts';
import { MIME_BINDING, WSDL } from './namespaces.ts';
import { childOf, childrenOf, expandedName, resolveQName, type XmlElement } from './xml-tree.ts';
import { UNKNOWN, type ComplexType, type Field, rawName } from './xsd-model.ts';
import { builtinType, STRING } from './xsd-builtins.ts';
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
  read(reference: XmlElement, binding: BodyBinding): Message | undefined;
  fault(reference: XmlElement): Fault[];
  /** `bound`: an operation of the binding. */
  headerFaults(bound: XmlElement, soapUri: string): Fault[];
}

type FindMessage = (kind: 'message', node: XmlElement, qname: string) => { readonly node: XmlElement } | undefined;

const BASE64 = builtinType('base64Binary') ?? STRING;

export function createMessageReader(find: FindMessage, types: TypeResolver, note: AddNote): MessageReader {
  /** Which parts of the message go into the body, and which beside the envelope. */
  function partsOf(message: XmlElement, soap: readonly XmlElement[], mime: readonly XmlElement[]) {
    const body = soap.find((node) => node.local === 'body');
    const parts = childrenOf(message, WSDL, 'part');
    const named = body?.attributes.get('parts')?.trim().split(/\s+/).filter(Boolean);
    // gSOAP writes parts="Body" whatever the parts are called.
    const isKnown = named?.every((name) => parts.some((part) => part.attributes.get('name') === name)) === true;
    const chosen = isKnown ? named : undefined;
    const own = message.attributes.get('name');
    const headers = soap
      .filter((node) => node.local === 'header')
      .filter((header) => resolveQName(header, header.attributes.get('message') ?? '').local === own)
      .map((header) => header.attributes.get('part'));
    const attached = mime.filter(({ local }) => local === 'content').map((node) => node.attributes.get('part'));
    const inBody = (part: XmlElement): boolean => {
      const name = part.attributes.get('name');
      if (attached.includes(name)) return false;
      return chosen === undefined ? !headers.includes(name) : name !== undefined && chosen.includes(name);
    };
    return {
      body: parts.filter(inBody),
      attached: parts.filter((part) => attached.includes(part.attributes.get('name'))),
    };
  }

  function elementField(node: XmlElement, qname: string): Field {
    const { uri, local } = resolveQName(node, qname);
    const field = types.element(uri, local);
    if (field !== undefined) return field;
    const nearest = types.elementAnywhere(local);
    if (nearest !== undefined) {
      note(
        node,
        `the element ${expandedName(uri, local)} is not defined: ${expandedName(nearest.uri, local)} was taken`,
      );
      return nearest;
    }
    note(
      node,
      `the element ${expandedName(uri, local)} is not defined in any schema that could be read: it became JSON`,
    );
    return { ...partOf(local, UNKNOWN), uri };
  }

  function partField(part: XmlElement): Field {
    const element = part.attributes.get('element');
    if (element !== undefined) return elementField(part, element);
    const type = resolveQName(part, part.attributes.get('type') ?? '');
    return partOf(part.attributes.get('name') ?? '', types.type(type.uri, type.local, part));
  }

  function headerFields(soap: readonly XmlElement[]): Field[] {
    const fields: Field[] = [];
    for (const header of soap) {
      if (header.local !== 'header') continue;
      const part = headerPart(header);
      if (part === undefined) {
        note(header, `the SOAP header ${header.attributes.get('part') ?? ''} is not defined: the hub does not know it`);
        continue;
      }
      const field = partField(part);
      const raw = `$header:${field.raw}`;
      if (fields.some((known) => known.raw === raw)) continue;
      // WSDL 1.1 section 3.7: a part without an element is named by itself, in the namespace that the header says.
      const uri = part.attributes.has('element') ? field.uri : (header.attributes.get('namespace') ?? '');
      fields.push({ ...field, uri, raw, required: false });
    }
    return fields;
  }

  function read(reference: XmlElement, binding: BodyBinding): Message | undefined {
    const name = reference.attributes.get('message') ?? '';
    const message = find('message', reference, name)?.node;
    if (message === undefined) {
      note(reference, `the message ${name} is not defined: the operation was left out`, 'leftOut');
      return undefined;
    }
    const soap = binding.node === undefined ? [] : deepChildren(binding.node, binding.soapUri);
    const mime = binding.node === undefined ? [] : deepChildren(binding.node, MIME_BINDING);
    const parts = partsOf(message, soap, mime);
    const attached = parts.attached.map((part): Field => ({
      ...partOf(part.attributes.get('name') ?? '', BASE64),
      role: 'attachment',
    }));
    const headers = headerFields(soap);
    const body = soap.find((node) => node.local === 'body');
    const encoded = body?.attributes.get('use') === 'encoded';
    const fields = parts.body.map(partField);
    const typeName = `${binding.operation}${binding.direction === 'input' ? '' : 'Response'}`;
    if (binding.style === 'rpc') {
      const uri = body?.attributes.get('namespace') ?? binding.targetNamespace;
      const type = partsType(typeName, [...fields, ...attached]);
      return { shape: 'rpc', encoded, wrapper: { uri, local: typeName }, type, headers };
    }
    const [only] = fields;
    const isElement = parts.body[0]?.attributes.has('element') === true;
    if (fields.length === 1 && isElement && only?.type.kind === 'complex') {
      const { uri, local } = only;
      if (attached.length > 0) types.complete();
      const type = attached.length === 0 ? only.type : partsType(typeName, [...only.type.fields, ...attached]);
      return { shape: 'wrapped', encoded, wrapper: { uri, local }, type, headers };
    }
    // Without a declared type there may be nothing to say.
    const bare = fields.map((field) => (field.type.kind === 'any' ? { ...field, required: false } : field));
    const type = partsType(typeName, [...bare, ...attached]);
    return { shape: 'bare', encoded, wrapper: undefined, type, headers };
  }

  /** The part of a message that a `soap:header` or `soap:headerfault` names. */
  function headerPart(header: XmlElement): XmlElement | undefined {
    const message = find('message', header, header.attributes.get('message') ?? '')?.node;
    const parts = message === undefined ? [] : childrenOf(message, WSDL, 'part');
    return parts.find((node) => node.attributes.get('name') === header.attributes.get('part')) ?? parts[0];
  }

  return {
    read,
    headerFaults: (bound, soapUri) =>
      deepChildren(bound, soapUri)
        .filter(({ local }) => local === 'headerfault')
        .flatMap((header) => {
          const part = headerPart(header);
          return part === undefined ? [] : [{ name: part.attributes.get('name') ?? '', element: partField(part) }];
        }),
    fault(reference) {
      const message = find('message', reference, reference.attributes.get('message') ?? '')?.node;
      const part = message && childOf(message, WSDL, 'part');
      const name = reference.attributes.get('name') ?? '';
      if (part === undefined) {
        note(reference, `the message of the fault ${name} is not defined: its detail is not typed`);
        return [];
      }
      return [{ name, element: partField(part) }];
    },
  };
}

function partOf(local: string, type: Field['type']): Field {
  const rest = { list: false, required: false, nillable: true, documentation: undefined };
  return { role: 'element', raw: rawName(local), local, uri: '', type, ...rest };
}

function partsType(name: string, fields: Field[]): ComplexType {
  const rest = { name: undefined, documentation: undefined, base: undefined, abstract: false, derived: [] };
  return { kind: 'complex', id: `parts ${name}`, suggestedName: name, fields, ...rest };
}

/** `soap:body` and `soap:header` may stand inside `mime:multipartRelated/mime:part`. */
function deepChildren(node: XmlElement, uri: string): XmlElement[] {
  return node.children.flatMap((child) => {
    const inner = deepChildren(child, uri);
    return child.uri === uri ? [child, ...inner] : inner;
  });
}
