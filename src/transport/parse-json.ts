// JSON text of an upstream → values. Hostile texts end in a SyntaxError; large integers keep their digits.
import { MAX_DEPTH } from './json-layout.ts';

interface ReviverContext {
  readonly source?: string;
}
type ParseWithSource = (
  text: string,
  reviver: (key: string, value: unknown, context: ReviverContext) => unknown,
) => unknown;

/**
 * Integers beyond 2^53 come out as strings with all their digits: a number would silently become another one.
 * `__proto__` is a property like any other. Throws SyntaxError.
 */
export function parseJson(text: string): unknown {
  if (text.length > 2 * MAX_DEPTH && isDeeperThan(text, MAX_DEPTH)) {
    throw new SyntaxError(`it is nested more than ${MAX_DEPTH} levels deep`);
  }
  if (!hasLongNumber(text)) return JSON.parse(text);
  return (JSON.parse as ParseWithSource)(text, exactIntegers);
}

/** A reviver for JSON.parse, for parsers that are not our own: keeps the digits of large integers as `parseJson` does. */
export function exactIntegers(_key: string, value: unknown, { source }: ReviverContext): unknown {
  if (typeof value !== 'number' || source === undefined || Number.isSafeInteger(value)) return value;
  return /^-?\d+$/.test(source) ? source : value;
}

/** Digits of the shortest integers beyond 2^53. */
const LONG = 16;

const isDigit = (code: number): boolean => code >= 0x30 && code <= 0x39;

/** Whether so many digits follow each other anywhere: then one of them is where every so many characters are looked at. */
function hasLongNumber(text: string): boolean {
  for (let at = LONG - 1; at < text.length; at += LONG) {
    if (!isDigit(text.charCodeAt(at))) continue;
    let [first, last] = [at, at];
    while (isDigit(text.charCodeAt(first - 1))) first -= 1;
    while (last - first + 1 < LONG && isDigit(text.charCodeAt(last + 1))) last += 1;
    if (last - first + 1 >= LONG) return true;
  }
  return false;
}

/** Counts brackets outside strings; strings are jumped over by indexOf, which is what makes this cheap. */
function isDeeperThan(text: string, limit: number): boolean {
  if (!hasMoreBrackets(text, limit)) return false;
  let depth = 0;
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code === 0x22) {
      at = endOfString(text, at);
      if (at === -1) return false;
    } else if (code === 0x7b || code === 0x5b) {
      depth += 1;
      if (depth > limit) return true;
    } else if (code === 0x7d || code === 0x5d) {
      depth -= 1;
    }
  }
  return false;
}

/** Whether more than `limit` open, wherever they stand: few texts have to be looked at more closely. */
function hasMoreBrackets(text: string, limit: number): boolean {
  let left = limit;
  for (const bracket of ['{', '[']) {
    for (let at = text.indexOf(bracket); at !== -1; at = text.indexOf(bracket, at + 1)) {
      left -= 1;
      if (left < 0) return true;
    }
  }
  return false;
}

/** Position of the quote that ends the string that begins at `start`; -1 where it never ends. */
function endOfString(text: string, start: number): number {
  for (let end = text.indexOf('"', start + 1); end !== -1; end = text.indexOf('"', end + 1)) {
    let backslash = end - 1;
    while (text.charCodeAt(backslash) === 0x5c) backslash -= 1;
    if ((end - backslash) % 2 === 1) return end;
  }
  return -1;
}
