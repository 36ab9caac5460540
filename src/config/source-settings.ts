// What every source can be told in manifold.yaml, whatever its kind. A kind extends this shape with its own keys.
import { z } from 'zod';
import { HEADER_NAME } from '../contract/header-name.ts';
import { sourceCacheSchema } from './cache-settings.ts';

/** `"30s"` style strings are not accepted: every duration is a whole number of milliseconds. */
const milliseconds = z.number().int().positive();

const headerName = z.string().regex(HEADER_NAME, 'is not a header name');

/** Where an upstream wants several, a list of them. */
const oneOrMore = <T extends z.ZodType>(one: T) => z.union([one, z.array(one).min(1)]).optional();

const pem = z.string().regex(/^(?:-----BEGIN [\s\S]*|\/.*)$/, 'is neither PEM nor an absolute path');

/** How the hub proves itself to the upstream. Values come from the environment: `value: "${SHOP_KEY}"`. */
export const credentialSchema = z.strictObject({
  header: oneOrMore(z.strictObject({ name: headerName, value: z.string() })),
  query: oneOrMore(z.strictObject({ name: z.string().min(1), value: z.string() })),
  cookie: oneOrMore(
    z.strictObject({ name: headerName, value: z.string().regex(/^[\x21\x23-\x2b\x2d-\x3a\x3c-\x5b\x5d-\x7e]*$/) }),
  ),
  basic: z.strictObject({ username: z.string(), password: z.string() }).optional(),
  bearer: z.strictObject({ token: z.string() }).optional(),
  oauth2: z
    .strictObject({
      tokenUrl: z.url(),
      clientId: z.string().min(1),
      clientSecret: z.string().min(1),
      scopes: z.array(z.string()).optional(),
      audience: z.string().optional(),
      /** How the client proves itself at the token endpoint (RFC 6749, section 2.3.1). */
      clientAuth: z.enum(['basic', 'body']).default('basic'),
    })
    .describe('OAuth 2 client credentials')
    .optional(),
  /** The hub's own certificate (mutual TLS). */
  clientCertificate: z
    .strictObject({
      cert: pem.describe('PEM, or the absolute path of a PEM file'),
      key: pem.describe('PEM, or the absolute path of a PEM file'),
      passphrase: z.string().optional(),
      /** Who may have signed the upstream's certificate; the platform's list by default. */
      ca: pem.describe('PEM, or the absolute path of a PEM file').optional(),
    })
    .optional(),
  /** Headers of the caller's request that are passed on as they are. Part of the cache partition. */
  forward: z.array(headerName).optional(),
});
export type CredentialSettings = z.infer<typeof credentialSchema>;

export interface NamedValue {
  readonly name: string;
  readonly value: string;
}

/** What may be written as one or as a list, as a list. */
export function listed(values: NamedValue | readonly NamedValue[] | undefined): readonly NamedValue[] {
  if (values === undefined) return [];
  return 'name' in values ? [values] : values;
}

/** `host` or `host:port` as an address has it; an IPv6 address stands in brackets. */
export const SPEC_HOST = /^(?:[\w.-]+|\[[\da-fA-F:.]+\])(?::\d{1,5})?$/;

export const specHostsSchema = z
  .array(z.string().regex(SPEC_HOST, 'is not a host: write schemas.example.com, or schemas.example.com:8443'))
  .describe('Other hosts that the description may refer to')
  .optional();

const retrySchema = z.strictObject({
  /** Tries in all, the first one included. Only idempotent calls are repeated. */
  attempts: z.number().int().min(1).max(10).default(3),
  initialDelayMs: milliseconds.default(100),
  maxDelayMs: milliseconds.default(5_000),
});

const breakerSchema = z.strictObject({
  /** Failures in a row that open the breaker. */
  failures: z.number().int().positive().default(5),
  /** How long it stays open before one call may try again. */
  pauseMs: milliseconds.default(5_000),
});

export const sourceShape = {
  /** Base url of the upstream; overrides what the description says. */
  url: z.url({ protocol: /^https?$/ }).optional(),
  auth: credentialSchema.default({}),
  timeoutMs: milliseconds.default(10_000),
  retry: retrySchema.prefault({}),
  breaker: breakerSchema.prefault({}),
  /** Calls in flight at once; more wait in a queue of ten times that length. */
  concurrency: z.number().int().positive().default(64),
  maxResponseBytes: z
    .number()
    .int()
    .positive()
    .default(10 * 1024 * 1024),
  /** Most keys in one batched lookup; a larger batch is split. */
  maxKeysPerBatch: z.number().int().positive().default(100),
  /** Answer identical reads in flight with one call. */
  shareInFlight: z.boolean().default(true),
  cache: sourceCacheSchema.optional(),
} as const;

export const sourceSettingsSchema = z.object(sourceShape);
/** The part of a source's settings that all kinds have, defaults applied. `spec`: its description, where it has one. */
export type SourceSettings = z.infer<typeof sourceSettingsSchema> & {
  readonly kind: string;
  readonly spec?: string | undefined;
};
