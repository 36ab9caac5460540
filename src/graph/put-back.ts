// A supergraph that was composed of reduced subgraphs in, the supergraph of the whole ones out: what was left out
// (leave-out.ts) stands in it as the composition library would have written it. Called by compose-supergraph.ts.
import { transformSupergraphToPublicSchema } from '@theguild/federation-composition';
import {
  buildASTSchema,
  isTypeDefinitionNode,
  isTypeExtensionNode,
  Kind,
  print,
  type ConstDirectiveNode,
  type DefinitionNode,
  type DocumentNode,
  type FieldDefinitionNode,
  type ObjectTypeDefinitionNode,
  type TypeDefinitionNode,
} from 'graphql';
import { buildDeferredSchema } from '../sdl/deferred-schema.ts';
import { deferNode, factsOf } from '../sdl/deferred-node.ts';
import type { SubgraphSdl, Supergraph } from './compose-supergraph.ts';
import { argumentText, directivesOf, type Directed } from './join-directives.ts';
import { fieldsOf, parseFieldSet } from './entry-keys.ts';
import { joinField, joinType } from './join-node.ts';
import { HANDED_ON, STAND_IN, type LeftOut } from './leave-out.ts';
import { orderEnums } from './order-enums.ts';

/** A left-out node, and where it is. */
interface Owned<T> {
  readonly node: T;
  readonly graph: string;
  readonly standIn: string;
}

/** @param subgraphs the whole ones */
export function putBack(
  composed: DocumentNode,
  subgraphs: readonly SubgraphSdl[],
  leftOut: ReadonlyMap<string, LeftOut>,
): Supergraph {
  const graphs = graphsOf(composed);
  // The library takes them in the order of their names in the supergraph, and what they define in theirs.
  const ordered = [...graphs.keys()].flatMap((name) => subgraphs.find((one) => one.name === name) ?? []);
  const types = new Map<string, Owned<TypeDefinitionNode>>();
  const fields = new Map<string, Map<string, Owned<FieldDefinitionNode>>>();
  for (const [name, out] of leftOut) {
    const graph = graphs.get(name) ?? '';
    for (const [type, node] of out.types) types.set(type, { node, graph, standIn: out.standIn });
    for (const [type, own] of out.fields) {
      const known = fields.get(type) ?? new Map<string, Owned<FieldDefinitionNode>>();
      fields.set(type, known);
      for (const [field, node] of own) known.set(field, { node, graph, standIn: out.standIn });
    }
  }
  const order = orderOf(ordered, new Set(fields.keys()));
  const fill = (
    document: DocumentNode,
    toType: (owned: Owned<TypeDefinitionNode>) => TypeDefinitionNode,
    toField: (owned: Owned<FieldDefinitionNode>, joins: readonly ConstDirectiveNode[]) => FieldDefinitionNode,
  ): DocumentNode => {
    const made = new Map([...types].map(([name, owned]) => [name, toType(owned)]));
    return {
      ...document,
      definitions: inOrder(
        document.definitions.map((node) => fillFields(node, fields, order, toField)),
        made,
        order.types,
      ),
    };
  };
  const isDeferred = [...types.values()].some(({ node }) => factsOf(node) !== undefined);
  const arrange = (filled: DocumentNode): DocumentNode => (isDeferred ? filled : orderEnums(filled, ordered));
  const document = arrange(fill(composed, toJoinedType, toJoinedField));
  const publicDocument = fill(
    transformSupergraphToPublicSchema(composed),
    ({ node }) => node,
    ({ node }) => node,
  );
  let sdl: string | undefined;
  return {
    document,
    get sdl() {
      return (sdl ??= print(isDeferred ? orderEnums(document, ordered) : document));
    },
    publicSchema: isDeferred
      ? buildDeferredSchema(publicDocument)
      : buildASTSchema(arrange(publicDocument), { assumeValidSDL: true }),
  };
}

/** Name of a subgraph → its value in `enum join__Graph`, in the order of these. */
function graphsOf({ definitions }: DocumentNode): ReadonlyMap<string, string> {
  const graphs = definitions.find((one) => one.kind === Kind.ENUM_TYPE_DEFINITION && one.name.value === 'join__Graph');
  const values = graphs?.kind === Kind.ENUM_TYPE_DEFINITION ? (graphs.values ?? []) : [];
  return new Map(
    values.flatMap((value) =>
      directivesOf(value, 'join__graph').flatMap((join) => {
        const name = argumentText(join, 'name');
        return name === undefined ? [] : [[name, value.name.value] as const];
      }),
    ),
  );
}

interface Order {
  readonly types: readonly string[];
  /** Of the types that fields were left out of. */
  readonly fields: ReadonlyMap<string, ReadonlySet<string>>;
}

/** What appears first comes first. */
function orderOf(subgraphs: readonly SubgraphSdl[], filled: ReadonlySet<string>): Order {
  const types = new Set<string>();
  const fields = new Map<string, Set<string>>();
  for (const { sdl } of subgraphs) {
    for (const node of sdl.definitions) {
      if (!isTypeDefinitionNode(node) && !isTypeExtensionNode(node)) continue;
      const name = node.name.value;
      types.add(name);
      if (!filled.has(name) || !('fields' in node)) continue;
      const known = fields.get(name) ?? new Set<string>();
      fields.set(name, known);
      for (const field of [...keyFields(node), ...(node.fields ?? []).map((one) => one.name.value)]) known.add(field);
    }
  }
  return { types: [...types], fields };
}

/** The library sees them before all others. */
const keyFields = (node: DefinitionNode): readonly string[] =>
  directivesOf(node as Directed, 'key').flatMap((key) =>
    fieldsOf(parseFieldSet(argumentText(key, 'fields') ?? '')).map(({ name }) => name),
  );

const KINDS = [
  Kind.SCALAR_TYPE_DEFINITION,
  Kind.OBJECT_TYPE_DEFINITION,
  Kind.INTERFACE_TYPE_DEFINITION,
  Kind.UNION_TYPE_DEFINITION,
  Kind.ENUM_TYPE_DEFINITION,
  Kind.INPUT_OBJECT_TYPE_DEFINITION,
];

/** Machinery, then the kinds one after the other, each in the order of the subgraphs. */
function inOrder(
  composed: readonly DefinitionNode[],
  made: ReadonlyMap<string, TypeDefinitionNode>,
  order: readonly string[],
): readonly DefinitionNode[] {
  const named = new Set(order);
  const all = new Map<string, TypeDefinitionNode>();
  const machinery: DefinitionNode[] = [];
  for (const node of composed) {
    if (isTypeDefinitionNode(node) && node.name.value.startsWith(STAND_IN)) continue;
    if (isTypeDefinitionNode(node) && named.has(node.name.value)) all.set(node.name.value, node);
    else machinery.push(node);
  }
  for (const [name, node] of made) all.set(name, node);
  const types = order.flatMap((name) => all.get(name) ?? []);
  return [...machinery, ...KINDS.flatMap((kind) => types.filter((node) => node.kind === kind))];
}

function fillFields(
  node: DefinitionNode,
  leftOut: ReadonlyMap<string, ReadonlyMap<string, Owned<FieldDefinitionNode>>>,
  order: Order,
  toField: (owned: Owned<FieldDefinitionNode>, joins: readonly ConstDirectiveNode[]) => FieldDefinitionNode,
): DefinitionNode {
  if (node.kind !== Kind.OBJECT_TYPE_DEFINITION) return node;
  const { fields = [] } = node;
  const kept = new Map(
    fields.filter(({ name }) => !name.value.startsWith(STAND_IN)).map((one) => [one.name.value, one]),
  );
  const out = leftOut.get(node.name.value);
  if (out === undefined) return kept.size === fields.length ? node : { ...node, fields: [...kept.values()] };
  // What was joined to the stand-in is joined to what it stood for.
  const joins = new Map(fields.map((one) => [one.name.value, one.directives ?? []]));
  const ordered = [...(order.fields.get(node.name.value) ?? [])].flatMap((name) => {
    const owned = out.get(name);
    return owned === undefined ? (kept.get(name) ?? []) : toField(owned, joins.get(owned.standIn) ?? []);
  });
  return { ...(node satisfies ObjectTypeDefinitionNode), fields: ordered };
}

/** Of what was left out, it is known that it bears nothing else. */
const FACTS = { directives: HANDED_ON, hasInterfaces: false };

const toJoinedType = ({ node, graph }: Owned<TypeDefinitionNode>): TypeDefinitionNode =>
  deferNode<TypeDefinitionNode>({ kind: node.kind, name: node.name.value }, FACTS, () => joinType(node, graph));

const toJoinedField = (
  { node }: Owned<FieldDefinitionNode>,
  joins: readonly ConstDirectiveNode[],
): FieldDefinitionNode =>
  deferNode<FieldDefinitionNode>({ kind: node.kind, name: node.name.value }, FACTS, () => joinField(node, joins));
