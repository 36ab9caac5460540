// Text in, sentences with their terms and sentiment out: wink-nlp with its English model, loaded by the first call.
import type { Document, ItsFunction, WinkMethods } from 'wink-nlp';

export interface Sentence {
  /** As it stands in the text, white space collapsed. */
  readonly text: string;
  readonly words: number;
  /** Lemmas of the words that carry meaning, in order, repeats included. */
  readonly terms: readonly string[];
  /** -1 to 1; 0 where no word of it is in the lexicon. Negation is heeded. */
  readonly sentiment: number;
  /** Whether a text begins with it. */
  readonly opens: boolean;
}

export interface Nlp {
  /** Texts are read one by one: a sentence never spans two of them. */
  sentences(texts: readonly string[]): readonly Sentence[];
  /** Stems of the words that carry meaning: "billing", "billed" and "bills" are one. */
  stems(text: string): readonly string[];
  lemmas(text: string): readonly string[];
  /** Nouns and names, as lemmas. */
  nouns(text: string): readonly string[];
}

/** The readers that are used, with the types that they have when they run: the package puts add-ons in another place. */
interface Its {
  readonly type: ItsFunction<string>;
  readonly pos: ItsFunction<string>;
  readonly lemma: ItsFunction<string>;
  readonly stem: ItsFunction<string>;
  readonly stopWordFlag: ItsFunction<boolean>;
  readonly sentiment: ItsFunction<number>;
  /** First and last token of a sentence. */
  readonly span: ItsFunction<[number, number]>;
}

/** Further sentences are not looked at: scoring them costs more than they add. */
const MAX_SENTENCES = 500;

let loading: Promise<Nlp> | undefined;

/** Takes some 0.4 s and 70 MB the first time; every later call gives the same value. */
export function loadNlp(): Promise<Nlp> {
  loading ??= load();
  return loading;
}

async function load(): Promise<Nlp> {
  const [{ default: winkNlp }, { default: model }] = await Promise.all([
    import('wink-nlp'),
    import('wink-eng-lite-web-model'),
  ]);
  return createNlp(winkNlp(model, ['sbd', 'negation', 'sentiment', 'pos']));
}

function createNlp(wink: WinkMethods): Nlp {
  const its = wink.its as unknown as Its;

  /** Read column by column: asking each token for each of its features costs twenty times as much. */
  function* sentencesOf(text: string): Generator<Sentence> {
    const document = wink.readDoc(text);
    const types = column(document, its.type);
    const stops = column(document, its.stopWordFlag);
    const lemmas = column(document, its.lemma);
    const sentences = document.sentences();
    const texts = sentences.out();
    const spans = sentences.out(its.span) as readonly (readonly [number, number])[];
    const sentiments = sentences.out(its.sentiment) as readonly number[];
    for (const [index, [first, last]] of spans.entries()) {
      const words = range(first, last).filter((token) => types[token] === 'word');
      if (words.length === 0) continue;
      yield {
        text: (texts[index] ?? '').replace(/\s+/g, ' ').trim(),
        words: words.length,
        terms: words.flatMap((token) => (stops[token] === true ? [] : [lemmas[token] ?? ''])),
        sentiment: sentiments[index] ?? 0,
        opens: index === 0,
      };
    }
  }

  function* all(texts: readonly string[]): Generator<Sentence> {
    for (const text of texts) if (text.trim() !== '') yield* sentencesOf(text);
  }

  /** One feature of each word that carries meaning, where `wanted` lets it. */
  function terms(text: string, feature: ItsFunction<string>, wanted?: ReadonlySet<string>): readonly string[] {
    const document = wink.readDoc(text);
    const types = column(document, its.type);
    const stops = column(document, its.stopWordFlag);
    const parts = column(document, its.pos);
    return column(document, feature).filter(
      (_, token) => types[token] === 'word' && stops[token] !== true && (wanted?.has(parts[token] ?? '') ?? true),
    );
  }

  return {
    sentences: (texts) => [...all(texts).take(MAX_SENTENCES)],
    stems: (text) => terms(text, its.stem),
    lemmas: (text) => terms(text, its.lemma),
    nouns: (text) => terms(text, its.lemma, NOUNS),
  };
}

const NOUNS: ReadonlySet<string> = new Set(['NOUN', 'PROPN']);

function column<T>(document: Document, feature: ItsFunction<T>): readonly T[] {
  return document.tokens().out(feature) as readonly T[];
}

function range(first: number, last: number): readonly number[] {
  return Array.from({ length: last - first + 1 }, (_, index) => first + index);
}
