// A supergraph in which abstract types have the same members in all subgraphs that share a field of them, for the planner
// alone: where a shared field's members differ, it drops fragments on what not all of them know, or joins lists of different
// things. What was added is cut out of the plans again (cut-added.ts). Called by query-planner.ts.
import {
  Kind,
  parse,
  type ConstDirectiveNode,
  type DefinitionNode,
  type DocumentNode,
  type FieldDefinitionNode,
  type InterfaceTypeDefinitionNode,
  type ObjectTypeDefinitionNode,
  type UnionTypeDefinitionNode,
} from 'graphql';
import { argumentText, directivesOf, namedType } from './join-directives.ts';

export interface EvenSupergraph {
  readonly document: DocumentNode;
  readonly added: Added;
}

/** What a subgraph, named as plans name it, is said to have and has not. */
export interface Added {
  /** Types that it does not know, by subgraph. */
  readonly types: ReadonlyMap<string, ReadonlySet<string>>;
  /** By subgraph: "Union Member" where it knows the type, but not as a member. */
  readonly members: ReadonlyMap<string, ReadonlySet<string>>;
  /** "Type.field" → name of the field's type. */
  readonly fieldTypes: ReadonlyMap<string, string>;
}

type CompositeNode = ObjectTypeDefinitionNode | InterfaceTypeDefinitionNode | UnionTypeDefinitionNode;

/** Undefined where nothing had to be added, as in most supergraphs. */
export function evenMembers(document: DocumentNode): EvenSupergraph | undefined {
  const types = new Map(document.definitions.filter(isComposite).map((node) => [node.name.value, node]));
  const memberships = readMemberships(types);
  const directives = new Map<string, string[]>();
  const adopted = new Map<string, Set<string>>();
  const members = new Map<string, Set<string>>();

  const write = (type: string, directive: string): void => {
    const written = directives.get(type) ?? [];
    if (!written.includes(directive)) directives.set(type, [...written, directive]);
  };
  const join = (graph: string, abstract: CompositeNode, member: string): void => {
    if (abstract.kind === Kind.UNION_TYPE_DEFINITION) {
      write(abstract.name.value, `@join__unionMember(graph: ${graph}, member: "${member}")`);
    } else write(member, `@join__implements(graph: ${graph}, interface: "${abstract.name.value}")`);
  };
  /** A type that the subgraph does not know, and what its fields lead to. */
  const adopt = (graph: string, name: string): void => {
    const node = types.get(name);
    if (node === undefined || graphsOf(node).has(graph) || adopted.get(graph)?.has(name) === true) return;
    adopted.set(graph, (adopted.get(graph) ?? new Set<string>()).add(name));
    write(name, `@join__type(graph: ${graph})`);
    for (const member of allMembers(memberships.get(name))) {
      adopt(graph, member);
      join(graph, node, member);
    }
    if (node.kind === Kind.UNION_TYPE_DEFINITION) return;
    for (const field of node.fields ?? []) adopt(graph, namedType(field.type));
  };

  for (const { abstract, graphs } of sharedFields(types)) {
    const own = memberships.get(abstract.name.value);
    const wanted = new Set(graphs.flatMap((graph) => [...(own?.get(graph) ?? [])]));
    for (const graph of graphs) {
      for (const member of wanted) {
        if (own?.get(graph)?.has(member) === true) continue;
        const known = graphsOf(types.get(member)).has(graph);
        // An object that the subgraph knows does not get an interface: it need not have the fields.
        if (known && abstract.kind !== Kind.UNION_TYPE_DEFINITION) continue;
        if (known)
          members.set(graph, (members.get(graph) ?? new Set<string>()).add(`${abstract.name.value} ${member}`));
        else adopt(graph, member);
        join(graph, abstract, member);
      }
    }
  }
  if (directives.size === 0) return undefined;
  return {
    document: { ...document, definitions: document.definitions.map((node) => extend(node, directives, adopted)) },
    added: {
      types: byName(adopted, document),
      members: byName(members, document),
      fieldTypes: readFieldTypes(types),
    },
  };
}

const isComposite = (node: DefinitionNode): node is CompositeNode =>
  node.kind === Kind.OBJECT_TYPE_DEFINITION ||
  node.kind === Kind.INTERFACE_TYPE_DEFINITION ||
  node.kind === Kind.UNION_TYPE_DEFINITION;

function graphsOf(node: CompositeNode | undefined): ReadonlySet<string> {
  return new Set(directivesOf(node, 'join__type').flatMap((one) => argumentText(one, 'graph') ?? []));
}

/** Abstract type → subgraph → object types. */
type Memberships = ReadonlyMap<string, ReadonlyMap<string, ReadonlySet<string>>>;

function readMemberships(types: ReadonlyMap<string, CompositeNode>): Memberships {
  const memberships = new Map<string, Map<string, Set<string>>>();
  const add = (abstract: string | undefined, one: ConstDirectiveNode, member: string | undefined): void => {
    const graph = argumentText(one, 'graph');
    if (abstract === undefined || graph === undefined || member === undefined) return;
    const graphs = memberships.get(abstract) ?? new Map<string, Set<string>>();
    memberships.set(abstract, graphs.set(graph, (graphs.get(graph) ?? new Set<string>()).add(member)));
  };
  for (const [name, node] of types) {
    for (const one of directivesOf(node, 'join__unionMember')) add(name, one, argumentText(one, 'member'));
    if (node.kind !== Kind.OBJECT_TYPE_DEFINITION) continue;
    for (const one of directivesOf(node, 'join__implements')) add(argumentText(one, 'interface'), one, name);
  }
  return memberships;
}

const allMembers = (graphs: ReadonlyMap<string, ReadonlySet<string>> | undefined): ReadonlySet<string> =>
  new Set([...(graphs?.values() ?? [])].flatMap((members) => [...members]));

interface SharedField {
  readonly abstract: CompositeNode;
  /** That resolve it; at least two. */
  readonly graphs: readonly string[];
}

function sharedFields(types: ReadonlyMap<string, CompositeNode>): readonly SharedField[] {
  return [...types.values()].flatMap((node) =>
    node.kind !== Kind.OBJECT_TYPE_DEFINITION
      ? []
      : (node.fields ?? []).flatMap((field) => {
          const abstract = types.get(namedType(field.type));
          if (abstract === undefined || abstract.kind === Kind.OBJECT_TYPE_DEFINITION) return [];
          const graphs = resolvers(node, field).filter((graph) => knowsAsAbstract(abstract, graph));
          return graphs.length < 2 ? [] : [{ abstract, graphs }];
        }),
  );
}

/** Not as an `@interfaceObject`: that stands for all members, whatever they are. */
const knowsAsAbstract = (abstract: CompositeNode, graph: string): boolean =>
  directivesOf(abstract, 'join__type').some(
    (one) => argumentText(one, 'graph') === graph && argumentText(one, 'isInterfaceObject') !== 'true',
  );

function resolvers(type: ObjectTypeDefinitionNode, field: FieldDefinitionNode): readonly string[] {
  const joins = directivesOf(field, 'join__field');
  if (joins.length === 0) return [...graphsOf(type)];
  return joins.flatMap((one) => {
    const own = argumentText(one, 'type');
    const elsewhere = own !== undefined && own.replaceAll(/[[\]!]/g, '') !== namedType(field.type);
    const unresolved = argumentText(one, 'external') === 'true' || argumentText(one, 'usedOverridden') === 'true';
    return elsewhere || unresolved ? [] : (argumentText(one, 'graph') ?? []);
  });
}

/** A definition with what was written for it; fields that say where they are say so for the new subgraphs, too. */
function extend(
  node: DefinitionNode,
  directives: ReadonlyMap<string, readonly string[]>,
  adopted: ReadonlyMap<string, ReadonlySet<string>>,
): DefinitionNode {
  const written = isComposite(node) ? directives.get(node.name.value) : undefined;
  if (!isComposite(node) || written === undefined) return node;
  const extended = { ...node, directives: [...(node.directives ?? []), ...written.map(parseDirective)] };
  if (extended.kind === Kind.UNION_TYPE_DEFINITION) return extended;
  const graphs = [...adopted].flatMap(([graph, names]) => (names.has(node.name.value) ? [graph] : []));
  const joins = graphs.map((graph) => parseDirective(`@join__field(graph: ${graph})`));
  const fields = (extended.fields ?? []).map((field) =>
    directivesOf(field, 'join__field').length === 0
      ? field
      : { ...field, directives: [...(field.directives ?? []), ...joins] },
  );
  return { ...extended, fields };
}

function parseDirective(text: string): ConstDirectiveNode {
  const [definition] = parse(`type T ${text}`, { noLocation: true }).definitions;
  const directive = definition?.kind === Kind.OBJECT_TYPE_DEFINITION ? definition.directives?.[0] : undefined;
  if (directive === undefined) throw new TypeError(`not a directive: ${text}`);
  return directive;
}

/** From the values of `enum join__Graph` to the names that plans have. */
function byName<T>(graphs: ReadonlyMap<string, T>, document: DocumentNode): ReadonlyMap<string, T> {
  const names = document.definitions.flatMap((node) =>
    node.kind === Kind.ENUM_TYPE_DEFINITION && node.name.value === 'join__Graph' ? (node.values ?? []) : [],
  );
  return new Map(
    names.flatMap((value): [string, T][] => {
      const [directive] = directivesOf(value, 'join__graph');
      const name = directive === undefined ? undefined : argumentText(directive, 'name');
      const found = graphs.get(value.name.value);
      return name === undefined || found === undefined ? [] : [[name, found]];
    }),
  );
}

function readFieldTypes(types: ReadonlyMap<string, CompositeNode>): ReadonlyMap<string, string> {
  return new Map(
    [...types].flatMap(([name, node]): [string, string][] =>
      node.kind === Kind.UNION_TYPE_DEFINITION
        ? []
        : (node.fields ?? []).map((field) => [`${name}.${field.name.value}`, namedType(field.type)]),
    ),
  );
}
