// What a fetch is called in plans, spans and usage: its kind and root fields, never a value or an alias of the client.
import { Kind } from 'graphql';
import type { PlannedFetch } from '../../contract/fetch.ts';

const MAX_FIELDS = 5;

/** "query products, reviews"; for entities "query _entities(Product, User)". */
export function operationLabel({ kind, document }: Pick<PlannedFetch, 'kind' | 'document'>): string {
  const names = new Set<string>();
  for (const definition of document.definitions) {
    if (definition.kind !== Kind.OPERATION_DEFINITION) continue;
    for (const field of definition.selectionSet.selections) {
      if (field.kind !== Kind.FIELD) continue;
      const types = (field.selectionSet?.selections ?? []).flatMap((one) =>
        one.kind === Kind.INLINE_FRAGMENT && one.typeCondition !== undefined ? [one.typeCondition.name.value] : [],
      );
      names.add(field.name.value === '_entities' ? `_entities(${[...new Set(types)].join(', ')})` : field.name.value);
    }
  }
  const shown = [...names].slice(0, MAX_FIELDS);
  return `${kind} ${shown.join(', ')}${names.size > shown.length ? ', …' : ''}`;
}
