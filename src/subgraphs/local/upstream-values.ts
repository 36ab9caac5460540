// Arguments on their way out: GraphQL names become the upstream's names, deeply, through input objects.
import {
  getNamedType,
  getNullableType,
  isInputObjectType,
  isListType,
  isNonNullType,
  type GraphQLArgument,
  type GraphQLInputObjectType,
  type GraphQLInputType,
} from 'graphql';
import { directiveArgs, upstreamName } from './hub-directives.ts';
import { upstreamShape, type UpstreamShape } from './upstream-shapes.ts';

export type ToUpstream = (value: unknown) => unknown;

/** Enum values are mapped by the schema itself (their internal values); this renames input fields. */
function compileToUpstream(type: GraphQLInputType, made = new Map<GraphQLInputObjectType, ToUpstream>()): ToUpstream {
  const named = getNamedType(type);
  if (!isInputObjectType(named)) return named.name === 'Long' ? exactIntegers : (value) => value;
  if (isNonNullType(type)) return compileToUpstream(type.ofType, made);
  if (isListType(type)) {
    const item = compileToUpstream(type.ofType, made);
    const isEntries = upstreamShape(named) === 'entries' && !isListType(getNullableType(type.ofType));
    if (isEntries) return (value) => (Array.isArray(value) ? fromEntries(value.map(item)) : value);
    return (value) => (Array.isArray(value) ? value.map(item) : value);
  }
  const known = made.get(named);
  if (known !== undefined) return known;
  const fields = new Map<string, InputField>();
  const shape = upstreamShape(named);
  const convert: ToUpstream = (value) => {
    if (typeof value !== 'object' || value === null) return value;
    const sent: [string, unknown][] = [];
    for (const [key, inner] of Object.entries(value)) {
      const field = fields.get(key);
      if (field === undefined || inner === undefined) continue;
      const converted = field.convert(inner);
      if (Array.isArray(converted) && field.additional) {
        sent.push(...converted.map((item, index): [string, unknown] => [String(fields.size - 1 + index), item]));
      } else if (field.additional) sent.push(...Object.entries(converted ?? {}));
      else sent.push([field.name, converted]);
    }
    return reshape(sent, shape);
  };
  // Registered before its fields are compiled: input types may refer to themselves.
  made.set(named, convert);
  for (const field of Object.values(named.getFields())) {
    fields.set(field.name, {
      name: upstreamName(field.astNode, field.name),
      additional: directiveArgs(field.astNode, 'additional') !== undefined,
      convert: compileToUpstream(field.type, made),
    });
  }
  return convert;
}

/** A text of digits stands for a number that JavaScript cannot hold. */
function exactIntegers(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(exactIntegers);
  return typeof value === 'string' && /^-?\d+$/.test(value) ? BigInt(value) : value;
}

interface InputField {
  readonly name: string;
  readonly additional: boolean;
  readonly convert: ToUpstream;
}

function reshape(sent: readonly (readonly [string, unknown])[], shape: UpstreamShape | undefined): unknown {
  switch (shape) {
    case 'value':
    case 'choice':
      return sent.find(([, value]) => value !== null)?.[1] ?? null;
    case 'tuple': {
      const list: unknown[] = [];
      for (const [at, value] of sent) list[Number(at)] = value;
      return Array.from(list, (value) => value ?? null);
    }
    case 'entries':
    case undefined:
      // Never by assignment: a key called "__proto__" is a key.
      return Object.fromEntries(sent);
  }
}

function fromEntries(entries: readonly unknown[]): unknown {
  return Object.fromEntries(
    entries.flatMap((entry) => {
      const { key, value } = entry as { readonly key: string; readonly value?: unknown };
      return value === undefined ? [] : [[key, value]];
    }),
  );
}

/** All arguments of a field; one that was not given stays absent. */
export function compileArguments(
  args: readonly GraphQLArgument[],
): (given: Readonly<Record<string, unknown>>) => Record<string, unknown> {
  const compiled = args.map((argument) => ({
    name: argument.name,
    sent: upstreamName(argument.astNode, argument.name),
    convert: compileToUpstream(argument.type),
  }));
  return (given) => {
    const sent: Record<string, unknown> = {};
    for (const argument of compiled) {
      const value = given[argument.name];
      if (value !== undefined) sent[argument.sent] = argument.convert(value);
    }
    return sent;
  };
}
