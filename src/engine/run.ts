// The state of one execution: what every compiled step reads and writes.
import type { Variables } from '../contract/fetch.ts';
import type { Scope } from '../contract/scope.ts';
import type { ErrorSink } from './error-sink.ts';
import type { FetchRecorder } from './fetch-recorder.ts';
import type { Data } from './merge-data.ts';

export interface Run {
  readonly scope: Scope;
  /** Coerced by the public schema, defaults applied. */
  readonly variables: Variables;
  /** The response tree as the fetches brought it: also holds what only other fetches asked for. */
  readonly data: Data;
  readonly sink: ErrorSink;
  /** Present where the caller is told how the answer came about. */
  readonly recorder: FetchRecorder | undefined;
  /** For operations that ask for `_entities`: whether some source knows the entity, or those asked say that it is not. */
  readonly known: Map<Data, boolean> | undefined;
}
