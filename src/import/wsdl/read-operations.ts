// wsdl:service, binding, portType and message → operations with resolved messages. Called by loadWsdl.
import { HubFault } from '../../faults/hub-fault.ts';
import { documentationOf } from './documentation.ts';
import { HTTP_BINDING, SOAP11_BINDING, SOAP12_BINDING, WSDL } from './namespaces.ts';
import { readBinding, readPolicies, type Binding } from './read-bindings.ts';
import { createMessageReader, type BodyBinding } from './read-messages.ts';
import type { OperationPort, WsdlOperation } from './wsdl-model.ts';
import { childOf, childrenOf, expandedName, resolveQName, type XmlElement } from './xml-tree.ts';
import type { AddNote } from './add-note.ts';
import type { TypeResolver } from './xsd-types.ts';

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
  readonly service: string | undefined;
  readonly address: string | undefined;
  readonly binding: Found;
}

/** Counted at every port. The largest public descriptions have some 3,000; so many take a second. */
const MAX_OPERATIONS = 10_000;

/** Beyond any real interface. */
const MAX_FORMS = 100;

type Draft = Omit<WsdlOperation, 'lossy'> & { ports: OperationPort[]; lossy: boolean };
type Forms = ReadonlyMap<string, readonly XmlElement[]>;

/** `noteCount`: how many losses were noted so far; what an operation adds to it is its own. */
export function readOperations(
  roots: readonly XmlElement[],
  types: TypeResolver,
  note: AddNote,
  noteCount: () => number,
): WsdlOperation[] {
  const definitions = indexDefinitions(roots, note);
  const policies = readPolicies(roots);
  const messages = createMessageReader(definitions.find, types, note);
  /** By the operation of the port type: an overloaded one is there several times. */
  const operations = new Map<XmlElement, Draft>();
  let count = 0;
  for (const port of definitions.ports) {
    const { node } = port.binding;
    const portType = definitions.find('portType', node, node.attributes.get('type') ?? '');
    if (portType === undefined) {
      note(
        node,
        `the port type ${node.attributes.get('type') ?? ''} is not defined: the port ${port.name} was left out`,
      );
      continue;
    }
    const binding = readBinding({ node, portName: port.name, portType, policies }, note);
    if (binding !== undefined) readPort(port, binding, portType);
  }
  // What SOAP offers comes first, so that a name means that.
  const byWire = [...operations.values()].map((operation) => ({ ...operation, ports: soapFirst(operation.ports) }));
  return byWire.sort((a, b) => Number(isHttp(a.ports[0])) - Number(isHttp(b.ports[0])));

  function readPort(port: Port, binding: Binding, portType: Found): void {
    const taken = new Set<XmlElement>();
    const forms = formsOf(portType.node);
    for (const bound of childrenOf(port.binding.node, WSDL, 'operation')) {
      const name = bound.attributes.get('name') ?? '';
      const before = noteCount();
      const candidates = (forms.get(name) ?? []).slice(0, MAX_FORMS);
      const abstract = matchForm(candidates, bound, taken);
      count += 1;
      if (count > MAX_OPERATIONS)
        throw new HubFault('HUB_IMPORT_TOO_LARGE', `the WSDL binds more than ${MAX_OPERATIONS} operations to ports`);
      if (abstract === undefined) {
        const what =
          candidates.length === 0
            ? 'an operation that the port type does not have'
            : 'an operation more often than the port type';
        note(bound, `the binding names ${what}: left out`, 'leftOut');
        continue;
      }
      taken.add(abstract);
      const read = readOperation(port, binding, bound, abstract);
      if (read === undefined) continue;
      const lossy = noteCount() > before;
      const known = operations.get(abstract);
      if (known === undefined) {
        const documentation = documentationOf(abstract) ?? documentationOf(bound);
        const form = formOf(candidates, abstract);
        operations.set(abstract, { name, form, portType: portType.name, documentation, ports: [read], lossy });
      } else if (!known.ports.some((other) => other.port === read.port && other.service === read.service)) {
        known.ports.push(read);
      }
    }
  }

  function readOperation(
    port: Port,
    binding: Binding,
    bound: XmlElement,
    abstract: XmlElement,
  ): OperationPort | undefined {
    const style = childOf(bound, binding.uri, 'operation')?.attributes.get('style') ?? binding.style;
    const input = childOf(abstract, WSDL, 'input');
    if (input === undefined) {
      note(bound, 'the operation has no input (a notification): left out', 'leftOut');
      return undefined;
    }
    const body = (direction: 'input' | 'output'): BodyBinding => {
      const node = childOf(bound, WSDL, direction);
      const operation = bound.attributes.get('name') ?? '';
      const { targetNamespace } = port.binding;
      return { node, soapUri: binding.uri, style, operation, direction, targetNamespace };
    };
    const inputMessage = messages.read(input, body('input'));
    const output = childOf(abstract, WSDL, 'output');
    const outputMessage = output === undefined ? undefined : messages.read(output, body('output'));
    if (inputMessage === undefined || (output !== undefined && outputMessage === undefined)) return undefined;
    return {
      port: port.name,
      service: port.service,
      wire: binding.wire(bound, abstract),
      address: port.address,
      input: inputMessage,
      output: outputMessage,
      faults: childrenOf(abstract, WSDL, 'fault').flatMap((fault) => messages.fault(fault)),
      headerFaults: messages.headerFaults(bound, binding.uri),
    };
  }
}

const isHttp = (port: OperationPort | undefined): boolean => port?.wire.kind === 'http';
const soapFirst = (ports: OperationPort[]): OperationPort[] =>
  [...ports].sort((a, b) => Number(isHttp(a)) - Number(isHttp(b)));

/** The operations of a port type by name; of an overloaded one, each form. */
function formsOf(portType: XmlElement): Forms {
  return Map.groupBy(childrenOf(portType, WSDL, 'operation'), ({ attributes }) => attributes.get('name') ?? '');
}

/** WSDL 1.1 section 2.5: which form a binding means is said by the names of its input and output; else by its place. */
function matchForm(
  forms: readonly XmlElement[],
  bound: XmlElement,
  taken: ReadonlySet<XmlElement>,
): XmlElement | undefined {
  const free = forms.filter((form) => !taken.has(form));
  const same = (form: XmlElement, direction: 'input' | 'output'): boolean =>
    messageName(form, direction) === messageName(bound, direction);
  return (
    free.find((form) => same(form, 'input') && same(form, 'output')) ??
    free.find((form) => same(form, 'input')) ??
    free[0]
  );
}

/** WSDL 1.1 section 2.4.5: the name where the description gives none. */
function messageName(operation: XmlElement, direction: 'input' | 'output'): string {
  const ending = direction === 'input' ? 'Request' : 'Response';
  const given = childOf(operation, WSDL, direction)?.attributes.get('name');
  return given ?? `${operation.attributes.get('name') ?? ''}${ending}`;
}

/** What tells the later forms of an overloaded operation apart: the name of the input, or its number where that says nothing. */
function formOf(forms: readonly XmlElement[], form: XmlElement): string | undefined {
  const place = forms.indexOf(form);
  if (place === 0) return undefined;
  const name = messageName(form, 'input');
  const others = forms.filter((other) => other !== form);
  return others.some((other) => messageName(other, 'input') === name) ? String(place + 1) : name;
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
  const byLocal = new Map<string, Found | null>();
  for (const found of index.values()) {
    const key = `${found.node.local} ${found.name}`;
    byLocal.set(key, byLocal.has(key) ? null : found);
  }
  const find: Definitions['find'] = (kind, node, qname) => {
    const { uri, local } = resolveQName(node, qname);
    // Some descriptions get the prefix wrong; where one component has the name, it is clear what they mean.
    return index.get(`${kind} ${expandedName(uri, local)}`) ?? byLocal.get(`${kind} ${local}`) ?? undefined;
  };
  const ports: Port[] = [];
  for (const root of roots) {
    for (const service of childrenOf(root, WSDL, 'service')) {
      for (const node of childrenOf(service, WSDL, 'port')) {
        const name = node.attributes.get('name') ?? '';
        const binding = find('binding', node, node.attributes.get('binding') ?? '');
        if (binding === undefined)
          note(node, `the binding ${node.attributes.get('binding') ?? ''} is not defined: the port was left out`);
        else ports.push({ name, service: service.attributes.get('name'), address: addressOf(node), binding });
      }
    }
  }
  // A description without a service still says how to call it; the configuration says where.
  if (ports.length === 0) {
    for (const [key, binding] of index) {
      if (key.startsWith('binding '))
        ports.push({ name: binding.name, service: undefined, address: undefined, binding });
    }
  }
  return { find, ports };
}

function addressOf(port: XmlElement): string | undefined {
  const [address] = [SOAP11_BINDING, SOAP12_BINDING, HTTP_BINDING].flatMap((uri) => childrenOf(port, uri, 'address'));
  const location = address?.attributes.get('location')?.trim();
  return location === undefined || !URL.canParse(location) ? undefined : location;
}
