// The entities of the graph, read from the subgraphs: what the change log can tell about.
import { Kind, type ConstDirectiveNode, type ObjectTypeDefinitionNode, type TypeNode } from 'graphql';
import type { SubgraphSdl } from './compose-supergraph.ts';

export interface GraphEntity {
  readonly type: string;
  readonly keyFields: readonly { readonly name: string; readonly type: 'ID' | 'String' | 'Int' }[];
}

const KEY_TYPES: ReadonlySet<string> = new Set(['ID', 'String', 'Int']);

/** One entry for each entity: its first flat key of scalars that some source can resolve. */
export function findEntities(subgraphs: readonly SubgraphSdl[]): readonly GraphEntity[] {
  const found = new Map<string, GraphEntity>();
  for (const definition of subgraphs.flatMap(({ sdl }) => sdl.definitions)) {
    if (definition.kind !== Kind.OBJECT_TYPE_DEFINITION || found.has(definition.name.value)) continue;
    if (definition.directives?.some((directive) => directive.name.value === 'inaccessible') === true) continue;
    const entity = definition.directives
      ?.map((directive) => readKey(definition, directive))
      .find((one) => one !== undefined);
    if (entity !== undefined) found.set(entity.type, entity);
  }
  return [...found.values()];
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
