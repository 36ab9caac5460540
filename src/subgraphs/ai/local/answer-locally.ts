// One item in, an answer of the asked-for shape out, made by rules. What the rules cannot make is null or a refusal.
import { HubFault } from '../../../faults/hub-fault.ts';
import type { AnswerShape } from '../answer-shape.ts';
import { LOCAL_MODEL } from '../config.ts';
import type { ModelItem, ModelRequest } from '../model.ts';
import { chooseLabel, wordsOf } from './choose-label.ts';
import { keywordsOf } from './keywords.ts';
import { detectLanguage, LANGUAGE_NAMES } from './language.ts';
import type { Nlp, Sentence } from './nlp.ts';
import { findRelevant, summarize } from './select-sentences.ts';
import { polarityOf, sentimentOf } from './sentiment.ts';

/** What is computed under which names of fields. */
const NAMES = {
  summary: new Set(['summary', 'abstract', 'gist', 'tldr', 'digest']),
  sentiment: new Set(['sentiment', 'mood', 'polarity', 'tone']),
  language: new Set(['language', 'lang', 'locale']),
  keywords: new Set(['keywords', 'keyphrases', 'tags', 'topics', 'themes']),
} as const;

/** Length of an answer that nobody limited: a third of the text, within these bounds. */
const DEFAULT_WORDS = { least: 15, most: 60 } as const;

interface Material {
  readonly texts: readonly string[];
  readonly sentences: readonly Sentence[];
  readonly question: string;
}

/** The answer, or a HubFault (HUB_UPSTREAM_REJECTED) where it cannot be given. */
export function answerLocally(nlp: Nlp, request: ModelRequest, item: ModelItem): unknown {
  const material = gather(nlp, request, item);
  const name = request.field.slice(request.field.lastIndexOf('.') + 1);
  const answer = fill(request.shape, name, true);
  if (answer !== undefined) return answer;
  if (request.shape.nullable) return null;
  return new HubFault(
    'HUB_UPSTREAM_REJECTED',
    `${LOCAL_MODEL} cannot answer ${request.field}: it picks sentences, moods, labels, keywords and languages out of a ` +
      'given text, and has no answer to a free-form prompt. Add another model to the route.',
  );

  /** Undefined: the rules have nothing to say. `whole`: it is the whole answer, not a part of an object. */
  function fill(shape: AnswerShape, field: string, whole: boolean): unknown {
    const named = field.toLowerCase();
    switch (shape.kind) {
      case 'string':
        return fillText(named, whole);
      case 'float':
        if (named === 'score' && request.task === 'classify') return undefined;
        return isNamed(named, 'sentiment') && hasText() ? sentimentOf(material.sentences) : undefined;
      case 'enum':
        return isNamed(named, 'language') ? languageLabel(shape) : choose(shape)?.label;
      case 'list':
        return fillList(shape.of, named);
      case 'object':
        return fillObject(shape);
      case 'int':
      case 'boolean':
      case 'scalar':
        return undefined;
    }
  }

  function fillText(named: string, whole: boolean): string | undefined {
    if (isNamed(named, 'language')) return detectLanguage(material.texts.join('\n'));
    if (!hasText()) return undefined;
    const maxWords = request.maxWords ?? defaultWords(material.sentences);
    if ((whole && request.task === 'summarize') || isNamed(named, 'summary')) {
      return summarize(material.sentences, maxWords) || undefined;
    }
    if (isNamed(named, 'sentiment')) return polarityOf(sentimentOf(material.sentences));
    if (!whole || request.task !== 'generate') return undefined;
    return findRelevant(material.sentences, nlp.lemmas(material.question), maxWords) || undefined;
  }

  function fillList(of: AnswerShape, named: string): unknown {
    if (of.kind === 'string' && isNamed(named, 'keywords')) return keywordsOf(nlp, material.texts);
    if (of.kind !== 'enum') return undefined;
    const choice = choose(of);
    return choice === undefined ? undefined : [choice.label];
  }

  function fillObject(shape: AnswerShape & { kind: 'object' }): unknown {
    const classification = asClassification(shape);
    if (classification !== undefined) return classification;
    const entries = shape.properties.map(
      ({ name: property, shape: of }) => [property, fill(of, property, false)] as const,
    );
    const missing = shape.properties.some(({ shape: of }, index) => !of.nullable && entries[index]?.[1] === undefined);
    // An object of nothing but nulls would claim that the text was read and said nothing.
    if (missing || entries.every(([, value]) => value === undefined)) return undefined;
    return Object.fromEntries(entries.map(([property, value]) => [property, value ?? null]));
  }

  /** `{ label, score }`: the score belongs to the label. */
  function asClassification(shape: AnswerShape & { kind: 'object' }): unknown {
    const [label, score] = ['label', 'score'].map((wanted) => shape.properties.find(({ name: own }) => own === wanted));
    if (shape.properties.length !== 2 || label?.shape.kind !== 'enum' || score?.shape.kind !== 'float')
      return undefined;
    return choose(label.shape);
  }

  function choose(shape: AnswerShape & { kind: 'enum' }) {
    return hasText() ? chooseLabel(nlp, material.sentences, material.texts, shape.labels) : undefined;
  }

  function languageLabel(shape: AnswerShape & { kind: 'enum' }): string | undefined {
    const code = detectLanguage(material.texts.join('\n'));
    if (code === undefined) return undefined;
    return shape.labels.find(({ name: label }) =>
      wordsOf(label).some((word) => word === code || word === LANGUAGE_NAMES[code]),
    )?.name;
  }

  function hasText(): boolean {
    return material.sentences.length > 0;
  }
}

function defaultWords(sentences: readonly Sentence[]): number {
  const words = sentences.reduce((sum, sentence) => sum + sentence.words, 0);
  return Math.max(DEFAULT_WORDS.least, Math.min(DEFAULT_WORDS.most, Math.round(words / 3)));
}

function isNamed(field: string, what: keyof typeof NAMES): boolean {
  return NAMES[what].has(field);
}

/**
 * The texts are all strings of the data. A prompt without data ("What is the fee? The fee is 3 euros.") is taken for
 * both: its questions are the question (or its first sentence), the rest is the text.
 */
function gather(nlp: Nlp, request: ModelRequest, item: ModelItem): Material {
  const texts = [...stringsOf(item.data)];
  const question = [request.prompt, item.prompt].filter((prompt) => prompt !== undefined).join('\n');
  if (texts.length > 0 || item.prompt === undefined) return { texts, sentences: nlp.sentences(texts), question };
  const parts = nlp.sentences([item.prompt]);
  const asked = parts.filter(({ text }) => text.endsWith('?'));
  const questions = asked.length > 0 ? asked : parts.slice(0, 1);
  const sentences = parts.filter((sentence) => !questions.includes(sentence));
  return {
    texts: sentences.map(({ text }) => text),
    sentences,
    question: questions.map(({ text }) => text).join(' '),
  };
}

function* stringsOf(value: unknown): Generator<string> {
  if (typeof value === 'string') {
    if (value.trim() !== '') yield value;
  } else if (typeof value === 'object' && value !== null) {
    for (const part of Object.values(value)) yield* stringsOf(part);
  }
}
