// Strings of a foreign description in, GraphQL names out: legal, readable, and the same on every run.

/** Type names that an importer must not take: root types, built-in scalars, what Federation and the hub declare. */
export const RESERVED_TYPE_NAMES: readonly string[] = [
  'Query', 'Mutation', 'Subscription', 'String', 'Int', 'Float', 'Boolean', 'ID',
  'JSON', 'DateTime', 'Date', 'Long', 'Decimal', 'Byte', 'Upload', 'UUID', 'EmailAddress', 'URL', 'Time', 'Duration', 'IPv4', 'IPv6',
  '_Any', '_Entity', '_Service', 'FieldSet', 'RestEncoding', 'RestAnswer', 'RestStyle', 'SoapAnswer', 'PageStyle', 'UpstreamShape', 'AiTask', 'ChangeOperation',
  'SyncEvent', 'Hub', 'HubSource', 'HubSourceHealth',
]; // prettier-ignore

/** Root field names that Federation takes. */
export const RESERVED_ROOT_FIELDS: readonly string[] = ['_entities', '_service'];

const MAX_LENGTH = 100;

/** What is left of a name without its punctuation and its case. */
export const plainName = (name: string): string => name.replaceAll(/[^A-Za-z0-9]/g, '').toLowerCase();

/** `list-pets`, `list_pets` and `ListPets` → `listPets`; `URLPath` → `urlPath`; never starts with two underscores. */
export function camelName(raw: string): string {
  if (isOneWord(raw)) return raw;
  const words = wordsOf(raw);
  const [first, ...rest] = words;
  if (first === undefined) return fallbackName(raw);
  return legalName(lowerFirst(first) + rest.map(upperFirst).join(''));
}

/** `order-item` → `OrderItem`; inner capitals stay as they are. */
export function pascalName(raw: string): string {
  const words = wordsOf(raw);
  if (words.length === 0) return upperFirst(fallbackName(raw));
  return legalName(words.map(upperFirst).join(''));
}

/** A field, argument or input field: a name that is legal already stays as it is, so that it needs no mapping. */
export function fieldName(raw: string): string {
  return isLegal(raw) ? raw : camelName(raw.replace(/^[-+]/, (sign) => (sign === '-' ? 'minus ' : 'plus ')));
}

/** An enum value: legal values stay, others become `IN_PROGRESS`-like words without a change of case. */
export function enumValueName(raw: string): string {
  if (raw === '') return 'EMPTY';
  if (isLegal(raw) && !['true', 'false', 'null'].includes(raw)) return raw;
  const signed = raw.replace(/^-(?=.)/, 'minus_').replace(/^\+(?=.)/, 'plus_');
  const name = ascii(signed)
    .replace(/[^A-Za-z0-9_]+/g, '_')
    .replace(/^_+|_+$/g, '');
  if (name === '') return symbolName(raw) ?? upperFirst(fallbackName(raw));
  return ['true', 'false', 'null'].includes(name) ? name.toUpperCase() : legalName(name);
}

/** Hands out names of one scope (a type's fields, all types of an SDL), each once. */
export interface NameScope {
  /** The name itself, or the first of `name2`, `name3`… that is free. */
  claim(name: string): string;
  has(name: string): boolean;
}

export function createNameScope(reserved: Iterable<string> = []): NameScope {
  const taken = new Set(reserved);
  /** Where to go on for a name that many want, so that a thousand of them are not a million tries. */
  const next = new Map<string, number>();
  return {
    claim(name) {
      if (!taken.has(name)) {
        taken.add(name);
        return name;
      }
      let free = name;
      let n = next.get(name) ?? 2;
      for (; taken.has(free); n += 1) free = `${name}${/\d$/.test(name) ? '_' : ''}${n}`;
      next.set(name, n);
      taken.add(free);
      return free;
    },
    has: (name) => taken.has(name),
  };
}

/** `order` → `orders`: only for guessing what belongs together; never shown as language. */
export function singular(word: string): string {
  if (/(?:ss|us|is)$/i.test(word)) return word;
  if (/ies$/i.test(word) && word.length > 4) return `${word.slice(0, -3)}y`;
  if (/(?:ch|sh|x|z|ss)es$/i.test(word)) return word.slice(0, -2);
  return /s$/i.test(word) && word.length > 2 ? word.slice(0, -1) : word;
}

function upperFirst(word: string): string {
  return word.charAt(0).toUpperCase() + word.slice(1);
}

/** `URL` → `url`, `URLPath` → `urlPath`, `OrderItem` → `orderItem`. */
function lowerFirst(word: string): string {
  if (/^[A-Z0-9]+$/.test(word)) return word.toLowerCase();
  const capitals = /^[A-Z]+(?=[A-Z][a-z])/.exec(word)?.[0] ?? word.charAt(0);
  return capitals.toLowerCase() + word.slice(capitals.length);
}

function wordsOf(raw: string): string[] {
  return ascii(raw)
    .split(/[^A-Za-z0-9]+/)
    .filter((word) => word !== '');
}

/** Accents are dropped (`café` → `cafe`); what is left beyond ASCII separates words. */
function ascii(raw: string): string {
  return raw.normalize('NFKD').replace(/\p{M}+/gu, '');
}

/** What `camelName` would leave as it is, told without taking it apart. */
function isOneWord(raw: string): boolean {
  return raw.length <= MAX_LENGTH && /^[a-z][A-Za-z0-9]*$/.test(raw);
}

function isLegal(name: string): boolean {
  return /^[A-Za-z_][A-Za-z0-9_]*$/.test(name) && !name.startsWith('__') && name.length <= MAX_LENGTH && name !== '_';
}

function legalName(name: string): string {
  const cut = name.length > MAX_LENGTH ? `${name.slice(0, MAX_LENGTH - 9)}_${hashOf(name)}` : name;
  return /^[A-Za-z_]/.test(cut) ? cut.replace(/^__+/, '_') : `_${cut}`;
}

/** A name for what has no letter or digit of ASCII: the same string gives the same name. */
function fallbackName(raw: string): string {
  return `x${hashOf(raw)}`;
}

const SYMBOLS: Readonly<Record<string, string>> = {
  '.': 'DOT', ',': 'COMMA', '+': 'PLUS', '-': 'MINUS', '*': 'ASTERISK', '/': 'SLASH', '%': 'PERCENT', '=': 'EQUALS',
  '<': 'LESS', '>': 'GREATER', '!': 'NOT', '?': 'QUESTION', '&': 'AND', '|': 'OR', '~': 'TILDE', '^': 'CARET',
  '#': 'HASH', '@': 'AT', $: 'DOLLAR', ':': 'COLON', ';': 'SEMICOLON', ' ': 'SPACE', _: 'UNDERSCORE',
}; // prettier-ignore

/** `>=` → `GREATER_EQUALS`. */
function symbolName(raw: string): string | undefined {
  const words = Array.from(raw, (char) => SYMBOLS[char]);
  return words.length <= 4 && words.every((word) => word !== undefined) ? words.join('_') : undefined;
}

/** FNV-1a, 32 bits: short and stable; clashes are resolved by the scope. */
function hashOf(text: string): string {
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at += 1) {
    hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193) >>> 0;
  }
  return hash.toString(16).padStart(8, '0');
}
