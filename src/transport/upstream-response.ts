// Status, headers and bytes of an HTTP answer → the UpstreamResponse that connectors read.
import type { UpstreamResponse } from '../contract/transport.ts';

export function createUpstreamResponse(
  status: number,
  headers: Readonly<Record<string, string>>,
  body: Buffer,
): UpstreamResponse {
  // The text is not kept: readers keep what they make of it, and the answer lives longer than that.
  return { status, headers, body, text: () => decodeText(body, headers['content-type']) };
}

/** A byte order mark is not a part of the text. An unknown charset is read as UTF-8. */
function decodeText(body: Buffer, contentType: string | undefined): string {
  const charset = /;\s*charset\s*=\s*"?([\w.:-]+)/i.exec(contentType ?? '')?.[1]?.toLowerCase();
  if (charset === undefined || charset === 'utf-8' || charset === 'utf8') {
    const text = body.toString('utf8');
    return text.charCodeAt(0) === 0xfeff ? text.slice(1) : text;
  }
  try {
    return new TextDecoder(charset).decode(body);
  } catch {
    return body.toString('utf8');
  }
}
