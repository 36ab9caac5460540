// Which entities a planned fetch of a remote source reads, as tags for the answer cache. The remote kinds hand them to their
// caller. Where an answer need not name an entity, a tag stands for all of its type.
import { Kind, type DocumentNode, type FragmentDefinitionNode, type SelectionSetNode, type TypeNode } from 'graphql';
import type { PlannedFetch, Variables } from '../../contract/fetch.ts';
import { entityTag, someTag } from '../../transport/entity-tags.ts';
import { argumentsOf } from '../local/hub-directives.ts';

/** Tags of what a fetch reads, given its variables. */
export type TagsOfFetch = (variables: Variables) => readonly string[];

interface Index {
  /** Field name → named type, by type name. */
  readonly fields: Map<string, Map<string, string>>;
  /** Flat keys of each entity. */
  readonly keys: Map<string, string[][]>;
  /** Members of unions and implementations of interfaces. */
  readonly members: Map<string, string[]>;
  readonly roots: Map<string, string>;
}

/** Reads the SDL when the first fetch is prepared. */
export function createTouchedEntities(sdl: DocumentNode): (fetch: PlannedFetch) => TagsOfFetch {
  let index: Index | undefined;
  return (fetch) => {
    index ??= readIndex(sdl);
    const { keys } = index;
    const types = touchedTypes(fetch, index);
    return (variables) => {
      const tags = [...types].map(someTag);
      for (const name of fetch.representationVariables) {
        const list = variables[name];
        for (const one of Array.isArray(list) ? (list as Variables[]) : []) tags.push(...representationTags(one, keys));
      }
      return tags;
    };
  };
}

function representationTags(one: Variables, keys: Index['keys']): readonly string[] {
  const type = String(one.__typename);
  const known = (keys.get(type) ?? []).filter((key) => key.every((name) => typeof (one[name] ?? {}) !== 'object'));
  if (known.length === 0) return [someTag(type)];
  return known.map((key) => entityTag(type, Object.fromEntries(key.map((name) => [name, one[name]]))));
}

function touchedTypes(fetch: PlannedFetch, index: Index): ReadonlySet<string> {
  const touched = new Set<string>();
  const fragments = new Map<string, FragmentDefinitionNode>();
  for (const definition of fetch.document.definitions) {
    if (definition.kind === Kind.FRAGMENT_DEFINITION) fragments.set(definition.name.value, definition);
  }
  const touch = (name: string): void => {
    for (const one of [name, ...(index.members.get(name) ?? [])]) if (index.keys.has(one)) touched.add(one);
  };
  /** @param named whether the answer's entities are named by the fetch: then their type says too much. */
  const walk = (set: SelectionSetNode | undefined, type: string, named: boolean): void => {
    for (const selection of set?.selections ?? []) {
      if (selection.kind === Kind.FIELD) {
        const inner = index.fields.get(type)?.get(selection.name.value);
        if (inner !== undefined) touch(inner);
        walk(selection.selectionSet, inner ?? '', selection.name.value === '_entities');
        continue;
      }
      const part = selection.kind === Kind.INLINE_FRAGMENT ? selection : fragments.get(selection.name.value);
      const condition = part?.typeCondition?.name.value ?? type;
      if (!named) touch(condition);
      walk(part?.selectionSet, condition, false);
    }
  };
  for (const definition of fetch.document.definitions) {
    if (definition.kind !== Kind.OPERATION_DEFINITION) continue;
    walk(definition.selectionSet, index.roots.get(definition.operation) ?? 'Query', false);
  }
  return touched;
}

function readIndex(sdl: DocumentNode): Index {
  const index: Index = { fields: new Map(), keys: new Map(), members: new Map(), roots: new Map() };
  for (const definition of sdl.definitions) {
    switch (definition.kind) {
      case Kind.SCHEMA_DEFINITION:
      case Kind.SCHEMA_EXTENSION:
        for (const { operation, type } of definition.operationTypes ?? []) index.roots.set(operation, type.name.value);
        break;
      case Kind.UNION_TYPE_DEFINITION:
      case Kind.UNION_TYPE_EXTENSION:
        for (const type of definition.types ?? []) addTo(index.members, definition.name.value, type.name.value);
        break;
      case Kind.OBJECT_TYPE_DEFINITION:
      case Kind.OBJECT_TYPE_EXTENSION:
      case Kind.INTERFACE_TYPE_DEFINITION:
      case Kind.INTERFACE_TYPE_EXTENSION: {
        const name = definition.name.value;
        const fields = index.fields.get(name) ?? new Map<string, string>();
        for (const field of definition.fields ?? []) fields.set(field.name.value, namedType(field.type));
        index.fields.set(name, fields);
        for (const type of definition.interfaces ?? []) addTo(index.members, type.name.value, name);
        for (const directive of definition.directives ?? []) {
          if (directive.name.value !== 'key') continue;
          const key = String(argumentsOf(directive).fields).trim();
          const keys = index.keys.get(name) ?? [];
          // A nested key is told by no tag of its own: the type stands for it.
          if (!key.includes('{')) keys.push(key.split(/[\s,]+/));
          index.keys.set(name, keys);
        }
        break;
      }
      default:
    }
  }
  return index;
}

function addTo(lists: Map<string, string[]>, name: string, item: string): void {
  const list = lists.get(name);
  if (list === undefined) lists.set(name, [item]);
  else list.push(item);
}

function namedType(type: TypeNode): string {
  return type.kind === Kind.NAMED_TYPE ? type.name.value : namedType(type.type);
}
