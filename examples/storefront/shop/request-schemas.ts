// JSON Schemas of what the shop accepts, as openapi.yaml describes it; Fastify checks requests against them.
import { CATEGORIES } from '../data/catalogue.ts';
import { CUSTOMER_TIERS, ORDER_STATUSES } from '../data.ts';

const paging = {
  limit: { type: 'integer', minimum: 1, maximum: 100, default: 20 },
  offset: { type: 'integer', minimum: 0, default: 0 },
} as const;

const ids = { type: 'array', items: { type: 'string' }, maxItems: 100 } as const;

export const orderQuery = {
  type: 'object',
  properties: { ...paging, status: { enum: ORDER_STATUSES }, customerId: { type: 'string' } },
} as const;

export const customerQuery = {
  type: 'object',
  properties: { ...paging, id: ids, tier: { enum: CUSTOMER_TIERS } },
} as const;

export const productQuery = {
  type: 'object',
  properties: { ...paging, id: ids, category: { enum: CATEGORIES.map((category) => category.name) } },
} as const;

export const newOrderBody = {
  type: 'object',
  required: ['customerId', 'items'],
  properties: {
    customerId: { type: 'string' },
    items: {
      type: 'array',
      minItems: 1,
      maxItems: 50,
      items: {
        type: 'object',
        required: ['productId', 'quantity'],
        properties: { productId: { type: 'string' }, quantity: { type: 'integer', minimum: 1, maximum: 99 } },
      },
    },
    note: { type: 'string', maxLength: 500 },
  },
} as const;

export const orderPatchBody = {
  type: 'object',
  minProperties: 1,
  properties: { status: { enum: ORDER_STATUSES }, note: { type: 'string', maxLength: 500 } },
} as const;

export interface Paging {
  readonly limit: number;
  readonly offset: number;
}
export type OrderQuery = Paging & { readonly status?: string; readonly customerId?: string };
export type CustomerQuery = Paging & { readonly id?: readonly string[]; readonly tier?: string };
export type ProductQuery = Paging & { readonly id?: readonly string[]; readonly category?: string };
