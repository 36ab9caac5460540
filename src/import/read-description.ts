// A path or url in, the text of a description out. Called by the importers, which follow references with it too.
import { readFile as readBytes, realpath, stat } from 'node:fs/promises';
import { dirname, isAbsolute, relative, resolve, sep } from 'node:path';
import { HubFault } from '../faults/hub-fault.ts';
import { createRedactor } from '../transport/redact.ts';

export interface Description {
  /** Decoded by its byte order mark, its XML declaration, or as UTF-8. */
  readonly text: string;
  readonly bytes: Uint8Array;
  /** A path relative to `folder`, or a url without credentials. Give it as `from` when reading what it refers to. */
  readonly location: string;
}

export interface ReadOptions {
  /** What a relative path is relative to, where there is no `from`. */
  readonly folder: string;
  /** Location of the document that refers to this one: nothing outside its folder tree, or its origin, is read. */
  readonly from?: string;
  /** Location of the first document, or of a folder with `/` at its end: the boundary instead of that of `from`. */
  readonly within?: string | undefined;
  /** Other hosts that may be read from, as `host` or `host:port`; without a port, the scheme's own. */
  readonly hosts?: readonly string[] | undefined;
  /** Default: 64 MiB. */
  readonly maxBytes?: number;
}

const MAX_BYTES = 64 * 1024 * 1024;
const TIMEOUT_MS = 20_000;
const MAX_REDIRECTS = 5;
const REDIRECTS = new Set([301, 302, 303, 307, 308]);

const redact = createRedactor([]);

/**
 * Reads one file or url; a reference's fragment (`#/…`) is ignored.
 * Rejects with HUB_IMPORT_UNREADABLE, HUB_IMPORT_REFERENCE (only with `from`) or HUB_IMPORT_TOO_LARGE.
 */
export async function readDescription(reference: string, options: ReadOptions): Promise<Description> {
  const maxBytes = options.maxBytes ?? MAX_BYTES;
  const from = options.from;
  const target = from === undefined && !isUrl(reference) ? reference : reference.replace(/#.*$/s, '');
  const boundary = options.within ?? from;
  if (isUrl(target) || (from !== undefined && isUrl(from))) {
    const url = parseUrl(target, from !== undefined && isUrl(from) ? from : undefined);
    return readUrl(url, { boundary, hosts: options.hosts ?? [], maxBytes });
  }
  // A drive's letter is no scheme.
  if (/^[a-z][a-z0-9+.-]+:/i.test(target) && from !== undefined) throw foreignScheme(target);
  const path =
    from === undefined ? resolve(options.folder, target) : resolve(options.folder, dirname(from), unescape(target));
  return readFile(path, boundary, { ...options, maxBytes });
}

/** Gives the memory back at once: of the largest descriptions each copy counts. Nothing may read `bytes` afterwards. */
export function releaseBytes({ buffer, byteLength }: Uint8Array): void {
  // Small ones share their memory with others.
  if (buffer instanceof ArrayBuffer && buffer.byteLength === byteLength) buffer.transfer(0);
}

/** A file's name inside a reference: references are URIs, file names are not. */
function unescape(target: string): string {
  try {
    return decodeURIComponent(target);
  } catch {
    return target;
  }
}

/** Whether a specification or reference is an address; everything else is a path. */
export function isUrl(reference: string): boolean {
  return /^https?:\/\//i.test(reference);
}

function parseUrl(target: string, from: string | undefined): URL {
  if (!URL.canParse(target, from)) throw unreadable(target, 'it is not a valid address');
  const url = new URL(target, from);
  if (url.protocol !== 'http:' && url.protocol !== 'https:') throw foreignScheme(target);
  return url;
}

function foreignScheme(target: string): HubFault {
  const message = `${redact(target)} may not be read: only files, by their paths, and http(s) addresses are`;
  return new HubFault('HUB_IMPORT_REFERENCE', message);
}

async function readFile(
  path: string,
  boundary: string | undefined,
  { folder, maxBytes }: { folder: string; maxBytes: number },
): Promise<Description> {
  const location = relative(folder, path).split(sep).join('/');
  const real = await realpath(path).catch((error: unknown) => {
    throw unreadable(location, systemReason(error), error);
  });
  if (boundary !== undefined) {
    // Symbolic links are resolved on both sides, so that none leads out of the tree.
    const tree = await realpath(resolve(folder, boundary.endsWith('/') ? boundary : dirname(boundary)));
    if (!isWithin(tree, real)) throw outside(location, boundary, 'its folder', folderAdvice(tree, real, folder));
  }
  try {
    // Before it is opened: opening a pipe waits for its writer.
    const found = await stat(real);
    if (!found.isFile()) throw unreadable(location, 'it is not a file');
    if (found.size > maxBytes) throw tooLarge(location, maxBytes);
    const bytes = await readBytes(real);
    return { text: decode(bytes), bytes, location };
  } catch (error) {
    throw error instanceof HubFault ? error : unreadable(location, systemReason(error), error);
  }
}

function isWithin(tree: string, path: string): boolean {
  const inside = relative(tree, path);
  return inside !== '..' && !inside.startsWith(`..${sep}`) && !isAbsolute(inside);
}

/** A description in several folders side by side is imported by the folder around them. */
function folderAdvice(tree: string, path: string, folder: string): string {
  const around = dirname(tree);
  if (around === dirname(around) || !isWithin(around, path)) return '';
  const shown = relative(folder, around).split(sep).join('/') || '.';
  return `; to read it all the same, give the folder ${shown} as the spec`;
}

interface UrlLimits {
  readonly boundary: string | undefined;
  readonly hosts: readonly string[];
  readonly maxBytes: number;
}

async function readUrl(start: URL, { boundary, hosts, maxBytes }: UrlLimits): Promise<Description> {
  // Where the specification itself is; undefined where that is a file.
  const home = boundary === undefined ? start.origin : isUrl(boundary) ? new URL(boundary).origin : undefined;
  const assertInside = (to: URL): void => {
    if (boundary === undefined || to.origin === home || isAllowed(to, hosts)) return;
    const advice = `; to read it all the same, name ${to.host} under specHosts of the source, or with --allow-host`;
    throw outside(shownUrl(to), boundary, home === undefined ? 'its folder' : 'its origin', advice);
  };
  assertInside(start);
  const signal = AbortSignal.timeout(TIMEOUT_MS);
  let url = start;
  for (let hop = 0; hop <= MAX_REDIRECTS; hop += 1) {
    const shown = shownUrl(url);
    try {
      const response = await fetch(withoutUser(url), { redirect: 'manual', signal, headers: headersFor(url, home) });
      const next = response.headers.get('location');
      if (REDIRECTS.has(response.status) && next !== null && URL.canParse(next, url)) {
        await response.body?.cancel();
        url = parseUrl(next, url.href);
        assertInside(url);
        continue;
      }
      if (!response.ok) await response.body?.cancel();
      if (!response.ok) throw unreadable(shown, `the server answered with status ${response.status}`);
      const bytes = await readBody(response, shown, maxBytes);
      return { text: decode(bytes), bytes, location: shown };
    } catch (error) {
      if (error instanceof HubFault) throw error;
      throw unreadable(shown, signal.aborted ? `no answer within ${TIMEOUT_MS / 1000} s` : systemReason(error), error);
    }
  }
  throw unreadable(shownUrl(start), `it redirects more than ${MAX_REDIRECTS} times`);
}

async function readBody(response: Response, shown: string, maxBytes: number): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response.body ?? []) {
    const part = chunk as Uint8Array;
    size += part.byteLength;
    if (size > maxBytes) throw tooLarge(shown, maxBytes);
    chunks.push(part);
  }
  return Buffer.concat(chunks);
}

/** Schemes have a port of their own, which an address leaves out and a person may write. */
function isAllowed(url: URL, hosts: readonly string[]): boolean {
  const port = url.port || (url.protocol === 'https:' ? '443' : '80');
  return hosts.some((host) => [url.host, `${url.hostname}:${port}`].includes(host.toLowerCase()));
}

/** User and password of an address are for the host of the specification alone. */
function headersFor(url: URL, home: string | undefined): Record<string, string> {
  const accept = 'application/json, application/yaml, text/yaml, text/xml, application/xml, */*;q=0.5';
  if (url.origin !== home || (url.username === '' && url.password === '')) return { accept };
  const user = `${decodeURIComponent(url.username)}:${decodeURIComponent(url.password)}`;
  return { accept, authorization: `Basic ${Buffer.from(user, 'utf8').toString('base64')}` };
}

function withoutUser(url: URL): URL {
  const plain = new URL(url);
  plain.username = '';
  plain.password = '';
  return plain;
}

/** For messages, lock files and SDL: without user information and without what looks like a key in the query. */
function shownUrl(url: URL): string {
  return redact(withoutUser(url).href);
}

function decode(bytes: Uint8Array): string {
  const [first, second] = bytes;
  if ((first === 0xff && second === 0xfe) || (first === 0x3c && second === 0))
    return new TextDecoder('utf-16le').decode(bytes);
  if ((first === 0xfe && second === 0xff) || (first === 0 && second === 0x3c))
    return new TextDecoder('utf-16be').decode(bytes);
  const head = Buffer.from(bytes.subarray(0, 200)).toString('latin1');
  const named = /^\s*<\?xml[^>]*\sencoding\s*=\s*["']([\w.:-]+)["']/.exec(head)?.[1];
  // A declaration that can be read byte by byte is no UTF-16, whatever it says.
  const declared = named !== undefined && /^utf-?16/i.test(named) ? undefined : named;
  try {
    return new TextDecoder(declared ?? 'utf-8').decode(bytes);
  } catch {
    // An encoding that the platform does not know: UTF-8 is what most such documents really are.
    return new TextDecoder().decode(bytes);
  }
}

function systemReason(error: unknown): string {
  const code = propertyOf(propertyOf(error, 'cause') ?? error, 'code');
  switch (code) {
    case 'ENOENT':
      return 'there is no such file';
    case 'EACCES':
      return 'the file may not be read (permissions)';
    case 'ERR_INVALID_ARG_VALUE':
    case 'ENAMETOOLONG':
      return 'no file can have that name';
    case 'Z_DATA_ERROR':
    case 'Z_BUF_ERROR':
      return 'its content is not compressed as the server says (content-encoding)';
    case 'UND_ERR_SOCKET':
    case 'ECONNRESET':
      return 'the server ended the connection before the end';
    case 'EISDIR':
      return 'it is a folder';
    case 'ENOTFOUND':
      return 'the host name is not known';
    case 'ECONNREFUSED':
      return 'nothing listens there';
    default:
      return typeof code === 'string' ? code : 'the connection failed';
  }
}

/** Errors of the runtime are told by their properties: their classes may be of another realm. */
function propertyOf(value: unknown, key: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, key) : undefined;
}

function unreadable(where: string, reason: string, cause?: unknown): HubFault {
  // Control characters would reach a terminal.
  const shown = redact(where)
    .replaceAll(/\p{Cc}/gu, '?')
    .slice(0, 500);
  return new HubFault('HUB_IMPORT_UNREADABLE', `cannot read ${shown}: ${reason}`, { cause });
}

function tooLarge(where: string, maxBytes: number): HubFault {
  return new HubFault('HUB_IMPORT_TOO_LARGE', `${where} is larger than ${maxBytes} bytes`);
}

function outside(reference: string, boundary: string, what: string, advice: string): HubFault {
  const message = `${redact(reference)} may not be read: ${boundary} may only refer to what lies within ${what}${advice}`;
  return new HubFault('HUB_IMPORT_REFERENCE', message);
}
