// Text in, sentences with their terms and sentiment out: wink-nlp with its English model, loaded by the first call.
import type { ItemSentence, ItemToken, ItsFunction, WinkMethods } from 'wink-nlp';

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
  const isWord = (token: ItemToken): boolean => token.out(its.type) === 'word';
  const isTerm = (token: ItemToken): boolean => isWord(token) && token.out(its.stopWordFlag) !== true;
  const isNoun = (token: ItemToken): boolean => ['NOUN', 'PROPN'].includes(token.out(its.pos));

  function toSentence(item: ItemSentence, opens: boolean): Sentence {
    const tokens = item.tokens();
    return {
      text: item.out().replace(/\s+/g, ' ').trim(),
      words: tokens.filter(isWord).length(),
      terms: tokens.filter(isTerm).out(its.lemma),
      sentiment: Number(item.out(its.sentiment)),
      opens,
    };
  }

  function* sentencesOf(text: string): Generator<Sentence> {
    const items = wink.readDoc(text).sentences();
    for (let index = 0; index < items.length(); index++) {
      const sentence = toSentence(items.itemAt(index), index === 0);
      if (sentence.words > 0) yield sentence;
    }
  }

  function* all(texts: readonly string[]): Generator<Sentence> {
    for (const text of texts) if (text.trim() !== '') yield* sentencesOf(text);
  }

  const readWith = (text: string, wanted: (token: ItemToken) => boolean) => wink.readDoc(text).tokens().filter(wanted);
  return {
    sentences: (texts) => [...all(texts).take(MAX_SENTENCES)],
    stems: (text) => readWith(text, isTerm).out(its.stem),
    lemmas: (text) => readWith(text, isTerm).out(its.lemma),
    nouns: (text) => readWith(text, (token) => isTerm(token) && isNoun(token)).out(its.lemma),
  };
}
