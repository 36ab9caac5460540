// Extractive answers: sentences of a text, chosen by how central they are or by how much they share with a question.
import type { Sentence } from './nlp.ts';

/** A sentence that opens its text tends to say what it is about. */
const OPENING_BONUS = 1.2;
/** How much of a sentence's terms may have been said already. */
const MAX_REPETITION = 0.6;

/**
 * The most central sentences, in the order of the text, within `maxWords`. Where not even one fits, the best one is cut
 * at a word and ends with "…". Empty where there are no sentences.
 */
export function summarize(sentences: readonly Sentence[], maxWords: number): string {
  const frequency = frequencies(sentences);
  return compose(sentences, maxWords, Infinity, ({ terms, opens }) => {
    const weight = [...new Set(terms)].reduce((sum, term) => sum + (frequency.get(term) ?? 0), 0);
    // Between sum and mean: long sentences win by what they say, not by being long.
    return (weight / Math.sqrt(terms.length + 1)) * (opens ? OPENING_BONUS : 1);
  });
}

/** Up to three sentences that share terms with the question, rare terms first. Empty where none does. */
export function findRelevant(sentences: readonly Sentence[], question: readonly string[], maxWords: number): string {
  const asked = new Set(question);
  const frequency = frequencies(sentences);
  return compose(sentences, maxWords, 3, ({ terms }) => {
    const shared = [...new Set(terms)].filter((term) => asked.has(term));
    return shared.reduce((sum, term) => sum + 1 / (frequency.get(term) ?? 1), 0);
  });
}

/** In how many sentences a term is. */
function frequencies(sentences: readonly Sentence[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const { terms } of sentences) {
    for (const term of new Set(terms)) counts.set(term, (counts.get(term) ?? 0) + 1);
  }
  return counts;
}

function compose(
  sentences: readonly Sentence[],
  maxWords: number,
  maxSentences: number,
  score: (sentence: Sentence) => number,
): string {
  const ranked = sentences
    .map((sentence, index) => ({ sentence, index, score: score(sentence) }))
    .filter((candidate) => candidate.score > 0)
    .sort((a, b) => b.score - a.score || a.index - b.index);
  const chosen: typeof ranked = [];
  const said = new Set<string>();
  let left = maxWords;
  for (const candidate of ranked) {
    const { words, terms } = candidate.sentence;
    if (chosen.length >= maxSentences) break;
    const repeated = terms.filter((term) => said.has(term)).length;
    if (words > left || (terms.length > 0 && repeated / terms.length > MAX_REPETITION)) continue;
    chosen.push(candidate);
    left -= words;
    for (const term of terms) said.add(term);
  }
  if (chosen.length > 0) {
    return chosen
      .sort((a, b) => a.index - b.index)
      .map(({ sentence }) => sentence.text)
      .join(' ');
  }
  const [best] = ranked;
  return best === undefined ? '' : `${best.sentence.text.split(' ').slice(0, maxWords).join(' ')}…`;
}
