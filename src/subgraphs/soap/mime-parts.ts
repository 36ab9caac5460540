// A multipart/related answer (SOAP with Attachments, MTOM) in, its parts out; and the other way round for requests.
import { randomUUID } from 'node:crypto';

export interface MimePart {
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

export interface RelatedParts {
  /** The part with the envelope: the one that `start` names, else the first. */
  readonly root: MimePart;
  /** The others by Content-ID, in order; one without an id is under its number. */
  readonly attachments: ReadonlyMap<string, Buffer>;
}

const LT = 0x3c;
const MAX_PARTS = 1_000;
const MAX_HEADER_BYTES = 16_384;

/** Undefined where the bytes are no multipart message with that boundary, or one with too many parts. */
export function parseRelated(body: Buffer, contentType: string): RelatedParts | undefined {
  const boundary = parameterOf(contentType, 'boundary') ?? sniffBoundary(body);
  if (boundary === undefined) return undefined;
  const parts = splitParts(body, boundary);
  const start = idOf(parameterOf(contentType, 'start'));
  const root = parts?.find(({ headers }) => start !== '' && idOf(headers['content-id']) === start) ?? parts?.[0];
  if (parts === undefined || root === undefined) return undefined;
  const attachments = new Map<string, Buffer>();
  parts.forEach((part, index) => {
    if (part !== root) attachments.set(idOf(part.headers['content-id']) || String(index), part.body);
  });
  return { root, attachments };
}

/** Some servers send a multipart body and forget to say so. */
export function sniffBoundary(body: Buffer): string | undefined {
  if (body[0] === LT) return undefined;
  const head = body.subarray(0, 300).toString('latin1').trimStart();
  return /^--([!-~]{8,80})\r?\n[\w-]+:/.exec(head)?.[1];
}

function parameterOf(contentType: string, name: string): string | undefined {
  const found = new RegExp(`;\\s*${name}\\s*=\\s*(?:"([^"]*)"|([^\\s;]+))`, 'i').exec(contentType);
  return found?.[1] ?? found?.[2];
}

const idOf = (value: string | undefined): string => value?.trim().replace(/^<(.*)>$/s, '$1') ?? '';

function splitParts(body: Buffer, boundary: string): MimePart[] | undefined {
  const delimiter = Buffer.from(`--${boundary}`, 'latin1');
  const parts: MimePart[] = [];
  let at = body.indexOf(delimiter);
  while (at >= 0) {
    const start = at + delimiter.length;
    if (body.toString('latin1', start, start + 2) === '--') return parts;
    const next = body.indexOf(delimiter, start);
    if (next < 0 || parts.length >= MAX_PARTS) return undefined;
    const part = parsePart(body.subarray(start, next));
    if (part === undefined) return undefined;
    parts.push(part);
    at = next;
  }
  return undefined;
}

/** From behind the delimiter to the next one; the line end before that belongs to the delimiter (RFC 2046, 5.1.1). */
function parsePart(bytes: Buffer): MimePart | undefined {
  const limit = bytes.subarray(0, MAX_HEADER_BYTES).toString('latin1');
  const head = /^[ \t]*\r?\n(?:((?:[^\r\n]+\r?\n)*))\r?\n/.exec(limit);
  if (head === null) return undefined;
  const headers: Record<string, string> = {};
  for (const line of (head[1] ?? '').replaceAll(/\r?\n[ \t]+/g, ' ').split(/\r?\n/)) {
    const colon = line.indexOf(':');
    if (colon > 0) headers[line.slice(0, colon).trim().toLowerCase()] = line.slice(colon + 1).trim();
  }
  let end = bytes.byteLength;
  if (bytes[end - 1] === 0x0a) end -= bytes[end - 2] === 0x0d ? 2 : 1;
  const content = bytes.subarray(head[0].length, Math.max(end, head[0].length));
  return { headers, body: decodeTransfer(content, headers['content-transfer-encoding']) };
}

function decodeTransfer(content: Buffer, encoding: string | undefined): Buffer {
  if (encoding?.toLowerCase() === 'base64') return Buffer.from(content.toString('latin1'), 'base64');
  if (encoding?.toLowerCase() !== 'quoted-printable') return content;
  const text = content.toString('latin1').replaceAll(/=\r?\n/g, '');
  return Buffer.from(
    text.replaceAll(/=([\dA-Fa-f]{2})/g, (_, hex: string) => String.fromCharCode(parseInt(hex, 16))),
    'latin1',
  );
}

export interface Attachment {
  readonly id: string;
  readonly contentType: string;
  readonly body: Buffer;
}

export interface RelatedMessage {
  readonly contentType: string;
  readonly body: Buffer;
}

/** `type`: media type of the envelope. `mtom`: XOP packaging (the envelope refers to the parts by `xop:Include`). */
export function writeRelated(
  envelope: string,
  type: string,
  attachments: readonly Attachment[],
  mtom: boolean,
  action = '',
): RelatedMessage {
  const boundary = `uuid-${randomUUID()}`;
  const rootId = 'envelope@manifold';
  const startInfo = action === '' ? '' : `; action="${action}"`;
  const rootType = mtom ? `application/xop+xml; charset=utf-8; type="${type}"` : `${type}; charset=utf-8`;
  const chunks: Buffer[] = [partHead(boundary, rootType, rootId, '8bit'), Buffer.from(envelope, 'utf8')];
  for (const { id, contentType, body } of attachments) chunks.push(partHead(boundary, contentType, id, 'binary'), body);
  chunks.push(Buffer.from(`\r\n--${boundary}--\r\n`, 'latin1'));
  const outer = mtom ? `type="application/xop+xml"; start-info="${type}"` : `type="${type}"`;
  return {
    contentType: `multipart/related; ${outer}; start="<${rootId}>"; boundary="${boundary}"${startInfo}`,
    body: Buffer.concat(chunks),
  };
}

function partHead(boundary: string, contentType: string, id: string, encoding: string): Buffer {
  return Buffer.from(
    `\r\n--${boundary}\r\nContent-Type: ${contentType}\r\nContent-Transfer-Encoding: ${encoding}\r\n` +
      `Content-ID: <${id}>\r\n\r\n`,
    'latin1',
  );
}
