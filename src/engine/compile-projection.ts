// The response tree, cut to what the client asked for: aliases, order, nulls by the public schema, denied fields.
import {
  getNullableType,
  isAbstractType,
  isEnumType,
  isLeafType,
  isListType,
  isNonNullType,
  isObjectType,
  isUnionType,
  type GraphQLAbstractType,
  type GraphQLCompositeType,
  type GraphQLObjectType,
  type GraphQLOutputType,
  type SelectionSetNode,
} from 'graphql';
import type { Denials } from '../contract/field-policy.ts';
import { HubFault } from '../faults/hub-fault.ts';
import { collectFields, type CollectContext } from './collect-fields.ts';
import { isData, type Data } from './merge-data.ts';
import type { Run } from './run.ts';

/** Stands for "null where null is not allowed": the parent becomes null instead. */
const BUBBLE = Symbol('null in a non-null position');

type MutablePath = (string | number)[];
type Complete = (value: unknown, run: Run, path: MutablePath) => unknown;

/** What the fields resolve to at the root without any fetch: introspection, answered by the hub itself. */
export type Projection = (run: Run) => Data | null;

export interface ProjectionContext extends CollectContext {
  readonly denials: Denials | undefined;
}

export function compileProjection(
  root: GraphQLObjectType,
  selected: readonly SelectionSetNode[],
  context: ProjectionContext,
): Projection {
  const complete = compileObject(root, selected, context, []);
  return (run) => {
    const projected = complete(run.data, run, []);
    return projected === BUBBLE ? null : (projected as Data | null);
  };
}

interface Entry {
  readonly key: string;
  /** Every object has a property of this name: "constructor" must not find the prototype's. */
  readonly inherited: boolean;
  readonly complete: Complete;
}

function compileObject(
  type: GraphQLCompositeType,
  selected: readonly SelectionSetNode[],
  context: ProjectionContext,
  at: readonly string[],
): Complete {
  const entries: Entry[] = [];
  for (const [key, field] of collectFields(type, selected, context)) {
    if (key === '__proto__') throw new HubFault('HUB_REQUEST_INVALID', 'the alias "__proto__" is not allowed');
    const name = field.node.name.value;
    const inherited = key in Object.prototype;
    if (name === '__typename') entries.push({ key, inherited, complete: () => type.name });
    else if (name === '__schema' || name === '__type')
      entries.push({ key, inherited, complete: (value) => value ?? null });
    else {
      const definition = isUnionType(type) ? undefined : type.getFields()[name];
      if (definition === undefined) continue;
      const path = [...at, key];
      const denial = context.denials?.fields.find(
        (one) => one.fieldName === name && samePath(one.responsePath, path) && concerns(one.typeName, type, context),
      );
      const complete =
        denial === undefined
          ? compileValue(definition.type, field.selected, context, path, `${type.name}.${name}`)
          : compileDenied(definition.type, denial.fault);
      entries.push({ key, inherited, complete });
    }
  }
  return (value, run, path) => {
    if (!isData(value)) return null;
    const projected: Data = {};
    for (const { key, inherited, complete } of entries) {
      path.push(key);
      const result = complete(inherited && !Object.hasOwn(value, key) ? undefined : value[key], run, path);
      path.pop();
      if (result === BUBBLE) return BUBBLE;
      projected[key] = result;
    }
    return projected;
  };
}

const samePath = (a: readonly string[], b: readonly string[]): boolean =>
  a.length === b.length && a.every((key, i) => key === b[i]);

function concerns(denied: string, type: GraphQLCompositeType, context: ProjectionContext): boolean {
  if (denied === type.name) return true;
  const abstract = context.schema.getType(denied);
  return isAbstractType(abstract) && !isUnionType(type) && context.schema.isSubType(abstract, type);
}

function compileDenied(type: GraphQLOutputType, fault: HubFault): Complete {
  const instead = isNonNullType(type) ? BUBBLE : null;
  return (_value, run, path) => {
    run.sink.add(fault, [...path]);
    return instead;
  };
}

function compileValue(
  type: GraphQLOutputType,
  selected: readonly SelectionSetNode[],
  context: ProjectionContext,
  at: readonly string[],
  coordinate: string,
): Complete {
  const inner = compileNullable(getNullableType(type), selected, context, at, coordinate);
  if (!isNonNullType(type)) {
    return (value, run, path) => {
      if (value === null || value === undefined) return null;
      const result = inner(value, run, path);
      return result === BUBBLE ? null : result;
    };
  }
  return (value, run, path) => {
    const result = value === null || value === undefined ? null : inner(value, run, path);
    if (result !== null) return result;
    if (!run.sink.explains(path))
      run.sink.add(malformed(`${coordinate} is null, but the schema says it never is`), [...path]);
    return BUBBLE;
  };
}

function compileNullable(
  type: GraphQLOutputType,
  selected: readonly SelectionSetNode[],
  context: ProjectionContext,
  at: readonly string[],
  coordinate: string,
): Complete {
  if (isListType(type)) {
    const item = compileValue(type.ofType as GraphQLOutputType, selected, context, at, coordinate);
    return (value, run, path) => {
      if (!Array.isArray(value)) {
        run.sink.add(malformed(`${coordinate} should be a list`), [...path]);
        return null;
      }
      const items = new Array<unknown>(value.length);
      for (let i = 0; i < value.length; i += 1) {
        path.push(i);
        const result = item(value[i], run, path);
        path.pop();
        if (result === BUBBLE) return null;
        items[i] = result;
      }
      return items;
    };
  }
  if (isObjectType(type)) return compileObject(type, selected, context, at);
  if (isAbstractType(type)) return compileAbstract(type, selected, context, at, coordinate);
  if (isEnumType(type)) {
    return (value, run, path) => {
      if (typeof value === 'string' && type.getValue(value) !== undefined) return value;
      run.sink.add(malformed(`${coordinate} is not a value of the enum ${type.name}`), [...path]);
      return null;
    };
  }
  if (!isLeafType(type)) throw new HubFault('HUB_INTERNAL', `${coordinate} has a type that cannot be projected`);
  return (value) => value;
}

function compileAbstract(
  type: GraphQLAbstractType,
  selected: readonly SelectionSetNode[],
  context: ProjectionContext,
  at: readonly string[],
  coordinate: string,
): Complete {
  const compiled = new Map<string, Complete>();
  const of = (typename: string): Complete | undefined => {
    const known = compiled.get(typename);
    if (known !== undefined) return known;
    const concrete = context.schema.getType(typename);
    if (!isObjectType(concrete) || !context.schema.isSubType(type, concrete)) return undefined;
    const made = compileObject(concrete, selected, context, at);
    compiled.set(typename, made);
    return made;
  };
  // No source said which type it is, because nothing asked depends on it, or an @interfaceObject said the interface's name.
  const untyped = compileObject(type, selected, context, at);
  return (value, run, path) => {
    const typename = isData(value) ? value.__typename : undefined;
    if (typename === undefined || typename === type.name) return untyped(value, run, path);
    const complete = typeof typename === 'string' ? of(typename) : undefined;
    if (complete !== undefined) return complete(value, run, path);
    run.sink.add(malformed(`${coordinate} is not one of the types of ${type.name}`), [...path]);
    return null;
  };
}

const malformed = (message: string): HubFault => new HubFault('HUB_UPSTREAM_MALFORMED', message);
