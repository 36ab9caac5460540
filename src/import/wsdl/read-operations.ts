// wsdl:service, binding, portType and message → operations with resolved messages. Called by loadWsdl.
import { documentationOf } from './documentation.ts';
import { SOAP11_BINDING, SOAP12_BINDING, WSDL } from './namespaces.ts';
import { createMessageReader, type BodyBinding } from './read-messages.ts';
import type { OperationPort, WsdlOperation } from './wsdl-model.ts';
import { childOf, childrenOf, expandedName, resolveQName, type XmlElement } from './xml-tree.ts';
import type { AddNote } from './add-note.ts';
import type { TypeResolver } from './xsd-types.ts';

const SOAP_HTTP_TRANSPORTS =
  /^(?:https?:\/\/schemas\.xmlsoap\.org\/soap\/https?\/?|http:\/\/www\.w3\.org\/2003\/05\/soap\/bindings\/HTTP\/?)$/;

/** Named components of all definitions. */
interface Definitions {
  readonly find: (kind: 'binding' | 'portType' | 'message', node: XmlElement, qname: string) => Found | undefined;
  readonly ports: readonly Port[];
}

interface Found {
  readonly node: XmlElement;
  readonly name: string;
  readonly targetNamespace: string;
}

interface Port {
  readonly name: string;
  readonly address: string | undefined;
  readonly binding: Found;
}

interface SoapBinding {
  readonly uri: string;
  readonly soapVersion: '1.1' | '1.2';
  readonly style: string;
  readonly portType: Found;
}

export function readOperations(roots: readonly XmlElement[], types: TypeResolver, note: AddNote): WsdlOperation[] {
  const definitions = indexDefinitions(roots, note);
  const messages = createMessageReader(definitions.find, types, note);
  const operations = new Map<string, WsdlOperation & { ports: OperationPort[] }>();
  for (const port of definitions.ports) {
    const binding = soapBinding(port, definitions, note);
    if (binding === undefined) continue;
    const overloads = new Set<string>();
    for (const bound of childrenOf(port.binding.node, WSDL, 'operation')) {
      const name = bound.attributes.get('name') ?? '';
      const at = `${binding.portType.name}.${name}`;
      if (overloads.has(name)) {
        note(at, 'the operation is overloaded: only the first of its forms was imported');
        continue;
      }
      overloads.add(name);
      const abstract = matchOperation(binding.portType.node, bound, name);
      if (abstract === undefined) {
        note(at, 'the binding names an operation that the port type does not have: left out');
        continue;
      }
      const read = readPort(port, binding, bound, abstract, at);
      if (read === undefined) continue;
      const key = `${expandedName(binding.portType.targetNamespace, binding.portType.name)} ${name}`;
      const known = operations.get(key);
      if (known === undefined) {
        const documentation = documentationOf(abstract) ?? documentationOf(bound);
        operations.set(key, { name, portType: binding.portType.name, documentation, ports: [read] });
      } else if (!known.ports.some((other) => other.port === read.port)) known.ports.push(read);
    }
  }
  return [...operations.values()];

  function readPort(
    port: Port,
    binding: SoapBinding,
    bound: XmlElement,
    abstract: XmlElement,
    at: string,
  ): OperationPort | undefined {
    const soapOperation = childOf(bound, binding.uri, 'operation');
    const name = bound.attributes.get('name') ?? '';
    const style = soapOperation?.attributes.get('style') ?? binding.style;
    const input = childOf(abstract, WSDL, 'input');
    if (input === undefined) {
      note(at, 'the operation has no input (a notification): left out');
      return undefined;
    }
    const body = (direction: 'input' | 'output'): BodyBinding => {
      const node = childOf(bound, WSDL, direction);
      const targetNamespace = port.binding.targetNamespace;
      return { node, soapUri: binding.uri, style, operation: name, direction, targetNamespace };
    };
    const inputMessage = messages.read(input, body('input'), at);
    const output = childOf(abstract, WSDL, 'output');
    const outputMessage = output === undefined ? undefined : messages.read(output, body('output'), at);
    if (inputMessage === undefined || (output !== undefined && outputMessage === undefined)) return undefined;
    return {
      port: port.name,
      soapVersion: binding.soapVersion,
      address: port.address,
      // Control characters would end the HTTP header.
      // eslint-disable-next-line no-control-regex
      soapAction: (soapOperation?.attributes.get('soapAction') ?? '').replaceAll(/[\u0000-\u001f\u007f"]/g, ''),
      input: inputMessage,
      output: outputMessage,
      faults: childrenOf(abstract, WSDL, 'fault').flatMap((fault) => messages.fault(fault, at)),
    };
  }
}

/** The port type's operation of that name; where several have it, the one whose input has the binding's input name. */
function matchOperation(portType: XmlElement, bound: XmlElement, name: string): XmlElement | undefined {
  const candidates = childrenOf(portType, WSDL, 'operation').filter((node) => node.attributes.get('name') === name);
  const inputName = childOf(bound, WSDL, 'input')?.attributes.get('name');
  const exact = candidates.find((node) => childOf(node, WSDL, 'input')?.attributes.get('name') === inputName);
  return exact ?? candidates[0];
}

function soapBinding(port: Port, definitions: Definitions, note: AddNote): SoapBinding | undefined {
  const { node, name } = port.binding;
  const uri = [SOAP11_BINDING, SOAP12_BINDING].find((candidate) => childOf(node, candidate, 'binding') !== undefined);
  if (uri === undefined) {
    note(name, `the port ${port.name} is not bound to SOAP (an HTTP or other binding): left out`);
    return undefined;
  }
  const soap = childOf(node, uri, 'binding');
  const transport = soap?.attributes.get('transport') ?? '';
  if (transport !== '' && !SOAP_HTTP_TRANSPORTS.test(transport)) {
    note(name, `the port ${port.name} uses the transport ${transport}, not HTTP: left out`);
    return undefined;
  }
  const portType = definitions.find('portType', node, node.attributes.get('type') ?? '');
  if (portType === undefined) {
    note(name, `the port type ${node.attributes.get('type') ?? ''} is not defined: the port ${port.name} was left out`);
    return undefined;
  }
  const soapVersion = uri === SOAP12_BINDING ? '1.2' : '1.1';
  return { uri, soapVersion, style: soap?.attributes.get('style') ?? 'document', portType };
}

function indexDefinitions(roots: readonly XmlElement[], note: AddNote): Definitions {
  const index = new Map<string, Found>();
  for (const root of roots) {
    const targetNamespace = root.attributes.get('targetNamespace') ?? '';
    for (const node of root.children) {
      const name = node.attributes.get('name');
      if (node.uri !== WSDL || name === undefined) continue;
      const key = `${node.local} ${expandedName(targetNamespace, name)}`;
      if (!index.has(key)) index.set(key, { node, name, targetNamespace });
    }
  }
  const find: Definitions['find'] = (kind, node, qname) => {
    const { uri, local } = resolveQName(node, qname);
    return index.get(`${kind} ${expandedName(uri, local)}`);
  };
  const ports: Port[] = [];
  for (const root of roots) {
    for (const service of childrenOf(root, WSDL, 'service')) {
      for (const node of childrenOf(service, WSDL, 'port')) {
        const name = node.attributes.get('name') ?? '';
        const binding = find('binding', node, node.attributes.get('binding') ?? '');
        if (binding === undefined)
          note(name, `the binding ${node.attributes.get('binding') ?? ''} is not defined: the port was left out`);
        else ports.push({ name, address: addressOf(node), binding });
      }
    }
  }
  // A description without a service still says how to call it; the configuration says where.
  if (ports.length === 0) {
    for (const [key, binding] of index) {
      if (key.startsWith('binding ')) ports.push({ name: binding.name, address: undefined, binding });
    }
  }
  return { find, ports };
}

function addressOf(port: XmlElement): string | undefined {
  const address = childOf(port, SOAP11_BINDING, 'address') ?? childOf(port, SOAP12_BINDING, 'address');
  const location = address?.attributes.get('location')?.trim();
  return location === undefined || !URL.canParse(location) ? undefined : location;
}
