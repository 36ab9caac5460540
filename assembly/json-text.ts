// Finds where in JSON text its values are, and writes what a plan asks of them, in WebAssembly: 16 bytes at a time, and without
// making an object of anything. Written in AssemblyScript, compiled by `npm run generate`, used by src/transport/json-memory.ts,
// which says where in memory everything is.
import {
  BEFORE,
  BEFORE_LENGTH,
  BOOLEAN,
  END,
  EXCEPTIONAL_VALUE,
  FIELD_COUNT,
  FIELD_NODE,
  FIELD_SIZE,
  FIELDS,
  FLOAT,
  FOUND,
  HOLE_FOR,
  HOLE_PLACE,
  HOLE_SIZE,
  ID,
  INT,
  KIND,
  LIST,
  MAX_DEPTH,
  NAME_LENGTH,
  NAME_SIZE,
  NAMES,
  NEXT,
  NO_ROOM,
  NOWHERE,
  OBJECT,
  OF,
  REQUIRED,
  SIZE,
  START,
  STUB,
  TEXT,
  WORD,
  WRITTEN,
} from '../src/transport/json-layout';

const QUOTE = 0x22;
const COMMA = 0x2c;
const MINUS = 0x2d;
const DOT = 0x2e;
const ZERO = 0x30;
const COLON = 0x3a;
const OPEN_LIST = 0x5b;
const BACKSLASH = 0x5c;
const CLOSE_LIST = 0x5d;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;
const TRUE: u32 = 0x65757274;
const FALS: u32 = 0x736c6166;
const NULL: u32 = 0x6c6c756e;

/** Instead of where something ends. */
const NOT_THERE: usize = 0;

/** Where the table is, and where its next value goes. */
let table: usize = 0;
let top: usize = 0;

function byteAt(at: usize): i32 {
  return load<u8>(at);
}

/** The number at an index of what begins there. */
function get(at: usize, index: i32): i32 {
  return load<i32>(at + ((<usize>index) << 2));
}

function set(at: usize, index: i32, value: i32): void {
  store<i32>(at + ((<usize>index) << 2), value);
}

/**
 * RFC 8259. Zero bytes follow the text: none is allowed in JSON, so nothing has to know where it ends.
 * @returns how many numbers are in the table; -1 where it is no JSON, or unusual: nested deeply, a key with an escape
 */
export function find(start: usize, length: usize, tableAt: usize): i32 {
  table = tableAt;
  top = tableAt;
  const end = value(space(start), 0);
  return end == NOT_THERE || space(end) != start + length ? -1 : <i32>((top - tableAt) >> 2);
}

/** A place for what begins there. */
function take(start: usize): usize {
  const place = top;
  top += SIZE << 2;
  set(place, START, <i32>start);
  return place;
}

function end(place: usize, at: usize): void {
  set(place, END, <i32>at);
  set(place, NEXT, <i32>((top - table) >> 2));
}

// Each of these takes where something begins and gives where it ends.

function value(start: usize, depth: i32): usize {
  const place = take(start);
  const first = byteAt(start);
  let at: usize;
  if (first == QUOTE) at = text(start + 1);
  else if (first == OPEN_OBJECT) at = depth == MAX_DEPTH ? NOT_THERE : object(start + 1, depth + 1);
  else if (first == OPEN_LIST) at = depth == MAX_DEPTH ? NOT_THERE : list(start + 1, depth + 1);
  else at = first == MINUS || isDigit(first) ? number(start) : word(start);
  end(place, at);
  return at;
}

function object(start: usize, depth: i32): usize {
  let at = space(start);
  if (byteAt(at) == CLOSE_OBJECT) return at + 1;
  while (byteAt(at) == QUOTE) {
    const place = take(at);
    at = plain(at + 1);
    if (byteAt(at) != QUOTE) return NOT_THERE;
    end(place, at + 1);
    at = space(at + 1);
    if (byteAt(at) != COLON) return NOT_THERE;
    at = value(space(at + 1), depth);
    if (at == NOT_THERE) return NOT_THERE;
    at = space(at);
    const next = byteAt(at);
    if (next == CLOSE_OBJECT) return at + 1;
    if (next != COMMA) return NOT_THERE;
    at = space(at + 1);
  }
  return NOT_THERE;
}

function list(start: usize, depth: i32): usize {
  let at = space(start);
  if (byteAt(at) == CLOSE_LIST) return at + 1;
  while (true) {
    at = value(at, depth);
    if (at == NOT_THERE) return NOT_THERE;
    at = space(at);
    const next = byteAt(at);
    if (next == CLOSE_LIST) return at + 1;
    if (next != COMMA) return NOT_THERE;
    at = space(at + 1);
  }
}

function space(start: usize): usize {
  let at = start;
  while (true) {
    const byte = byteAt(at);
    if (byte > 0x20 || (byte != 0x20 && byte != 0x0a && byte != 0x0d && byte != 0x09)) return at;
    at += 1;
  }
}

/** Up to the first byte that does not stand for itself in a text. */
function plain(start: usize): usize {
  let at = start;
  while (true) {
    const bytes = v128.load(at);
    const quotes = i8x16.eq(bytes, i8x16.splat(<i8>QUOTE));
    const backslashes = i8x16.eq(bytes, i8x16.splat(<i8>BACKSLASH));
    const controls = i8x16.lt_u(bytes, i8x16.splat(0x20));
    const found = i8x16.bitmask(v128.or(v128.or(quotes, backslashes), controls));
    if (found != 0) return at + ctz(found);
    at += 16;
  }
}

function text(start: usize): usize {
  let at = plain(start);
  while (byteAt(at) == BACKSLASH) {
    at = escape(at + 1);
    if (at == NOT_THERE) return NOT_THERE;
    at = plain(at);
  }
  return byteAt(at) == QUOTE ? at + 1 : NOT_THERE;
}

function escape(at: usize): usize {
  const byte = byteAt(at);
  if (isShort(byte) || byte == 0x2f) return at + 1;
  if (byte != 0x75) return NOT_THERE;
  for (let i: usize = 1; i <= 4; i += 1) {
    const hex = byteAt(at + i);
    if (!isDigit(hex) && !(<u32>((hex | 0x20) - 0x61) <= 5)) return NOT_THERE;
  }
  return at + 5;
}

/** The escapes that JSON.stringify writes, but for those by number: `"\bfnrt`. */
function isShort(byte: i32): bool {
  if (byte == QUOTE || byte == BACKSLASH) return true;
  return byte == 0x62 || byte == 0x66 || byte == 0x6e || byte == 0x72 || byte == 0x74;
}

function isDigit(byte: i32): bool {
  return <u32>(byte - ZERO) <= 9;
}

function digits(start: usize): usize {
  let at = start;
  while (isDigit(byteAt(at))) at += 1;
  return at;
}

function number(start: usize): usize {
  let at = byteAt(start) == MINUS ? start + 1 : start;
  if (!isDigit(byteAt(at))) return NOT_THERE;
  at = byteAt(at) == ZERO ? at + 1 : digits(at);
  if (byteAt(at) == DOT) {
    if (!isDigit(byteAt(at + 1))) return NOT_THERE;
    at = digits(at + 1);
  }
  if ((byteAt(at) | 0x20) == 0x65) {
    const sign = byteAt(at + 1);
    at += sign == 0x2b || sign == MINUS ? 2 : 1;
    if (!isDigit(byteAt(at))) return NOT_THERE;
    at = digits(at);
  }
  return at;
}

function word(start: usize): usize {
  const four = load<u32>(start);
  if (four == TRUE || four == NULL) return start + 4;
  return four == FALS && byteAt(start + 4) == 0x65 ? start + 5 : NOT_THERE;
}

/** The texts of a plan, where output goes, and the last hole: holes grow downwards, towards the output. */
let texts: usize = 0;
let nodes: usize = 0;
let out: usize = 0;
let hole: usize = 0;

/** More than is ever written without another look at how much room is left. */
const MARGIN: usize = 64;

/**
 * Writes what a node makes of a value. Where output and holes end is left at `result`.
 * @returns WRITTEN, EXCEPTIONAL_VALUE or NO_ROOM
 */
export function write(
  nodesAt: usize,
  textsAt: usize,
  node: usize,
  tableAt: usize,
  place: i32,
  from: usize,
  to: usize,
  result: usize,
): i32 {
  nodes = nodesAt;
  texts = textsAt;
  table = tableAt;
  out = from;
  hole = to;
  const status = put(nodesAt + node, place);
  set(result, 0, <i32>out);
  set(result, 1, <i32>hole);
  return status;
}

function at(place: i32): usize {
  return table + ((<usize>place) << 2);
}

function hasRoom(length: usize): bool {
  return out + length + MARGIN <= hole;
}

function put(node: usize, place: i32): i32 {
  const kind = get(node, KIND);
  const before = <usize>get(node, BEFORE_LENGTH);
  if (!hasRoom(before)) return NO_ROOM;
  copy(texts + <usize>get(node, BEFORE), before);
  if (kind == WORD) return WRITTEN;
  if (kind == STUB) return leave(node, place);
  const start: usize = place == NOWHERE ? 0 : get(at(place), START);
  const first = place == NOWHERE ? 0x6e : byteAt(start);
  if (first == 0x6e) {
    if (get(node, REQUIRED)) return EXCEPTIONAL_VALUE;
    store<u32>(out, NULL);
    out += 4;
    return WRITTEN;
  }
  if (kind == LIST) return first == OPEN_LIST ? putList(node, place) : EXCEPTIONAL_VALUE;
  if (kind == OBJECT) return first == OPEN_OBJECT ? putObject(node, place) : EXCEPTIONAL_VALUE;
  const end: usize = get(at(place), END);
  if (!hasRoom(end - start)) return NO_ROOM;
  return copyLeaf(kind, first, start, end) ? WRITTEN : leave(node, place);
}

function putList(node: usize, place: i32): i32 {
  const item = nodes + <usize>get(node, OF);
  const after = get(at(place), NEXT);
  byte(OPEN_LIST);
  let one = place + SIZE;
  while (one < after) {
    const status = put(item, one);
    if (status != WRITTEN) return status;
    one = get(at(one), NEXT);
    if (one < after) byte(COMMA);
  }
  return close(CLOSE_LIST);
}

function putObject(node: usize, place: i32): i32 {
  byte(OPEN_OBJECT);
  findNames(node, place);
  const names = nodes + <usize>get(node, NAMES);
  const first = node + (FIELDS << 2);
  const after = first + <usize>get(node, FIELD_COUNT) * (FIELD_SIZE << 2);
  for (let field = first; field < after; field += FIELD_SIZE << 2) {
    const name = get(field, 0);
    const found = name == NOWHERE ? place : get(names, name * NAME_SIZE + FOUND);
    const status = put(nodes + <usize>get(field, FIELD_NODE), found);
    if (status != WRITTEN) return status;
  }
  return close(CLOSE_OBJECT);
}

/** However many end together. */
function close(bracket: i32): i32 {
  if (!hasRoom(1)) return NO_ROOM;
  byte(bracket);
  return WRITTEN;
}

/** The last property of each name. No node is inside itself, so what is found is kept beside the names. */
function findNames(node: usize, place: i32): void {
  const first = nodes + <usize>get(node, NAMES);
  const after = first + <usize>get(node, OF) * (NAME_SIZE << 2);
  for (let name = first; name < after; name += NAME_SIZE << 2) set(name, FOUND, NOWHERE);
  const last = get(at(place), NEXT);
  // Records of a list mostly have their properties in the same order, and in that of the names.
  let expected = first;
  for (let key = place + SIZE; key < last; key = get(at(key + SIZE), NEXT)) {
    const start = <usize>get(at(key), START) + 1;
    const length = <usize>get(at(key), END) - 1 - start;
    for (let name = first; name < after; name += NAME_SIZE << 2) {
      const found =
        <usize>get(expected, NAME_LENGTH) == length && isSame(start, texts + <usize>get(expected, 0), length);
      if (found) set(expected, FOUND, key + SIZE);
      expected += NAME_SIZE << 2;
      if (expected == after) expected = first;
      if (found) break;
    }
  }
}

function isSame(one: usize, other: usize, length: usize): bool {
  let at: usize = 0;
  for (; at + 8 <= length; at += 8) if (load<u64>(one + at) != load<u64>(other + at)) return false;
  const left = (length - at) << 3;
  return left == 0 || (load<u64>(one + at) ^ load<u64>(other + at)) << (64 - left) == 0;
}

/** Leaves a hole here. */
function leave(node: usize, place: i32): i32 {
  hole -= HOLE_SIZE << 2;
  set(hole, 0, <i32>out);
  set(hole, HOLE_FOR, get(node, OF));
  set(hole, HOLE_PLACE, place);
  return WRITTEN;
}

function byte(value: i32): void {
  store<u8>(out, value);
  out += 1;
}

/** Up to 15 bytes after it are written as well. */
function copy(from: usize, length: usize): void {
  const to = out;
  for (let at: usize = 0; at < length; at += 16) v128.store(to + at, v128.load(from + at));
  out = to + length;
}

/** Digits of the longest numbers that are certainly exact, and certainly of 32 bits. */
const EXACT = 15;
const EXACT_INT = 9;

/** False, and nothing is written, where JSON.stringify may write it in another way, or the type does not take it. */
function copyLeaf(kind: i32, first: i32, start: usize, end: usize): bool {
  const length = end - start;
  if (first == QUOTE) return (kind == TEXT || kind == ID) && copyText(start, end);
  if (first == MINUS || isDigit(first)) {
    if (length > <usize>(kind == INT ? EXACT_INT : EXACT)) return false;
    const isAsWritten = kind == FLOAT ? isExact(start, end) : (kind == INT || kind == ID) && isWhole(start, end);
    if (!isAsWritten) return false;
    if (kind == ID) byte(QUOTE);
    copy(start, length);
    if (kind == ID) byte(QUOTE);
    return true;
  }
  if (kind != BOOLEAN || (first != 0x74 && first != 0x66)) return false;
  copy(start, length);
  return true;
}

/** Not of `-0`, which is 0 where it is written. */
function isWhole(start: usize, end: usize): bool {
  const isNegative = byteAt(start) == MINUS;
  return digits(start + <usize>isNegative) == end && !(isNegative && byteAt(start + 1) == ZERO);
}

/** Whether a number is written as it is: without an exponent, a zero at its end, and so small that it would get an exponent. */
function isExact(start: usize, end: usize): bool {
  if (isWhole(start, end)) return true;
  const first = byteAt(start) == MINUS ? start + 1 : start;
  const point = digits(first);
  if (byteAt(point) != DOT || digits(point + 1) != end || byteAt(end - 1) == ZERO) return false;
  return byteAt(first) != ZERO || byteAt(point + 1) != ZERO;
}

function copyText(start: usize, end: usize): bool {
  const to = out - start;
  let escapes = false;
  for (let at = start; at < end; at += 16) {
    const bytes = v128.load(at);
    v128.store(to + at, bytes);
    const found = i8x16.bitmask(i8x16.eq(bytes, i8x16.splat(<i8>BACKSLASH)));
    if (found == 0 || escapes) continue;
    if (!areShort(at + ctz(found), end)) return false;
    escapes = true;
  }
  out = to + end;
  return true;
}

/** Whether all escapes are among those that JSON.stringify writes. */
function areShort(start: usize, end: usize): bool {
  let at = start;
  while (at < end) {
    if (byteAt(at) != BACKSLASH) at += 1;
    else if (isShort(byteAt(at + 1))) at += 2;
    else return false;
  }
  return true;
}

/** Puts parts of texts one after another. A part is two numbers: where it is, and its length. */
export function join(parts: usize, after: usize, to: usize): void {
  out = to;
  for (let part = parts; part < after; part += 8) copy(<usize>get(part, 0), <usize>get(part, 1));
}
