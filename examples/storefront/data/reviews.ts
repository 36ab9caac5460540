// Reviews of a product: one to four sentences that fit its kind and the stars they come with.
import type { Category, ProductKind } from './catalogue.ts';
import { FIRST_NAMES, LAST_NAMES } from './people.ts';
import type { Random } from './random.ts';

export interface Review {
  readonly author: string;
  /** 1 to 5 stars. */
  readonly rating: number;
  readonly text: string;
}

const OPENERS: Readonly<Record<number, readonly string[]>> = {
  5: [
    'I love this {noun}.',
    'This is the best {noun} I have ever owned.',
    'Absolutely delighted with this {noun}.',
    'What a wonderful {noun}.',
    'I am so happy with it that I bought another as a present.',
    'Excellent in every way.',
  ],
  4: [
    'A very good {noun} for the money.',
    'I am pleased with this {noun} on the whole.',
    'Good, solid and well thought out.',
    'I use it nearly every day and like it a lot.',
    'A fine {noun} with one small weakness.',
  ],
  3: [
    'This {noun} is neither here nor there.',
    'I have mixed feelings about it.',
    'It does what it should, but I expected more.',
    'A {noun} with ups and downs.',
  ],
  2: [
    'I am disappointed with this {noun}.',
    'I wanted to like it, but I cannot recommend it.',
    'Not worth the price, sadly.',
    'Poor quality for a {noun} at this price.',
  ],
  1: [
    'Terrible {noun}, I sent it back.',
    'A complete waste of money.',
    'The worst {noun} I have ever bought.',
    'A bad buy, avoid it.',
  ],
};

const CLOSERS: Readonly<Record<'good' | 'bad', readonly string[]>> = {
  good: ['Highly recommended.', 'I would buy it again at once.', 'Worth every cent.', 'A perfect gift, too.'],
  bad: ['I returned it.', 'I expected better of {brand}.', 'Save your money.', 'I would not buy it again.'],
};

/** Between two and eight reviews, whose stars gather around the product's true `quality` (1 to 5). */
export function createReviews(
  random: Random,
  category: Category,
  kind: ProductKind,
  brand: string,
  quality: number,
): Review[] {
  const reviews: Review[] = [];
  const seen = new Set<string>();
  const count = random.between(2, 8);
  while (reviews.length < count) {
    const rating = Math.min(5, Math.max(1, Math.round(quality + (random.next() + random.next() - 1) * 1.8)));
    const text = createText(random, category, kind, brand, rating);
    if (seen.has(text)) continue;
    seen.add(text);
    reviews.push({ author: `${random.pick(FIRST_NAMES)} ${random.pick(LAST_NAMES).charAt(0)}.`, rating, text });
  }
  return reviews;
}

function createText(random: Random, category: Category, kind: ProductKind, brand: string, rating: number): string {
  const good = random.sample([kind.good, ...category.good], 3);
  const bad = random.sample([kind.bad, ...category.bad], 3);
  // What is particular about this kind of product should be in most reviews: it is what a summary is made of.
  if (random.chance(0.6)) good[0] = kind.good;
  if (random.chance(0.6)) bad[0] = kind.bad;
  const sentences = [
    random.pick(OPENERS[rating] ?? []),
    ...argument(random, rating, [...new Set(good)], [...new Set(bad)]),
  ];
  if (sentences.length < 4 && rating !== 3 && random.chance(0.4)) {
    sentences.push(random.pick(rating > 3 ? CLOSERS.good : CLOSERS.bad));
  }
  return sentences
    .join(' ')
    .replaceAll('{noun}', kind.called ?? inSentence(kind.noun))
    .replaceAll('{brand}', brand);
}

function argument(random: Random, rating: number, good: readonly string[], bad: readonly string[]): readonly string[] {
  switch (rating) {
    case 5:
      return good.slice(0, random.between(0, 3));
    case 4:
      return random.chance(0.35) ? [...good.slice(0, 2), ...bad.slice(0, 1)] : good.slice(0, random.between(1, 2));
    case 3:
      return [...good.slice(0, 1), ...bad.slice(0, random.between(1, 2))];
    case 2:
      return random.chance(0.4) ? [...bad.slice(0, 2), ...good.slice(0, 1)] : bad.slice(0, random.between(1, 2));
    default:
      return bad.slice(0, random.between(0, 2));
  }
}

/** "Pour-Over Kettle" → "pour-over kettle"; abbreviations keep their capitals. */
function inSentence(noun: string): string {
  return noun
    .split(' ')
    .map((word) => (/^[A-Z]{2}/.test(word) ? word : word.toLowerCase()))
    .join(' ')
    .replace('bluetooth', 'Bluetooth')
    .replace('french', 'French')
    .replace('dutch', 'Dutch');
}
