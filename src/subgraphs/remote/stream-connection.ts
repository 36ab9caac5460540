// One connection that carries one subscription, in any of the protocols: what it is told and what it tells.
import type { HubFault } from '../../faults/hub-fault.ts';

/** The operation, as GraphQL servers read it from JSON. */
export interface StreamPayload {
  readonly query: string;
  readonly operationName?: string;
  readonly variables: Readonly<Record<string, unknown>>;
}

export interface StreamTarget {
  readonly source: string;
  /** An http or https address. */
  readonly url: URL;
  /** The source's credentials. Websocket protocols also send them as the payload of their first message. */
  readonly headers: Readonly<Record<string, string>>;
  /** How long connecting may take; an idle stream may be silent for any time. */
  readonly timeoutMs: number;
  /** Of one event. */
  readonly maxBytes: number;
}

/** Told by a connection. After `complete`, `refused`, `dropped` or its own cancelling it says nothing more. */
export interface StreamSink {
  /** The server accepted the connection. */
  connected(): void;
  /** One event: a GraphQL response, not yet looked at. */
  next(response: unknown): void;
  complete(): void;
  /** The server reports GraphQL errors instead of events: a list of them, not yet looked at. */
  refused(errors: unknown): void;
  /** @param again whether another connection may fare better. */
  dropped(fault: HubFault, again: boolean): void;
}

/** Opens a connection; the returned function gives it up and may be called at any time, any number of times. */
export type OpenStream = (target: StreamTarget, payload: StreamPayload, sink: StreamSink) => () => void;

/** A sink that hears nothing after the connection has ended. */
export function untilEnded(sink: StreamSink): StreamSink & { readonly ended: boolean; end(): void } {
  let ended = false;
  const last =
    <A extends readonly unknown[]>(tell: (...args: A) => void) =>
    (...args: A): void => {
      if (ended) return;
      ended = true;
      tell(...args);
    };
  return {
    get ended() {
      return ended;
    },
    end: () => void (ended = true),
    connected: () => ended || sink.connected(),
    next: (response) => ended || sink.next(response),
    complete: last(() => sink.complete()),
    refused: last((errors) => sink.refused(errors)),
    dropped: last((fault, again) => sink.dropped(fault, again)),
  };
}
