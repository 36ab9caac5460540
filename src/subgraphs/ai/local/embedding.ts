// A text as a vector without a model: its lemmas hashed into a fixed number of dimensions. Same text, same vector.
import type { Nlp } from './nlp.ts';

const EMBEDDING_DIMENSIONS = 256;

/**
 * Unit length; all zeros where no word carries meaning. Texts are near each other when they share words, whatever they
 * mean: "car" and "automobile" are strangers.
 */
export function embedText(nlp: Nlp, text: string): readonly number[] {
  const counts = new Map<string, number>();
  for (const lemma of nlp.lemmas(text)) counts.set(lemma, (counts.get(lemma) ?? 0) + 1);
  const vector = new Array<number>(EMBEDDING_DIMENSIONS).fill(0);
  for (const [lemma, count] of counts) {
    const hash = fnv1a(lemma);
    const dimension = hash % EMBEDDING_DIMENSIONS;
    // A sign of its own lets two lemmas that share a dimension cancel out instead of adding up.
    const sign = hash & 0x8000_0000 ? -1 : 1;
    vector[dimension] = (vector[dimension] ?? 0) + sign * (1 + Math.log(count));
  }
  const length = Math.hypot(...vector);
  return length === 0 ? vector : vector.map((value) => value / length);
}

/** FNV-1a, 32 bit, over UTF-16 code units. */
function fnv1a(text: string): number {
  let hash = 0x811c_9dc5;
  for (let index = 0; index < text.length; index++) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x0100_0193);
  }
  return hash >>> 0;
}
