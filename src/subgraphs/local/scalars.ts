// The well-known custom scalars of imported SDL. They check and pass on what the upstream sent, digit for digit:
// an offset or a trailing zero may carry meaning that a Date or a number would lose.
import { isIPv4, isIPv6 } from 'node:net';
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
  exact('Decimal', 'A decimal number, exact.', (value) => DECIMAL.test(number(value))),
];

const long = new GraphQLScalarType({
  name: 'Long',
  description: 'A whole number of any size; text where it is beyond what a number holds exactly.',
  serialize(value) {
    if (INTEGER.test(number(value))) return value;
    throw new TypeError('Long cannot represent this value');
  },
  parseValue: toInteger,
  parseLiteral: (node: ValueNode) =>
    toInteger(node.kind === Kind.INT || node.kind === Kind.STRING ? node.value : undefined),
});

/** Texts of digits become numbers where they are exact; others are sent as numbers with all their digits. */
function toInteger(value: unknown): number | string {
  const text = typeof value === 'bigint' ? String(value) : number(value);
  if (!INTEGER.test(text)) throw new TypeError('Long cannot represent this value');
  return Number.isSafeInteger(Number(text)) ? Number(text) : text.replace(/^\+/, '');
}

/** Formats of texts, by the names that graphql-scalars gives them: what a client sends is checked, answers are not. */
function format(name: string, description: string, accepts: (text: string) => boolean): GraphQLScalarType {
  const check = (value: unknown): unknown => {
    if (typeof value === 'string' && accepts(value)) return value;
    throw new TypeError(`${name} cannot represent this value`);
  };
  return new GraphQLScalarType({
    name,
    description,
    serialize: (value) => value,
    parseValue: check,
    parseLiteral: (node: ValueNode) => check(node.kind === Kind.STRING ? node.value : undefined),
  });
}

const FORMATS: readonly GraphQLScalarType[] = [
  format('UUID', 'A UUID (RFC 9562).', (text) =>
    /^(?:urn:uuid:|\{)?[\da-f]{8}(?:-?[\da-f]{4}){3}-?[\da-f]{12}\}?$/i.test(text),
  ),
  format('EmailAddress', 'An address of electronic mail (RFC 5322).', (text) => /^[^@\s]+@[^@\s]+$/.test(text)),
  format('URL', 'An address, absolute or relative (RFC 3986).', (text) => /^\S+$/.test(text)),
  format('IPv4', 'An IPv4 address.', isIPv4),
  format('IPv6', 'An IPv6 address (RFC 4291).', isIPv6),
  format('Time', 'A time of day, ISO 8601.', (text) => /^T?\d\d(?::?\d\d){0,2}/.test(text)),
  format('Duration', 'A duration, ISO 8601.', (text) => /^[+-]?P/.test(text)),
  format('Byte', 'Bytes as base64 (RFC 4648).', (text) => /^[\w+/=\s-]*$/.test(text)),
];

/** A File of a multipart request goes through as it is. */
const upload = new GraphQLScalarType({
  name: 'Upload',
  description: 'A file: a part of a multipart request, or a text that is a data: url (RFC 2397) or the content itself.',
  serialize() {
    throw new TypeError('Upload is for input alone');
  },
});

/** Scalars of these names, where the source's SDL declares them; every other custom scalar passes values on unchecked. */
export const WELL_KNOWN_SCALARS: ReadonlyMap<string, GraphQLScalarType> = new Map(
  [...SCALARS, long, ...FORMATS, upload].map((scalar) => [scalar.name, scalar]),
);
