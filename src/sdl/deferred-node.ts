// AST nodes that are read when somebody looks into them: whoever only wants to know what a document defines pays for no
// more. To every reader they are nodes like any other.
import { Kind, type DefinitionNode, type FieldDefinitionNode, type NameNode } from 'graphql';

/** What is known of a node without reading it. */
export interface NodeFacts {
  /** Names of the directives that it bears, or anything in it. */
  readonly directives: ReadonlySet<string>;
  readonly hasInterfaces: boolean;
}

const PARTS: Readonly<Partial<Record<Kind, readonly string[]>>> = {
  [Kind.OBJECT_TYPE_DEFINITION]: ['description', 'interfaces', 'directives', 'fields'],
  [Kind.INTERFACE_TYPE_DEFINITION]: ['description', 'interfaces', 'directives', 'fields'],
  [Kind.UNION_TYPE_DEFINITION]: ['description', 'directives', 'types'],
  [Kind.ENUM_TYPE_DEFINITION]: ['description', 'directives', 'values'],
  [Kind.INPUT_OBJECT_TYPE_DEFINITION]: ['description', 'directives', 'fields'],
  [Kind.SCALAR_TYPE_DEFINITION]: ['description', 'directives'],
  [Kind.FIELD_DEFINITION]: ['description', 'arguments', 'type', 'directives'],
};

const STATE = Symbol('state');

interface Deferred {
  readonly kind: Kind;
  readonly [STATE]: State;
}

interface State {
  /** Copies of a node have its state too. */
  readonly owner: object;
  readonly facts: NodeFacts;
  readonly read: () => object;
}

/**
 * Nodes of all kinds share them: objects whose accessors differ under one name are several times as large. Copies of a node
 * that was not read are read by themselves.
 */
const ACCESSORS = new Map(
  [...new Set(Object.values(PARTS).flat())].map((part): readonly [string, PropertyDescriptor & ThisType<Deferred>] => [
    part,
    {
      enumerable: true,
      configurable: true,
      get() {
        settle(this);
        return (this as unknown as Record<string, unknown>)[part];
      },
      set(value: unknown) {
        define(this, part, value);
      },
    },
  ]),
);

const DESCRIPTORS = new Map(
  Object.entries(PARTS).map(([kind, parts]) => [kind, [...ACCESSORS].filter(([part]) => parts.includes(part))]),
);

function settle(node: Deferred): void {
  const made = node[STATE].read() as Record<string, unknown>;
  for (const part of PARTS[node.kind] ?? []) {
    if (Object.getOwnPropertyDescriptor(node, part)?.get !== undefined) define(node, part, made[part]);
  }
}

function define(node: object, part: string, value: unknown): void {
  Object.defineProperty(node, part, { value, enumerable: true, configurable: true, writable: true });
}

/** @param read called at most once for the node, and once more for each copy of it that was made before */
export function deferNode<T extends DefinitionNode | FieldDefinitionNode>(
  { kind, name }: { readonly kind: T['kind']; readonly name: NameNode },
  facts: NodeFacts,
  read: () => T,
): T {
  const node = { kind, name };
  const state: State = { owner: node, facts, read };
  Object.defineProperty(node, STATE, { value: state });
  // One by one is several times faster than all at once.
  for (const [part, accessor] of DESCRIPTORS.get(kind) ?? []) Object.defineProperty(node, part, accessor);
  return node as unknown as T;
}

/** Undefined for a node that is not deferred, or a changed copy of one: it has to be looked at. */
export function factsOf(node: object): NodeFacts | undefined {
  const state = (node as Partial<Deferred>)[STATE];
  return state?.owner === node ? state.facts : undefined;
}
