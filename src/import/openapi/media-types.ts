// Media types of bodies and answers in, how the hub writes or reads them out. Called by the mapping of bodies and answers.
import type { ApiMedia } from './document-model.ts';

export type BodyEncoding = 'json' | 'form' | 'multipart' | 'xml' | 'ndjson' | 'text' | 'binary';
export type AnswerKind = 'json' | 'xml' | 'lines' | 'text' | 'bytes';

export interface ChosenBody {
  readonly media: ApiMedia;
  readonly encoding: BodyEncoding;
}

export interface ChosenAnswer {
  readonly media: ApiMedia;
  readonly kind: AnswerKind;
}

const LINES = /^application\/(?:x-)?(?:ndjson|jsonl|jsonlines|json-seq|stream\+json)$/;

/** Events one after another (HTML, "Server-sent events"); typed where the description says what one holds (3.2). */
const EVENTS = 'text/event-stream';

type Test = (type: string) => boolean;

const isJson: Test = (type) =>
  (/^(?:application|text|\*)\/(?:x-|vnd\.)?(?:json|\*)$/.test(type) || type.endsWith('+json')) && !LINES.test(type);
export const isXml: Test = (type) => /[/+]xml\b/.test(type) && !type.startsWith('image/');
const isYaml: Test = (type) => /[/+](?:x-)?yaml$/.test(type);
const isForm: Test = (type) => type === 'application/x-www-form-urlencoded';

/** The best of a body's media types: JSON before forms before texts before bytes. Undefined where there are none. */
export function chooseBody(media: readonly ApiMedia[]): ChosenBody | undefined {
  const find = (encoding: BodyEncoding, fits: (one: ApiMedia) => boolean): ChosenBody | undefined => {
    const found = media.find(fits);
    return found === undefined ? undefined : { media: found, encoding };
  };
  const typed = (encoding: BodyEncoding, fits: Test): ChosenBody | undefined =>
    find(encoding, ({ type }) => fits(type));
  return (
    typed('json', (type) => type === 'application/json') ??
    find('json', ({ type, schema }) => isJson(type) && !(type.includes('*') && isBinary(schema))) ??
    find('multipart', ({ type, schema }) => type === 'multipart/form-data' && hasFiles(schema)) ??
    typed('form', isForm) ??
    typed('multipart', (type) => type.startsWith('multipart/') || type === 'application/form-data') ??
    find('xml', ({ type, schema }) => isXml(type) && hasStructure(schema)) ??
    // What is JSON is YAML (YAML 1.2, section 1.3).
    find('json', ({ type, schema }) => isYaml(type) && hasStructure(schema)) ??
    typed('ndjson', (type) => LINES.test(type)) ??
    typed('text', (type) => type.startsWith('text/') || isXml(type)) ??
    typed('binary', () => true)
  );
}

/** The best of an answer's media types. Undefined where there are none. */
export function chooseAnswer(media: readonly ApiMedia[]): ChosenAnswer | undefined {
  const find = (kind: AnswerKind, fits: (one: ApiMedia) => boolean): ChosenAnswer | undefined => {
    const found = media.find(fits);
    return found === undefined ? undefined : { media: found, kind };
  };
  return (
    find('json', ({ type, schema }) => type === 'application/json' && !isBinary(schema)) ??
    find('json', ({ type, schema }) => isJson(type) && !isBinary(schema)) ??
    find('xml', ({ type, schema }) => isXml(type) && hasStructure(schema)) ??
    find('lines', ({ type, itemSchema }) => LINES.test(type) || (type === EVENTS && itemSchema !== undefined)) ??
    find('text', ({ type }) => type.startsWith('text/') || isXml(type) || isForm(type) || isYaml(type)) ??
    find('bytes', () => true)
  );
}

function hasFiles(source: ApiMedia['schema']): boolean {
  return (
    source?.().properties.some(({ schema }) => {
      const field = schema();
      return field.binary || field.items?.().binary === true;
    }) === true
  );
}

function isBinary(source: ApiMedia['schema']): boolean {
  return source?.().binary === true;
}

/** Whether the schema says more than that it is a text. */
function hasStructure(source: ApiMedia['schema']): boolean {
  const schema = source?.();
  if (schema === undefined) return false;
  const parts = [schema.properties, schema.allOf, schema.oneOf, schema.anyOf];
  return schema.items !== undefined || schema.additional !== undefined || parts.some((part) => part.length > 0);
}
