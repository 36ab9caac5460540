// Dotted paths into upstream answers: `at: "data.items"`, `at: "result.0"`.

/**
 * Compiles a dotted path. The reader yields undefined where the path leads nowhere; an absent or empty path reads the
 * value itself. Only own properties are read.
 */
export function readAt(path: string | null | undefined): (value: unknown) => unknown {
  if (path === undefined || path === null || path === '') return (value) => value;
  const steps = path.split('.');
  return (value) => {
    let current: unknown = value;
    for (const step of steps) {
      if (typeof current !== 'object' || current === null || !Object.hasOwn(current, step)) return undefined;
      current = (current as Record<string, unknown>)[step];
    }
    return current;
  };
}
