// The value of a multipart form → its bytes, files among them (RFC 7578). A library's FormData would give every part with a
// content type a file name, which servers take for a file.
import { randomBytes } from 'node:crypto';
import { toFile } from './file-value.ts';
import type { EncodedBody } from './request-body.ts';
import { headerValue } from './request-headers.ts';
import {
  isGiven,
  isRecord,
  serialize,
  serializePairs,
  writeExact,
  type Pair,
  type Serialization,
} from './serialize.ts';
import { toText } from './to-text.ts';

interface Part {
  readonly name: string;
  readonly fileName?: string;
  readonly contentType?: string;
  readonly content: string | Blob;
  /** Beside those that every part has. */
  readonly headers?: readonly Pair[];
}

/** The part of a form whose value is not several fields: the name by which servers expect a file. */
export const ONLY_PART = 'file';

/** A header of a part, and the upstream name of the field that holds its value. */
export interface PartHeader {
  readonly name: string;
  readonly from: string;
}

export interface MultipartForm {
  /** By the upstream name of the field. */
  readonly styles: ReadonlyMap<string, Serialization>;
  /** Upstream names of the fields that are files or lists of files. */
  readonly files: ReadonlySet<string>;
  /** By the upstream name of the field: how it is written where its part is XML. */
  readonly xml: ReadonlyMap<string, (value: unknown) => string>;
  /** By the upstream name of the field whose part has them. */
  readonly headers: ReadonlyMap<string, readonly PartHeader[]>;
}

/** @param type `multipart/form-data` where it is undefined. */
export async function encodeMultipart(value: unknown, form: MultipartForm, type?: string): Promise<EncodedBody> {
  const boundary = `manifold-${randomBytes(16).toString('hex')}`;
  const chunks: Uint8Array[] = [];
  const parts = partsOf(value, form);
  for (const part of parts) {
    chunks.push(Buffer.from(headOf(part, boundary), 'utf8'));
    const { content } = part;
    chunks.push(
      typeof content === 'string' ? Buffer.from(content, 'utf8') : new Uint8Array(await content.arrayBuffer()),
      Buffer.from('\r\n'),
    );
  }
  chunks.push(Buffer.from(`--${boundary}--\r\n`));
  // RFC 2387, section 3.1: the type of what the parts are related by, which is the first of them.
  const first = type === 'multipart/related' ? `; type="${clean(parts[0]?.contentType ?? 'text/plain')}"` : '';
  return {
    contentType: `${type ?? 'multipart/form-data'}; boundary=${boundary}${first}`,
    content: Buffer.concat(chunks),
  };
}

function partsOf(value: unknown, form: MultipartForm): Part[] {
  const fields = isRecord(value) ? value : { [ONLY_PART]: value };
  const beside = new Set([...form.headers.values()].flat().map(({ from }) => from));
  return Object.entries(fields).flatMap(([name, item]) => {
    if (beside.has(name)) return [];
    const headers = (form.headers.get(name) ?? []).flatMap((header): Pair[] => {
      const text = serialize(fields[header.from], 'comma');
      return text === undefined ? [] : [[header.name, headerValue(header.name, text)]];
    });
    return toParts(name, item, form).map((part) => ({ ...part, headers }));
  });
}

function toParts(name: string, item: unknown, form: MultipartForm): Part[] {
  if (!isGiven(item)) return [];
  const own = form.styles.get(name);
  const contentType = own?.contentType;
  if (item instanceof Blob || (form.files.has(name) && !Array.isArray(item))) {
    const file = toFile(item);
    return [{ name, fileName: file.name, contentType: contentType ?? file.blob.type, content: file.blob }];
  }
  if (contentType !== undefined) {
    const content = form.xml.get(name)?.(item) ?? (typeof item === 'string' ? item : JSON.stringify(item, writeExact));
    return [{ name, contentType, content }];
  }
  if (own !== undefined) return serializePairs(name, item, own.style).map(([key, content]) => ({ name: key, content }));
  if (Array.isArray(item))
    return item.flatMap((one) => (Array.isArray(one) ? jsonPart(name, one) : toParts(name, one, form)));
  // OpenAPI, "Encoding Object": an object, or a list in a list, is JSON where nothing else is said.
  if (isRecord(item)) return jsonPart(name, item);
  return [{ name, content: toText(item) }];
}

function jsonPart(name: string, item: unknown): Part[] {
  return [{ name, contentType: 'application/json', content: JSON.stringify(item, writeExact) }];
}

function headOf({ name, fileName, contentType, headers = [] }: Part, boundary: string): string {
  const file = fileName === undefined ? '' : `; filename="${quoted(fileName)}"`;
  const type = contentType === undefined || contentType === '' ? '' : `\r\nContent-Type: ${clean(contentType)}`;
  const more = headers.map(([header, value]) => `\r\n${header}: ${value}`).join('');
  return `--${boundary}\r\nContent-Disposition: form-data; name="${quoted(name)}"${file}${type}${more}\r\n\r\n`;
}

/** RFC 7578, section 4.2, as browsers do it. */
function quoted(text: string): string {
  return text.replaceAll('\r', '%0D').replaceAll('\n', '%0A').replaceAll('"', '%22');
}

function clean(text: string): string {
  return text.replaceAll(/[^\x20-\x7e]/g, '');
}
