// What the hub uses of undici, and no more: its index loads fetch, caches, mocks and websockets too, which take 14 MB.
import { createRequire } from 'node:module';
import type { Dispatcher, Pool as UndiciPool } from 'undici';

const load = createRequire(import.meta.url);

/** Connections to one origin. */
export type Pool = UndiciPool;
export const Pool = load('undici/lib/dispatcher/pool.js') as typeof UndiciPool;

/** Status and headers of an answer, its body as it comes in. */
export function request(dispatcher: Dispatcher, options: Dispatcher.RequestOptions): Promise<Dispatcher.ResponseData> {
  type Send = (this: Dispatcher, options: Dispatcher.RequestOptions) => Promise<Dispatcher.ResponseData>;
  return (load('undici/lib/api/api-request.js') as Send).call(dispatcher, options);
}
