import { describe, expect, it } from '@jest/globals';
import { HubFault } from '../../../../../src/faults/hub-fault.ts';
import type { AnswerShape } from '../../../../../src/subgraphs/ai/answer-shape.ts';
import { createLocalModel } from '../../../../../src/subgraphs/ai/local/local-model.ts';
import type { ModelItem, ModelRequest } from '../../../../../src/subgraphs/ai/model.ts';

const signal = new AbortController().signal;
const model = createLocalModel();

const string: AnswerShape = { kind: 'string', nullable: false };
const maybe = (shape: AnswerShape): AnswerShape => ({ ...shape, nullable: true });
const oneOf = (...names: readonly string[]): AnswerShape => ({
  kind: 'enum',
  nullable: false,
  labels: names.map((name) => ({ name })),
});
const object = (properties: Record<string, AnswerShape>): AnswerShape => ({
  kind: 'object',
  nullable: false,
  properties: Object.entries(properties).map(([name, shape]) => ({ name, shape })),
});

async function answer(request: Partial<ModelRequest>, item: Partial<ModelItem> | string): Promise<unknown> {
  const asked: ModelItem = { id: '1', data: {}, ...(typeof item === 'string' ? { data: { text: item } } : item) };
  const full = {
    task: 'generate',
    field: 'T.f',
    prompt: undefined,
    maxWords: undefined,
    shape: string,
    ...request,
  } as const;
  return (await model.generate({ ...full, items: [asked] }, signal)).answers.get('1');
}

const REVIEWS = [
  'I love this kettle. It boils water quickly and looks great on my counter.',
  'The kettle boils two litres in three minutes! Great value.',
  'The lid is a bit stiff, but the kettle itself is well made and quiet. It was delivered on a Tuesday.',
];

describe('a summary of the local model', () => {
  it('is made of sentences of the text, in their order, within the limit', async () => {
    const data = { reviews: REVIEWS.map((body) => ({ body, rating: 5 })) };
    const summary = String(await answer({ task: 'summarize', maxWords: 25 }, { data }));
    const text = REVIEWS.join(' ');
    const sentences = summary.split(/(?<=[.!]) /);
    expect(sentences.length).toBeGreaterThan(1);
    const places = sentences.map((sentence) => text.indexOf(sentence));
    expect(places.every((place) => place >= 0)).toBe(true);
    expect(places).toEqual(places.toSorted((a, b) => a - b));
    expect(summary.split(' ').length).toBeLessThanOrEqual(25);
    expect(summary).toContain('kettle');
  });

  it('is shorter than the text where no limit is given', async () => {
    const summary = String(await answer({ task: 'summarize' }, REVIEWS.join(' ')));
    expect(summary.length).toBeLessThan(REVIEWS.join(' ').length / 1.5);
  });

  it('cuts a sentence that is longer than the limit', async () => {
    expect(await answer({ task: 'summarize', maxWords: 3 }, 'The kettle boils two litres of water.')).toBe(
      'The kettle boils…',
    );
  });

  it('does not say the same twice', async () => {
    const twice = 'The kettle is quiet. The kettle is quiet. Shipping took four weeks.';
    expect(await answer({ task: 'summarize', maxWords: 20 }, twice)).toBe(
      'The kettle is quiet. Shipping took four weeks.',
    );
  });
});

describe('labels of the local model', () => {
  it.each([
    ['I love it, great work and very happy!', 'POSITIVE'],
    ['This is terrible. I hate it.', 'NEGATIVE'],
    ['I am not happy with it.', 'NEGATIVE'],
    ['It has four screws.', 'NEUTRAL'],
  ])('follow the sentiment where they are moods: %s', async (text, label) => {
    expect(await answer({ shape: oneOf('POSITIVE', 'NEUTRAL', 'NEGATIVE') }, text)).toBe(label);
  });

  it('follow the words that text and label share, descriptions included', async () => {
    const shape: AnswerShape = {
      kind: 'enum',
      nullable: false,
      labels: [
        { name: 'BILLING', description: 'invoices, charges and refunds' },
        { name: 'SHIPPING', description: 'parcels and their delivery' },
        { name: 'OTHER' },
      ],
    };
    expect(await answer({ task: 'classify', shape }, 'Why was I billed twice? Please refund a charge.')).toBe(
      'BILLING',
    );
    expect(await answer({ task: 'classify', shape }, 'My parcel was never delivered.')).toBe('SHIPPING');
    expect(await answer({ task: 'classify', shape }, 'Hello there')).toBe('OTHER');
  });

  it('are refused where nothing speaks for any, and null where that may be', async () => {
    const shape = oneOf('GARDEN', 'KITCHEN');
    expect(await answer({ task: 'classify', shape }, 'Hello there')).toMatchObject({ code: 'HUB_UPSTREAM_REJECTED' });
    expect(await answer({ task: 'classify', shape: maybe(shape) }, 'Hello there')).toBeNull();
  });

  it('tell a text of two minds where there is a label for that', async () => {
    const shape = oneOf('POSITIVE', 'MIXED', 'NEGATIVE');
    expect(await answer({ shape }, 'I love the colour. It works great. The lid is terrible.')).toBe('MIXED');
    expect(await answer({ shape }, 'I love the colour. It works great.')).toBe('POSITIVE');
  });

  it('do not take urgency for a mood', async () => {
    const shape = oneOf('URGENT', 'HAPPY_HOUR', 'MENU', 'TABLE');
    expect(await answer({ task: 'classify', shape }, 'Where is the menu? I love it here.')).toBe('MENU');
  });
});

describe('free text of the local model', () => {
  it('is the sentence of the text that shares words with the question', async () => {
    const text = 'The library opens at nine. The fee is 3 euros per day. Cats are not allowed.';
    expect(await answer({ prompt: 'How high is the fee?' }, text)).toBe('The fee is 3 euros per day.');
    expect(await answer({}, { prompt: `How high is the fee? ${text}` })).toBe('The fee is 3 euros per day.');
  });

  it('is refused where there is no text to take it from', async () => {
    const refused = await answer({}, { prompt: 'Write a poem about the sea' });
    expect(refused).toBeInstanceOf(HubFault);
    expect(refused).toMatchObject({
      code: 'HUB_UPSTREAM_REJECTED',
      message: expect.stringContaining('free-form prompt'),
    });
  });
});

describe('objects of the local model', () => {
  const shape = object({
    summary: string,
    sentiment: { kind: 'float', nullable: false },
    mood: oneOf('GOOD', 'BAD'),
    keywords: { kind: 'list', of: string, nullable: false },
    language: string,
    owner: maybe(string),
  });

  it('have what can be computed under its usual name, and null for the rest', async () => {
    expect(await answer({ shape }, REVIEWS.join(' '))).toEqual({
      summary: expect.stringContaining('kettle'),
      sentiment: expect.any(Number),
      mood: 'GOOD',
      keywords: expect.arrayContaining(['kettle']),
      language: 'en',
      owner: null,
    });
  });

  it('are refused where a field that must be there cannot be computed, or nothing can', async () => {
    const needsMore = object({ summary: string, urgency: { kind: 'int', nullable: false } });
    expect(await answer({ shape: needsMore }, REVIEWS.join(' '))).toBeInstanceOf(HubFault);
    expect(await answer({ shape: object({ owner: maybe(string) }) }, REVIEWS.join(' '))).toBeInstanceOf(HubFault);
  });
});

describe('the language', () => {
  it.each([
    ['Das ist ein sehr gutes Produkt und ich bin zufrieden.', 'de'],
    ['Le produit est très bon et la livraison était rapide.', 'fr'],
    ['El producto es muy bueno y la entrega fue rápida.', 'es'],
    ['The product is very good and it was fast.', 'en'],
    ['これはとても良い製品です', 'ja'],
    ['Это очень хороший продукт', 'ru'],
    ['qwxz', null],
  ])('of %s is %s', async (text, code) => {
    expect(await answer({ field: 'Review.language', shape: maybe(string) }, text)).toBe(code);
  });
});

describe('vectors of the local model', () => {
  it('have unit length, are the same for the same text, and near for shared words', async () => {
    const texts = [
      'A red kettle boils water',
      'The red kettle boils water',
      'Cats sleep all day',
      '',
      'A red kettle boils water',
    ];
    const { vectors, usage } = await model.embed(texts, signal);
    const [a = [], b = [], c = [], empty = [], again = []] = vectors;
    const dot = (x: readonly number[], y: readonly number[]) =>
      x.reduce((sum, value, i) => sum + value * (y[i] ?? 0), 0);
    expect(Math.hypot(...a)).toBeCloseTo(1);
    expect(again).toEqual(a);
    expect(dot(a, b)).toBeGreaterThan(0.9);
    expect(Math.abs(dot(a, c))).toBeLessThan(0.5);
    expect(empty.every((value) => value === 0)).toBe(true);
    expect(usage).toEqual({ inputTokens: 0, outputTokens: 0 });
  });

  it('stop when the caller goes away', async () => {
    const gone = AbortSignal.abort(new HubFault('HUB_REQUEST_ABORTED', 'gone'));
    await expect(model.embed(['a'], gone)).rejects.toMatchObject({ code: 'HUB_REQUEST_ABORTED' });
  });
});
