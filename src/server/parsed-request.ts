// A request of the fast lane that Node's parser has read.
import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';
import type { LaneAnswer, LaneRequest } from './lane-request.ts';
import { flattenHeaders } from './request-context.ts';

export class ParsedRequest implements LaneRequest {
  readonly headers: IncomingHttpHeaders;
  readonly flat: Readonly<Record<string, string>>;
  readonly text: string;
  readonly leave: () => void;
  readonly #response: ServerResponse;
  readonly #head: Readonly<Record<string, string>>;
  readonly #isClosing: () => boolean;

  /** `head` goes with every answer. */
  constructor(
    request: IncomingMessage,
    response: ServerResponse,
    text: string,
    head: Readonly<Record<string, string>>,
    isClosing: () => boolean,
    leave: () => void,
  ) {
    this.headers = request.headers;
    this.flat = flattenHeaders(request.headers);
    this.text = text;
    this.leave = leave;
    this.#response = response;
    this.#head = head;
    this.#isClosing = isClosing;
  }

  get isGone(): boolean {
    return this.#response.destroyed;
  }

  whenGone(gone: () => void): void {
    this.#response.on('close', gone);
  }

  answer({ bytes, length }: LaneAnswer, id: string): void {
    const head = ['x-request-id', id];
    for (const name in this.#head) head.push(name, this.#head[name] ?? '');
    head.push('content-length', length);
    if (this.#isClosing()) head.push('connection', 'close');
    this.#response.writeHead(200, head);
    this.#response.end(bytes);
  }

  drop(): void {
    this.#response.destroy();
  }
}
