// Links of the description in (OpenAPI, "Link Object"), fields that lead from one answer to another out. Called by `mapToSdl`.
import { createNameScope, fieldName } from '../graphql-names.ts';
import type { ApiLink, TakeNote } from './document-model.ts';
import type { MappedOperation } from './map-operation.ts';
import type { Entities } from './recognise-entities.ts';
import type { SchemaTypes } from './schema-types.ts';
import type { ObjectShape } from './schema-shape.ts';
import { namedTypeOf, nullable, quote, type FieldDef, type TypeDef } from './sdl-model.ts';
import { namesInPath, variableName } from './uri-template.ts';

/** By the name of the type that has them, then by their own. */
export type Joins = ReadonlyMap<string, ReadonlyMap<string, FieldDef>>;

export function mapLinks(
  operations: readonly MappedOperation[],
  entities: Entities,
  types: SchemaTypes,
  note: TakeNote,
): Joins {
  const joins = new Map<string, Map<string, FieldDef>>();
  const targets = createTargets(operations);
  const add = (owner: string, field: FieldDef): void => {
    const before = joins.get(owner) ?? new Map<string, FieldDef>();
    joins.set(owner, before);
    // Several operations that answer with the same type have the same links.
    if (!before.has(field.name)) before.set(field.name, field);
  };
  for (const { operation, field } of operations) {
    const owners = types.objectsOf(namedTypeOf(field.type));
    for (const link of operation.responses.flatMap((response) => response.links)) {
      const made = owners.map((owner) => {
        const shape = types.shapeOfType(owner);
        const join =
          shape === undefined ? 'the answer has no fields' : mapLink(link, targets(link), shape, entities, types);
        if (typeof join !== 'string') add(owner, join);
        return join;
      });
      // Of several kinds of answers, one that it leads on from is enough.
      const [reason] = made;
      if (typeof reason === 'string' && made.every((join) => typeof join === 'string'))
        note(link.at, `the link "${link.name}" is not expressed: ${reason}`);
    }
  }
  return joins;
}

/** The type with its joins, under names that its own fields leave free. */
export function withJoins(type: TypeDef, joins: Joins): TypeDef {
  const own = type.kind === 'object' ? joins.get(type.name) : undefined;
  if (type.kind !== 'object' || own === undefined) return type;
  const names = createNameScope(type.fields.map(({ name }) => name));
  const fields = [...own.values()].map((field) => ({
    ...field,
    name: names.claim(names.has(field.name) ? `${field.name}Link` : field.name),
  }));
  return { ...type, fields: [...type.fields, ...fields] };
}

type Value =
  | { readonly property: string }
  /** Further in than a template reaches. */
  | { readonly path: readonly string[] }
  | { readonly parts: readonly (Value | string)[] };

/** The operation that a link leads to, by its id or its place. */
function createTargets(operations: readonly MappedOperation[]): (link: ApiLink) => MappedOperation | undefined {
  const ids = new Map<string | undefined, MappedOperation>();
  const places = new Map<string | undefined, MappedOperation>();
  for (const mapped of operations) {
    const { operationId, at } = mapped.operation;
    if (operationId !== undefined && !ids.has(operationId)) ids.set(operationId, mapped);
    if (!places.has(at)) places.set(at, mapped);
  }
  return ({ operationId, operationRef }) => ids.get(operationId) ?? places.get(operationRef && decoded(operationRef));
}

/** A pointer in a URI is percent-encoded: `#/paths/~1pets~1%7Bid%7D/get` (RFC 6901, section 6). */
function decoded(reference: string): string {
  try {
    return decodeURIComponent(reference);
  } catch {
    return reference;
  }
}

/** A text says why there is no field. */
function mapLink(
  link: ApiLink,
  target: MappedOperation | undefined,
  shape: ObjectShape,
  entities: Entities,
  types: SchemaTypes,
): FieldDef | string {
  if (target === undefined)
    return `it leads to ${link.operationId ?? link.operationRef ?? 'nothing'}, which is not there`;
  if (target.root !== 'Query') return 'it leads to an operation that changes something';
  if (link.hasServer) return 'it leads to a server of its own';
  if (link.hasBody) return 'it sends a body';
  const values = new Map<string, Value>();
  for (const [name, expression] of link.parameters) {
    const value = valueOf(expression, shape, types);
    if (value === undefined) return `"${String(expression).slice(0, 100)}" cannot be read from the answer`;
    values.set(name.replace(/^(?:path|query|header|cookie)\./, ''), value);
  }
  const lacking = target.operation.parameters.find(({ name, required }) => required && !values.has(name));
  if (lacking !== undefined) return `it gives no value for the parameter "${lacking.name}"`;
  const field = {
    name: fieldName(link.name),
    upstream: undefined,
    type: nullable(target.field.type),
    description: link.description,
    deprecated: undefined,
    args: [],
  };
  const lookup = entities.lookups.get(target.field.name);
  const key = lookup === undefined ? undefined : entities.keys.get(lookup.typeName);
  const by = lookup === undefined ? undefined : values.get(lookup.parameter);
  if (lookup?.batch === false && key !== undefined && by !== undefined && !('parts' in by) && values.size === 1) {
    const from = 'property' in by ? [by.property] : by.path;
    const derive = `{ ${fieldName(key)}: ${from.map(fieldName).join('.')} }`;
    return { ...field, directives: [`@derive(from: ${quote(derive)})`] };
  }
  const template = templateOf(target, values);
  if (template === undefined)
    return 'its parameters are not all in the path or the query, or lie too deep in the answer';
  const rest = target.field.directives
    .find((one) => one.startsWith('@rest('))
    ?.replace(/^@rest\(get: "(?:[^"\\]|\\.)*"/, '')
    // Headers that nobody has to give are not given.
    .replace(/, headers: \[[^\]]*\{[^\]]*\]/, '');
  if (rest === undefined) return 'it cannot be called';
  return { ...field, directives: [`@rest(get: ${quote(template)}${rest}`] };
}

function templateOf({ operation }: MappedOperation, values: ReadonlyMap<string, Value>): string | undefined {
  const rest = new Map(values);
  const write = (value: Value | string): string => {
    if (typeof value === 'string') return encodeURIComponent(value.toWellFormed());
    if ('property' in value) return `{${variableName(value.property)}}`;
    return 'parts' in value ? value.parts.map(write).join('') : '';
  };
  const isDeep = (value: Value | string): boolean =>
    typeof value !== 'string' && ('path' in value || ('parts' in value && value.parts.some(isDeep)));
  if ([...values.values()].some(isDeep)) return undefined;
  let path = operation.path.replace(/#.*$/s, '');
  for (const name of namesInPath(operation.path)) {
    const value = values.get(name);
    if (value === undefined) return undefined;
    path = path.replaceAll(`{${name}}`, () => write(value));
    rest.delete(name);
  }
  const query: string[] = [];
  for (const [name, value] of rest) {
    if (!operation.parameters.some((one) => one.name === name && one.in === 'query')) return undefined;
    query.push(`${encodeURIComponent(name.toWellFormed())}=${write(value)}`);
  }
  const joined = path.startsWith('/') ? path : `/${path}`;
  return query.length === 0 ? joined : `${joined}${joined.includes('?') ? '&' : '?'}${query.join('&')}`;
}

/** Runtime expressions that the answer itself has the value of, and constants. */
function valueOf(expression: unknown, shape: ObjectShape, types: SchemaTypes): Value | undefined {
  const has = (name: string | undefined): Value | undefined =>
    name !== undefined && shape.fields.has(name) ? { property: name } : undefined;
  if (typeof expression === 'number' || typeof expression === 'boolean') return { parts: [String(expression)] };
  if (typeof expression !== 'string') return undefined;
  const inner = /^\{(\$[^{}]*)\}$/.exec(expression)?.[1] ?? expression;
  if (!inner.startsWith('$')) return embedded(inner, (one) => valueOf(one, shape, types));
  const body = /^\$response\.body#\/(.+)$/.exec(inner)?.[1];
  if (body !== undefined) {
    const path = body.split('/').map((token) => token.replaceAll('~1', '/').replaceAll('~0', '~'));
    return path.length === 1 ? has(path[0]) : leadsTo(path, shape, types) ? { path } : undefined;
  }
  // What was asked for is often a part of what is answered.
  return has(
    /^\$request\.(?:path|query|header)\.(.+)$/.exec(inner)?.[1] ?? /^\$request\.body#\/([^/]+)$/.exec(inner)?.[1],
  );
}

/** Expressions stand in braces inside a text (OpenAPI, "Runtime Expressions"). */
function embedded(text: string, read: (expression: string) => Value | undefined): Value | undefined {
  const parts = text
    .split(/(\{\$[^{}]*\})/)
    .filter((part) => part !== '')
    .map((part) => (part.startsWith('{$') ? read(part) : part));
  return parts.every((part) => part !== undefined) ? { parts } : undefined;
}

/** Whether there is a field at the end of the path, with nothing but objects on the way. */
function leadsTo([name, ...rest]: readonly string[], shape: ObjectShape, types: SchemaTypes): boolean {
  const field = name === undefined ? undefined : shape.fields.get(name);
  if (field === undefined) return false;
  if (rest.length === 0) return true;
  const inner = types.shapeOf(field.schema);
  return inner.kind === 'object' && leadsTo(rest, inner, types);
}
