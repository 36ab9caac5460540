// The keys by which other gateways may enter the graph, read from a supergraph: candidates for the SDL that the hub publishes
// as a subgraph.
import {
  getNamedType,
  isLeafType,
  isObjectType,
  Kind,
  parse,
  type ConstDirectiveNode,
  type DocumentNode,
  type GraphQLObjectType,
  type SelectionSetNode,
} from 'graphql';
import type { Supergraph } from './compose-supergraph.ts';

/** Field sets as in `@key(fields:)`, by object type. */
export type EntryKeys = ReadonlyMap<string, readonly string[]>;

/** Every key that some source resolves and whose fields clients can see. Types without any are absent. */
export function readEntryKeys({ document, publicSchema }: Supergraph): EntryKeys {
  const keys = new Map<string, readonly string[]>();
  for (const [name, fieldSets] of resolvableKeys(document)) {
    const type = publicSchema.getType(name);
    if (!isObjectType(type)) continue;
    const visible = fieldSets.filter((fields) => isVisible(type, parseFieldSet(fields)));
    if (visible.length > 0) keys.set(name, visible);
  }
  return keys;
}

export function parseFieldSet(fields: string): SelectionSetNode {
  const [operation] = parse(`{ ${fields} }`, { noLocation: true }).definitions;
  if (operation?.kind === Kind.OPERATION_DEFINITION) return operation.selectionSet;
  throw new TypeError('a field set is a selection');
}

/** The fields of a selection with what is selected of them. Field sets of keys that can be entered by have no fragments. */
export function fieldsOf(set: SelectionSetNode): readonly { name: string; inside: SelectionSetNode | undefined }[] {
  return set.selections.flatMap((selection) =>
    selection.kind === Kind.FIELD ? [{ name: selection.name.value, inside: selection.selectionSet }] : [],
  );
}

function resolvableKeys(document: DocumentNode): EntryKeys {
  const found = new Map<string, readonly string[]>();
  for (const definition of document.definitions) {
    if (definition.kind !== Kind.OBJECT_TYPE_DEFINITION) continue;
    const keys = (definition.directives ?? []).flatMap(readKey);
    if (keys.length > 0) found.set(definition.name.value, [...new Set(keys)]);
  }
  return found;
}

function readKey(directive: ConstDirectiveNode): readonly string[] {
  if (directive.name.value !== 'join__type') return [];
  const valueOf = (name: string) => directive.arguments?.find((argument) => argument.name.value === name)?.value;
  const key = valueOf('key');
  const resolvable = valueOf('resolvable');
  if (key?.kind !== Kind.STRING || (resolvable?.kind === Kind.BOOLEAN && !resolvable.value)) return [];
  return [key.value.trim().replaceAll(/[\s,]+/g, ' ')];
}

function isVisible(type: GraphQLObjectType, set: SelectionSetNode): boolean {
  return set.selections.every((selection) => {
    if (selection.kind !== Kind.FIELD) return false;
    const field = type.getFields()[selection.name.value];
    if (field === undefined || field.args.length > 0) return false;
    const named = getNamedType(field.type);
    if (isLeafType(named)) return true;
    return isObjectType(named) && selection.selectionSet !== undefined && isVisible(named, selection.selectionSet);
  });
}
