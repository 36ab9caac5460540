// Scalars and enums as they are sent: the usual values of the usual types without a call. Used by list-plan.ts.
import { GraphQLBoolean, GraphQLFloat, GraphQLID, GraphQLInt, GraphQLString, type GraphQLLeafType } from 'graphql';

/** Thrown in the place of every error: the execution is then done by graphql-jit, which tells it as GraphQL wants it told. */
export const EXCEPTIONAL = new Error('to be done by graphql-jit');

const USUAL = new Map<GraphQLLeafType, (value: unknown) => boolean>([
  [GraphQLString, (value) => typeof value === 'string'],
  [GraphQLID, (value) => typeof value === 'string'],
  [GraphQLInt, (value) => typeof value === 'number' && (value | 0) === value],
  [GraphQLFloat, (value) => typeof value === 'number' && Number.isFinite(value)],
  [GraphQLBoolean, (value) => typeof value === 'boolean'],
]);

/** Throws EXCEPTIONAL for a value that the type cannot represent. */
export function compileLeaf(type: GraphQLLeafType): (value: unknown) => unknown {
  const serialize = (value: unknown): unknown => {
    let serialized: unknown;
    try {
      serialized = type.serialize(value);
    } catch {
      throw EXCEPTIONAL;
    }
    if (serialized === null || serialized === undefined) throw EXCEPTIONAL;
    return serialized;
  };
  // A custom scalar may have the name of a built-in one, so types are told apart by themselves.
  const isUsual = USUAL.get(type);
  if (isUsual === undefined) return serialize;
  return (value) => (isUsual(value) ? value : serialize(value));
}
