// `@shape` of a type: values upstream that are no objects with the type's fields. Read by the builder for both directions.
import { getNamedType, isListType, isNonNullType, type GraphQLNamedType, type GraphQLOutputType } from 'graphql';
import { directiveArgs } from './hub-directives.ts';

export type UpstreamShape = 'entries' | 'value' | 'tuple' | 'choice';

export function upstreamShape(type: GraphQLNamedType): UpstreamShape | undefined {
  const { astNode } = type;
  return directiveArgs(astNode ?? undefined, 'shape')?.as as UpstreamShape | undefined;
}

/** How a raw value becomes what the type's resolvers read; undefined where it is that already. */
export function compileFromUpstream(type: GraphQLOutputType): ((value: unknown) => unknown) | undefined {
  if (upstreamShape(getNamedType(type)) !== 'entries') return undefined;
  return compileEntries(type);
}

function compileEntries(type: GraphQLOutputType): (value: unknown) => unknown {
  if (isNonNullType(type)) return compileEntries(type.ofType);
  if (!isListType(type)) return (value) => value;
  const item = isNonNullType(type.ofType) ? type.ofType.ofType : type.ofType;
  if (!isListType(item)) return toEntries;
  const inner = compileEntries(item);
  return (value) => (Array.isArray(value) ? value.map(inner) : value);
}

function toEntries(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.entries(value).map(([key, inner]) => ({ key, value: inner as unknown }));
}
