// The answer of a REST upstream → the payload of a field: parsed by its content type, read at a path.
import { getNamedType, getNullableType, isLeafType, type GraphQLOutputType } from 'graphql';
import type { ConnectorField } from '../../contract/connector.ts';
import type { UpstreamResponse } from '../../contract/transport.ts';
import { HubFault } from '../../faults/hub-fault.ts';
import { readAt } from '../local/read-at.ts';
import { JsonText, JsonValue } from '../../transport/json-text.ts';
import { parseJson } from '../../transport/parse-json.ts';
import { parseEvents } from './event-stream.ts';
import { compileXmlReader } from './xml-reader.ts';

export type ReadAnswer = (response: UpstreamResponse) => unknown;

/**
 * Throws HUB_UPSTREAM_MALFORMED. An answer that several callers share is parsed once: what comes out is read, never
 * changed. A path that leads nowhere reads null.
 */
export function createAnswerReader(
  { source, field, directive }: ConnectorField,
  operation: string,
  at: string | undefined,
): ReadAnswer {
  const { type } = field;
  const whole = wholeReader(type, directive.answer);
  if (whole !== undefined) return whole;
  const isText = isTextType(type);
  // Takes all types that the field leads to: hardly any of thousands of fields ever gets XML.
  let compiled: ((text: string) => unknown) | undefined;
  const readXml = isText ? undefined : (text: string) => (compiled ??= compileXmlReader(type))(text);
  const whenEmpty = getNamedType(type).name === 'Boolean' ? true : null;
  const read = readAt(at);

  const parse = (response: UpstreamResponse): unknown => {
    const contentType = mediaType(response);
    try {
      return parseAs(contentType, response.text(), isText, readXml);
    } catch (error) {
      const what = contentType === '' ? 'without a content type' : `with ${contentType}`;
      const message = `${operation} of source "${source}" answered ${what}, which cannot be read`;
      throw new HubFault('HUB_UPSTREAM_MALFORMED', message, {
        details: { source, upstreamStatus: response.status, contentType },
        cause: error,
      });
    }
  };

  return (response) => (response.body.byteLength === 0 ? whenEmpty : (read(response.read(parse)) ?? null));
}

/**
 * The same for an answer that can be left as it is: undefined where it is not there, is no JSON, or unusual in any way. Shared
 * as the other. Undefined altogether where answers of the field are no JSON.
 */
export function createJsonReader(
  { field, directive }: ConnectorField,
  at: string | undefined,
): ((response: UpstreamResponse) => JsonValue | undefined) | undefined {
  if (wholeReader(field.type, directive.answer) !== undefined) return undefined;
  const steps = (at ?? '').split('.').flatMap((step) => (step === '' ? [] : Buffer.from(step)));
  return (response) => {
    let value = response.read(readJsonText);
    for (const step of steps) value = value?.property(step);
    return value;
  };
}

/** UTF-8 is what JSON is in (RFC 8259, section 8.1). */
const JSON_TYPE = /^application\/(?:[\w.+-]+\+)?json(?: *; *charset="?utf-?8"?)?$/i;

function readJsonText({ headers, body }: UpstreamResponse): JsonValue | undefined {
  if (!JSON_TYPE.test(headers['content-type'] ?? '')) return undefined;
  const text = JsonText.read(body);
  return text && new JsonValue(text, 0);
}

/** JSON values one after another, one a line. */
const LINES: ReadonlySet<string> = new Set([
  ...['application/x-ndjson', 'application/ndjson', 'application/jsonl', 'application/x-jsonlines'],
  ...['application/stream+json', 'application/jsonlines'],
]);

function parseAll(texts: readonly string[]): unknown[] {
  return texts.flatMap((text) => (text.trim() === '' ? [] : [parseJson(text)]));
}

/** Answers that are taken as they are: the bytes of a file, or a text whatever it holds. */
function wholeReader(type: GraphQLOutputType, answer: unknown): ReadAnswer | undefined {
  if (getNullableType(type).toString() === 'Byte') {
    return ({ body }) => Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString('base64');
  }
  return answer === 'text' ? (response) => response.text() : undefined;
}

/** Throws where it is neither JSON nor a text that the field can hold. */
function parseAs(
  contentType: string,
  text: string,
  isText: boolean,
  readXml: ((text: string) => unknown) | undefined,
): unknown {
  if (/[/+]json$/.test(contentType) && contentType !== 'application/stream+json') return parseJson(text);
  if (/[/+]xml$/.test(contentType) && readXml !== undefined) return readXml(text);
  if (contentType === 'text/html' || /[/+]xml$/.test(contentType)) throw new SyntaxError('it is markup');
  if (LINES.has(contentType)) return parseAll(text.split('\n'));
  // RFC 7464, section 2.1: a record separator before each, which may have lines of its own.
  if (contentType === 'application/json-seq') return parseAll(text.split(text.includes('\u001e') ? '\u001e' : '\n'));
  if (contentType === 'text/event-stream' && !isText) return parseEvents(text);
  const isPlain = contentType === '' || contentType === 'text/plain';
  // A text stays as it was written: "007" is not 7, "1e3" not 1000.
  if (isText && !/^\s*[[{"<]/.test(text) && (isPlain || contentType.startsWith('text/'))) return text;
  if (!isPlain) throw new SyntaxError('it is of an unknown kind');
  try {
    return parseJson(text);
  } catch (error) {
    if (isText && contentType === 'text/plain') return text;
    throw error;
  }
}

function isTextType(type: GraphQLOutputType): boolean {
  const nullable = getNullableType(type);
  return isLeafType(nullable) && !['Int', 'Float', 'Boolean'].includes(nullable.name);
}

/** Type and subtype, lower-case and short enough for a message; empty where there is none. */
function mediaType(response: UpstreamResponse): string {
  const [type = ''] = (response.headers['content-type'] ?? '').split(';');
  return type.trim().toLowerCase().slice(0, 100);
}
