// Arguments on their way out: GraphQL names become the upstream's names, deeply, through input objects.
import {
  getNamedType,
  isInputObjectType,
  isListType,
  isNonNullType,
  type GraphQLArgument,
  type GraphQLInputObjectType,
  type GraphQLInputType,
} from 'graphql';
import { upstreamName } from './hub-directives.ts';

export type ToUpstream = (value: unknown) => unknown;

/** Enum values are mapped by the schema itself (their internal values); this renames input fields. */
function compileToUpstream(type: GraphQLInputType, made = new Map<GraphQLInputObjectType, ToUpstream>()): ToUpstream {
  const named = getNamedType(type);
  if (!isInputObjectType(named)) return (value) => value;
  if (isNonNullType(type)) return compileToUpstream(type.ofType, made);
  if (isListType(type)) {
    const item = compileToUpstream(type.ofType, made);
    return (value) => (Array.isArray(value) ? value.map(item) : value);
  }
  const known = made.get(named);
  if (known !== undefined) return known;
  const fields = new Map<string, { name: string; convert: ToUpstream }>();
  const convert: ToUpstream = (value) => {
    if (typeof value !== 'object' || value === null) return value;
    const sent: Record<string, unknown> = {};
    for (const [key, inner] of Object.entries(value)) {
      const field = fields.get(key);
      if (field !== undefined && inner !== undefined) sent[field.name] = field.convert(inner);
    }
    return sent;
  };
  // Registered before its fields are compiled: input types may refer to themselves.
  made.set(named, convert);
  for (const field of Object.values(named.getFields())) {
    fields.set(field.name, {
      name: upstreamName(field.astNode, field.name),
      convert: compileToUpstream(field.type, made),
    });
  }
  return convert;
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
