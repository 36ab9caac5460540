// Which label of a set fits a text: by sentiment where the labels are moods, else by the words that they share.
import type { Label } from '../answer-shape.ts';
import type { Nlp, Sentence } from './nlp.ts';
import { negativeShare, polarityOf, sentimentOf } from './sentiment.ts';

export interface LabelChoice {
  readonly label: string;
  /** 0 to 1: how clearly it was ahead. A heuristic, not a probability. */
  readonly score: number;
}

/** Moods as labels name them, and where they lie between bad and good. */
const MOODS: Readonly<Record<string, number>> = {
  ...{ positive: 0.6, happy: 0.6, good: 0.5, glad: 0.5, pleased: 0.5, satisfied: 0.5, joyful: 0.8, joy: 0.8 },
  ...{ delighted: 0.9, excited: 0.8, enthusiastic: 0.8, great: 0.7, love: 0.8, grateful: 0.6, calm: 0.2, content: 0.3 },
  ...{ neutral: 0, mixed: 0, indifferent: 0, ambivalent: 0, ok: 0.1 },
  ...{ negative: -0.6, unhappy: -0.6, bad: -0.5, sad: -0.6, upset: -0.6, annoyed: -0.5, frustrated: -0.6 },
  ...{ disappointed: -0.5, dissatisfied: -0.5, angry: -0.8, anger: -0.8, furious: -1, hate: -0.9, worried: -0.4 },
  ...{ anxious: -0.4, afraid: -0.5, fear: -0.5, sadness: -0.6 },
};
const VERY = 1.6;

/** Labels for a text that is of two minds, and how much of it must be of the smaller one. */
const TORN = new Set(['mixed', 'ambivalent']);
const TORN_SHARE = 0.3;

/** Labels that mean "none of the others". */
const CATCH_ALL = new Set(['other', 'unknown', 'none', 'general', 'unclear', 'misc', 'neutral']);

/** Undefined where nothing in the text speaks for any label. */
export function chooseLabel(
  nlp: Nlp,
  sentences: readonly Sentence[],
  texts: readonly string[],
  labels: readonly Label[],
): LabelChoice | undefined {
  return byMood(sentences, labels) ?? bySharedWords(nlp, texts, labels);
}

export function wordsOf(label: string): readonly string[] {
  return label
    .replace(/([a-z])([A-Z])/g, '$1 $2')
    .toLowerCase()
    .split(/[^\p{Letter}\p{Number}]+/u)
    .filter((word) => word !== '');
}

function byMood(sentences: readonly Sentence[], labels: readonly Label[]): LabelChoice | undefined {
  const moods = labels.flatMap(({ name }) => {
    const mood = moodOf(name);
    return mood === undefined ? [] : [{ name, mood }];
  });
  // One mood among other words ("urgent", "happy hour") does not make a set of moods.
  if (moods.length * 2 < labels.length || new Set(moods.map(({ mood }) => mood)).size < 2) return undefined;
  const sentiment = sentimentOf(sentences);
  const torn = moods.find(({ name }) => wordsOf(name).some((word) => TORN.has(word)));
  const share = negativeShare(sentences);
  if (torn !== undefined && share >= TORN_SHARE && share <= 1 - TORN_SHARE) {
    return { label: torn.name, score: round(2 * Math.min(share, 1 - share)) };
  }
  // The side is decided first: a mildly pleased text is nearer to "neutral" than to "delighted", and pleased all the same.
  const alike = moods.filter(({ mood }) => polarityOf(mood) === polarityOf(sentiment));
  const distance = ({ mood }: { readonly mood: number }): number => Math.abs(mood - sentiment);
  const [best] = (alike.length > 0 ? alike : moods).sort((a, b) => distance(a) - distance(b));
  return best === undefined ? undefined : { label: best.name, score: round(1 - Math.abs(best.mood - sentiment) / 2) };
}

function moodOf(label: string): number | undefined {
  const words = wordsOf(label);
  const mood = words
    .map((word) => (Object.hasOwn(MOODS, word) ? MOODS[word] : undefined))
    .find((value) => value !== undefined);
  if (mood === undefined) return undefined;
  const signed = words.includes('not') ? -mood : mood;
  return words.includes('very') ? Math.max(-1, Math.min(1, signed * VERY)) : signed;
}

function bySharedWords(nlp: Nlp, texts: readonly string[], labels: readonly Label[]): LabelChoice | undefined {
  const counts = new Map<string, number>();
  for (const text of texts) for (const stem of nlp.stems(text)) counts.set(stem, (counts.get(stem) ?? 0) + 1);
  const weigh = (stems: ReadonlySet<string>): number =>
    [...stems].reduce((sum, stem) => sum + Math.log1p(counts.get(stem) ?? 0), 0);
  const scored = stemsOf(nlp, labels)
    // The name says more than its description does.
    .map(({ label, name, description }) => ({ label, score: 2 * weigh(name) + weigh(description) }))
    .sort((a, b) => b.score - a.score);
  const total = scored.reduce((sum, { score }) => sum + score, 0);
  const [best] = scored;
  if (best !== undefined && best.score > 0) return { label: best.label, score: round(best.score / total) };
  const catchAll = labels.find(({ name }) => wordsOf(name).some((word) => CATCH_ALL.has(word)));
  return catchAll === undefined ? undefined : { label: catchAll.name, score: 0 };
}

interface LabelStems {
  readonly label: string;
  readonly name: ReadonlySet<string>;
  readonly description: ReadonlySet<string>;
}

/** Labels live as long as the field they belong to, and are read once for all its items. */
const knownStems = new WeakMap<readonly Label[], readonly LabelStems[]>();

function stemsOf(nlp: Nlp, labels: readonly Label[]): readonly LabelStems[] {
  const known = knownStems.get(labels);
  if (known !== undefined) return known;
  const stems = labels.map(({ name, description = '' }) => ({
    label: name,
    name: new Set(nlp.stems(wordsOf(name).join(' '))),
    description: new Set(nlp.stems(description)),
  }));
  knownStems.set(labels, stems);
  return stems;
}

function round(score: number): number {
  return Math.round(score * 100) / 100;
}
