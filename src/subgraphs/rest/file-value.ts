// What a client gives for a file → its bytes: a file of a multipart request, or a text.
import { TemplateMistake } from './uri-template.ts';

export interface FileValue {
  readonly blob: Blob;
  readonly name: string;
}

const DATA_URL = /^data:([^,;]*)((?:;[^,;]*)*?)(;base64)?,/i;

/**
 * A file of a multipart request (GraphQL multipart request specification), a `data:` url (RFC 2397), or plain text. A url may
 * say what the file is called: `data:image/png;name=a.png;base64,…`.
 * Throws TemplateMistake for anything else.
 */
export function toFile(value: unknown): FileValue {
  if (value instanceof Blob) {
    return { blob: value, name: value instanceof File && value.name !== '' ? value.name : 'file' };
  }
  if (typeof value !== 'string') throw new TemplateMistake('a file is a part of a multipart request, or a data: url');
  const [head, type = '', parameters = '', base64] = DATA_URL.exec(value) ?? [];
  if (head === undefined) return { blob: new Blob([value], { type: 'text/plain' }), name: 'file' };
  const rest = value.slice(head.length);
  const bytes = base64 === undefined ? Buffer.from(unescape(rest), 'utf8') : Buffer.from(rest, 'base64');
  const name = /;(?:file)?name=([^;]*)/i.exec(parameters)?.[1] ?? '';
  return { blob: new Blob([bytes], { type: type === '' ? 'text/plain' : type }), name: unescape(name) || 'file' };
}

function unescape(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new TemplateMistake('the data: url is not percent-encoded as it should be');
  }
}
