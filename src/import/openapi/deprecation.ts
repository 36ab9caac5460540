// Why something is deprecated, as far as its description says. Called by the mapping of fields and operations.

interface Deprecable {
  readonly deprecated: boolean;
  readonly description: string | undefined;
}

/** The sentence of the description that speaks of it, or a general one; undefined where it is not deprecated. */
export function deprecationOf({ deprecated, description }: Deprecable): string | undefined {
  if (!deprecated) return undefined;
  const sentences = (description ?? '').split(/(?<=[.!?])\s+|\n+/);
  const about = sentences
    .find((sentence) => /deprecat/i.test(sentence))
    ?.replaceAll(/\s+/g, ' ')
    .trim();
  return about !== undefined && about.length <= 200 ? about : 'The API marks this as deprecated.';
}
