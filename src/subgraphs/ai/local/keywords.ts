// The nouns that a text comes back to.
import type { Nlp } from './nlp.ts';

/** At most `limit` lemmas, the most frequent first, then in the order of the text. */
export function keywordsOf(nlp: Nlp, texts: readonly string[], limit = 8): readonly string[] {
  const counts = new Map<string, number>();
  for (const text of texts) {
    for (const noun of nlp.nouns(text)) if (noun.length > 1) counts.set(noun, (counts.get(noun) ?? 0) + 1);
  }
  return [...counts]
    .sort(([, a], [, b]) => b - a)
    .slice(0, limit)
    .map(([noun]) => noun);
}
