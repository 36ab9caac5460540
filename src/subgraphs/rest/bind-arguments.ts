// Which value a name in a template or a header stands for: an argument of the field, or a property of its parent.
import type { ConnectorField, FieldCall } from '../../contract/connector.ts';
import { upstreamName } from '../local/hub-directives.ts';
import { isSpread, readSerialization, serialize, type Serialization } from './serialize.ts';

export type ReadValue = (call: FieldCall) => unknown;

export interface ArgumentBinder {
  /** Undefined where the field has nothing of that name. What is bound counts as used. */
  bind(name: string): ReadValue | undefined;
  /** Upstream name of the argument with this GraphQL or upstream name; it counts as used. */
  take(name: string): string | undefined;
  /** How the argument with this GraphQL or upstream name says that it is written. */
  serializationOf(name: string): Serialization | undefined;
  /** Upstream names of arguments that nothing has used yet. */
  unused(): readonly string[];
  /** For messages: what could have been meant. */
  readonly known: string;
}

/**
 * Names are upstream names; a GraphQL name is understood where no upstream name is the same. An argument wins over
 * a property of the parent, which stands in when the argument is not given.
 */
export function createArgumentBinder(field: ConnectorField): ArgumentBinder {
  const byName = new Map<string, string>();
  for (const [name, upstream] of Object.entries(field.argumentNames)) byName.set(name, upstream);
  for (const upstream of Object.values(field.argumentNames)) byName.set(upstream, upstream);
  const styles = new Map<string, Serialization>();
  for (const argument of field.field.args) {
    const own = readSerialization(argument.astNode);
    if (own !== undefined) styles.set(field.argumentNames[argument.name] ?? argument.name, own);
  }
  const properties = new Map<string, string>();
  if (field.root === undefined) {
    const fields = Object.values(field.parent.getFields()).map(
      ({ name, astNode }) => [name, upstreamName(astNode, name)] as const,
    );
    for (const [name, upstream] of fields) properties.set(name, upstream);
    for (const [, upstream] of fields) properties.set(upstream, upstream);
  }
  const used = new Set<string>();
  const take = (name: string): string | undefined => {
    const argument = byName.get(name);
    if (argument !== undefined) used.add(argument);
    return argument;
  };

  return {
    take,
    bind(name) {
      const argument = take(name);
      const property = properties.get(name);
      if (argument === undefined) return property === undefined ? undefined : (call) => own(call.parent, property);
      const read: ReadValue = (call) =>
        property === undefined || Object.hasOwn(call.args, argument)
          ? own(call.args, argument)
          : own(call.parent, property);
      const written = styles.get(argument);
      return written === undefined || isSpread(written) ? read : (call) => serialize(read(call), written.style);
    },
    serializationOf: (name) => styles.get(byName.get(name) ?? name),
    unused: () => [...new Set(Object.values(field.argumentNames))].filter((name) => !used.has(name)),
    known: list([
      ...Object.values(field.argumentNames).map((name) => `argument "${name}"`),
      ...[...new Set(properties.values())].map((name) => `field "${name}"`),
    ]),
  };
}

function own(record: Readonly<Record<string, unknown>>, name: string): unknown {
  return Object.hasOwn(record, name) ? record[name] : undefined;
}

function list(names: readonly string[]): string {
  return names.length === 0 ? 'it has no arguments' : `it has ${names.join(', ')}`;
}
