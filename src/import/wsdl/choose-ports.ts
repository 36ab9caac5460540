// Which operations of a WSDL become fields, and at which port each is called. Called by the SDL mapping.
import type { ImportNote } from '../../config/import-report.ts';
import { operationKey, type OperationPort, type WsdlModel, type WsdlOperation } from './wsdl-model.ts';

export interface PortChoice {
  /** Operations to take, by name; `*` stands for any characters. All by default. */
  readonly include?: readonly string[] | undefined;
  readonly exclude?: readonly string[] | undefined;
  /** Ports to take, as `Port` or `Service.Port`; by default each operation is called at its first port, SOAP before HTTP. */
  readonly ports?: readonly string[] | undefined;
}

export interface ChosenOperation extends WsdlOperation {
  readonly port: OperationPort;
  /** What `@soap(port)` must say: only where the operation's name alone would lead elsewhere. */
  readonly portName: string | undefined;
}

export function choosePorts(
  model: WsdlModel,
  { include, exclude, ports }: PortChoice,
): { readonly chosen: ChosenOperation[]; readonly notes: ImportNote[] } {
  const chosen: ChosenOperation[] = [];
  const repeated = new Map<string, number>();
  const byKey = Map.groupBy(model.operations, operationKey);
  const bySoap = new Set(
    model.operations.flatMap((operation) =>
      operation.ports[0]?.wire.kind === 'soap' ? [operationKey(operation)] : [],
    ),
  );
  for (const operation of model.operations) {
    const { name } = operation;
    const key = operationKey(operation);
    if (include !== undefined && include.length > 0 && !matches(include, name)) continue;
    if (exclude !== undefined && matches(exclude, name)) continue;
    const port = operation.ports.find((one) => isChosenPort(one, ports));
    if (port === undefined) continue;
    if (ports === undefined && port.wire.kind === 'http' && bySoap.has(key)) {
      repeated.set(port.port, (repeated.get(port.port) ?? 0) + 1);
      continue;
    }
    chosen.push({ ...operation, port, portName: portNameFor(byKey.get(key) ?? [], port) });
  }
  const notes = [...repeated].map(([port, count]): ImportNote => {
    const message = `its ${count} operations are taken at the SOAP port; name it in \`ports\` to call it over plain HTTP`;
    return { at: port, message, kind: 'advice' };
  });
  return { chosen, notes };
}

/** Finds what `@soap(operation, port)` means; `ports` are those of all operations of that name. */
export function findPort(ports: readonly OperationPort[], name: string | undefined): OperationPort | undefined {
  return name === undefined ? ports[0] : ports.find((port) => port.port === name || fullName(port) === name);
}

function portNameFor(sameName: readonly WsdlOperation[], port: OperationPort): string | undefined {
  const all = sameName.flatMap(({ ports }) => ports);
  return [undefined, port.port, fullName(port)].find((name) => findPort(all, name) === port);
}

const fullName = ({ service, port }: OperationPort): string => (service === undefined ? port : `${service}.${port}`);

function isChosenPort(port: OperationPort, patterns: readonly string[] | undefined): boolean {
  return patterns === undefined || matches(patterns, port.port) || matches(patterns, fullName(port));
}

function matches(patterns: readonly string[], name: string): boolean {
  return patterns.some((pattern) => {
    const parts = pattern.split('*').map((part) => part.replaceAll(/[^\w]/g, String.raw`\$&`));
    return new RegExp(`^${parts.join('.*')}$`).test(name);
  });
}
