// Which language a text is in: by its script, or by the small words that only one language has so many of.

const SCRIPTS: readonly (readonly [string, RegExp])[] = [
  ['ja', /[\p{Script=Hiragana}\p{Script=Katakana}]/gu],
  ['ko', /\p{Script=Hangul}/gu],
  ['zh', /\p{Script=Han}/gu],
  ['ru', /\p{Script=Cyrillic}/gu],
  ['el', /\p{Script=Greek}/gu],
  ['ar', /\p{Script=Arabic}/gu],
  ['he', /\p{Script=Hebrew}/gu],
  ['th', /\p{Script=Thai}/gu],
  ['hi', /\p{Script=Devanagari}/gu],
];

const SMALL_WORDS: Readonly<Record<string, string>> = {
  en: 'the and of to is was it that this with for not are have you my but be they on at from were which very',
  de: 'der die das und ist nicht ein eine ich mit auf für den dem von zu es sie wir auch sich aber war sehr wurde nach',
  fr: 'le la les et est pas une un je avec pour dans que qui des du ne il elle nous très mais sur au ce sont été',
  es: 'el la los las y es no una un que con por para del se muy pero en lo su está fue al mi como más',
  it: 'il lo la gli e è non una un che con per di del della sono molto ma ho nel alla questo anche si più',
  pt: 'o a os as e é não uma um que com por para do da se muito mas em no na foi ao meu como mais',
  nl: 'de het een en is niet ik met op voor van te dat die zijn ook maar was heel naar bij er aan wordt',
  sv: 'och det att är inte en ett jag med på för som den har av till men var mycket vi om så de',
};

const WORDS = new Map(Object.entries(SMALL_WORDS).map(([code, words]) => [code, new Set(words.split(' '))]));

export const LANGUAGE_NAMES: Readonly<Record<string, string>> = {
  ...{ en: 'english', de: 'german', fr: 'french', es: 'spanish', it: 'italian', pt: 'portuguese', nl: 'dutch' },
  ...{ sv: 'swedish', ja: 'japanese', ko: 'korean', zh: 'chinese', ru: 'russian', el: 'greek', ar: 'arabic' },
  ...{ he: 'hebrew', th: 'thai', hi: 'hindi' },
};

/** ISO 639-1 code; undefined where the text is too short or too mixed to tell. Neighbours within a script are one. */
export function detectLanguage(text: string): string | undefined {
  const letters = text.match(/\p{Letter}/gu)?.length ?? 0;
  if (letters === 0) return undefined;
  for (const [code, script] of SCRIPTS) {
    if ((text.match(script)?.length ?? 0) / letters > 0.3) return code;
  }
  const words = text.toLowerCase().match(/\p{Letter}+/gu) ?? [];
  const ranked = [...WORDS]
    .map(([code, small]) => ({ code, hits: words.filter((word) => small.has(word)).length }))
    .sort((a, b) => b.hits - a.hits);
  const [best, second] = ranked;
  if (best === undefined || best.hits < 2 || best.hits / words.length < 0.08) return undefined;
  return best.hits === second?.hits ? undefined : best.code;
}
