// One connection of the socket lane: which of its requests are served from their bytes, and in which order all are answered.
import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { httpDate } from './http-date.ts';
import { bytesBeforeBody, headOf, type KnownHead, type KnownHeads } from './known-heads.ts';
import type { LaneAnswer, LaneRequest } from './lane-request.ts';
import { sendTogether } from './send-together.ts';

/** What all connections have in common. */
export interface LaneTraffic {
  readonly heads: KnownHeads;
  /** Never throws. */
  readonly serve: (request: LaneRequest) => void;
  readonly isClosing: () => boolean;
  /** Counts the requests that are being served from their bytes. */
  readonly count: (change: 1 | -1) => void;
}

/**
 * - `parsing`: what comes in is the parser's, until it has answered one request and nothing came after it;
 * - `between`: the parser has seen the end of a request, and nothing of another;
 * - `serving`: a request is served from its bytes;
 * - `lost`: only the parser knows where requests end, from now on.
 */
type Phase = 'parsing' | 'between' | 'serving' | 'lost';

/** Bytes of a request that are kept until the parser has answered it, to know whether anything came after it. */
const MAX_FED_BYTES = 65_536;

const NOTHING = Buffer.alloc(0);

export class LaneConnection implements LaneRequest {
  readonly #socket: Socket;
  readonly #parse: (chunk: Buffer) => void;
  readonly #traffic: LaneTraffic;
  readonly #keepAlive: string;
  #phase: Phase = 'parsing';
  #fed: Buffer = NOTHING;
  #request: IncomingMessage | undefined;
  /** What the parser is given was served from its bytes before. */
  #left = false;
  /** Came in while a request was served. */
  #next: Buffer | undefined;
  #gone: (() => void) | undefined;
  /** Served now, or last: the same often comes again. */
  #chunk: Buffer = NOTHING;
  #head: KnownHead | undefined;
  text = '';

  /** `parse` reads what is not served from its bytes. */
  constructor(socket: Socket, parse: (chunk: Buffer) => void, keepAliveMs: number, traffic: LaneTraffic) {
    this.#socket = socket;
    this.#parse = parse;
    this.#traffic = traffic;
    this.#keepAlive = `Connection: keep-alive\r\nKeep-Alive: timeout=${Math.floor(keepAliveMs / 1_000)}\r\n\r\n`;
  }

  readonly read = (chunk: Buffer): void => {
    if (this.#phase === 'serving') {
      this.#next = chunk;
      this.#socket.pause();
    } else if (this.#phase === 'between' && !this.#traffic.isClosing() && this.#recognize(chunk)) {
      this.#phase = 'serving';
      this.#traffic.count(1);
      this.#traffic.serve(this);
    } else this.#feed(chunk);
  };

  readonly close = (): void => {
    const gone = this.#gone;
    if (this.#phase === 'serving') this.#served('lost');
    gone?.();
  };

  /** See SocketLane. */
  parsed(request: IncomingMessage, response: ServerResponse, ordinary: boolean): boolean {
    const left = this.#left;
    this.#left = false;
    if (this.#phase !== 'parsing') return left;
    if (this.#request === undefined) response.once('close', () => this.#parsedAndAnswered(request, ordinary));
    else this.#lose();
    this.#request = request;
    return left;
  }

  get #known(): KnownHead {
    if (this.#head === undefined) throw new Error('nothing is being served');
    return this.#head;
  }

  get headers(): IncomingHttpHeaders {
    return this.#known.headers;
  }

  get flat(): Readonly<Record<string, string>> {
    return this.#known.flat;
  }

  get isGone(): boolean {
    return this.#phase !== 'serving';
  }

  whenGone(gone: () => void): void {
    this.#gone = gone;
  }

  answer({ bytes, length }: LaneAnswer, id: string): void {
    const closing = this.#traffic.isClosing();
    this.#served(closing ? 'lost' : 'between');
    // It has sent its end, and with that was given up.
    if (!this.#socket.writable) return;
    const last = closing ? 'connection: close\r\n\r\n' : this.#keepAlive;
    const head = `HTTP/1.1 200 OK\r\nx-request-id: ${id}\r\n${this.#known.lines}content-length: ${length}\r\nDate: ${httpDate()}\r\n${last}`;
    const flows = sendTogether(this.#socket, head, bytes);
    if (closing) this.#socket.destroySoon();
    else if (!flows) this.#socket.pause().once('drain', this.#goOn);
    else if (this.#next !== undefined) this.#goOn();
  }

  leave(): void {
    if (this.isGone) return;
    this.#served('parsing');
    this.#left = true;
    this.#feed(this.#chunk);
    this.#goOn();
  }

  drop(): void {
    this.#socket.destroy();
  }

  #recognize(chunk: Buffer): boolean {
    if (this.#chunk.equals(chunk)) return true;
    const known = this.#traffic.heads.read(chunk);
    if (known === undefined) return false;
    this.#chunk = chunk;
    this.#head = known.head;
    this.text = known.text;
    return true;
  }

  #served(phase: Phase): void {
    this.#phase = phase;
    this.#gone = undefined;
    this.#traffic.count(-1);
  }

  readonly #goOn = (): void => {
    const next = this.#next;
    this.#next = undefined;
    this.#socket.resume();
    if (next !== undefined) this.read(next);
  };

  #feed(chunk: Buffer): void {
    if (this.#phase !== 'lost') {
      this.#phase = 'parsing';
      this.#fed = this.#fed.length === 0 ? chunk : Buffer.concat([this.#fed, chunk]);
      if (this.#fed.length > MAX_FED_BYTES) this.#lose();
    }
    this.#parse(chunk);
  }

  #parsedAndAnswered(request: IncomingMessage, ordinary: boolean): void {
    if (this.#phase !== 'parsing') return;
    const head = headOf(this.#fed);
    const { 'content-length': length = '0', 'transfer-encoding': encoding } = request.headers;
    const bytes = head === undefined || encoding !== undefined ? NaN : bytesBeforeBody(head) + Number(length);
    if (head === undefined || !request.complete || bytes !== this.#fed.length) {
      this.#lose();
      return;
    }
    this.#phase = 'between';
    this.#fed = NOTHING;
    this.#request = undefined;
    if (ordinary) this.#traffic.heads.learn(head, request);
  }

  #lose(): void {
    this.#phase = 'lost';
    this.#fed = this.#chunk = NOTHING;
    this.#request = undefined;
  }
}
