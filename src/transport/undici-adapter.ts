// The axios adapter: one HTTP exchange over an undici dispatcher, its body read up to a limit.
// axios calls it with `baseURL` as the origin and `url` as the path; redirects, retries and credentials are made above it.
import type { AxiosAdapter, AxiosResponse, InternalAxiosRequestConfig } from 'axios';
import type { Dispatcher } from 'undici';
import { decodeBody, tooLarge } from './decode-body.ts';
import { faultOfExchange } from './fault-of-exchange.ts';

export interface UndiciAdapterOptions {
  readonly source: string;
  /** Connections to an origin. */
  readonly poolOf: (origin: string) => Dispatcher;
  readonly maxResponseBytes: number;
}

/**
 * Resolves with `data` as a Buffer for every status; rejects with a HubFault (HUB_UPSTREAM_UNREACHABLE, _MALFORMED,
 * _TOO_LARGE) or, when `config.signal` aborts, with its reason at once; the connection is then dropped.
 */
export function createUndiciAdapter(options: UndiciAdapterOptions): AxiosAdapter {
  return (config) => exchange(options, config);
}

function exchange(options: UndiciAdapterOptions, config: InternalAxiosRequestConfig): Promise<AxiosResponse<Buffer>> {
  const { source, maxResponseBytes } = options;
  const signal = config.signal as AbortSignal | undefined;
  return new Promise((resolve, reject) => {
    let controller: Dispatcher.DispatchController | undefined;
    let settled = false;
    let status = 0;
    let headers: Record<string, string | string[]> = {};
    let size = 0;
    const chunks: Buffer[] = [];

    const settle = () => {
      settled = true;
      signal?.removeEventListener('abort', onAbort);
    };
    const fail = (reason: Error) => {
      if (settled) return;
      settle();
      reject(reason);
      controller?.abort(reason);
    };
    const onAbort = () => fail(signal?.reason as Error);
    signal?.addEventListener('abort', onAbort, { once: true });

    const handler: Dispatcher.DispatchHandler = {
      onRequestStart(started) {
        controller = started;
        if (settled) started.abort(new Error('the call was given up before it began'));
      },
      onResponseStart(_controller, statusCode, responseHeaders) {
        // 1xx: the answer proper is still to come.
        if (statusCode < 200) return;
        status = statusCode;
        headers = responseHeaders as Record<string, string | string[]>;
        if (config.method?.toUpperCase() !== 'HEAD' && Number(headers['content-length'] ?? 0) > maxResponseBytes) {
          fail(tooLarge(source, maxResponseBytes));
        }
      },
      onResponseData(_controller, chunk) {
        size += chunk.byteLength;
        if (size > maxResponseBytes) fail(tooLarge(source, maxResponseBytes));
        else if (!settled) chunks.push(chunk);
      },
      onResponseEnd() {
        if (settled) return;
        settle();
        const [first] = chunks;
        const body = chunks.length === 1 && first ? first : Buffer.concat(chunks, size);
        const answer = (data: Buffer) => ({ data, status, statusText: '', headers, config });
        const encoding = headers['content-encoding']?.toString();
        if (encoding === undefined) resolve(answer(body));
        else resolve(decodeBody(source, body, encoding, maxResponseBytes).then(answer));
      },
      onResponseError(_controller, error) {
        fail(faultOfExchange(source, error, status));
      },
    };
    try {
      options.poolOf(config.baseURL ?? '').dispatch(toDispatch(config), handler);
    } catch (error) {
      fail(faultOfExchange(source, error, 0));
    }
  });
}

const LINE_BREAK = /[\r\n]/;
const LINE_BREAKS = /[\r\n]+/g;

function toDispatch(config: InternalAxiosRequestConfig): Dispatcher.DispatchOptions {
  const body = config.data as string | Uint8Array | undefined;
  const headers: string[] = [];
  for (const name of Object.keys(config.headers)) {
    const value: unknown = config.headers[name];
    // A line break would begin another header.
    if (typeof value === 'string')
      headers.push(name, LINE_BREAK.test(value) ? value.replaceAll(LINE_BREAKS, '') : value);
  }
  return {
    path: config.url ?? '/',
    method: (config.method ?? 'get').toUpperCase(),
    headers,
    body: body ?? null,
  };
}
