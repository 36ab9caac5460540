// How a text feels, from the lexicon of the English model: -1 (bad) to 1 (good), 0 where no word of it is known.
import type { Sentence } from './nlp.ts';

/** Mean over the sentences that feel anything, so that plain facts around a complaint do not hide it. */
export function sentimentOf(sentences: readonly Sentence[]): number {
  const felt = sentences.map(({ sentiment }) => sentiment).filter((sentiment) => sentiment !== 0);
  if (felt.length === 0) return 0;
  const mean = felt.reduce((sum, sentiment) => sum + sentiment, 0) / felt.length;
  return Math.round(Math.max(-1, Math.min(1, mean)) * 100) / 100;
}

const NEUTRAL_BAND = 0.1;

export function polarityOf(sentiment: number): 'positive' | 'neutral' | 'negative' {
  if (sentiment > NEUTRAL_BAND) return 'positive';
  return sentiment < -NEUTRAL_BAND ? 'negative' : 'neutral';
}

/** Share of the sentences that feel bad among those that feel anything; 0 where none does. */
export function negativeShare(sentences: readonly Sentence[]): number {
  const felt = sentences.filter(({ sentiment }) => sentiment !== 0);
  return felt.length === 0 ? 0 : felt.filter(({ sentiment }) => sentiment < 0).length / felt.length;
}
