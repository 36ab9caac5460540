// What the composition library gets wrong, put right around it: fragments on interfaces in @requires before it runs,
// field types and @external entries of the supergraph after it. Each is a rule of Federation 2 that it does not follow.
import {
  Kind,
  parse,
  print,
  visit,
  type ConstArgumentNode,
  type ConstDirectiveNode,
  type DocumentNode,
  type FieldDefinitionNode,
  type NameNode,
  type SelectionNode,
  type SelectionSetNode,
  type TypeNode,
} from 'graphql';
import type { SubgraphSdl } from './compose-supergraph.ts';
import { readGraphs } from './join-directives.ts';

interface DeclaredField {
  readonly subgraph: string;
  readonly type: TypeNode;
  readonly external: boolean;
}

/** What the subgraphs declare, in one view. */
export interface Declared {
  /** Abstract type → what any subgraph puts in it: object types and narrower interfaces. */
  readonly members: ReadonlyMap<string, ReadonlySet<string>>;
  readonly interfaces: ReadonlySet<string>;
  readonly interfaceObjects: ReadonlySet<string>;
  /** By coordinate, "Product.name". */
  readonly fields: ReadonlyMap<string, readonly DeclaredField[]>;
}

interface Declaration {
  readonly kind: Kind;
  readonly name: NameNode;
  readonly directives?: readonly ConstDirectiveNode[];
  readonly fields?: readonly FieldDefinitionNode[];
  readonly types?: readonly { readonly name: NameNode }[];
  readonly interfaces?: readonly { readonly name: NameNode }[];
}

const OUTPUT_TYPE = /^(?:Object|Interface|Union)Type(?:Definition|Extension)$/;

const bears = (node: { readonly directives?: readonly ConstDirectiveNode[] | undefined }, name: string): boolean =>
  node.directives?.some(({ name: { value } }) => value === name || value === `federation__${name}`) === true;

const argument = (directive: ConstDirectiveNode, name: string): ConstArgumentNode['value'] | undefined =>
  directive.arguments?.find((one) => one.name.value === name)?.value;

export function readDeclared(subgraphs: readonly SubgraphSdl[]): Declared {
  const members = new Map<string, Set<string>>();
  const interfaces = new Set<string>();
  const interfaceObjects = new Set<string>();
  const fields = new Map<string, DeclaredField[]>();
  const addMember = (abstract: string, member: string) =>
    members.set(abstract, (members.get(abstract) ?? new Set<string>()).add(member));
  for (const { name, sdl } of subgraphs) {
    for (const definition of sdl.definitions.filter(({ kind }) => OUTPUT_TYPE.test(kind)) as unknown as Declaration[]) {
      const type = definition.name.value;
      for (const member of definition.types ?? []) addMember(type, member.name.value);
      for (const abstract of definition.interfaces ?? []) addMember(abstract.name.value, type);
      if (definition.kind.startsWith('Interface')) interfaces.add(type);
      if (bears(definition, 'interfaceObject')) interfaceObjects.add(type);
      for (const field of definition.fields ?? []) {
        const coordinate = `${type}.${field.name.value}`;
        const external = bears(field, 'external') || bears(definition, 'external');
        fields.set(coordinate, [...(fields.get(coordinate) ?? []), { subgraph: name, type: field.type, external }]);
      }
    }
  }
  return { members, interfaces, interfaceObjects, fields };
}

/** `@requires(fields: "data { ... on Named { name } }")` asks the same of each object type that implements `Named`. */
export function expandRequires(sdl: DocumentNode, declared: Declared): DocumentNode {
  return visit(sdl, {
    Directive(directive) {
      const value = /^(?:federation__)?requires$/.test(directive.name.value)
        ? directive.arguments?.find((one) => one.name.value === 'fields')?.value
        : undefined;
      if (value?.kind !== Kind.STRING || !value.value.includes('...')) return undefined;
      const fields = { ...value, value: expandFieldSet(value.value, declared) };
      return {
        ...directive,
        arguments: directive.arguments?.map((one) => (one.value === value ? { ...one, value: fields } : one)),
      };
    },
  });
}

function expandFieldSet(text: string, declared: Declared): string {
  let set: SelectionSetNode | undefined;
  try {
    const [definition] = parse(`{ ${text} }`, { noLocation: true }).definitions;
    set = definition?.kind === Kind.OPERATION_DEFINITION ? definition.selectionSet : undefined;
  } catch {
    // Composition says what is wrong with it.
  }
  if (set === undefined) return text;
  const expanded = expandSelections(set, declared);
  return expanded.selections.map((selection) => print(selection).replaceAll(/\s+/g, ' ')).join(' ');
}

function expandSelections(set: SelectionSetNode, declared: Declared): SelectionSetNode {
  const selections = set.selections.flatMap((selection): readonly SelectionNode[] => {
    if (selection.kind === Kind.FRAGMENT_SPREAD || selection.selectionSet === undefined) return [selection];
    const inner = expandSelections(selection.selectionSet, declared);
    const condition = selection.kind === Kind.INLINE_FRAGMENT ? selection.typeCondition?.name.value : undefined;
    if (selection.kind === Kind.FIELD || condition === undefined || !declared.interfaces.has(condition)) {
      return [{ ...selection, selectionSet: inner }];
    }
    const objects = [...(declared.members.get(condition) ?? [])].filter((name) => !declared.interfaces.has(name));
    return objects.map((name) => ({
      kind: Kind.INLINE_FRAGMENT,
      typeCondition: { kind: Kind.NAMED_TYPE, name: { kind: Kind.NAME, value: name } },
      selectionSet: narrowTo(inner, name),
    }));
  });
  return { ...set, selections };
}

/** On a known object type its own fragments are plain fields and those of other types are nothing. */
const narrowTo = (set: SelectionSetNode, type: string): SelectionSetNode => ({
  ...set,
  selections: set.selections.flatMap((selection) => {
    if (selection.kind !== Kind.INLINE_FRAGMENT) return [selection];
    return selection.typeCondition?.name.value === type ? selection.selectionSet.selections : [];
  }),
});

/**
 * A field whose type differs between subgraphs has the most general of them, and each subgraph's own in its
 * `@join__field(type:)`; and what an `@interfaceObject` type declares `@external` stays so on the interface.
 */
export function mendSupergraph(supergraph: DocumentNode, declared: Declared): DocumentNode {
  const graphs = readGraphs(supergraph);
  const mend = (type: string, isInterface: boolean) => (field: FieldDefinitionNode) => {
    const own = declared.fields.get(`${type}.${field.name.value}`) ?? [];
    const joins = (field.directives ?? []).filter((one) => one.name.value === 'join__field');
    const rest = (field.directives ?? []).filter((one) => one.name.value !== 'join__field');
    const named = [...new Set(own.map((one) => nameOf(one.type)))];
    if (named.length > 1) {
      const general = named.find((name) => named.every((other) => covers(name, other, declared)));
      if (general === undefined) return field;
      const typed = own.map((one) => typedJoin(one, graphs.get(one.subgraph) ?? '', joins));
      return { ...field, type: withName(field.type, general), directives: [...rest, ...typed] };
    }
    const lost = isInterface && declared.interfaceObjects.has(type) && joins.length === 0;
    if (!lost || !own.some((one) => one.external)) return field;
    const written = own.map((one) => joinField(graphs.get(one.subgraph) ?? '', one.external ? ', external: true' : ''));
    return { ...field, directives: [...rest, ...written] };
  };
  return {
    ...supergraph,
    definitions: supergraph.definitions.map((definition) => {
      const isInterface = definition.kind === Kind.INTERFACE_TYPE_DEFINITION;
      if (!isInterface && definition.kind !== Kind.OBJECT_TYPE_DEFINITION) return definition;
      return { ...definition, fields: (definition.fields ?? []).map(mend(definition.name.value, isInterface)) };
    }),
  };
}

function covers(general: string, name: string, declared: Declared, seen = new Set<string>()): boolean {
  if (general === name) return true;
  if (seen.has(general)) return false;
  seen.add(general);
  return [...(declared.members.get(general) ?? [])].some((member) => covers(member, name, declared, seen));
}

function typedJoin(field: DeclaredField, graph: string, joins: readonly ConstDirectiveNode[]): ConstDirectiveNode {
  const made = joinField(graph, `, type: "${print(field.type)}"${field.external ? ', external: true' : ''}`);
  const known = joins.find((one) => {
    const value = argument(one, 'graph');
    return value?.kind === Kind.ENUM && value.value === graph;
  });
  if (known === undefined) return made;
  const isType = (one: ConstArgumentNode) => one.name.value === 'type';
  const kept = (known.arguments ?? []).filter((one) => !isType(one));
  return { ...known, arguments: [...kept, ...(made.arguments ?? []).filter(isType)] };
}

function joinField(graph: string, more: string): ConstDirectiveNode {
  const [definition] = parse(`type X { x: Int @join__field(graph: ${graph}${more}) }`, {
    noLocation: true,
  }).definitions;
  const made = definition?.kind === Kind.OBJECT_TYPE_DEFINITION ? definition.fields?.[0]?.directives?.[0] : undefined;
  if (made === undefined) throw new Error('a join directive that was just written cannot be read');
  return made;
}

const nameOf = (type: TypeNode): string => (type.kind === Kind.NAMED_TYPE ? type.name.value : nameOf(type.type));

function withName(type: TypeNode, name: string): TypeNode {
  if (type.kind === Kind.NAMED_TYPE) return { ...type, name: { kind: Kind.NAME, value: name } };
  if (type.kind === Kind.LIST_TYPE) return { ...type, type: withName(type.type, name) };
  const inner = withName(type.type, name);
  return inner.kind === Kind.NON_NULL_TYPE ? inner : { ...type, type: inner };
}
