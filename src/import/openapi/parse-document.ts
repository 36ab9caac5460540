// The text of a JSON or YAML document in, plain values out: finite, of bounded size, without `__proto__`.
import { Composer, type CST, type Document, Lexer, LineCounter, Parser } from 'yaml';
import { HubFault } from '../../faults/hub-fault.ts';

export type JsonObject = Readonly<Record<string, unknown>>;

/** Nesting of the document as written. */
const MAX_DEPTH = 400;
/** Values in the document with every alias written out. */
const MAX_VALUES = 5_000_000;
const MAX_ALIAS_COUNT = 10_000;

/**
 * @param location named in messages.
 * Throws HUB_IMPORT_INVALID (not JSON or YAML, or no mapping at its top) or HUB_IMPORT_TOO_LARGE.
 */
export function parseDescription(text: string, location: string): JsonObject {
  refuseForeign(text, location);
  const value = /^\s*[{[]/.test(text) ? parseJson(text, location) : parseYaml(text, location);
  assertBounded(value, location);
  if (!isObject(value)) throw invalid(location, `its top is ${describe(value)}, not an object`);
  return value;
}

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** An own property; never something inherited. */
export function property(value: unknown, key: string): unknown {
  return isObject(value) && Object.hasOwn(value, key) ? value[key] : undefined;
}

/** What is neither JSON nor YAML is recognised before a YAML parser stumbles over it. */
function refuseForeign(text: string, location: string): void {
  const start = text.trimStart().slice(0, 400);
  if (start === '') throw invalid(location, 'it is empty');
  if (/^<(?:!doctype html|html)/i.test(start)) {
    throw invalid(location, 'it looks like a web page: give the address of the document itself');
  }
  if (start.startsWith('<')) throw invalid(location, 'it looks like XML: for a WSDL use kind wsdl (soap)');
  if (start.startsWith('#%RAML')) throw invalid(location, 'it looks like RAML: convert it to OpenAPI 3 first');
  if (/^(?:"""|schema\s*\{|(?:extend\s+)?(?:type|interface|enum|input|scalar|union|directive)\s+[@\w])/.test(start)) {
    throw invalid(location, 'it looks like a GraphQL schema: put it into the schema folder of its source');
  }
}

function parseJson(text: string, location: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    // Flow mappings of YAML and JSON with comments start with a brace as well.
    if (text.length > 1_000_000) throw invalid(location, `it is not JSON: ${messageOf(error)}`, error);
    try {
      return parseYaml(text, location);
    } catch {
      throw invalid(location, `it is not JSON: ${messageOf(error)}`, error);
    }
  }
}

function parseYaml(text: string, location: string): unknown {
  const lines = new LineCounter();
  const composer = new Composer({ merge: true, prettyErrors: false, logLevel: 'silent' });
  let document: Document.Parsed | undefined;
  try {
    for (const one of composer.compose(tokensOf(text, lines, location), true, text.length)) document ??= one;
  } catch (error) {
    throw error instanceof HubFault ? error : tooLarge(location, 'it is nested too deeply', error);
  }
  if (document === undefined) throw invalid(location, 'it is empty');
  const [problem] = document.errors;
  if (problem?.code === 'RESOURCE_EXHAUSTION') throw tooLarge(location, 'it is nested too deeply', problem);
  if (problem !== undefined) {
    const { line, col } = lines.linePos(problem.pos[0]);
    const message = problem.message.split('\n', 1)[0] ?? '';
    throw new HubFault('HUB_IMPORT_INVALID', `${location}:${line}:${col}: it is not valid YAML: ${message}`, {
      details: { at: `${location}:${line}:${col}` },
    });
  }
  try {
    return document.toJS({ maxAliasCount: MAX_ALIAS_COUNT }) as unknown;
  } catch (error) {
    throw tooLarge(location, `its YAML aliases cannot be written out: ${messageOf(error)}`, error);
  }
}

/** A parser's own stack has no end: what nests without end is refused as it is read. */
function* tokensOf(text: string, lines: LineCounter, location: string): Generator<CST.Token, void> {
  const parser = new Parser(lines.addNewLine);
  lines.addNewLine(0);
  for (const lexeme of new Lexer().lex(text)) {
    yield* parser.next(lexeme);
    if (parser.stack.length > MAX_DEPTH) throw tooLarge(location, 'it is nested too deeply');
  }
  yield* parser.end();
}

/**
 * Aliases make one value stand in many places, even inside itself. The size with all aliases written out is counted
 * without writing them out.
 */
function assertBounded(top: unknown, location: string): void {
  const sizes = new Map<object, number>();
  const open = new Set<object>();
  const measure = (value: unknown, depth: number): number => {
    if (typeof value !== 'object' || value === null) return 1;
    const known = sizes.get(value);
    if (known !== undefined) return known;
    if (open.has(value)) throw tooLarge(location, 'a YAML anchor contains an alias of itself, so it has no end');
    if (depth > MAX_DEPTH) throw tooLarge(location, `it is nested more than ${MAX_DEPTH} levels deep`);
    open.add(value);
    if (Object.hasOwn(value, '__proto__')) Reflect.deleteProperty(value, '__proto__');
    let size = 1;
    for (const inner of Object.values(value)) size += measure(inner, depth + 1);
    if (size > MAX_VALUES) throw tooLarge(location, `it has more than ${MAX_VALUES} values`);
    open.delete(value);
    sizes.set(value, size);
    return size;
  };
  measure(top, 0);
}

function describe(value: unknown): string {
  if (Array.isArray(value)) return 'a list';
  return value === null || value === undefined ? 'empty' : 'plain text';
}

function messageOf(error: unknown): string {
  const message: unknown = typeof error === 'object' && error !== null ? Reflect.get(error, 'message') : undefined;
  return typeof message === 'string' ? message.slice(0, 200) : 'unknown error';
}

function invalid(location: string, reason: string, cause?: unknown): HubFault {
  return new HubFault('HUB_IMPORT_INVALID', `${location} is not an OpenAPI document: ${reason}`, { cause });
}

function tooLarge(location: string, reason: string, cause?: unknown): HubFault {
  return new HubFault('HUB_IMPORT_TOO_LARGE', `${location} is refused: ${reason}`, { cause });
}
