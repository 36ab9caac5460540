// The `auth` part of manifold.yaml: which credentials the front door accepts. Read by the configuration, used by auth.
import { z } from 'zod';
import { HEADER_NAME } from '../contract/header-name.ts';

const scopeName = z.string().regex(/^\S+$/, 'a scope has no spaces in it');

/** One key, stored as a hash: whoever reads the configuration cannot call the hub with it. */
export const apiKeySchema = z.strictObject({
  /** Becomes the principal's id: appears in logs, never secret. */
  name: z.string().min(1),
  hash: z
    .string()
    .regex(
      /^(sha256:[0-9a-fA-F]{64}|scrypt:(?:[0-9a-fA-F]{2}){8,}:(?:[0-9a-fA-F]{2}){16,64})$/,
      'must be "sha256:<hex>" or "scrypt:<salt in hex>:<hash in hex>"',
    )
    .describe(
      'sha256 of a long random key (printf %s "$KEY" | sha256sum), or scrypt (N 16384, r 8, p 1) of one a person chose',
    ),
  scopes: z.array(scopeName).default([]),
});
export type ApiKeySettings = z.infer<typeof apiKeySchema>;

const PUBLIC_KEY_ALGORITHMS = [
  'RS256',
  'RS384',
  'RS512',
  'PS256',
  'PS384',
  'PS512',
  'ES256',
  'ES384',
  'ES512',
  'EdDSA',
  'Ed25519',
] as const;

/** HMAC algorithms and the least length of their secret in bytes (RFC 7518, section 3.2). */
const SECRET_BYTES = { HS256: 32, HS384: 48, HS512: 64 } as const;
type SecretAlgorithm = keyof typeof SECRET_BYTES;
const isSecretAlgorithm = (name: string): name is SecretAlgorithm => Object.hasOwn(SECRET_BYTES, name);

/** An issuer of tokens and how its signatures are checked. Exactly one of jwksUrl, publicKey and secret. */
export const jwtIssuerSchema = z
  .strictObject({
    /** Compared with the token's `iss`, byte for byte. */
    issuer: z.string().min(1),
    /** The token's `aud` must name one of these. */
    audience: z.union([z.string().min(1), z.array(z.string().min(1)).min(1)]),
    jwksUrl: z.url({ protocol: /^https?$/ }).optional(),
    publicKey: z
      .union([z.string().min(1), z.record(z.string(), z.unknown())])
      .describe('PEM (public key or certificate) or JWK')
      .optional(),
    secret: z.string().min(1).describe('Shared secret of HS256; take it from the environment').optional(),
    algorithms: z
      .array(z.enum([...PUBLIC_KEY_ALGORITHMS, 'HS256', 'HS384', 'HS512']))
      .min(1)
      .describe(
        'By default: RS256, ES256 and EdDSA with jwksUrl; what the key is for with publicKey; HS256 with secret',
      )
      .optional(),
    clockToleranceSec: z.number().int().min(0).max(600).default(30),
    scopesClaim: z
      .string()
      .min(1)
      .default('scope')
      .describe('Claim with the scopes: one string with spaces, or a list. With the default, "scp" is read as well'),
  })
  .superRefine((entry, context) => {
    const refuse = (key: string, message: string) => context.addIssue({ code: 'custom', path: [key], message });
    const keys = (['jwksUrl', 'publicKey', 'secret'] as const).filter((key) => entry[key] !== undefined);
    if (keys.length !== 1) refuse('issuer', 'needs exactly one of jwksUrl, publicKey and secret');
    // An HMAC beside a public key would let anyone sign with that key as the secret.
    for (const algorithm of entry.algorithms ?? (entry.secret === undefined ? [] : ['HS256'])) {
      if (isSecretAlgorithm(algorithm) !== (entry.secret !== undefined)) {
        refuse('algorithms', `${algorithm} does not go with ${keys[0] ?? 'this key'}`);
      } else if (isSecretAlgorithm(algorithm)) {
        const least = SECRET_BYTES[algorithm];
        if (Buffer.byteLength(entry.secret ?? '') < least)
          refuse('secret', `${algorithm} needs ${least} bytes or more`);
      }
    }
  });
export type JwtIssuerSettings = z.infer<typeof jwtIssuerSchema>;

const once = (values: readonly string[]) => new Set(values).size === values.length;

/** The front door. Without API keys and issuers it is open, and credentials are not looked at. */
export const authSettingsSchema = z.strictObject({
  /** Whether a caller without a credential is let in, as far as the graph's own directives allow. */
  anonymous: z.boolean().default(true),
  apiKeys: z
    .array(apiKeySchema)
    .refine((keys) => once(keys.map((key) => key.name)), 'two keys have the same name')
    .refine((keys) => once(keys.map((key) => key.hash.toLowerCase())), 'two keys have the same hash')
    .default([]),
  /** Name of the header that carries an API key. */
  apiKeyHeader: z
    .string()
    .regex(HEADER_NAME, 'is not a header name')
    .refine((name) => name.toLowerCase() !== 'authorization', 'is taken by bearer tokens')
    .default('x-api-key'),
  jwt: z
    .array(jwtIssuerSchema)
    .refine((issuers) => once(issuers.map((entry) => entry.issuer)), 'two entries have the same issuer')
    .default([]),
});
export type AuthSettings = z.infer<typeof authSettingsSchema>;
