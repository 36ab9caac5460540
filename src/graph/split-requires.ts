// A supergraph in which what a subgraph requires fields for is in a subgraph of its own, for the planner alone: it finds no
// plan for some operations that reach such a field by way of the same subgraph. Called by query-planner.ts.
import {
  Kind,
  parse,
  visit,
  type ConstDirectiveNode,
  type DefinitionNode,
  type DocumentNode,
  type FieldDefinitionNode,
} from 'graphql';
import { argumentText, directivesOf, namedType } from './join-directives.ts';

export interface SplitSupergraph {
  readonly document: DocumentNode;
  /** Name of a made-up subgraph → of the real one, as plans have them. */
  readonly names: ReadonlyMap<string, string>;
}

interface Typed {
  readonly kind: Kind;
  readonly name: { readonly value: string };
  readonly directives?: readonly ConstDirectiveNode[];
  readonly fields?: readonly FieldDefinitionNode[];
}

/** What one subgraph computes for one type from fields of others. */
interface Part {
  readonly graph: string;
  readonly type: string;
  readonly made: string;
}

/** Undefined where nothing is required. */
export function splitRequires(document: DocumentNode): SplitSupergraph | undefined {
  const types = new Map(document.definitions.filter(isTyped).map((node) => [node.name.value, node]));
  const parts = [...types.values()].flatMap(partsOf);
  if (parts.length === 0) return undefined;
  const copied = new Map(parts.map((part) => [part, reachable(part, types)]));
  const names = new Map<string, string>();
  const definitions = document.definitions.map((node): DefinitionNode => {
    if (!isTyped(node)) return node;
    if (node.name.value === 'join__Graph') return withGraphs(node, parts, names);
    return parts.reduce((made, part) => addPart(made, part, copied.get(part) ?? new Set()), node);
  });
  return { document: { ...document, definitions }, names };
}

const isTyped = (node: DefinitionNode): node is DefinitionNode & Typed => node.kind.endsWith('TypeDefinition');

function partsOf(node: Typed): readonly Part[] {
  const graphs = (node.fields ?? []).flatMap((field) =>
    directivesOf(field, 'join__field').flatMap((join) =>
      argumentText(join, 'requires') === undefined ? [] : (argumentText(join, 'graph') ?? []),
    ),
  );
  const type = node.name.value;
  return [...new Set(graphs)].map((graph) => ({ graph, type, made: `${graph}__${type}` }));
}

/** Types that the part's fields, its keys and what it requires lead to, its own apart. */
function reachable(part: Part, types: ReadonlyMap<string, Typed>): ReadonlySet<string> {
  const found = new Set<string>();
  const follow = (name: string): void => {
    const node = types.get(name);
    if (node === undefined || found.has(name) || name === part.type) return;
    found.add(name);
    for (const field of node.fields ?? []) follow(namedType(field.type));
    for (const one of directivesOf(node, 'join__unionMember')) follow(argumentText(one, 'member') ?? '');
    for (const one of directivesOf(node, 'join__implements')) follow(argumentText(one, 'interface') ?? '');
    for (const [other, { directives }] of types) {
      const implemented = directivesOf({ directives }, 'join__implements').some(
        (one) => argumentText(one, 'interface') === name,
      );
      if (implemented) follow(other);
    }
  };
  const own = types.get(part.type);
  const keys = keyFields(own, part.graph);
  for (const field of own?.fields ?? []) {
    const here = directivesOf(field, 'join__field').some(
      (join) =>
        argumentText(join, 'graph') === part.graph &&
        (argumentText(join, 'requires') !== undefined || argumentText(join, 'external') === 'true'),
    );
    if (here || keys.has(field.name.value)) follow(namedType(field.type));
  }
  return found;
}

/** A type with the part in it: what is required moves there, what leads to it is there too. */
function addPart(node: DefinitionNode & Typed, part: Part, copied: ReadonlySet<string>): DefinitionNode & Typed {
  const own = node.name.value === part.type;
  // What is no composite type has no fields to be fetched: all of it may be everywhere.
  const leaf = node.fields === undefined && directivesOf(node, 'join__unionMember').length === 0;
  if (!own && !leaf && !copied.has(node.name.value)) return node;
  const keys = own ? keyFields(node, part.graph) : new Set<string>();
  return visit(node as DefinitionNode, {
    enter(inner) {
      if (!('directives' in inner)) return undefined;
      const directives = (inner.directives as readonly ConstDirectiveNode[]).flatMap((one) => {
        if (!one.name.value.startsWith('join__') || argumentText(one, 'graph') !== part.graph) return [one];
        const moved = withGraph(one, part.made);
        if (one.name.value === 'join__implements' && own) return [one];
        if (one.name.value !== 'join__field') return [one, moved];
        const required = argumentText(one, 'requires') !== undefined;
        if (required) return own ? [moved] : [one];
        const needed = !own || argumentText(one, 'external') === 'true' || keys.has((inner as Typed).name.value);
        return needed ? [one, moved] : [one];
      });
      return { ...inner, directives };
    },
  }) as DefinitionNode & Typed;
}

/** First fields of the selections of a type's keys. */
function keyFields(node: Typed | undefined, graph: string): ReadonlySet<string> {
  const keys = directivesOf(node, 'join__type').flatMap((one) =>
    argumentText(one, 'graph') === graph ? (argumentText(one, 'key') ?? []) : [],
  );
  const [operation] = parse(`{ __typename ${keys.join(' ')} }`, { noLocation: true }).definitions;
  const selections = operation?.kind === Kind.OPERATION_DEFINITION ? operation.selectionSet.selections : [];
  return new Set(selections.flatMap((one) => (one.kind === Kind.FIELD ? one.name.value : [])));
}

const withGraph = (directive: ConstDirectiveNode, graph: string): ConstDirectiveNode => ({
  ...directive,
  arguments: (directive.arguments ?? []).map((argument) =>
    argument.name.value === 'graph' ? { ...argument, value: { kind: Kind.ENUM, value: graph } } : argument,
  ),
});

function withGraphs(node: DefinitionNode, parts: readonly Part[], names: Map<string, string>): DefinitionNode {
  if (node.kind !== Kind.ENUM_TYPE_DEFINITION) return node;
  const values = (node.values ?? []).flatMap((value) => {
    const [join] = directivesOf(value, 'join__graph');
    const name = join === undefined ? undefined : argumentText(join, 'name');
    if (name === undefined) return [value];
    const made = parts
      .filter(({ graph }) => graph === value.name.value)
      .map((part) => {
        const called = `${name}#${part.type}`;
        names.set(called, name);
        const directive = visit(value, {
          StringValue: (text) => (text.value === name ? { ...text, value: called } : undefined),
        }).directives;
        return { ...value, name: { kind: Kind.NAME, value: part.made } as const, directives: directive ?? [] };
      });
    return [value, ...made];
  });
  return { ...node, values };
}
