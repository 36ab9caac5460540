// The JSONata of a webhook or a feed → a function from a delivery to the changes that it tells of.
import { z } from 'zod';
import type { EntityChange } from '../../contract/events.ts';
import { compileExpression } from '../compile-expression.ts';

/** Source, delivery id and correlation id are added by the intake. */
export type MappedChange = Omit<EntityChange, 'source' | 'correlationId'>;

export interface MappingInput {
  readonly body: unknown;
  readonly headers: Readonly<Record<string, string>>;
}

/** No changes where the delivery is of no interest. Rejects with an Error that says what is wrong with the result. */
export type Mapping = (input: MappingInput) => Promise<readonly MappedChange[]>;

/** More than any provider tells of at once; one delivery is one batch of the log. */
const MAX_CHANGES = 1_000;

const keyValue = z.union([z.string().min(1), z.number(), z.boolean()]).transform(String);

const mappedSchema = z.strictObject({
  type: z.string().regex(/^[A-Za-z][_0-9A-Za-z]*$/, 'must be the name of a GraphQL type'),
  operation: z.enum(['CREATED', 'UPDATED', 'DELETED', 'CUSTOM']),
  key: z.record(z.string(), keyValue).refine((key) => Object.keys(key).length > 0, 'has no field'),
  occurredAt: z.iso
    .datetime({ offset: true })
    .transform((text) => new Date(text).toISOString())
    .optional(),
  deliveryId: z
    .union([z.string().min(1), z.number()])
    .transform(String)
    .optional(),
  partition: z.string().min(1).optional(),
  payload: z.unknown().optional(),
});

/** @param where for messages: `webhooks.shop`. Throws HUB_CONFIG_INVALID where an expression is none. */
export function compileMapping(where: string, map: string | readonly string[]): Mapping {
  const expressions = [map].flat().map((text, index) => compileExpression(text, `${where}.map[${index}]`));
  return async ({ body, headers }) => {
    const results: unknown[] = [];
    for (const expression of expressions) results.push(...toList(await expression(body, { headers })));
    if (results.length > MAX_CHANGES) {
      throw new Error(`the mapping makes ${results.length} events of one delivery; ${MAX_CHANGES} is the limit`);
    }
    return results.map((result) => toChange(result, results.length === 1 ? body : undefined));
  };
}

/** JSONata says "nothing" with undefined, and one thing with the thing itself. */
function toList(result: unknown): readonly unknown[] {
  if (result === undefined || result === null) return [];
  return Array.isArray(result) ? result : [result];
}

/** The body is the payload of an event that is alone; many events of one body would hold it many times. */
function toChange(result: unknown, body: unknown): MappedChange {
  const parsed = mappedSchema.safeParse(result);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw new Error(`the mapping made no event: ${issue?.path.join('.') ?? ''} ${issue?.message ?? ''}`.trim());
  }
  const { type, operation, key, occurredAt, deliveryId, partition, payload = body } = parsed.data;
  return {
    type,
    operation,
    key,
    ...(occurredAt === undefined ? {} : { occurredAt }),
    ...(deliveryId === undefined ? {} : { deliveryId }),
    ...(partition === undefined ? {} : { partition }),
    ...(payload === undefined ? {} : { payload }),
  };
}
