// What a mutation of a GraphQL server says to the event log: which entity it created, updated or deleted. Used by the remote
// kinds, on the planned fetch and its result.
import {
  Kind,
  print,
  valueFromASTUntyped,
  type ConstDirectiveNode,
  type DocumentNode,
  type FieldDefinitionNode,
  type FieldNode,
  type SelectionSetNode,
  type TypeNode,
} from 'graphql';
import type { FetchResult, PlannedFetch, PreparedFetch, Variables } from '../../contract/fetch.ts';
import type { Scope } from '../../contract/scope.ts';
import { changeOf } from '../../import/wsdl/operation-verbs.ts';

/** Prepares a fetch so that what it changes is told to the scope of its caller. */
export type TellChanges = (fetch: PlannedFetch, prepare: (fetch: PlannedFetch) => PreparedFetch) => PreparedFetch;

interface Types {
  /** Field name → its definition, by type. */
  readonly fields: ReadonlyMap<string, ReadonlyMap<string, FieldDefinitionNode>>;
  /** The first key of each entity that is made of plain fields. */
  readonly keys: ReadonlyMap<string, readonly string[]>;
}

/** Where a root field's result has its entity. */
interface Change {
  readonly field: FieldNode;
  readonly type: string;
  readonly keyFields: readonly string[];
  /** Response keys from the root to the entity; empty where only the arguments name it. */
  readonly path: readonly string[];
}

/** Key fields are asked for under names of the hub: what the client asks under theirs may be something else. */
const keyAlias = (name: string): string => `_hub_key_${name}`;
const ENTITY_ALIAS = '_hub_changed';
const isOwn = (key: string | number): boolean => key === ENTITY_ALIAS || String(key).startsWith(keyAlias(''));

export function createChangeTeller(source: string, sdl: DocumentNode): TellChanges {
  let types: Types | undefined;
  return (fetch, prepare) => {
    if (fetch.kind !== 'mutation' || fetch.representationVariables.length > 0) return prepare(fetch);
    types ??= readTypes(sdl);
    const changes: Change[] = [];
    const document = withKeys(fetch.document, types, changes);
    if (changes.length === 0) return prepare(fetch);
    const prepared = prepare({ ...fetch, document, text: print(document) });
    return async (scope, variables) => {
      const result = await prepared(scope, variables);
      for (const change of changes) tell(source, change, result, scope, variables);
      // What went wrong with a key that the client did not ask for is nothing to the client.
      const errors = result.errors?.filter(({ path }) => path?.some(isOwn) !== true);
      return errors === undefined ? result : { ...result, errors };
    };
  };
}

/** The entity is the payload itself, a field of the payload, or what the mutation is named after (`deleteOrder(id)`). */
function withKeys(document: DocumentNode, types: Types, changes: Change[]): DocumentNode {
  const { fields, keys } = types;
  const change = (field: FieldNode): FieldNode => {
    const payload = namedType(fields.get('Mutation')?.get(field.name.value)?.type);
    const root = (field.alias ?? field.name).value;
    const own = keys.get(payload);
    if (own !== undefined && field.selectionSet !== undefined) {
      changes.push({ field, type: payload, keyFields: own, path: [root] });
      return { ...field, selectionSet: withFields(field.selectionSet, own.map(keyField)) };
    }
    for (const [name, inner] of fields.get(payload) ?? []) {
      const type = namedType(inner.type);
      const keyFields = keys.get(type);
      const free = inner.arguments?.every(({ type: { kind } }) => kind !== Kind.NON_NULL_TYPE) !== false;
      // An entity that may not be null could take the client's payload with it.
      if (
        keyFields === undefined ||
        inner.type.kind === Kind.NON_NULL_TYPE ||
        !free ||
        field.selectionSet === undefined
      )
        continue;
      changes.push({ field, type, keyFields, path: [root, ENTITY_ALIAS] });
      const selectionSet: SelectionSetNode = { kind: Kind.SELECTION_SET, selections: keyFields.map(keyField) };
      const asked = { ...plainField(name), alias: nameNode(ENTITY_ALIAS), selectionSet };
      return { ...field, selectionSet: withFields(field.selectionSet, [asked]) };
    }
    const named = [...keys].find(([type]) => field.name.value.toLowerCase().endsWith(type.toLowerCase()));
    if (named !== undefined) changes.push({ field, type: named[0], keyFields: named[1], path: [] });
    return field;
  };
  return {
    ...document,
    definitions: document.definitions.map((definition) =>
      definition.kind !== Kind.OPERATION_DEFINITION
        ? definition
        : {
            ...definition,
            selectionSet: {
              ...definition.selectionSet,
              selections: definition.selectionSet.selections.map((one) =>
                one.kind === Kind.FIELD ? change(one) : one,
              ),
            },
          },
    ),
  };
}

function tell(source: string, change: Change, result: FetchResult, scope: Scope, variables: Variables): void {
  const { field, type, keyFields, path } = change;
  const payload = result.data?.[(field.alias ?? field.name).value];
  if (payload === null || payload === undefined || payload === false) return;
  const args = new Map(
    (field.arguments ?? []).map(({ name, value }) => [name.value, valueFromASTUntyped(value, { ...variables })]),
  );
  const records = path.length === 0 ? [{}] : recordsAt(result.data, path);
  for (const record of records) {
    const values = keyFields.map((name): [string, unknown] => [name, record[keyAlias(name)] ?? args.get(name)]);
    if (values.some(([, value]) => typeof value !== 'string' && typeof value !== 'number')) continue;
    const key = Object.fromEntries(values.map(([name, value]) => [name, String(value)]));
    scope.changed({ source, type, operation: changeOf(field.name.value), key });
  }
}

function recordsAt(value: unknown, path: readonly string[]): readonly Readonly<Record<string, unknown>>[] {
  if (Array.isArray(value)) return value.flatMap((one) => recordsAt(one, path));
  if (typeof value !== 'object' || value === null) return [];
  const [key, ...rest] = path;
  const record = value as Readonly<Record<string, unknown>>;
  return key === undefined ? [record] : recordsAt(record[key], rest);
}

function readTypes(sdl: DocumentNode): Types {
  const fields = new Map<string, Map<string, FieldDefinitionNode>>();
  const keys = new Map<string, readonly string[]>();
  const roots = new Map<string, string>();
  for (const definition of sdl.definitions) {
    if (definition.kind === Kind.SCHEMA_DEFINITION || definition.kind === Kind.SCHEMA_EXTENSION) {
      for (const { operation, type } of definition.operationTypes ?? []) roots.set(type.name.value, operation);
    }
    if (definition.kind !== Kind.OBJECT_TYPE_DEFINITION && definition.kind !== Kind.OBJECT_TYPE_EXTENSION) continue;
    const name = roots.get(definition.name.value) === 'mutation' ? 'Mutation' : definition.name.value;
    const known = fields.get(name) ?? new Map<string, FieldDefinitionNode>();
    for (const field of definition.fields ?? []) known.set(field.name.value, field);
    fields.set(name, known);
    const key = definition.directives?.flatMap(flatKey)[0];
    if (key !== undefined && !keys.has(name)) keys.set(name, key);
  }
  return { fields, keys };
}

function flatKey(directive: ConstDirectiveNode): readonly (readonly string[])[] {
  if (!/^(?:federation__)?key$/.test(directive.name.value)) return [];
  const value = directive.arguments?.find(({ name }) => name.value === 'fields')?.value;
  if (value?.kind !== Kind.STRING || /[{.]/.test(value.value)) return [];
  return [value.value.split(/[\s,]+/).filter((name) => name !== '')];
}

const namedType = (type: TypeNode | undefined): string =>
  type === undefined ? '' : type.kind === Kind.NAMED_TYPE ? type.name.value : namedType(type.type);

const nameNode = (value: string) => ({ kind: Kind.NAME, value }) as const;
const plainField = (name: string): FieldNode => ({ kind: Kind.FIELD, name: nameNode(name) });
const keyField = (name: string): FieldNode => ({ ...plainField(name), alias: nameNode(keyAlias(name)) });

const withFields = (set: SelectionSetNode, added: readonly FieldNode[]): SelectionSetNode => ({
  ...set,
  selections: [...set.selections, ...added],
});
