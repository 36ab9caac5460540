// The `webhooks` part of manifold.yaml: what may be posted to /webhooks/<name>, how it is signed, and which events it is.
import { z } from 'zod';
import { HEADER_NAME } from '../contract/header-name.ts';

const headerName = z
  .string()
  .regex(HEADER_NAME, 'is not a header name')
  .transform((name) => name.toLowerCase());

const secrets = z
  .array(z.string().min(1))
  .min(1)
  .describe('Any of them is accepted, so that one can be replaced by another; take them from the environment.');

const toleranceSec = z
  .number()
  .int()
  .min(0)
  .max(86_400)
  .default(300)
  .describe('How old, or how far in the future, a signed time may be.');

/** What every webhook has. */
const common = {
  source: z.string().min(1).describe('The source that sends it; events carry its name.'),
  map: z
    .union([z.string().min(1), z.array(z.string().min(1)).min(1)])
    .describe(
      'JSONata over the body, with $headers: an event or a list of them, each { type, operation, key, occurredAt?, deliveryId?, payload? }; nothing where the delivery is of no interest.',
    )
    .optional(),
  openapi: z
    .union([
      z.strictObject({
        webhook: z.string().min(1).describe("Name of a webhook or callback in the source's OpenAPI document."),
      }),
      z.strictObject({
        webhookFrom: z.string().min(1).describe('JSONata over the body, with $headers: that name.'),
      }),
    ])
    .describe('Instead of `map`: what is posted is a webhook that the OpenAPI document of the source describes.')
    .optional(),
  maxBodyBytes: z.number().int().positive().max(67_108_864).default(1_048_576),
};

const WHSEC = /^(?:whsec_)?[A-Za-z0-9+/]{24,}={0,2}$/;

const hmac = z.strictObject({
  ...common,
  scheme: z.literal('hmac'),
  secrets,
  algorithm: z.enum(['sha256', 'sha384', 'sha512', 'sha1']).default('sha256'),
  header: headerName.describe('Carries the signature.'),
  encoding: z.enum(['hex', 'base64', 'base64url']).default('hex'),
  prefix: z.string().default('').describe('What stands before the signature in its header, such as "sha256=".'),
  signed: z
    .string()
    .default('{body}')
    .refine((template) => template.split('{body}').length === 2, 'must have {body} in it once')
    .describe('What is signed: {body}, and {header:name} for the value of a header, such as "{header:x-time}.{body}".'),
  timestampHeader: headerName
    .describe(
      'Carries when it was signed, in seconds or milliseconds since 1970 or as ISO 8601; must be part of `signed`.',
    )
    .optional(),
  deliveryIdHeader: headerName.describe('Carries the id of the delivery, the same when it is sent again.').optional(),
  toleranceSec,
});

const webhookSchema = z
  .discriminatedUnion('scheme', [
    z.strictObject({
      ...common,
      scheme: z.literal('standard-webhooks'),
      secrets: secrets.refine(
        (all) => all.every((secret) => WHSEC.test(secret)),
        'must be "whsec_" and base64, 18 bytes or more',
      ),
      toleranceSec,
    }),
    z.strictObject({ ...common, scheme: z.literal('stripe'), secrets, toleranceSec }),
    z.strictObject({ ...common, scheme: z.literal('github'), secrets }),
    z.strictObject({ ...common, scheme: z.literal('slack'), secrets, toleranceSec }),
    z.strictObject({ ...common, scheme: z.literal('shopify'), secrets }),
    hmac.refine(
      ({ timestampHeader, signed }) =>
        timestampHeader === undefined || signed.toLowerCase().includes(`{header:${timestampHeader}}`),
      { path: ['signed'], error: 'must have the timestampHeader in it, or anybody can set another time' },
    ),
    z.strictObject({
      ...common,
      scheme: z.literal('basic'),
      secrets: secrets.refine((all) => all.every((secret) => /^[^:]*:./s.test(secret)), 'must be "user:password"'),
      deliveryIdHeader: headerName.optional(),
    }),
    z.strictObject({
      ...common,
      scheme: z
        .literal('token')
        .describe('A header with a secret in it, from the sender or from the proxy that checked its certificate.'),
      secrets,
      header: headerName,
      deliveryIdHeader: headerName.optional(),
    }),
    z.strictObject({
      ...common,
      scheme: z.literal('none').describe('Anybody who reaches the hub can send events: only where nobody else can.'),
      deliveryIdHeader: headerName.optional(),
    }),
  ])
  .refine(({ map, openapi }) => (map === undefined) !== (openapi === undefined), {
    path: ['map'],
    error: 'must be there, or `openapi` instead of it: which events a delivery is',
  });
export type WebhookSettings = z.infer<typeof webhookSchema>;

/** A name becomes part of a path and a label of metrics. */
export const webhookName = z.string().regex(/^[a-z0-9][a-z0-9_-]{0,63}$/i, {
  error: 'must be letters, digits, - and _, and start with a letter or a digit',
});

/** By name. */
export const webhooksSchema = z.record(webhookName, webhookSchema);
export type WebhooksSettings = z.infer<typeof webhooksSchema>;
