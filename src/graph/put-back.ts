// A supergraph that was composed of reduced subgraphs in, the supergraph of the whole ones out: what was left out
// (leave-out.ts) stands in it as the composition library would have written it. Called by compose-supergraph.ts.
import {
  isTypeDefinitionNode,
  Kind,
  print,
  type ConstDirectiveNode,
  type DefinitionNode,
  type DocumentNode,
  type FieldDefinitionNode,
  type TypeDefinitionNode,
} from 'graphql';
import { buildDeferredSchema } from '../sdl/deferred-schema.ts';
import { deferNode } from '../sdl/deferred-node.ts';
import type { Supergraph } from './compose-supergraph.ts';
import { readGraphs } from './join-directives.ts';
import { joinField, joinType } from './join-node.ts';
import { STAND_IN, type LeftOut, type Reduced } from './leave-out.ts';
import { toPublicDocument } from './public-document.ts';
import { HANDED_ON } from './read-uses.ts';

export function putBack(composed: DocumentNode, { leftOut, stubs }: Reduced): Supergraph {
  const graphs = readGraphs(composed);
  const document = fill(composed, leftOut, {
    toType: (node, subgraph) =>
      deferJoined(node, () => {
        const known = (stubs.get(node.name.value) ?? []).map((one) => [one.subgraph.name, one.node] as const);
        const parts = new Map([[subgraph, node], ...known]);
        const inOrder = [...graphs].flatMap(([name, graph]) => {
          const part = parts.get(name);
          return part === undefined ? [] : [{ graph, node: part }];
        });
        return joinType(node, inOrder);
      }),
    toField: (node, joins) => deferJoined(node, () => joinField(node, joins)),
  });
  let sdl: string | undefined;
  return {
    document,
    get sdl() {
      return (sdl ??= print(document));
    },
    publicSchema: buildDeferredSchema(
      fill(toPublicDocument(composed), leftOut, { toType: (node) => node, toField: (node) => node }),
    ),
  };
}

interface Written {
  readonly toType: (node: TypeDefinitionNode, subgraph: string) => TypeDefinitionNode;
  /** @param joins the `@join__field` directives of what stands for it */
  readonly toField: (node: FieldDefinitionNode, joins: readonly ConstDirectiveNode[]) => FieldDefinitionNode;
}

/** Of a type that several subgraphs have, what was left out comes last, and of all types those that were left out. */
function fill(
  { definitions, ...document }: DocumentNode,
  leftOut: ReadonlyMap<string, LeftOut>,
  { toType, toField }: Written,
): DocumentNode {
  const types = [...leftOut].flatMap(([subgraph, out]) =>
    [...out.types.values()].map((node) => toType(node, subgraph)),
  );
  const replaced = new Set(types.map((node) => node.name.value));
  const isKept = (node: DefinitionNode): boolean =>
    !isTypeDefinitionNode(node) || !(replaced.has(node.name.value) || isStandIn(node));
  const fillFields = (node: DefinitionNode): DefinitionNode => {
    if (node.kind !== Kind.OBJECT_TYPE_DEFINITION) return node;
    const { fields = [] } = node;
    const kept = fields.filter((field) => !isStandIn(field));
    if (kept.length === fields.length) return node;
    const out = [...leftOut.values()].flatMap(({ standIn, fields: all }) => {
      const joins = fields.find(({ name }) => name.value === standIn)?.directives ?? [];
      return [...(all.get(node.name.value)?.values() ?? [])].map((field) => toField(field, joins));
    });
    return { ...node, fields: [...kept, ...out] };
  };
  return { ...document, definitions: [...definitions.filter(isKept).map(fillFields), ...types] };
}

const isStandIn = ({ name }: TypeDefinitionNode | FieldDefinitionNode): boolean => name.value.startsWith(STAND_IN);

/** Of what was left out, it is known that it bears nothing else. */
const FACTS = { directives: HANDED_ON, hasInterfaces: false };

const deferJoined = <T extends TypeDefinitionNode | FieldDefinitionNode>(node: T, read: () => T): T =>
  deferNode<T>(node, FACTS, read);
