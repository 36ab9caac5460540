// GraphQL over server-sent events, distinct connections mode: one POST for one subscription.
// https://github.com/enisdenjo/graphql-sse/blob/master/PROTOCOL.md
import type { Dispatcher } from 'undici';
import { HubFault } from '../../faults/hub-fault.ts';
import { faultOfExchange } from '../../transport/fault-of-exchange.ts';
import { parseJson } from '../../transport/parse-json.ts';
import { Pool, request } from '../../transport/undici.ts';
import { readEvents } from './event-source.ts';
import { isObject } from './read-answer.ts';
import { untilEnded, type OpenStream, type StreamSink, type StreamTarget } from './stream-connection.ts';
import { connectTimeout, malformed, refusedWith, type Dropped } from './stream-socket.ts';

/** Answers other than a stream are only read for their errors. */
const MAX_ERROR_BODY = 64 * 1024;

export const openSse: OpenStream = (target, payload, listener) => {
  const sink = untilEnded(listener);
  const controller = new AbortController();
  const { origin, pathname, search } = target.url;
  const timeouts = { connectTimeout: target.timeoutMs, headersTimeout: target.timeoutMs, bodyTimeout: 0 };
  const dispatcher = new Pool(origin, timeouts);
  const run = async (): Promise<void> => {
    try {
      const response = await request(dispatcher, {
        path: pathname + search,
        method: 'POST',
        headers: {
          ...{ 'user-agent': 'manifold', 'content-type': 'application/json', accept: 'text/event-stream' },
          ...target.headers,
        },
        body: JSON.stringify(payload),
        signal: controller.signal,
      });
      await readResponse(response, target, sink);
    } catch (error) {
      if (controller.signal.aborted) return;
      const { fault, again } = faultOfRead(target, error);
      sink.dropped(fault, again);
    } finally {
      void dispatcher.destroy();
    }
  };
  void run();
  return () => {
    sink.end();
    controller.abort();
  };
};

async function readResponse(response: Dispatcher.ResponseData, target: StreamTarget, sink: StreamSink): Promise<void> {
  const { source } = target;
  const type = String(response.headers['content-type'] ?? '').toLowerCase();
  if (response.statusCode !== 200 || !type.startsWith('text/event-stream')) {
    const errors = await errorsOf(response, type);
    if (errors !== undefined) sink.refused(errors);
    else if (response.statusCode >= 300) tell(sink, refusedWith(source, response.statusCode));
    else
      tell(
        sink,
        malformed(source, `the answer is ${type === '' ? 'of no type' : type.slice(0, 100)}, no event stream`),
      );
    return;
  }
  sink.connected();
  for await (const event of readEvents(response.body, target.maxBytes)) {
    if (event.name === 'complete') {
      sink.complete();
      return;
    }
    if (event.name !== 'next' && event.name !== 'message') continue;
    sink.next(parseJson(event.data));
  }
  const message = `source "${source}" ended the stream without completing it`;
  sink.dropped(new HubFault('HUB_UPSTREAM_UNREACHABLE', message, { details: { source } }), true);
}

const tell = (sink: StreamSink, { fault, again }: Dropped): void => sink.dropped(fault, again);

/** GraphQL errors of an answer that is no stream: the operation was refused. */
async function errorsOf(response: Dispatcher.ResponseData, type: string): Promise<unknown> {
  if (!/[/+]json\b/.test(type)) return undefined;
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of response.body) {
    const part = chunk as Buffer;
    size += part.byteLength;
    if (size > MAX_ERROR_BODY) return undefined;
    chunks.push(part);
  }
  try {
    const body = parseJson(Buffer.concat(chunks).toString('utf8'));
    return isObject(body) && Array.isArray(body.errors) && body.errors.length > 0 ? body.errors : undefined;
  } catch {
    return undefined;
  }
}

function faultOfRead(target: StreamTarget, error: unknown): Dropped {
  const { source } = target;
  if (error instanceof SyntaxError) return malformed(source, 'an event is not JSON', error);
  if (error instanceof RangeError) {
    const message = `an event of source "${source}" is larger than ${target.maxBytes} bytes`;
    return {
      fault: new HubFault('HUB_UPSTREAM_TOO_LARGE', message, { details: { source }, cause: error }),
      again: false,
    };
  }
  const code: unknown = error instanceof Error ? Reflect.get(error, 'code') : undefined;
  if (code === 'UND_ERR_HEADERS_TIMEOUT' || code === 'UND_ERR_CONNECT_TIMEOUT') return connectTimeout(target);
  return { fault: faultOfExchange(source, error, 0), again: true };
}
