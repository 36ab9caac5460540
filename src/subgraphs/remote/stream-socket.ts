// Websockets to a source: opened with its credentials, and why they closed told as faults. For both websocket protocols.
import { WebSocket } from 'ws';
import { HubFault, type FaultDetails } from '../../faults/hub-fault.ts';
import { faultOfExchange } from '../../transport/fault-of-exchange.ts';
import type { StreamTarget } from './stream-connection.ts';

export interface Dropped {
  readonly fault: HubFault;
  readonly again: boolean;
}

/** A websocket class of one target, as `graphql-ws` wants it. `refusedStatus()` tells of an answer that was no upgrade. */
export function socketOf(target: StreamTarget) {
  let refusedStatus: number | undefined;
  let socket: WebSocket | undefined;
  return {
    url: target.url.href.replace(/^http/, 'ws'),
    refusedStatus: () => refusedStatus,
    /** Drops a connection that is not there yet: then there is nobody to say goodbye to. */
    abandon: () => {
      if (socket?.readyState === WebSocket.CONNECTING) socket.terminate();
    },
    Socket: class extends WebSocket {
      constructor(url: string | URL, protocols?: string | string[]) {
        super(url, protocols, {
          headers: { 'user-agent': 'manifold', ...target.headers },
          handshakeTimeout: target.timeoutMs,
          maxPayload: target.maxBytes,
          perMessageDeflate: false,
        });
        // eslint-disable-next-line @typescript-eslint/no-this-alias -- graphql-ws makes it and keeps it to itself
        socket = this;
        this.once('unexpected-response', (_request, response) => {
          refusedStatus = response.statusCode;
          response.resume();
          this.terminate();
        });
      }
    },
  };
}

/** What ws says in its `error` event. */
export function faultOfSocketError(target: StreamTarget, error: unknown, refusedStatus: number | undefined): Dropped {
  const { source } = target;
  if (refusedStatus !== undefined) return refusedWith(source, refusedStatus);
  const cause: unknown = (error as { readonly error?: unknown } | null)?.error ?? error;
  const code: unknown = (cause as { readonly code?: unknown } | null)?.code;
  if (code === 'WS_ERR_UNSUPPORTED_MESSAGE_LENGTH') {
    const message = `an event of source "${source}" is larger than ${target.maxBytes} bytes`;
    return { fault: new HubFault('HUB_UPSTREAM_TOO_LARGE', message, { details: { source }, cause }), again: false };
  }
  if (typeof code === 'string' && code.startsWith('WS_ERR_')) return malformed(source, code, cause);
  return { fault: faultOfExchange(source, cause, 0), again: true };
}

/** An HTTP answer in the place of a stream. */
export function refusedWith(source: string, status: number): Dropped {
  const details: FaultDetails = { source, upstreamStatus: status };
  const message = `source "${source}" answered with status ${status} instead of a stream`;
  if (status === 429) return { fault: new HubFault('HUB_UPSTREAM_RATE_LIMITED', message, { details }), again: true };
  if (status === 408 || status >= 500) {
    return { fault: new HubFault('HUB_UPSTREAM_FAILED', message, { details }), again: true };
  }
  return { fault: new HubFault('HUB_UPSTREAM_REJECTED', message, { details }), again: false };
}

/** Close codes of the protocols that say that it was the time, not the call (graphql-ws, "Fatal close codes"). */
const TIMED_OUT: ReadonlySet<number> = new Set([4408, 4499, 4504]);

export function faultOfClose(target: StreamTarget, code: number): Dropped {
  const { source } = target;
  const details: FaultDetails = { source, upstreamCode: String(code) };
  if (code >= 4400 && code < 4500 && !TIMED_OUT.has(code)) {
    const message = `source "${source}" refused the stream (close code ${code})`;
    return { fault: new HubFault('HUB_UPSTREAM_REJECTED', message, { details }), again: false };
  }
  const message = `source "${source}" closed the stream before its end (close code ${code})`;
  return { fault: new HubFault('HUB_UPSTREAM_UNREACHABLE', message, { details }), again: true };
}

export function malformed(source: string, what: string, cause?: unknown): Dropped {
  const message = `source "${source}" does not keep to the protocol of its stream: ${what}`;
  return { fault: new HubFault('HUB_UPSTREAM_MALFORMED', message, { details: { source }, cause }), again: false };
}

export function connectTimeout(target: StreamTarget): Dropped {
  const message = `source "${target.source}" did not accept the stream within ${target.timeoutMs} ms`;
  return {
    fault: new HubFault('HUB_UPSTREAM_TIMEOUT', message, { details: { source: target.source } }),
    again: true,
  };
}
