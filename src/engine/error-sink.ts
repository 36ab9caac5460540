// Collects the errors of one execution; the projection asks it whether a null is already explained.
import type { FetchError } from '../contract/fetch.ts';
import type { HubFault } from '../faults/hub-fault.ts';
import { toResponseError, type ResponseError } from '../faults/to-response-error.ts';

export type Path = readonly (string | number)[];

/** One fault may strike thousands of entities; beyond this many paths the last entry says how many there were. */
const MAX_PATHS_PER_FAULT = 100;

export interface ErrorSink {
  readonly errors: readonly ResponseError[];
  add(fault: HubFault, path: Path): void;
  /** An error that a subgraph reported, moved to `path`. */
  addFetchError(error: FetchError, path: Path): void;
  /** One fault that struck several places. */
  addAtAll(error: FetchError, paths: readonly Path[]): void;
  /** Whether some error lies at this path, below it or above it. */
  explains(path: Path): boolean;
}

export function createErrorSink(development: boolean): ErrorSink {
  const errors: ResponseError[] = [];
  const addFetchError = (error: FetchError, path: Path): void => {
    const entry = toResponseError(error.fault, path, development);
    if (error.message === undefined && error.extensions === undefined) errors.push(entry);
    else
      errors.push({
        ...entry,
        message: error.message ?? entry.message,
        extensions: { ...entry.extensions, ...error.extensions, source: entry.extensions.source },
      });
  };
  return {
    errors,
    add: (fault, path) => void errors.push(toResponseError(fault, path, development)),
    addFetchError,
    addAtAll(error, paths) {
      if (paths.length <= MAX_PATHS_PER_FAULT) {
        for (const path of paths) addFetchError(error, path);
        return;
      }
      for (const path of paths.slice(0, MAX_PATHS_PER_FAULT - 1)) addFetchError(error, path);
      const affectedPaths = paths.length;
      const last = paths[MAX_PATHS_PER_FAULT - 1] ?? [];
      addFetchError({ ...error, fault: error.fault.with({ affectedPaths }) }, last);
    },
    explains: (path) =>
      errors.some((error) => {
        const other = error.path ?? [];
        const shared = Math.min(other.length, path.length);
        for (let i = 0; i < shared; i += 1) if (other[i] !== path[i]) return false;
        return true;
      }),
  };
}
