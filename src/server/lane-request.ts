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
  readonly bytes: Uint8Array;
  /** How many they are, in digits. */
  readonly length: string;
}

const BEFORE_DATA = Buffer.from('{"data":');
const AFTER_DATA = Buffer.from('}\n');

/** As Apollo Server writes it. */
export function toLaneAnswer({ text, errors, data, extensions }: GraphResponse): LaneAnswer {
  const shown = errors === undefined || errors.length === 0 ? undefined : errors;
  const bytes =
    text === undefined
      ? Buffer.from(`${JSON.stringify({ errors: shown, data, extensions })}\n`)
      : Buffer.concat([BEFORE_DATA, text, AFTER_DATA]);
  return { bytes, length: String(bytes.length) };
}
