// The `include` and `exclude` lists of a source in, a test for operations out. Called by `importOpenApi`.
import type { Selection } from './read-model.ts';

interface Pattern {
  readonly text: string;
  readonly fits: (operation: Parameters<Selection>[0]) => boolean;
}

export interface OperationSelection {
  readonly wants: Selection;
  /** Patterns that no operation has fitted so far: probably misspelt. */
  readonly unused: () => readonly string[];
}

/**
 * Patterns are operationIds (`listOrders`, `list*`), or a method and a path (`GET /orders/*`, `* /admin/*`), or a path
 * alone. `*` stands for any characters. Without `include` everything is wanted.
 */
export function createSelection(
  include: readonly string[] | undefined,
  exclude: readonly string[] | undefined,
): OperationSelection {
  const included = include?.map(toPattern);
  const excluded = (exclude ?? []).map(toPattern);
  const used = new Set<Pattern>();
  const matches = (patterns: readonly Pattern[], operation: Parameters<Selection>[0]): boolean => {
    const fitting = patterns.filter((pattern) => pattern.fits(operation));
    for (const pattern of fitting) used.add(pattern);
    return fitting.length > 0;
  };
  return {
    wants(operation) {
      const isIncluded = included === undefined || matches(included, operation);
      return !matches(excluded, operation) && isIncluded;
    },
    unused: () => [...(included ?? []), ...excluded].filter((pattern) => !used.has(pattern)).map(({ text }) => text),
  };
}

function toPattern(text: string): Pattern {
  const [, method, path] = /^(?:([A-Za-z]+|\*)\s+)?(\/.*)$/.exec(text.trim()) ?? [];
  if (path === undefined) {
    const id = toExpression(text.trim());
    return { text, fits: ({ operationId }) => operationId !== undefined && id.test(operationId) };
  }
  const expression = toExpression(path);
  const wanted = method === undefined || method === '*' ? undefined : method.toLowerCase();
  return { text, fits: (one) => (wanted === undefined || one.method === wanted) && expression.test(one.path) };
}

function toExpression(glob: string): RegExp {
  const source = glob
    .split(/\*+/)
    .map((part) => part.replaceAll(/[\\^$.+?()[\]{}|]/g, '\\$&'))
    .join('.*');
  return new RegExp(`^${source}$`);
}
