// How the results of an operation are written one after the other into an HTTP response: as server-sent events, or as parts
// of the multipart protocol of Apollo's clients. Used by sse.ts.
// https://www.apollographql.com/docs/graphos/routing/operations/subscriptions/multipart-protocol
// Of the library only its wire format and its client: its handler takes from the source without regard to the client.
import { print } from 'graphql-sse';
import type { StreamedResult } from './start-operation.ts';

export interface StreamFraming {
  readonly contentType: string;
  /** What stands before the first result. */
  head(): string;
  item(result: StreamedResult): string;
  /** What is wrong with the operation, or made an end of it; errors are in their outward form. */
  errors(errors: readonly object[]): string;
  /** Read by clients as nothing, by proxies as a sign of life. Whole: it may stand between any two others. */
  readonly heartbeat: string;
  /** A stream that ends without it was interrupted: clients subscribe again. */
  readonly complete: string;
}

/** Browsers take it as the beginning of a stream, clients as nothing. */
const COMMENT = ':\n\n';
/** How long clients wait before they connect again: not all of them at once. */
const RETRY_MS = 1_000;

const toEvent = (result: object): string => print({ event: 'next', data: result });

export const eventStream: StreamFraming = {
  contentType: 'text/event-stream; charset=utf-8',
  head: () => `retry: ${RETRY_MS + Math.floor(Math.random() * RETRY_MS)}\n${COMMENT}`,
  // With its place as the id of the event; a place alone is an event without data, which clients only remember.
  item({ result, cursor }) {
    const id = cursor === undefined ? '' : `id: ${cursor}\n`;
    return result === undefined ? `${id}\n` : `${id}${toEvent(result)}`;
  },
  errors: (errors) => toEvent({ errors }),
  heartbeat: COMMENT,
  complete: print({ event: 'complete', data: null }),
};

/** Clients know that a part has ended by the boundary after it, so each brings that along. */
const BOUNDARY = '\r\n--graphql';
const toPart = (body: object): string => `\r\nContent-Type: application/json\r\n\r\n${JSON.stringify(body)}${BOUNDARY}`;

export const multipart: StreamFraming = {
  contentType: 'multipart/mixed;boundary="graphql";subscriptionSpec=1.0',
  head: () => BOUNDARY,
  // A place alone is nothing to these clients.
  item: ({ result }) => (result === undefined ? '' : toPart({ payload: result })),
  errors: (errors) => toPart({ payload: { errors } }),
  heartbeat: toPart({}),
  complete: '--\r\n',
};
