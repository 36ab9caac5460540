// The entities of the graph, read from the subgraphs: what the change log can tell about.
import {
  Kind,
  type ConstDirectiveNode,
  type DefinitionNode,
  type ObjectTypeDefinitionNode,
  type ObjectTypeExtensionNode,
  type TypeNode,
} from 'graphql';
import { factsOf } from '../sdl/deferred-node.ts';
import type { SubgraphSdl } from './compose-supergraph.ts';

export interface GraphEntity {
  readonly type: string;
  readonly keyFields: readonly { readonly name: string; readonly type: 'ID' | 'String' | 'Int' }[];
}

const KEY_TYPES: ReadonlySet<string> = new Set(['ID', 'String', 'Int']);

/** One entry for each entity: its first flat key of scalars that some source can resolve. */
export function findEntities(subgraphs: readonly SubgraphSdl[]): readonly GraphEntity[] {
  const found = new Map<string, GraphEntity>();
  const definitions = subgraphs.flatMap(({ sdl }) => sdl.definitions);
  const unfit = new Set(definitions.flatMap((definition) => (isUnfit(definition) ? [definition.name.value] : [])));
  for (const definition of definitions) {
    if (definition.kind !== Kind.OBJECT_TYPE_DEFINITION || found.has(definition.name.value)) continue;
    if (unfit.has(definition.name.value)) continue;
    if (definition.directives?.some((directive) => directive.name.value === 'inaccessible') === true) continue;
    const entity = definition.directives
      ?.map((directive) => readKey(definition, directive))
      .find((one) => one !== undefined);
    if (entity !== undefined) found.set(entity.type, entity);
  }
  return [...found.values()];
}

/**
 * A stub could not reach all of its fields: some source has the type without a key, or as an `@interfaceObject`, which
 * stands for an interface and not for the objects of it.
 */
function isUnfit(definition: DefinitionNode): definition is ObjectTypeDefinitionNode | ObjectTypeExtensionNode {
  if (definition.kind !== Kind.OBJECT_TYPE_DEFINITION && definition.kind !== Kind.OBJECT_TYPE_EXTENSION) return false;
  const known = factsOf(definition)?.directives;
  if (known !== undefined && !known.has('key') && !known.has('federation__key')) return true;
  const bears = (name: string) =>
    definition.directives?.some((one) => one.name.value === name || one.name.value === `federation__${name}`) === true;
  return bears('interfaceObject') || !bears('key');
}

function readKey(type: ObjectTypeDefinitionNode, directive: ConstDirectiveNode): GraphEntity | undefined {
  if (directive.name.value !== 'key') return undefined;
  const argument = (name: string) => directive.arguments?.find((one) => one.name.value === name)?.value;
  const resolvable = argument('resolvable');
  const fields = argument('fields');
  if (fields?.kind !== Kind.STRING || (resolvable?.kind === Kind.BOOLEAN && !resolvable.value)) return undefined;
  const keyFields = fields.value
    .trim()
    .split(/[\s,]+/)
    .map((name) => ({
      name,
      type: namedType(type.fields?.find((field) => field.name.value === name)?.type),
    }));
  if (!keyFields.every((field): field is GraphEntity['keyFields'][number] => KEY_TYPES.has(field.type)))
    return undefined;
  return { type: type.name.value, keyFields };
}

function namedType(type: TypeNode | undefined): string {
  if (type === undefined || type.kind === Kind.LIST_TYPE) return '';
  return type.kind === Kind.NON_NULL_TYPE ? namedType(type.type) : type.name.value;
}
