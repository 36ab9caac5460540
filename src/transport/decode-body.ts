// Bytes of an answer as they came over the wire → the bytes that were meant, never more of them than allowed.
import { promisify } from 'node:util';
import { brotliDecompress, gunzip, inflate, inflateRaw, zstdDecompress } from 'node:zlib';
import { HubFault } from '../faults/hub-fault.ts';

/** Sent as Accept-Encoding. */
export const ACCEPTED_ENCODINGS = 'gzip, br, deflate';
/** Nobody compresses more often than this in earnest (RFC 9110, section 8.4 sets no limit). */
const MAX_LAYERS = 3;

type Decompress = (bytes: Buffer, options: { maxOutputLength: number }) => Promise<Buffer>;

const inflateZlib: Decompress = promisify(inflate);
const inflateBare: Decompress = promisify(inflateRaw);

const DECOMPRESS: Readonly<Record<string, Decompress>> = {
  gzip: promisify(gunzip),
  br: promisify(brotliDecompress),
  zstd: promisify(zstdDecompress),
  // "deflate" means the zlib format, but some servers send bare deflate data (RFC 9110, section 8.4.1.2).
  deflate: (bytes, options) =>
    ((bytes[0] ?? 0) & 0x0f) === 8 ? inflateZlib(bytes, options) : inflateBare(bytes, options),
};

/**
 * Undoes Content-Encoding. Decompression itself stops at `maxBytes`, so a small bomb stays small.
 * Rejects with HUB_UPSTREAM_TOO_LARGE or HUB_UPSTREAM_MALFORMED.
 */
export async function decodeBody(
  source: string,
  bytes: Buffer,
  contentEncoding: string | undefined,
  maxBytes: number,
): Promise<Buffer> {
  if (contentEncoding === undefined || bytes.byteLength === 0) return bytes;
  const layers = contentEncoding
    .toLowerCase()
    .split(',')
    .map((layer) => layer.trim().replace(/^x-/, ''))
    .filter((layer) => layer !== '' && layer !== 'identity');
  if (layers.length > MAX_LAYERS) throw malformed(source, `is compressed ${layers.length} times over`);
  let decoded = bytes;
  for (const layer of layers.reverse()) {
    const decompress = Object.hasOwn(DECOMPRESS, layer) ? DECOMPRESS[layer] : undefined;
    if (decompress === undefined) throw malformed(source, 'has a content encoding that the hub did not ask for');
    try {
      decoded = await decompress(decoded, { maxOutputLength: maxBytes });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE') throw tooLarge(source, maxBytes);
      throw malformed(source, `is not the ${layer} data that it is said to be`, error);
    }
  }
  return decoded;
}

export function tooLarge(source: string, maxBytes: number): HubFault {
  return new HubFault('HUB_UPSTREAM_TOO_LARGE', `the answer of source "${source}" is larger than ${maxBytes} bytes`, {
    details: { source, maxResponseBytes: maxBytes },
  });
}

function malformed(source: string, what: string, cause?: unknown): HubFault {
  return new HubFault('HUB_UPSTREAM_MALFORMED', `the answer of source "${source}" ${what}`, {
    details: { source },
    cause,
  });
}
