// Collects the errors of one execution; the projection asks it whether a null is already explained.
import type { FetchError } from '../contract/fetch.ts';
import type { HubFault } from '../faults/hub-fault.ts';
import { toResponseError, type ResponseError } from '../faults/to-response-error.ts';

export type Path = readonly (string | number)[];

/**
 * One failed source may strike the same field of thousands of entities. Of such a group only this many errors are sent;
 * the last of them says in `affectedPaths` how many there were.
 */
const MAX_ERRORS_PER_GROUP = 100;

export interface ErrorSink {
  readonly errors: readonly ResponseError[];
  add(fault: HubFault, path: Path): void;
  /** An error that a subgraph reported, moved to `path`. */
  addFetchError(error: FetchError, path: Path): void;
  /** Whether some error lies at this path, below it or above it. */
  explains(path: Path): boolean;
}

interface Group {
  count: number;
  /** Index in `errors` of the newest error that was kept. */
  last: number;
  readonly path: Path;
}

/**
 * @param development adds inner messages; never where strangers read.
 * @param onInternal told each HUB_INTERNAL once, as callers read nothing of its cause
 */
export function createErrorSink(development: boolean, onInternal?: (fault: HubFault) => void): ErrorSink {
  const errors: ResponseError[] = [];
  let told: Set<unknown> | undefined;
  const groups = new Map<string, Group>();

  const push = (entry: ResponseError, path: Path): void => {
    const field = path.map((step) => (typeof step === 'number' ? '@' : step));
    const key = `${entry.extensions.code} ${String(entry.extensions.source)} ${field.join('.')}`;
    const group = groups.get(key) ?? { count: 0, last: 0, path: field };
    groups.set(key, group);
    group.count += 1;
    const last = errors[group.last];
    if (group.count <= MAX_ERRORS_PER_GROUP || last === undefined) {
      group.last = errors.push(entry) - 1;
    } else errors[group.last] = { ...last, extensions: { ...last.extensions, affectedPaths: group.count } };
  };

  /** The same failure of a fetch strikes many paths. */
  const tell = (fault: HubFault): void => {
    if (fault.code !== 'HUB_INTERNAL' || onInternal === undefined) return;
    const failure = fault.cause ?? fault;
    told ??= new Set();
    if (told.has(failure)) return;
    told.add(failure);
    onInternal(fault);
  };

  return {
    errors,
    add(fault, path) {
      tell(fault);
      push(toResponseError(fault, path, development), path);
    },
    addFetchError(error, path) {
      tell(error.fault);
      const entry = toResponseError(error.fault, path, development);
      const { source } = entry.extensions;
      const extensions =
        error.extensions === undefined ? entry.extensions : { ...entry.extensions, ...error.extensions, source };
      push({ ...entry, message: error.message ?? entry.message, extensions }, path);
    },
    explains: (path) =>
      errors.some((error) => isPrefix(error.path ?? [], path)) ||
      [...groups.values()].some((group) => group.count > MAX_ERRORS_PER_GROUP && isPrefix(group.path, path)),
  };
}

/** Whether one path begins with the other; "@" stands for any index. */
function isPrefix(a: Path, b: Path): boolean {
  const shared = Math.min(a.length, b.length);
  for (let i = 0; i < shared; i += 1) {
    if (a[i] !== b[i] && !(a[i] === '@' && typeof b[i] === 'number')) return false;
  }
  return true;
}
