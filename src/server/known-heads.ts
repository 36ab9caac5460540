// Heads of requests that Node's parser has read before: the same bytes mean the same again. Kept for the socket lane.
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { createBoundedCache } from '../engine/bounded-cache.ts';
import { flattenHeaders } from './request-context.ts';

export interface KnownHead {
  readonly headers: IncomingHttpHeaders;
  /** The same as one text each. */
  readonly flat: Readonly<Record<string, string>>;
  /** Bytes of the body. */
  readonly bodyBytes: number;
  /** Lines of the head of every answer, each with its end. */
  readonly lines: string;
}

export interface KnownHeadsOptions {
  /** The type that an answer has for this Accept header; undefined where that is not known yet. */
  readonly contentTypeOf: (accept: string | undefined) => string | undefined;
  /** Further headers of every answer to such a request. */
  readonly headersFor: (headers: IncomingHttpHeaders) => Readonly<Record<string, string>>;
}

export interface KnownHeads {
  /** What `bytes` are, if they are one whole request with a known head, and nothing else; `text` is its body. */
  read(bytes: Buffer): { readonly head: KnownHead; readonly text: string } | undefined;
  /** `request` is what the parser has made of `head`. */
  learn(head: string, request: IncomingMessage): void;
}

const MAX_HEADS = 500;
const MAX_HEAD_CHARS = 4_096;
const END = '\r\n\r\n';

/** What another request does not send again. */
const UNIQUE = ['x-request-id', 'traceparent'];

export function createKnownHeads({ contentTypeOf, headersFor }: KnownHeadsOptions): KnownHeads {
  const heads = createBoundedCache<KnownHead>(MAX_HEADS);
  return {
    read(bytes) {
      const end = bytes.indexOf(END, 0, 'latin1');
      const head = end < 1 ? undefined : heads.get(bytes.toString('latin1', 0, end));
      const body = end + END.length;
      if (head === undefined || bytes.length !== body + head.bodyBytes) return undefined;
      return { head, text: bytes.toString('utf8', body) };
    },
    learn(head, { headers, httpVersion }) {
      const contentType = contentTypeOf(headers.accept);
      if (contentType === undefined || head.length > MAX_HEAD_CHARS || UNIQUE.some((name) => name in headers)) return;
      if (httpVersion !== '1.1' || (headers.connection ?? 'keep-alive').toLowerCase() !== 'keep-alive') return;
      const lines = Object.entries({ 'content-type': contentType, ...headersFor(headers) });
      heads.set(head, {
        headers,
        flat: flattenHeaders(headers),
        bodyBytes: Number(headers['content-length']),
        lines: lines.map(([name, value]) => `${name}: ${value}\r\n`).join(''),
      });
    },
  };
}

/** The head of a request without its end; undefined where it is not whole, or any parser might see another end of it. */
export function headOf(bytes: Buffer): string | undefined {
  const end = bytes.indexOf(END, 0, 'latin1');
  const head = end < 1 ? undefined : bytes.toString('latin1', 0, end);
  return head === undefined || /[\r\n]/.test(head.replaceAll('\r\n', '')) ? undefined : head;
}

/** Bytes from the start of a request to its body. */
export const bytesBeforeBody = (head: string): number => head.length + END.length;
