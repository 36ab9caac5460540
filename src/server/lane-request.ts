// What the fast lane needs of a request, wherever it was read from, and what it gives back.
import type { IncomingHttpHeaders } from 'node:http';
import type { GraphResponse } from '../contract/graph.ts';

export interface LaneRequest {
  readonly headers: IncomingHttpHeaders;
  /** The same as one text each. */
  readonly flat: Readonly<Record<string, string>>;
  /** The body. */
  readonly text: string;
  /** Whether the caller went away. */
  readonly isGone: boolean;
  /** `gone` is called when the caller goes away, if it is not answered and not left before. Called at most once. */
  whenGone(gone: () => void): void;
  answer(answer: LaneAnswer, id: string): void;
  /** To those who serve every request; nothing happens where the caller went away. */
  leave(): void;
  /** Without an answer. */
  drop(): void;
}

/** A body, for as many callers as wait for it. */
export interface LaneAnswer {
  readonly text: string;
  /** Bytes of it, in digits. */
  readonly length: string;
  /** A text of plain ASCII is sent without a look at each of its characters. */
  readonly encoding: 'latin1' | 'utf8';
}

/** As Apollo Server writes it. */
export function toLaneAnswer({ text: whole, errors, data, extensions }: GraphResponse): LaneAnswer {
  const shown = errors === undefined || errors.length === 0 ? undefined : errors;
  const text = whole === undefined ? `${JSON.stringify({ errors: shown, data, extensions })}\n` : `{"data":${whole}}\n`;
  const bytes = Buffer.byteLength(text);
  return { text, length: String(bytes), encoding: bytes === text.length ? 'latin1' : 'utf8' };
}
