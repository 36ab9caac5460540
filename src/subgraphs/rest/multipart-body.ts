// The value of a multipart form → its bytes, files among them (RFC 7578). A library's FormData would give every part with a
// content type a file name, which servers take for a file.
import { randomBytes } from 'node:crypto';
import { toFile } from './file-value.ts';
import type { EncodedBody } from './request-body.ts';
import { isGiven, isRecord, serializePairs, writeExact, type Serialization } from './serialize.ts';
import { toText } from './to-text.ts';

interface Part {
  readonly name: string;
  readonly fileName?: string;
  readonly contentType?: string;
  readonly content: string | Blob;
}

export interface MultipartForm {
  /** By the upstream name of the field. */
  readonly styles: ReadonlyMap<string, Serialization>;
  /** Upstream names of the fields that are files or lists of files. */
  readonly files: ReadonlySet<string>;
}

export async function encodeMultipart(value: unknown, form: MultipartForm): Promise<EncodedBody> {
  const boundary = `manifold-${randomBytes(16).toString('hex')}`;
  const chunks: Uint8Array[] = [];
  for (const part of partsOf(value, form)) {
    chunks.push(Buffer.from(headOf(part, boundary), 'utf8'));
    const { content } = part;
    chunks.push(
      typeof content === 'string' ? Buffer.from(content, 'utf8') : new Uint8Array(await content.arrayBuffer()),
      Buffer.from('\r\n'),
    );
  }
  chunks.push(Buffer.from(`--${boundary}--\r\n`));
  return { contentType: `multipart/form-data; boundary=${boundary}`, content: Buffer.concat(chunks) };
}

function partsOf(value: unknown, form: MultipartForm): Part[] {
  return Object.entries(isRecord(value) ? value : { file: value }).flatMap(([name, item]) => toParts(name, item, form));
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
    return [{ name, contentType, content: typeof item === 'string' ? item : JSON.stringify(item, writeExact) }];
  }
  if (own !== undefined) return serializePairs(name, item, own.style).map(([key, content]) => ({ name: key, content }));
  if (Array.isArray(item)) return item.flatMap((one) => toParts(name, one, form));
  // OpenAPI 3.0, "Encoding Object": an object is JSON where nothing else is said.
  if (isRecord(item)) return [{ name, contentType: 'application/json', content: JSON.stringify(item, writeExact) }];
  return [{ name, content: toText(item) }];
}

function headOf({ name, fileName, contentType }: Part, boundary: string): string {
  const file = fileName === undefined ? '' : `; filename="${quoted(fileName)}"`;
  const type = contentType === undefined || contentType === '' ? '' : `\r\nContent-Type: ${clean(contentType)}`;
  return `--${boundary}\r\nContent-Disposition: form-data; name="${quoted(name)}"${file}${type}\r\n\r\n`;
}

/** RFC 7578, section 4.2, as browsers do it. */
function quoted(text: string): string {
  return text.replaceAll('\r', '%0D').replaceAll('\n', '%0A').replaceAll('"', '%22');
}

function clean(text: string): string {
  return text.replaceAll(/[^\x20-\x7e]/g, '');
}
