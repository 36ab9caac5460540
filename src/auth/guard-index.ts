// The supergraph's access directives, by type and field, and sets of the object types that a selection can meet.
// Read by the policy compiler.
import {
  isAbstractType,
  isTypeDefinitionNode,
  isTypeExtensionNode,
  Kind,
  type DocumentNode,
  type FieldDefinitionNode,
  type GraphQLCompositeType,
  type GraphQLSchema,
  type TypeDefinitionNode,
  type TypeExtensionNode,
  type TypeNode,
} from 'graphql';
import { factsOf } from '../sdl/deferred-node.ts';
import { readRequirements, type Requirement } from './requirement.ts';

/** What a selected field asks of the caller. The same requirements are the same object. */
export interface Guard {
  readonly id: number;
  /** All of them must hold. Never empty. */
  readonly requirements: readonly Requirement[];
}

/** Object types that a value can have at run time. The same set is the same object. */
export interface TypeSet {
  readonly id: number;
  readonly names: readonly string[];
}

export interface GuardIndex {
  /** All object types of a composite type. */
  possible(type: GraphQLCompositeType): TypeSet;
  /** Those of `within` that a fragment on `type` lets through. */
  narrow(within: TypeSet, type: GraphQLCompositeType): TypeSet;
  /** What selecting the field asks, seen through `parent`, where the value is one of `types`. */
  guardOf(parent: GraphQLCompositeType, types: TypeSet, fieldName: string): Guard | undefined;
}

export function createGuardIndex(supergraph: DocumentNode, schema: GraphQLSchema): GuardIndex {
  const ofField = readFields(supergraph);
  const sets = createInterner((id, names: readonly string[]): TypeSet => ({ id, names }));
  const guards = createInterner((id, requirements: readonly Requirement[]): Guard => ({ id, requirements }));
  const narrowed = new Map<string, TypeSet>();
  const guarded = new Map<string, Guard | undefined>();

  const possible = (type: GraphQLCompositeType): TypeSet =>
    sets(
      isAbstractType(type)
        ? schema
            .getPossibleTypes(type)
            .map(({ name }) => name)
            .sort()
        : [type.name],
    );

  const makeGuard = (parent: GraphQLCompositeType, types: TypeSet, fieldName: string): Guard | undefined => {
    // Composition gives an interface what any of its types asks. That counts where any of them may come,
    // and not where the fragments around have already ruled some out.
    const own = types === possible(parent) ? ofField(parent.name, fieldName) : [];
    const all = [...own, ...types.names.flatMap((name) => ofField(name, fieldName))];
    const distinct = new Map(all.map((requirement) => [JSON.stringify(requirement), requirement]));
    return distinct.size === 0 ? undefined : guards([...distinct.values()]);
  };

  return {
    possible,
    narrow(within, type) {
      const key = `${within.id} ${type.name}`;
      const known = narrowed.get(key);
      if (known !== undefined) return known;
      const all = possible(type);
      const passed = new Set(all.names);
      const left = within.names.filter((name) => passed.has(name));
      // Fragments that exclude each other never apply; what is in them is judged as if they stood alone.
      const set = left.length === 0 ? all : sets(left);
      narrowed.set(key, set);
      return set;
    },
    guardOf(parent, types, fieldName) {
      const key = `${parent.name}.${fieldName} ${types.id}`;
      if (!guarded.has(key)) guarded.set(key, makeGuard(parent, types, fieldName));
      return guarded.get(key);
    },
  };
}

/** Outside of what reads them, so that it does not hold the fields of all types. */
const asksNothing = (): readonly Requirement[] => [];

/** Requirements of a field: its own, those of the type it is on, and those of the type it returns. */
function readFields(supergraph: DocumentNode): (typeName: string, fieldName: string) => readonly Requirement[] {
  const ofType = new Map<string, Requirement[]>();
  const definitions = new Map<string, (TypeDefinitionNode | TypeExtensionNode)[]>();
  let asked = false;
  for (const definition of supergraph.definitions) {
    if (!isTypeDefinitionNode(definition) && !isTypeExtensionNode(definition)) continue;
    const typeName = definition.name.value;
    definitions.set(typeName, [...(definitions.get(typeName) ?? []), definition]);
    if (!mayRequire(definition)) continue;
    append(ofType, typeName, readRequirements(definition.directives));
    asked ||= fieldsOf(definition).some((field) => mayRequire(field) && readRequirements(field.directives).length > 0);
  }
  // Most graphs ask nothing of anyone, and need not keep what every field returns.
  if (!asked && ofType.size === 0) return asksNothing;
  const known = new Map<string, ReadonlyMap<string, readonly FieldDefinitionNode[]>>();
  return (typeName, fieldName) => {
    const fields = known.get(typeName) ?? Map.groupBy((definitions.get(typeName) ?? []).flatMap(fieldsOf), nameOf);
    known.set(typeName, fields);
    const field = fields.get(fieldName) ?? [];
    const own = field.flatMap((one) => (mayRequire(one) ? readRequirements(one.directives) : []));
    const [first] = ofType.size === 0 ? [] : field;
    return [
      ...(ofType.get(typeName) ?? []),
      ...own,
      ...(first === undefined ? [] : (ofType.get(namedType(first.type)) ?? [])),
    ];
  };
}

const nameOf = (field: FieldDefinitionNode): string => field.name.value;

const fieldsOf = (definition: TypeDefinitionNode | TypeExtensionNode): readonly FieldDefinitionNode[] =>
  (definition.kind.startsWith('Object') || definition.kind.startsWith('Interface')) && 'fields' in definition
    ? ((definition.fields ?? []) as readonly FieldDefinitionNode[])
    : [];

/** What is not read yet need not be read, where it is known to bear no such directive. */
function mayRequire(node: TypeDefinitionNode | TypeExtensionNode | FieldDefinitionNode): boolean {
  const known = factsOf(node)?.directives;
  return known === undefined || ACCESS.some((name) => known.has(name));
}

const ACCESS = ['authenticated', 'requiresScopes', 'policy'];

function append(map: Map<string, Requirement[]>, key: string, requirements: readonly Requirement[]): void {
  if (requirements.length > 0) map.set(key, [...(map.get(key) ?? []), ...requirements]);
}

function namedType(type: TypeNode): string {
  return type.kind === Kind.NAMED_TYPE ? type.name.value : namedType(type.type);
}

/** One object per distinct content, numbered in the order of their first use. */
function createInterner<C, T>(create: (id: number, content: C) => T): (content: C) => T {
  const made = new Map<string, T>();
  return (content) => {
    const key = JSON.stringify(content);
    const known = made.get(key);
    if (known !== undefined) return known;
    const value = create(made.size, content);
    made.set(key, value);
    return value;
  };
}
