// A large supergraph and an operation in, the part of the supergraph that decides the operation's plan out: the native planner
// takes seconds and hundreds of megabytes for all of it. Called by query-planner.ts.
import {
  Kind,
  parse,
  type DefinitionNode,
  type DocumentNode,
  type FieldDefinitionNode,
  type FragmentDefinitionNode,
  type InterfaceTypeDefinitionNode,
  type ObjectTypeDefinitionNode,
  type SelectionSetNode,
  type UnionTypeDefinitionNode,
} from 'graphql';
import { factsOf } from '../sdl/deferred-node.ts';
import { parseFieldSet } from './entry-keys.ts';
import { argumentText, directivesOf, namedType } from './join-directives.ts';

type FieldedNode = ObjectTypeDefinitionNode | InterfaceTypeDefinitionNode;
type CompositeNode = FieldedNode | UnionTypeDefinitionNode;

/** Made once per supergraph; the operation must be valid. */
export type SliceSupergraph = (operationText: string) => DocumentNode;

interface Index {
  readonly types: ReadonlyMap<string, CompositeNode>;
  /** Interface → what implements it. */
  readonly implementors: ReadonlyMap<string, readonly FieldedNode[]>;
  readonly fieldOf: (type: FieldedNode, name: string) => FieldDefinitionNode | undefined;
}

/**
 * Plans over a slice are those over the whole: it has every field that the operation selects, that a key, `@requires` or
 * `@provides` on the way names, and the same fields on all members of the interfaces around. Between subgraphs the planner
 * moves by keys of the same type alone. Arguments and descriptions are no matter of plans.
 */
export function createSlicer(supergraph: DocumentNode): SliceSupergraph {
  const index = createIndex(supergraph);
  const always = supergraph.definitions.filter(isMachinery);
  const leaves = new Map(
    supergraph.definitions.flatMap((node) =>
      node.kind === Kind.ENUM_TYPE_DEFINITION && !node.name.value.includes('__') ? [[node.name.value, node]] : [],
    ),
  );
  return (operationText) => {
    const wanted = want(parse(operationText, { noLocation: true }), index);
    const kept = [...wanted].flatMap(([name, fields]) => {
      const node = index.types.get(name);
      return node === undefined ? [] : [keepFields(node, fields, index)];
    });
    const enums = new Set(
      kept.flatMap((node) => ('fields' in node ? (node.fields ?? []).map((field) => namedType(field.type)) : [])),
    );
    return {
      kind: Kind.DOCUMENT,
      definitions: [
        ...always.map((node) => withRoots(node, wanted)),
        ...[...enums].flatMap((name) => leaves.get(name) ?? []),
        ...kept,
      ],
    };
  };
}

function createIndex({ definitions }: DocumentNode): Index {
  const types = new Map(definitions.filter(isComposite).map((node) => [node.name.value, node]));
  const implementors = new Map<string, FieldedNode[]>();
  for (const node of types.values()) {
    if (node.kind === Kind.UNION_TYPE_DEFINITION || factsOf(node)?.hasInterfaces === false) continue;
    for (const { name } of node.interfaces ?? []) {
      implementors.set(name.value, [...(implementors.get(name.value) ?? []), node]);
    }
  }
  const fields = new WeakMap<FieldedNode, ReadonlyMap<string, FieldDefinitionNode>>();
  return {
    types,
    implementors,
    fieldOf(type, name) {
      const known = fields.get(type) ?? new Map((type.fields ?? []).map((field) => [field.name.value, field]));
      fields.set(type, known);
      return known.get(name);
    },
  };
}

const isComposite = (node: DefinitionNode): node is CompositeNode =>
  node.kind === Kind.OBJECT_TYPE_DEFINITION ||
  node.kind === Kind.INTERFACE_TYPE_DEFINITION ||
  node.kind === Kind.UNION_TYPE_DEFINITION;

/** Directives, scalars, and what the supergraph says of itself. */
function isMachinery(node: DefinitionNode): boolean {
  if (node.kind === Kind.ENUM_TYPE_DEFINITION || node.kind === Kind.INPUT_OBJECT_TYPE_DEFINITION) {
    return node.name.value.includes('__');
  }
  return !isComposite(node);
}

const withRoots = (node: DefinitionNode, wanted: ReadonlyMap<string, unknown>): DefinitionNode =>
  node.kind === Kind.SCHEMA_DEFINITION
    ? { ...node, operationTypes: node.operationTypes.filter(({ type }) => wanted.has(type.name.value)) }
    : node;

/** Supergraphs call their root types so. */
const ROOTS = { query: 'Query', mutation: 'Mutation', subscription: 'Subscription' } as const;

/** Type → its fields, in no order. */
function want(operation: DocumentNode, index: Index): ReadonlyMap<string, ReadonlySet<string>> {
  const wanted = new Map<string, Set<string>>();
  const fragments = new Map<string, FragmentDefinitionNode>();
  for (const one of operation.definitions)
    if (one.kind === Kind.FRAGMENT_DEFINITION) fragments.set(one.name.value, one);

  const addType = (name: string): void => {
    const node = index.types.get(name);
    if (node === undefined || wanted.has(name)) return;
    wanted.set(name, new Set());
    for (const join of directivesOf(node, 'join__type')) walkFieldSet(argumentText(join, 'key'), name);
    if (node.kind === Kind.UNION_TYPE_DEFINITION) {
      for (const member of node.types ?? []) addType(member.name.value);
      return;
    }
    for (const one of node.interfaces ?? []) addType(one.name.value);
    for (const one of index.implementors.get(name) ?? []) addType(one.name.value);
  };
  const addField = (type: string, name: string): FieldDefinitionNode | undefined => {
    const node = index.types.get(type);
    if (node === undefined || node.kind === Kind.UNION_TYPE_DEFINITION) return undefined;
    const field = index.fieldOf(node, name);
    if (field === undefined || wanted.get(type)?.has(name) === true) return field;
    addType(type);
    wanted.get(type)?.add(name);
    addType(namedType(field.type));
    for (const join of directivesOf(field, 'join__field')) {
      walkFieldSet(argumentText(join, 'requires'), type);
      walkFieldSet(argumentText(join, 'provides'), namedType(field.type));
      const own = argumentText(join, 'type')?.replaceAll(/[[\]!]/g, '');
      if (own !== undefined) addType(own);
    }
    for (const one of node.interfaces ?? []) addField(one.name.value, name);
    for (const one of index.implementors.get(type) ?? []) addField(one.name.value, name);
    return field;
  };
  const walkFieldSet = (fields: string | undefined, type: string): void => {
    if (fields !== undefined) walk(parseFieldSet(fields), type);
  };
  const spread = new Set<string>();
  const walk = (set: SelectionSetNode, type: string): void => {
    addType(type);
    for (const selection of set.selections) {
      if (selection.kind === Kind.FIELD) {
        const field = addField(type, selection.name.value);
        if (selection.selectionSet !== undefined && field !== undefined) {
          walk(selection.selectionSet, namedType(field.type));
        }
      } else if (selection.kind === Kind.INLINE_FRAGMENT) {
        walk(selection.selectionSet, selection.typeCondition?.name.value ?? type);
      } else {
        const fragment = fragments.get(selection.name.value);
        if (fragment === undefined || spread.has(selection.name.value)) continue;
        spread.add(selection.name.value);
        walk(fragment.selectionSet, fragment.typeCondition.name.value);
      }
    }
  };
  addType(ROOTS.query);
  for (const one of operation.definitions) {
    if (one.kind === Kind.OPERATION_DEFINITION) walk(one.selectionSet, ROOTS[one.operation]);
  }
  fillEmpty(wanted, index, addField);
  return wanted;
}

/** A type of which nothing but `__typename` is selected still has to have a field; a leaf, where it has one. */
function fillEmpty(
  wanted: ReadonlyMap<string, ReadonlySet<string>>,
  { types }: Index,
  addField: (type: string, field: string) => unknown,
): void {
  // What is added here is visited, too: a map goes on with what comes while it is walked.
  for (const [name, fields] of wanted) {
    const node = types.get(name);
    if (fields.size > 0 || node === undefined || node.kind === Kind.UNION_TYPE_DEFINITION) continue;
    const all = node.fields ?? [];
    const field = all.find(({ type }) => !types.has(namedType(type))) ?? all[0];
    if (field !== undefined) addField(name, field.name.value);
  }
}

function keepFields(node: CompositeNode, wanted: ReadonlySet<string>, { fieldOf }: Index): CompositeNode {
  if (node.kind === Kind.UNION_TYPE_DEFINITION) return plain(node);
  const fields = [...wanted].flatMap((name) => {
    const field = fieldOf(node, name);
    return field === undefined ? [] : [{ ...plain(field), arguments: [] }];
  });
  return { ...plain(node), fields };
}

const plain = <T extends { readonly description?: unknown }>(node: T): T => ({ ...node, description: undefined });
