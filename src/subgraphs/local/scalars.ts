// The well-known custom scalars of imported SDL. They check and pass on what the upstream sent, digit for digit:
// an offset or a trailing zero may carry meaning that a Date or a number would lose.
import { GraphQLScalarType, Kind, valueFromASTUntyped, type ValueNode } from 'graphql';

function exact(name: string, description: string, accepts: (value: unknown) => boolean): GraphQLScalarType {
  const check = (value: unknown): unknown => {
    if (accepts(value)) return value;
    throw new TypeError(`${name} cannot represent this value`);
  };
  return new GraphQLScalarType({
    name,
    description,
    serialize: check,
    parseValue: check,
    parseLiteral: (node: ValueNode, variables) =>
      check(node.kind === Kind.INT || node.kind === Kind.FLOAT ? node.value : valueFromASTUntyped(node, variables)),
  });
}

const isText = (pattern: RegExp) => (value: unknown) => typeof value === 'string' && pattern.test(value);
const number = (value: unknown): string =>
  typeof value === 'number' ? String(value) : typeof value === 'string' ? value : '';

const DATE = /^-?\d{4,}-\d\d-\d\d(?:Z|[+-]\d\d:\d\d)?$/;
const DATE_TIME = /^-?\d{4,}-\d\d-\d\d(?:[Tt ]\d\d:\d\d(?::\d\d(?:[.,]\d+)?)?(?:[Zz]|[+-]\d\d:?\d\d)?)?$/;
const INTEGER = /^[+-]?\d+$/;
const DECIMAL = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/;

const SCALARS: readonly GraphQLScalarType[] = [
  exact('Date', 'A calendar date, ISO 8601, as the source wrote it.', isText(DATE)),
  exact(
    'DateTime',
    'A point in time, ISO 8601 text as the source wrote it, or its epoch number.',
    (value) => isText(DATE_TIME)(value) || (typeof value === 'number' && Number.isFinite(value)),
  ),
  exact('Long', 'A whole number of any size; text where it is beyond what a number holds exactly.', (value) =>
    INTEGER.test(number(value)),
  ),
  exact('Decimal', 'A decimal number, exact.', (value) => DECIMAL.test(number(value))),
];

/** Scalars of these names, where the source's SDL declares them; every other custom scalar passes values on unchecked. */
export const WELL_KNOWN_SCALARS: ReadonlyMap<string, GraphQLScalarType> = new Map(
  SCALARS.map((scalar) => [scalar.name, scalar]),
);
