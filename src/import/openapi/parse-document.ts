// The text of a JSON or YAML document in, plain values out: finite, of bounded size, without `__proto__`.
import { CORE_SCHEMA, loadAll, Type, type YAMLException } from 'js-yaml';
import { HubFault } from '../../faults/hub-fault.ts';

export type JsonObject = Readonly<Record<string, unknown>>;

/** Nesting of the document as written. */
const MAX_DEPTH = 400;
/** Values in the document with every alias written out. */
const MAX_VALUES = 5_000_000;
/** Keys that YAML merges copy. */
const MAX_MERGED_KEYS = 100_000;
/** Values as written; more than so many bytes of text stand for each, where there are more than a few. */
const MAX_WRITTEN_VALUES = 2_500_000;
const FEW_VALUES = 250_000;
const MIN_BYTES_PER_VALUE = 16;
/** One character beyond Latin-1 makes all of a text take two bytes each. The largest description known has 47 million. */
const MAX_WIDE = 48_000_000;

/** YAML 1.2, with the merges (`<<`) of 1.1 that descriptions use. */
const SCHEMA = CORE_SCHEMA.extend({
  implicit: [new Type('tag:yaml.org,2002:merge', { kind: 'scalar', resolve: (key: unknown) => key === '<<' })],
});

/**
 * @param location named in messages.
 * Throws HUB_IMPORT_INVALID (not JSON or YAML, or no mapping at its top) or HUB_IMPORT_TOO_LARGE.
 */
export function parseDescription(text: string, location: string): JsonObject {
  refuseForeign(text, location);
  assertNarrow(text, location);
  const isJson = /^\s*[{[]/.test(text);
  assertSparse(text, isJson, location);
  const value = isJson ? parseJson(text, location) : parseYaml(text, location);
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

/**
 * js-yaml makes values without a tree of nodes: a tenth of the memory and the time of the parser that reads
 * manifold.yaml, whose positions nobody asks for here.
 */
function parseYaml(text: string, location: string): unknown {
  try {
    const options = { schema: SCHEMA, maxDepth: MAX_DEPTH, maxTotalMergeKeys: MAX_MERGED_KEYS };
    // Of several documents in one file, the first counts.
    const [first] = loadAll(text, null, options);
    return first;
  } catch (error) {
    if (!isYamlException(error)) throw tooLarge(location, 'it is nested too deeply', error);
    const { reason, mark } = error;
    if (reason.startsWith('nesting exceeded')) throw tooLarge(location, 'it is nested too deeply', error);
    if (reason.startsWith('merge keys exceeded')) {
      throw tooLarge(location, `its YAML merges (<<) copy more than ${MAX_MERGED_KEYS} keys`, error);
    }
    const at = `${location}:${mark.line + 1}:${mark.column + 1}`;
    throw new HubFault('HUB_IMPORT_INVALID', `${at}: it is not valid YAML: ${reason.slice(0, 200)}`, {
      details: { at },
      cause: error,
    });
  }
}

/** By its properties: the class may be of another realm. */
function isYamlException(error: unknown): error is YAMLException {
  return typeof error === 'object' && error !== null && Reflect.get(error, 'name') === 'YAMLException';
}

function assertNarrow(text: string, location: string): void {
  if (text.length <= MAX_WIDE || !/[\u0100-\uffff]/.test(text)) return;
  const size = `it has ${(text.length / 1e6).toFixed(1)} million characters, and some of them are beyond Latin-1`;
  throw tooLarge(location, `${size}: of such a description ${MAX_WIDE / 1e6} million are read at most`);
}

/**
 * What is written densely costs far more memory than its bytes: of `[[],[],…]`, every third byte is a value. The largest
 * descriptions known (Microsoft Graph, 20 and 47 MB) have a value every 23 bytes, the densest one of any size every 15.
 */
function assertSparse(text: string, isJson: boolean, location: string): void {
  const most = Math.min(MAX_WRITTEN_VALUES, Math.max(FEW_VALUES, text.length / MIN_BYTES_PER_VALUE));
  let values = 0;
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code === LINE_FEED || code === COMMA || code === BRACKET || code === BRACE) values += 1;
    // Each escape is a piece of text of its own to the parser of YAML.
    else if (code === BACKSLASH && !isJson) values += 1;
  }
  if (values <= most) return;
  const size = `${(text.length / 1e6).toFixed(1)} MB`;
  throw tooLarge(
    location,
    `it has about ${values} values in ${size}, more than any real description: import the part that is needed`,
  );
}

const [LINE_FEED, COMMA, BRACKET, BRACE, BACKSLASH] = [10, 0x2c, 0x5b, 0x7b, 0x5c];

/** Takes `__proto__` out, and counts: aliases make one value stand in many places, even inside itself. */
function assertBounded(top: unknown, location: string): void {
  let count = 0;
  const open: object[] = [];
  const visit = (value: unknown): void => {
    count += 1;
    if (count > MAX_VALUES) throw tooLarge(location, `it has more than ${MAX_VALUES} values`);
    if (typeof value !== 'object' || value === null) return;
    if (open.length > MAX_DEPTH) {
      // Nothing is parsed that nests as deeply, so an alias leads back to what it stands in.
      if (new Set(open).size < open.length) {
        throw tooLarge(location, 'a YAML anchor contains an alias of itself, so it has no end');
      }
      throw tooLarge(location, `it is nested more than ${MAX_DEPTH} levels deep`);
    }
    open.push(value);
    if (Object.hasOwn(value, '__proto__')) Reflect.deleteProperty(value, '__proto__');
    if (Array.isArray(value)) value.forEach(visit);
    else for (const key in value) visit((value as Record<string, unknown>)[key]);
    open.pop();
  };
  visit(top);
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
