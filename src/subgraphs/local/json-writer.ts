// JSON text as it is written: bytes into one piece of memory that is used again and again. Nothing is waited for between
// `begin` and the end, so one writer serves all.
import { BACKSLASH, type JsonText } from '../../transport/json-text.ts';

const SPACE = 0x20;
const FIRST_BYTES = 1 << 16;
/** Memory that is kept between two texts. */
const MAX_KEPT_BYTES = 1 << 21;
/** What follows the backslash in the escapes that JSON.stringify writes, but for those by number. */
const SHORT_ESCAPES = new Set(Buffer.from('"\\bfnrt'));
/** Bytes that are copied one by one in less time than a call takes. */
const FEW_BYTES = 32;

export class JsonWriter {
  #bytes = Buffer.allocUnsafeSlow(FIRST_BYTES);
  /** Bytes written so far. What is written last is taken back by setting it. */
  length = 0;

  begin(): void {
    this.length = 0;
    if (this.#bytes.length > MAX_KEPT_BYTES) this.#bytes = Buffer.allocUnsafeSlow(FIRST_BYTES);
  }

  toBytes(): Buffer {
    return Buffer.from(this.#bytes.subarray(0, this.length));
  }

  byte(byte: number): void {
    if (this.length === this.#bytes.length) this.#grow(1);
    this.#bytes[this.length] = byte;
    this.length += 1;
  }

  bytes(from: Buffer, start = 0, end = from.length): void {
    if (this.length + end - start > this.#bytes.length) this.#grow(end - start);
    const to = this.#bytes;
    let { length } = this;
    if (end - start > FEW_BYTES) {
      from.copy(to, length, start, end);
      length += end - start;
    } else {
      for (let at = start; at < end; at += 1, length += 1) to[length] = from[at] ?? 0;
    }
    this.length = length;
  }

  text(text: string): void {
    if (this.length + 3 * text.length > this.#bytes.length) this.#grow(3 * text.length);
    this.length += this.#bytes.write(text, this.length);
  }

  /**
   * A text of an upstream as it is. False, and nothing is written, where that is not how JSON.stringify writes it: where
   * there is another escape in it than it has, or what may not be in a text.
   */
  copy({ bytes }: JsonText, start: number, end: number): boolean {
    if (this.length + end - start > this.#bytes.length) this.#grow(end - start);
    const to = this.#bytes;
    let { length } = this;
    for (let at = start; at < end; at += 1, length += 1) {
      const byte = bytes[at] ?? 0;
      if (byte < SPACE) return false;
      to[length] = byte;
      if (byte !== BACKSLASH) continue;
      at += 1;
      length += 1;
      const escaped = bytes[at] ?? 0;
      if (!SHORT_ESCAPES.has(escaped)) return false;
      to[length] = escaped;
    }
    this.length = length;
    return true;
  }

  #grow(count: number): void {
    const larger = Buffer.allocUnsafeSlow(Math.max(2 * this.#bytes.length, this.length + count));
    this.#bytes.copy(larger, 0, 0, this.length);
    this.#bytes = larger;
  }
}
