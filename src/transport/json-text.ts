// JSON of an upstream as the bytes that it came in: what is asked of it can be found and passed on without making an object of
// any of it. Read by connectors, for the fields that the local builder writes as text.
import { isUtf8 } from 'node:buffer';
import { END, NEXT, NOWHERE, SIZE, START } from './json-layout.ts';
import { tableOf, TEXT_AT, writeJson, type OnHole, type Plan } from './json-memory.ts';
import { parseJson } from './parse-json.ts';

const ZERO = 0x30;
const NINE = 0x39;
const OPEN_LIST = 0x5b;
const OPEN_OBJECT = 0x7b;

/** Digits that are counted without a parser. */
const SMALL = 9;

export class JsonText {
  readonly #bytes: Buffer;

  private constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  /**
   * Undefined where it is no JSON, and where it is unusual (nested deeply, an escape in a key, a byte order mark): then it is
   * for `parseJson`.
   */
  static read(body: Uint8Array): JsonText | undefined {
    if (!isUtf8(body)) return undefined;
    const bytes = Buffer.from(body.buffer, body.byteOffset, body.byteLength);
    return tableOf(bytes) && new JsonText(bytes);
  }

  /** As `writeJson`. */
  write(plan: Plan, place: number, onHole: OnHole): Buffer | undefined {
    return writeJson(plan, this.#bytes, place, onHole);
  }

  /** The first byte of the value, which tells what it is. */
  kindAt(place: number): number {
    return this.#bytes[this.#number(place + START) - TEXT_AT] ?? 0;
  }

  /** Place of the value after it and all that is in it. */
  nextAt(place: number): number {
    return this.#number(place + NEXT);
  }

  /** The value as `parseJson` reads it; undefined of one that is not there. */
  valueAt(place: number): unknown {
    if (place === NOWHERE) return undefined;
    const bytes = this.#bytes;
    const table = tableOf(bytes);
    const start = (table?.[place + START] ?? 0) - TEXT_AT;
    const end = (table?.[place + END] ?? 0) - TEXT_AT;
    // Keys mostly are small whole numbers.
    let whole = end - start <= SMALL ? 0 : NOWHERE;
    for (let at = start; whole !== NOWHERE && at < end; at += 1) {
      const byte = bytes[at] ?? 0;
      whole = byte >= ZERO && byte <= NINE ? 10 * whole + byte - ZERO : NOWHERE;
    }
    return whole === NOWHERE ? parseJson(bytes.toString('utf8', start, end)) : whole;
  }

  /** Place of the last property with the name; NOWHERE where there is none. */
  find(object: number, name: Buffer): number {
    const after = this.nextAt(object);
    let found = NOWHERE;
    for (let key = object + SIZE; key < after; key = this.nextAt(key + SIZE)) {
      const start = this.#number(key + START) - TEXT_AT + 1;
      const end = this.#number(key + END) - TEXT_AT - 1;
      if (name.length === end - start && name.compare(this.#bytes, start, end) === 0) found = key + SIZE;
    }
    return found;
  }

  #number(at: number): number {
    return tableOf(this.#bytes)?.[at] ?? 0;
  }
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

  /** What the ordinary way has in its place, always the same. */
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
    const place = this.text.find(this.place, name);
    return place === NOWHERE ? undefined : new JsonValue(this.text, place);
  }
}

/** JsonValues become what they stand for, also in a list. */
export function toRaw(value: unknown): unknown {
  if (value instanceof JsonValue) return value.raw();
  return Array.isArray(value) ? value.map((item: unknown) => (item instanceof JsonValue ? item.raw() : item)) : value;
}
