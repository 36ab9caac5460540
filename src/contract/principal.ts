// Who calls: made by auth from a credential, read by the field policy and by every cache key.

export interface Principal {
  readonly kind: 'anonymous' | 'api-key' | 'jwt';
  /** Stable id: `anonymous`, the key's name, or `issuer|subject`. Safe to log. */
  readonly id: string;
  readonly scopes: ReadonlySet<string>;
  /** Verified claims of a JWT; empty otherwise. */
  readonly claims: Readonly<Record<string, unknown>>;
}

export const ANONYMOUS: Principal = { kind: 'anonymous', id: 'anonymous', scopes: new Set(), claims: {} };
