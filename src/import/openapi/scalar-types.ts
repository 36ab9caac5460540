// JSON types and formats in, names of GraphQL scalars out. Called by the shaping of schemas.
import type { Schema } from './document-model.ts';

export type ScalarName = 'String' | 'Int' | 'Long' | 'Float' | 'Boolean' | 'Date' | 'DateTime' | 'ID' | 'JSON';

/** Scalars that an SDL must declare where it uses them. */
export const CUSTOM_SCALARS: Readonly<Record<string, string>> = {
  Date: 'A calendar date, ISO 8601.',
  DateTime: 'A point in time, ISO 8601.',
  JSON: 'Any JSON value.',
  Long: 'A whole number beyond 32 bits.',
};

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
export function scalarOf(schema: Pick<Schema, 'types' | 'format' | 'minimum' | 'maximum'>): ScalarName | undefined {
  const [type, second] = schema.types;
  if (type === undefined) return undefined;
  if (second !== undefined) {
    return schema.types.every((one) => one === 'integer' || one === 'number') ? 'Float' : undefined;
  }
  switch (type) {
    case 'string':
      return schema.format === 'date-time' ? 'DateTime' : schema.format === 'date' ? 'Date' : 'String';
    case 'integer':
      return isLong(schema) ? 'Long' : 'Int';
    case 'number':
      return 'Float';
    case 'boolean':
      return 'Boolean';
    case 'file':
      return 'String';
    case 'object':
    case 'array':
      return undefined;
  }
}

function isLong({ format, minimum, maximum }: Pick<Schema, 'format' | 'minimum' | 'maximum'>): boolean {
  if (format !== undefined && LONG_FORMATS.has(format.toLowerCase())) return true;
  return (maximum !== undefined && maximum > MAX_INT) || (minimum !== undefined && minimum < -MAX_INT - 1);
}

/** `id`, `orderId`, `order_id`, `ID`, `sku_key`: what tells one thing from another. */
export function isIdLike(name: string): boolean {
  return (
    /(?:^|[^a-z])(?:id|key|uuid|guid|sid|gid)$/.test(name) || /(?:Id|ID|Key|Uuid|UUID|Guid|GUID|Sid|Gid)$/.test(name)
  );
}
