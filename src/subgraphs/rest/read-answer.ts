// The answer of a REST upstream → the payload of a field: parsed by its content type, read at a path.
import { getNamedType, getNullableType, isLeafType, type GraphQLOutputType } from 'graphql';
import type { UpstreamResponse } from '../../contract/transport.ts';
import { HubFault } from '../../faults/hub-fault.ts';
import { readAt } from '../local/read-at.ts';
import { parseJson } from '../../transport/parse-json.ts';

export type ReadAnswer = (response: UpstreamResponse) => unknown;

/**
 * Throws HUB_UPSTREAM_MALFORMED. An answer that several callers share is parsed once: what comes out is read, never
 * changed. A path that leads nowhere reads null.
 */
export function createAnswerReader(
  source: string,
  operation: string,
  type: GraphQLOutputType,
  at: string | undefined,
): ReadAnswer {
  const isText = isTextType(type);
  const whenEmpty = getNamedType(type).name === 'Boolean' ? true : null;
  const read = readAt(at);
  const parsed = new WeakMap<UpstreamResponse, unknown>();

  const parse = (response: UpstreamResponse): unknown => {
    const contentType = mediaType(response);
    try {
      return parseAs(contentType, response.text(), isText);
    } catch (error) {
      const what = contentType === '' ? 'without a content type' : `with ${contentType}`;
      const message = `${operation} of source "${source}" answered ${what}, which cannot be read as JSON`;
      throw new HubFault('HUB_UPSTREAM_MALFORMED', message, {
        details: { source, upstreamStatus: response.status, contentType },
        cause: error,
      });
    }
  };

  return (response) => {
    if (response.body.byteLength === 0) return whenEmpty;
    let value = parsed.get(response);
    if (value === undefined) {
      value = parse(response);
      parsed.set(response, value);
    }
    return read(value) ?? null;
  };
}

/** Throws where it is neither JSON nor a text that the field can hold. */
function parseAs(contentType: string, text: string, isText: boolean): unknown {
  if (/[/+]json$/.test(contentType)) return parseJson(text);
  if (contentType === 'text/html' || /[/+]xml$/.test(contentType)) throw new SyntaxError('it is markup');
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
