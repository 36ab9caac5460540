// Status, headers and bytes of an HTTP answer → the UpstreamResponse that connectors read.
import type { UpstreamResponse } from '../contract/transport.ts';

export function createUpstreamResponse(
  status: number,
  headers: Readonly<Record<string, string>>,
  body: Buffer,
): UpstreamResponse {
  return new Answer(status, headers, body);
}

class Answer implements UpstreamResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
  // Not in a WeakMap of the reader's: to V8's young collections the values of a WeakMap are alive.
  #readings: Map<unknown, unknown> | undefined;

  constructor(status: number, headers: Readonly<Record<string, string>>, body: Buffer) {
    this.status = status;
    this.headers = headers;
    this.body = body;
  }

  /** Not kept: readers keep what they make of it, and the answer lives longer than that. */
  text(): string {
    return decodeText(this.body, this.headers['content-type']);
  }

  read<T>(reader: (response: UpstreamResponse) => T): T {
    const known = this.#readings?.get(reader);
    if (known !== undefined) return known as T;
    const reading = reader(this);
    this.#readings = (this.#readings ?? new Map<unknown, unknown>()).set(reader, reading);
    return reading;
  }
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
