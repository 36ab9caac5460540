// Type definitions on their way to SDL text: made by the mapping, completed by the recognition of entities, then printed.

export interface ArgumentDef {
  readonly name: string;
  /** The upstream's name where it differs. */
  readonly upstream: string | undefined;
  /** With its `!`. */
  readonly type: string;
  /** As GraphQL writes it; where there is one, the type has no `!`. */
  readonly default?: string | undefined;
  readonly description: string | undefined;
  readonly deprecated: string | undefined;
  /** As they are printed: `@serialize(style: json)`. */
  readonly directives?: readonly string[];
}

export interface FieldDef extends ArgumentDef {
  readonly args: readonly ArgumentDef[];
  /** As they are printed: `@lookup`, `@rest(get: "/orders")`. */
  readonly directives: readonly string[];
}

export interface EnumValueDef {
  readonly name: string;
  readonly upstream: string | undefined;
}

export type TypeDef = {
  readonly name: string;
  readonly description: string | undefined;
  /** JSON pointer of the schema that it was made of. */
  readonly at?: string;
} & (
  | { readonly kind: 'object'; readonly fields: readonly FieldDef[]; readonly directives: readonly string[] }
  | { readonly kind: 'input'; readonly fields: readonly FieldDef[]; readonly directives?: readonly string[] }
  | { readonly kind: 'enum'; readonly values: readonly EnumValueDef[] }
  | { readonly kind: 'union'; readonly members: readonly string[]; readonly directives: readonly string[] }
  | { readonly kind: 'scalar' }
);

/** `Order` in `[Order!]!`. */
export function namedTypeOf(type: string): string {
  return type.replaceAll(/[[\]!]/g, '');
}

/** `!` behind a type that has none yet. */
export function nonNull(type: string): string {
  return type.endsWith('!') ? type : `${type}!`;
}

export function nullable(type: string): string {
  return type.replace(/!$/, '');
}

/** A string as SDL writes it in directives. Lone surrogates, which GraphQL refuses, are replaced. */
export function quote(text: string): string {
  return JSON.stringify(text.toWellFormed());
}
