// JSON types and formats in, names of GraphQL scalars out. Called by the shaping of schemas.
import type { Schema } from './document-model.ts';

export type ScalarName = 'String' | 'Int' | 'Float' | 'Boolean' | 'ID' | CustomScalar;

/** Scalars that an SDL must declare where it uses them; those of formats are named as graphql-scalars names them. */
export const CUSTOM_SCALARS = {
  Byte: 'Bytes as base64.',
  Date: 'A calendar date, ISO 8601.',
  DateTime: 'A point in time, ISO 8601.',
  JSON: 'Any JSON value.',
  Long: 'A whole number beyond 32 bits.',
  Duration: 'A duration, ISO 8601.',
  EmailAddress: 'An address of electronic mail.',
  IPv4: 'An IPv4 address.',
  IPv6: 'An IPv6 address.',
  Time: 'A time of day, ISO 8601.',
  Upload: 'A file: a part of a multipart request, or a data: url.',
  URL: 'An address, absolute or relative.',
  UUID: 'A UUID.',
} as const;

type CustomScalar = keyof typeof CUSTOM_SCALARS;

export function isCustomScalar(name: string): name is CustomScalar {
  return Object.hasOwn(CUSTOM_SCALARS, name);
}

/** Formats of texts that a scalar stands for. */
const FORMATS: ReadonlyMap<string, CustomScalar> = new Map([
  ['date-time', 'DateTime'],
  ['date', 'Date'],
  ['time', 'Time'],
  ['duration', 'Duration'],
  ['email', 'EmailAddress'],
  ['idn-email', 'EmailAddress'],
  ['uuid', 'UUID'],
  ['uri', 'URL'],
  ['url', 'URL'],
  ['uri-reference', 'URL'],
  ['ipv4', 'IPv4'],
  ['ipv6', 'IPv6'],
]);

const MAX_INT = 2 ** 31 - 1;

/** Integer formats whose values do not fit 32 bits. */
const LONG_FORMATS: ReadonlySet<string> = new Set([
  'int64',
  'uint32',
  'uint64',
  'long',
  'bigint',
  'unix-time',
  'timestamp',
]);

/** Undefined where the schema allows values that no one scalar stands for: objects, lists, several types, anything. */
export function scalarOf(
  schema: Pick<Schema, 'types' | 'format' | Bounds> & { readonly encoded?: boolean },
): ScalarName | undefined {
  const [type, second] = schema.types;
  if (type === undefined) return undefined;
  if (second !== undefined) {
    return schema.types.every((one) => one === 'integer' || one === 'number') ? 'Float' : undefined;
  }
  switch (type) {
    case 'string':
      return schema.encoded === true ? 'Byte' : (FORMATS.get(schema.format?.toLowerCase() ?? '') ?? 'String');
    case 'integer':
      return isLong(schema) ? 'Long' : 'Int';
    case 'number':
      // A number whose format says that it is whole, and too large for a Float to hold.
      return /^u?int64$/i.test(schema.format ?? '') ? 'Long' : 'Float';
    case 'boolean':
      return 'Boolean';
    case 'file':
      return 'Upload';
    case 'object':
    case 'array':
      return undefined;
  }
}

type Bounds = 'minimum' | 'maximum' | 'reach';

/** Many descriptions leave the format out: an example that 32 bits cannot hold says the same. */
function isLong({ format, minimum, maximum, reach = 0 }: Pick<Schema, 'format' | Bounds>): boolean {
  if (format !== undefined && LONG_FORMATS.has(format.toLowerCase())) return true;
  return (
    reach > MAX_INT || (maximum !== undefined && maximum > MAX_INT) || (minimum !== undefined && minimum < -MAX_INT - 1)
  );
}

/** `id`, `orderId`, `order_id`, `ID`, `sku_key`: what tells one thing from another. */
export function isIdLike(name: string): boolean {
  return (
    /(?:^|[^a-z])(?:id|key|uuid|guid|sid|gid)$/.test(name) || /(?:Id|ID|Key|Uuid|UUID|Guid|GUID|Sid|Gid)$/.test(name)
  );
}
