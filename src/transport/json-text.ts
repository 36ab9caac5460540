// JSON of an upstream as the bytes that it came in, and where in them its values are: what is asked of it can be found and
// passed on without making an object of any of it. Read by connectors, for the fields that the local builder writes as text.
import { isUtf8 } from 'node:buffer';
import { parseJson } from './parse-json.ts';

export const QUOTE = 0x22;
export const BACKSLASH = 0x5c;
export const COMMA = 0x2c;
const COLON = 0x3a;
const MINUS = 0x2d;
const DOT = 0x2e;
const ZERO = 0x30;
const NINE = 0x39;
export const OPEN_LIST = 0x5b;
export const CLOSE_LIST = 0x5d;
export const OPEN_OBJECT = 0x7b;
export const CLOSE_OBJECT = 0x7d;

/** As parse-json.ts. */
const MAX_DEPTH = 512;

/** Where `places` says what of a value: where its text begins, where it ends, and the place after all that is in it. */
const END = 1;
const NEXT = 2;
/** Numbers that a value takes in `places`: the first value in an object (a key) or a list is so much after it. */
export const SIZE = 3;

/** Digits that are counted without a parser. */
const SMALL = 9;

/** Place of a value that is not there. */
export const NOWHERE = -1;

export class JsonText {
  readonly bytes: Buffer;
  /** `SIZE` numbers for each value, in the order of the text. Keys are values before theirs. The first is the whole. */
  readonly places: Int32Array;
  /** Whether a key has an escape: then keys are not simply their characters. */
  readonly #escapes: boolean;

  static readonly null = new JsonText(Buffer.from('null'), Int32Array.of(0, 4, SIZE), false);

  private constructor(bytes: Buffer, places: Int32Array, escapes: boolean) {
    this.bytes = bytes;
    this.places = places;
    this.#escapes = escapes;
  }

  /**
   * Undefined where it is no JSON, and where it is unusual (nested deeply, a byte order mark): then it is for `parseJson`.
   * Texts in it are not looked into: one with an escape that is none, or with a control character, is found to be wrong when
   * it is read.
   */
  static read(body: Uint8Array): JsonText | undefined {
    if (!isUtf8(body)) return undefined;
    const bytes = Buffer.from(body.buffer, body.byteOffset, body.byteLength);
    const finder = new Finder(bytes);
    const places = finder.all();
    return places === undefined ? undefined : new JsonText(bytes, places, finder.escapes);
  }

  /** The first byte of the value, which tells what it is. */
  kindAt(place: number): number {
    return this.bytes[this.places[place] ?? 0] ?? 0;
  }

  startAt(place: number): number {
    return this.places[place] ?? 0;
  }

  endAt(place: number): number {
    return this.places[place + END] ?? 0;
  }

  nextAt(place: number): number {
    return this.places[place + NEXT] ?? 0;
  }

  /** The value as `parseJson` reads it; undefined of one that is not there. Throws SyntaxError for a text that is none. */
  valueAt(place: number): unknown {
    if (place === NOWHERE) return undefined;
    const { bytes, places } = this;
    const [start, end] = [places[place] ?? 0, places[place + END] ?? 0];
    // Keys mostly are small whole numbers.
    let whole = 0;
    for (let at = start; whole !== NOWHERE && at < end; at += 1) {
      const byte = bytes[at] ?? 0;
      whole = isDigit(byte) && end - start <= SMALL ? 10 * whole + byte - ZERO : NOWHERE;
    }
    return whole === NOWHERE ? parseJson(bytes.toString('utf8', start, end)) : whole;
  }

  /** The properties with these names, the last of each: their places into `found`, NOWHERE for one that is not there. */
  find(object: number, names: readonly Buffer[], found: Int32Array): Int32Array {
    const { bytes, places } = this;
    found.fill(NOWHERE);
    const after = this.nextAt(object);
    // Records of a list mostly have their properties in the same order, and in that of the names.
    let expected = 0;
    for (let key = object + SIZE; key < after; key = places[key + SIZE + NEXT] ?? after) {
      const start = (places[key] ?? 0) + 1;
      const length = (places[key + END] ?? 0) - 1 - start;
      const meant = this.#escapes ? Buffer.from(String(this.valueAt(key))) : undefined;
      let left = names.length;
      while (left > 0) {
        const name = names[expected] ?? NOTHING;
        const isIt = meant?.equals(name) ?? (name.length === length && startsWith(bytes, start, name));
        if (isIt) found[expected] = key + SIZE;
        expected = expected + 1 === names.length ? 0 : expected + 1;
        left = isIt ? 0 : left - 1;
      }
    }
    return found;
  }
}

const NOTHING = Buffer.alloc(0);

function startsWith(bytes: Buffer, start: number, name: Buffer): boolean {
  for (let i = 0; i < name.length; i += 1) if (bytes[start + i] !== name[i]) return false;
  return true;
}

/** A value of a JsonText. */
export class JsonValue {
  readonly text: JsonText;
  readonly place: number;
  #raw: { readonly value: unknown } | undefined;

  constructor(text: JsonText, place: number) {
    this.text = text;
    this.place = place;
  }

  /** Whether it is an object or a list. */
  get isRecord(): boolean {
    const kind = this.text.kindAt(this.place);
    return kind === OPEN_OBJECT || kind === OPEN_LIST;
  }

  /** What the ordinary way has in its place, always the same. Throws SyntaxError where texts in it are none. */
  raw(): unknown {
    return (this.#raw ??= { value: this.text.valueAt(this.place) }).value;
  }

  /** Undefined of what is no list. */
  items(): JsonValue[] | undefined {
    const { text, place } = this;
    if (text.kindAt(place) !== OPEN_LIST) return undefined;
    const items: JsonValue[] = [];
    for (let item = place + SIZE; item < text.nextAt(place); item = text.nextAt(item))
      items.push(new JsonValue(text, item));
    return items;
  }

  /** The property of an object; undefined where there is none. */
  property(name: Buffer): JsonValue | undefined {
    if (this.text.kindAt(this.place) !== OPEN_OBJECT) return undefined;
    const [place = NOWHERE] = this.text.find(this.place, [name], new Int32Array(1));
    return place === NOWHERE ? undefined : new JsonValue(this.text, place);
  }
}

/** JsonValues become what they stand for, also in a list. */
export function toRaw(value: unknown): unknown {
  if (value instanceof JsonValue) return value.raw();
  return Array.isArray(value) ? value.map((item: unknown) => (item instanceof JsonValue ? item.raw() : item)) : value;
}

let scratch = new Int32Array(1 << 12);
/** Numbers that are kept between two texts: one megabyte. */
const MAX_KEPT = 1 << 18;

/**
 * RFC 8259, but for what is inside of texts. Each method takes where something may begin and gives where it ends: NOWHERE
 * where it is not there.
 */
class Finder {
  readonly #bytes: Buffer;
  readonly #length: number;
  #places = scratch;
  #count = 0;
  /** Whether a key has one. */
  escapes = false;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
    this.#length = bytes.length;
  }

  all(): Int32Array | undefined {
    const end = this.#value(this.#space(0), 0);
    if (end === NOWHERE || this.#space(end) < this.#length) return undefined;
    return this.#places.slice(0, this.#count);
  }

  #value(start: number, depth: number): number {
    const byte = this.#bytes[start];
    if (depth === MAX_DEPTH && (byte === OPEN_OBJECT || byte === OPEN_LIST)) return NOWHERE;
    const place = this.#take(start);
    let end: number;
    if (byte === QUOTE) end = endOfText(this.#bytes, start + 1);
    else if (byte === OPEN_OBJECT) end = this.#object(start + 1, depth + 1);
    else if (byte === OPEN_LIST) end = this.#list(start + 1, depth + 1);
    else end = endOfSimple(this.#bytes, start);
    this.#places[place + END] = end;
    this.#places[place + NEXT] = this.#count;
    return end;
  }

  #object(start: number, depth: number): number {
    const bytes = this.#bytes;
    let at = this.#space(start);
    if (bytes[at] === CLOSE_OBJECT) return at + 1;
    while (bytes[at] === QUOTE) {
      const place = this.#take(at);
      let end = endOfPlainText(bytes, at + 1);
      if (end === NOWHERE) {
        end = endOfText(bytes, at + 1);
        if (end === NOWHERE || !isText(bytes, at, end)) return NOWHERE;
        this.escapes = true;
      }
      this.#places[place + END] = end;
      this.#places[place + NEXT] = place + SIZE;
      at = this.#space(end);
      if (bytes[at] !== COLON) return NOWHERE;
      at = this.#value(this.#space(at + 1), depth);
      if (at === NOWHERE) return NOWHERE;
      at = this.#space(at);
      if (bytes[at] === CLOSE_OBJECT) return at + 1;
      if (bytes[at] !== COMMA) return NOWHERE;
      at = this.#space(at + 1);
    }
    return NOWHERE;
  }

  #list(start: number, depth: number): number {
    const bytes = this.#bytes;
    let at = this.#space(start);
    if (bytes[at] === CLOSE_LIST) return at + 1;
    for (;;) {
      at = this.#value(at, depth);
      if (at === NOWHERE) return NOWHERE;
      at = this.#space(at);
      if (bytes[at] === CLOSE_LIST) return at + 1;
      if (bytes[at] !== COMMA) return NOWHERE;
      at = this.#space(at + 1);
    }
  }

  /** Where something else than a space is, or the end. */
  #space(start: number): number {
    const bytes = this.#bytes;
    let at = start;
    for (; at < this.#length; at += 1) {
      const byte = bytes[at] ?? 0;
      if (byte > 0x20 || (byte !== 0x20 && byte !== 0x0a && byte !== 0x0d && byte !== 0x09)) break;
    }
    return at;
  }

  /** A place for what begins there. */
  #take(start: number): number {
    const place = this.#count;
    if (place + SIZE > this.#places.length) {
      const larger = new Int32Array(2 * this.#places.length);
      larger.set(this.#places);
      this.#places = larger;
      if (larger.length <= MAX_KEPT) scratch = larger;
    }
    this.#places[place] = start;
    this.#count = place + SIZE;
    return place;
  }
}

/** Bytes that are looked at one by one before the quote is searched for: most keys are not longer. */
const NEAR = 16;

/** After the quote that ends it. */
function endOfText(bytes: Buffer, start: number): number {
  let at = start;
  for (;;) {
    const near = at + NEAR;
    while (at < near && bytes[at] !== QUOTE) at += 1;
    if (at === near) at = bytes.indexOf(QUOTE, at);
    if (at === -1 || at >= bytes.length) return NOWHERE;
    let backslash = at - 1;
    while (bytes[backslash] === BACKSLASH) backslash -= 1;
    at += 1;
    if ((at - backslash) % 2 === 0) return at;
  }
}

/** The same; NOWHERE too for a text with an escape. */
function endOfPlainText(bytes: Buffer, start: number): number {
  for (let at = start; at < bytes.length; at += 1) {
    const byte = bytes[at];
    if (byte === QUOTE) return at + 1;
    if (byte === BACKSLASH) return NOWHERE;
  }
  return NOWHERE;
}

const WORDS = ['true', 'false', 'null'].map((word) => Buffer.from(word));

function isText(bytes: Buffer, start: number, end: number): boolean {
  try {
    return typeof JSON.parse(bytes.toString('utf8', start, end)) === 'string';
  } catch {
    return false;
  }
}

/** After a number or a word; NOWHERE where it is neither. */
function endOfSimple(bytes: Buffer, start: number): number {
  let at = start;
  if (bytes[at] === MINUS) at += 1;
  const first = bytes[at];
  if (!isDigit(first)) {
    const word = at === start ? WORDS.find((one) => startsWith(bytes, at, one)) : undefined;
    return word === undefined ? NOWHERE : at + word.length;
  }
  at = first === ZERO ? at + 1 : afterDigits(bytes, at);
  if (bytes[at] === DOT) {
    if (!isDigit(bytes[at + 1])) return NOWHERE;
    at = afterDigits(bytes, at + 1);
  }
  if (bytes[at] === 0x65 || bytes[at] === 0x45) {
    at += bytes[at + 1] === 0x2b || bytes[at + 1] === MINUS ? 2 : 1;
    if (!isDigit(bytes[at])) return NOWHERE;
    at = afterDigits(bytes, at);
  }
  return at;
}

export const isDigit = (byte: number | undefined): boolean => byte !== undefined && byte >= ZERO && byte <= NINE;

function afterDigits(bytes: Buffer, start: number): number {
  let at = start;
  while (isDigit(bytes[at])) at += 1;
  return at;
}
