// Which upstream calls a fetch of a local subgraph makes: for `manifold plan`. Walks the operation as the resolvers would.
import {
  getNamedType,
  isObjectType,
  Kind,
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLObjectType,
  type SelectionSetNode,
} from 'graphql';
import type { PlannedCall } from '../../contract/subgraph.ts';
import type { ResolverContext } from './attach-resolvers.ts';
import type { Lookup } from './lookups.ts';

export function explainCalls(
  document: DocumentNode,
  context: ResolverContext,
  maxKeysPerBatch: number,
): readonly PlannedCall[] {
  const fragments: Record<string, FragmentDefinitionNode> = {};
  for (const one of document.definitions) if (one.kind === Kind.FRAGMENT_DEFINITION) fragments[one.name.value] = one;
  const calls: PlannedCall[] = [];
  const seen = new Set<string>();
  const add = (call: PlannedCall): void => {
    const identity = JSON.stringify(call);
    if (!seen.has(identity)) calls.push(call);
    seen.add(identity);
  };
  const addLookup = (lookup: Lookup | undefined, path: readonly string[]): void => {
    if (lookup === undefined) return;
    const { operation, merges } = lookup.prepared;
    add(
      lookup.batch || merges
        ? { operation, path, repeat: 'per-batch', maxKeysPerBatch }
        : { operation, path, repeat: 'per-item' },
    );
  };

  const visitField = (node: FieldNode, type: GraphQLObjectType, path: readonly string[]): void => {
    const here = [...path, (node.alias ?? node.name).value];
    const field = type.getFields()[node.name.value];
    const model = context.models.get(type.name)?.get(node.name.value);
    if (node.name.value === '_entities') {
      visitEntities(node);
      return;
    }
    if (field === undefined) return;
    if (model?.kind === 'call') {
      const { operation, merges } = model.prepared;
      const repeat = model.root !== undefined ? 'once' : merges ? 'per-batch' : 'per-item';
      add({ operation, path: here, repeat, ...(repeat === 'per-batch' ? { maxKeysPerBatch } : {}) });
    } else if (model?.kind === 'stub') {
      const has = new Set(model.keys.map((key) => key.raw));
      addLookup(context.stubs.lookupFor(model.type, has, { fieldNodes: [node], fragments }), here);
    }
    const named = getNamedType(field.type);
    visitSet(node.selectionSet, isObjectType(named) ? named : undefined, here);
  };

  const visitEntities = (node: FieldNode): void => {
    for (const name of context.entities.keys()) {
      const type = context.schema.getType(name);
      const conditions = (node.selectionSet?.selections ?? []).filter(
        (one) => one.kind === Kind.INLINE_FRAGMENT && one.typeCondition?.name.value === name,
      );
      if (!isObjectType(type) || conditions.length === 0) continue;
      for (const lookup of context.lookups.get(name) ?? []) {
        const found = context.stubs.lookupFor(type, new Set(lookup.rawKeys), { fieldNodes: [node], fragments });
        addLookup(found, []);
        if (found !== undefined) break;
      }
    }
    visitSet(node.selectionSet, undefined, []);
  };

  const visitSet = (
    set: SelectionSetNode | undefined,
    type: GraphQLObjectType | undefined,
    path: readonly string[],
  ): void => {
    for (const selection of set?.selections ?? []) {
      if (selection.kind === Kind.FIELD) {
        if (type !== undefined) visitField(selection, type, path);
        continue;
      }
      const fragment = selection.kind === Kind.INLINE_FRAGMENT ? selection : fragments[selection.name.value];
      const named =
        fragment?.typeCondition === undefined ? type : context.schema.getType(fragment.typeCondition.name.value);
      visitSet(fragment?.selectionSet, isObjectType(named) ? named : type, path);
    }
  };

  for (const definition of document.definitions) {
    if (definition.kind !== Kind.OPERATION_DEFINITION) continue;
    visitSet(definition.selectionSet, context.schema.getRootType(definition.operation) ?? undefined, []);
  }
  return calls;
}
