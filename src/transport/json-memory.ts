// The memory that assembly/json-text.ts works in: one text at a time with the table of its values, and after those what is
// being written. Whatever is kept longer is copied out of it; a text that is asked for again is read again, which costs less
// than tables that would be kept. Used by json-text.ts and by those who write JSON text.
import { HOLE_FOR, HOLE_PLACE, HOLE_SIZE, NO_ROOM, WRITTEN } from './json-layout.ts';
import { WASM } from './json-text.generated.ts';

/** Addresses in bytes, tables and results in numbers of four. */
interface Assembly {
  readonly memory: { readonly buffer: ArrayBuffer; grow(pages: number): number };
  find(text: number, length: number, table: number): number;
  write(
    nodes: number,
    texts: number,
    node: number,
    table: number,
    place: number,
    from: number,
    to: number,
    result: number,
  ): number;
  join(parts: number, after: number, to: number): void;
}

/** What is written of a value, compiled: nodes as json-layout.ts has them, and the texts that they refer to. */
export interface Plan {
  readonly code: Uint8Array;
  /** Where in it the texts are, and the node to begin with. */
  readonly texts: number;
  readonly root: number;
}

/** @param at bytes before it @param id what the plan calls it @param place of its value */
export type OnHole = (at: number, id: number, place: number) => void;

const PAGE = 1 << 16;
/** Bytes of the longest text: with the longest table that it can have, memory stays below 256 MB. */
const MAX_TEXT = 1 << 25;
/** Bytes that are written of one value; more is put together elsewhere. */
const MAX_WRITTEN = 1 << 27;
/** Bytes of memory that are kept; more is given back when so much has not been needed for a while. */
const KEPT = 1 << 24;
const IDLE_MS = 10_000;
/** Where the text begins; results are left before it. */
export const TEXT_AT = 64;
/** Zeroes after a text, which may be read. */
const AFTER_TEXT = 32;
/** A table has three numbers for each value; most are a byte and a comma. */
const TABLE_BYTES = 6;
/** Output is written 16 bytes at a time. */
const MARGIN = 64;

const aligned = (bytes: number): number => (bytes + 7) & ~7;
const compiled = new WebAssembly.Module(Buffer.from(WASM, 'base64'));
const instantiate = (): Assembly => new WebAssembly.Instance(compiled).exports as unknown as Assembly;

let assembly = instantiate();
let bytes = new Uint8Array(0);
let words = new Int32Array(0);
/** The text that is in memory, and its table. */
let current: Uint8Array | undefined;
let places = words;
/** Of the text that is being put together. */
let parts = new Int32Array(1 << 10);
let idle: NodeJS.Timeout | undefined;

/** Where nothing is that is still needed. */
const free = (): number => (current === undefined ? TEXT_AT : aligned(places.byteOffset + places.byteLength));

function reserve(length: number): void {
  if (length > KEPT) idle = idle?.refresh() ?? setTimeout(giveBack, IDLE_MS).unref();
  if (length <= bytes.length) return;
  // A view of memory that grows is of nothing afterwards.
  const { byteOffset, length: count } = places;
  assembly.memory.grow(Math.ceil((length - bytes.length) / PAGE));
  const { buffer } = assembly.memory;
  bytes = new Uint8Array(buffer);
  words = new Int32Array(buffer);
  if (current !== undefined) places = new Int32Array(buffer, byteOffset, count);
}

function giveBack(): void {
  assembly = instantiate();
  bytes = new Uint8Array(0);
  // Views keep what they are of.
  words = places = new Int32Array(0);
  current = idle = undefined;
}

/**
 * The table of a text, until another is asked for; its texts begin at TEXT_AT. Undefined for what is no JSON, or unusual: an
 * escape in a key, deep nesting, length. What is no UTF-8 is not noticed.
 */
export function tableOf(text: Uint8Array): Int32Array | undefined {
  if (current === text) return places;
  current = undefined;
  if (text.length > MAX_TEXT) return undefined;
  const table = aligned(TEXT_AT + text.length + AFTER_TEXT);
  reserve(table + TABLE_BYTES * (text.length + 2));
  bytes.set(text, TEXT_AT);
  bytes.fill(0, TEXT_AT + text.length, table);
  const count = assembly.find(TEXT_AT, text.length, table);
  if (count < 0) return undefined;
  places = new Int32Array(assembly.memory.buffer, table, count);
  current = text;
  return places;
}

/**
 * What the plan makes of the value at a place of the text, and the holes that are left in it, one after another: what is done
 * with them may read this text, and no other. Undefined where something is out of the ordinary, or there is too much of it.
 */
export function writeJson(
  { code, texts, root }: Plan,
  text: Uint8Array,
  place: number,
  onHole: OnHole,
): Buffer | undefined {
  if (tableOf(text) === undefined) return undefined;
  const nodes = free();
  const from = aligned(nodes + code.length + MARGIN);
  for (let room = Math.max(text.length, PAGE); room <= MAX_WRITTEN; room *= 4) {
    reserve(from + room);
    bytes.set(code, nodes);
    const to = bytes.length - MARGIN;
    const status = assembly.write(nodes, nodes + texts, root, places.byteOffset, place, from, to, 0);
    if (status === NO_ROOM) continue;
    if (status !== WRITTEN) return undefined;
    const written = copied(from, words[0] ?? 0);
    const last = words[1] ?? 0;
    for (let hole = (to >> 2) - HOLE_SIZE; hole >= last >> 2; hole -= HOLE_SIZE) {
      onHole((words[hole] ?? 0) - from, words[hole + HOLE_FOR] ?? 0, words[hole + HOLE_PLACE] ?? 0);
    }
    return written;
  }
  return undefined;
}

/**
 * Puts parts of texts one after another. One at a time, and nothing else of this module is called before it has finished.
 */
export class TextJoiner {
  #length = 0;
  #partCount = 0;
  /** Where the next text goes. */
  #at = free();

  /** @returns its address */
  add(text: Uint8Array): number {
    const at = this.#at;
    this.#at += text.length;
    reserve(this.#at + MARGIN);
    bytes.set(text, at);
    return at;
  }

  /** A part of a text: from where to where in memory. */
  part(from: number, to: number): void {
    const at = 2 * this.#partCount;
    if (at === parts.length) {
      const more = new Int32Array(2 * parts.length);
      more.set(parts);
      parts = more;
    }
    parts[at] = from;
    parts[at + 1] = to - from;
    this.#partCount += 1;
    this.#length += to - from;
  }

  finish(): Buffer {
    const list = aligned(this.#at);
    const from = list + 8 * this.#partCount;
    const to = from + this.#length;
    reserve(to + MARGIN);
    words.set(parts.subarray(0, 2 * this.#partCount), list >> 2);
    assembly.join(list, from, from);
    return copied(from, to);
  }
}

function copied(from: number, to: number): Buffer {
  const copy = Buffer.allocUnsafe(to - from);
  copy.set(bytes.subarray(from, to));
  return copy;
}
