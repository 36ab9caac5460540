// Entities in the response tree: where a plan's path finds them, and how they are shown to another subgraph.
import type {
  FetchNodePathSegment,
  FlattenNodePathSegment,
  InputRewrite,
  RequiresSelection,
} from '@graphql-hive/router-query-planner';
import type { GraphQLSchema } from 'graphql';
import { isAbstractType, isObjectType } from 'graphql';
import type { Representation } from '../contract/fetch.ts';
import { isData, type Data } from './merge-data.ts';

export type TypeTest = (typename: unknown, condition: string) => boolean;

/** Whether an object of type `typename` satisfies a type condition of the supergraph. */
export function createTypeTest(schema: GraphQLSchema): TypeTest {
  return (typename, condition) => {
    if (typename === condition) return true;
    if (typeof typename !== 'string') return false;
    const abstract = schema.getType(condition);
    const concrete = schema.getType(typename);
    return isAbstractType(abstract) && isObjectType(concrete) && schema.isSubType(abstract, concrete);
  };
}

/** Calls `visit` for every object that the path leads to; `path` is reused between calls. */
export function visitEntities(
  root: unknown,
  segments: readonly FlattenNodePathSegment[],
  test: TypeTest,
  visit: (entity: Data, path: readonly (string | number)[]) => void,
): void {
  const path: (string | number)[] = [];
  const walk = (value: unknown, depth: number): void => {
    if (value === null || value === undefined) return;
    if (Array.isArray(value)) {
      const next = segments[depth] === '@' ? depth + 1 : depth;
      for (let i = 0; i < value.length; i += 1) {
        path.push(i);
        walk(value[i], next);
        path.pop();
      }
      return;
    }
    if (!isData(value)) return;
    const segment = segments[depth];
    if (segment === undefined) visit(value, path);
    else if (segment === '@') return;
    else if ('Field' in segment) {
      path.push(segment.Field);
      walk(value[segment.Field], depth + 1);
      path.pop();
    } else if (satisfies(value.__typename, segment.TypeCondition, test)) walk(value, depth + 1);
  };
  walk(root, 0);
}

/** The planner asks for `__typename` wherever there is a choice: where it is absent, the condition is the type itself. */
const satisfies = (typename: unknown, conditions: readonly string[], test: TypeTest): boolean =>
  typename === undefined || conditions.some((condition) => test(typename, condition));

/**
 * Makes representations from entities. Undefined where the entity is of another type, or lacks a required field because
 * the fetch that should have brought it failed.
 */
export function compileRepresentation(
  requires: readonly RequiresSelection[],
  rewrites: readonly InputRewrite[] | undefined,
  test: TypeTest,
): (entity: Data) => Representation | undefined {
  return (entity) => {
    const shown = represent(entity, requires, test);
    if (shown === undefined || Object.keys(shown).length === 0) return undefined;
    shown.__typename ??= entity.__typename;
    for (const rewrite of rewrites ?? []) applyRewrite(shown, rewrite, test);
    return shown as Representation;
  };
}

function represent(entity: Data, selections: readonly RequiresSelection[], test: TypeTest): Data | undefined {
  const shown: Data = {};
  for (const selection of selections) {
    if (selection.kind === 'InlineFragment') {
      if (!test(entity.__typename, selection.typeCondition)) continue;
      const part = represent(entity, selection.selections, test);
      if (part === undefined) return undefined;
      Object.assign(shown, part);
    } else if (selection.kind === 'Field') {
      // Where names clash, the plan's `name` is the response key that was fetched, `alias` what the subgraph calls it.
      const called = selection.alias ?? selection.name;
      const value = entity[selection.name] ?? entity[called];
      if (value === undefined) {
        if (selection.name === '__typename') continue;
        return undefined;
      }
      const copy = selection.selections === undefined ? value : representValue(value, selection.selections, test);
      if (copy === undefined) return undefined;
      shown[called] = copy;
    }
  }
  return shown;
}

function representValue(value: unknown, selections: readonly RequiresSelection[], test: TypeTest): unknown {
  if (Array.isArray(value)) {
    const items = value.map((item: unknown) => representValue(item, selections, test));
    return items.includes(undefined) ? undefined : items;
  }
  return isData(value) ? represent(value, selections, test) : value;
}

/** Applies a rewrite of the plan to a representation before, or to an entity after, a fetch. */
export function applyRewrite(target: Data, rewrite: InputRewrite, test: TypeTest): void {
  const renamer = 'KeyRenamer' in rewrite ? rewrite.KeyRenamer : undefined;
  const setter = 'ValueSetter' in rewrite ? rewrite.ValueSetter : 'setValueTo' in rewrite ? rewrite : undefined;
  const path = renamer?.path ?? setter?.path ?? [];
  atRewritePath(target, path, 0, test, (owner, key) => {
    if (setter !== undefined) owner[key] = setter.setValueTo;
    else if (renamer !== undefined && key in owner) {
      owner[renamer.renameKeyTo] = owner[key];
      if (renamer.renameKeyTo !== key) Reflect.deleteProperty(owner, key);
    }
  });
}

function atRewritePath(
  value: unknown,
  path: readonly FetchNodePathSegment[],
  depth: number,
  test: TypeTest,
  apply: (owner: Data, key: string) => void,
): void {
  if (Array.isArray(value)) {
    for (const item of value) atRewritePath(item, path, depth, test, apply);
    return;
  }
  const segment = path[depth];
  if (!isData(value) || segment === undefined) return;
  if ('TypenameEquals' in segment) {
    const names = segment.TypenameEquals;
    if (names.some((name) => test(value.__typename, name))) atRewritePath(value, path, depth + 1, test, apply);
  } else if (depth === path.length - 1) apply(value, segment.Key);
  else atRewritePath(value[segment.Key], path, depth + 1, test, apply);
}
