// Stubs: records of which only the key is known (and what a representation brought along). A stub is completed by its
// type's lookup when the operation asks for more than it has; all stubs that are ready together go out as one batch.
import {
  getNamedType,
  isAbstractType,
  isObjectType,
  Kind,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLObjectType,
  type GraphQLSchema,
  type SelectionSetNode,
} from 'graphql';
import type { Representation } from '../../contract/fetch.ts';
import type { Scope } from '../../contract/scope.ts';
import { upstreamName } from './hub-directives.ts';
import type { Lookup, Raw } from './lookups.ts';
import type { KnownTypes } from './resolve-type.ts';
import type { FieldModel, TypeModels } from './type-model.ts';

/** The part of graphql's resolve info that stubs look at. */
export interface SelectionInfo {
  readonly fieldNodes: readonly FieldNode[];
  readonly fragments: Readonly<Record<string, FragmentDefinitionNode>>;
}

export interface Stubs {
  /** The stub itself where it has all that is selected, else its record; null where there is no such record. */
  complete(scope: Scope, type: GraphQLObjectType, stub: Raw, info: SelectionInfo): Raw | null | Promise<Raw | null>;
  /** The lookup that would complete such a stub; undefined where none is needed or there is none. */
  lookupFor(type: GraphQLObjectType, rawNames: ReadonlySet<string>, info: SelectionInfo): Lookup | undefined;
  /** A representation under the upstream's names. */
  fromRepresentation(representation: Representation, type: GraphQLObjectType): Raw;
}

export function createStubs(
  schema: GraphQLSchema,
  models: TypeModels,
  lookups: ReadonlyMap<string, readonly Lookup[]>,
  known: KnownTypes,
): Stubs {
  const needs = createNeeds(schema, models);

  const lookupFor = (
    type: GraphQLObjectType,
    has: (raw: string) => boolean,
    info: SelectionInfo,
  ): Lookup | undefined => {
    const missing = [...needs(type, info)].some((raw) => !has(raw));
    return missing ? lookups.get(type.name)?.find((one) => one.rawKeys.every(has)) : undefined;
  };

  return {
    complete(scope, type, stub, info) {
      known.set(stub, type.name);
      const lookup = lookupFor(type, (raw) => raw in stub, info);
      if (lookup === undefined) return stub;
      const key = lookup.rawKeys.map((raw) => stub[raw]);
      const extra = Object.keys(stub).some((raw) => raw !== '__typename' && !lookup.rawKeys.includes(raw));
      return lookup.load(scope, key).then((record) => {
        if (record === null) return null;
        // What a representation brought for @requires stays beside what the lookup found.
        const whole = extra ? { ...stub, ...record } : record;
        known.set(whole, type.name);
        return whole;
      });
    },
    lookupFor: (type, rawNames, info) => lookupFor(type, (raw) => rawNames.has(raw), info),
    fromRepresentation: (representation, type) => toRaw(representation, type) as Raw,
  };
}

/** Raw names that a selection reads; EXPRESSION stands for an expression, which may read anything. */
type Needs = (type: GraphQLObjectType, info: SelectionInfo) => ReadonlySet<string>;
const EXPRESSION = '\u0000expression';

function createNeeds(schema: GraphQLSchema, models: TypeModels): Needs {
  const remembered = new WeakMap<FieldNode, Map<string, ReadonlySet<string>>>();
  const compute: Needs = (type, info) => {
    const found = new Set<string>();
    const visit = (selectionSet: SelectionSetNode | undefined): void => {
      for (const selection of selectionSet?.selections ?? []) {
        if (selection.kind === Kind.FIELD) addNeeds(found, models.get(type.name)?.get(selection.name.value));
        else {
          const fragment = selection.kind === Kind.INLINE_FRAGMENT ? selection : info.fragments[selection.name.value];
          if (applies(fragment?.typeCondition?.name.value, type, schema)) visit(fragment?.selectionSet);
        }
      }
    };
    for (const node of info.fieldNodes) visit(node.selectionSet);
    return found;
  };
  return (type, info) => {
    const [node, second] = info.fieldNodes;
    // A node may be merged with others in one place and stand alone in another: only the plain case is remembered.
    if (node === undefined || second !== undefined) return compute(type, info);
    const byType = remembered.get(node) ?? new Map<string, ReadonlySet<string>>();
    remembered.set(node, byType);
    const needs = byType.get(type.name) ?? compute(type, info);
    byType.set(type.name, needs);
    return needs;
  };
}

function addNeeds(found: Set<string>, model: FieldModel | undefined): void {
  if (model?.kind === 'property') {
    if (!model.external) found.add(model.raw);
  } else if (model?.kind === 'stub') {
    for (const key of model.keys) found.add(key.from[0] ?? EXPRESSION);
  } else if (model?.kind === 'expression' || model?.kind === 'rest') found.add(EXPRESSION);
}

function applies(condition: string | undefined, type: GraphQLObjectType, schema: GraphQLSchema): boolean {
  if (condition === undefined || condition === type.name) return true;
  const conditional = schema.getType(condition);
  return isAbstractType(conditional) && schema.isSubType(conditional, type);
}

function toRaw(value: unknown, type: GraphQLObjectType): unknown {
  if (Array.isArray(value)) return value.map((item: unknown) => toRaw(item, type));
  if (typeof value !== 'object' || value === null) return value;
  const fields = type.getFields();
  const raw: Record<string, unknown> = {};
  for (const [name, inner] of Object.entries(value)) {
    if (name === '__proto__') continue;
    const field = fields[name];
    const named = field === undefined ? undefined : getNamedType(field.type);
    raw[upstreamName(field?.astNode, name)] = isObjectType(named) ? toRaw(inner, named) : inner;
  }
  return raw;
}
