// `${VAR}` and `${VAR:-default}` in a string of manifold.yaml, filled in from the environment.

export interface Interpolated {
  readonly text: string;
  /** Whether anything was filled in. */
  readonly changed: boolean;
  /** Whether the string was one variable and nothing else: it may then stand for a number or a boolean. */
  readonly whole: boolean;
  /** Names of variables that are not set and have no default. */
  readonly missing: readonly string[];
  /** Set where a `${` does not start a variable. Never holds a value. */
  readonly malformed?: string;
}

const REFERENCE = /\$\$\{|\$\{([^}]*)(\}?)/g;
const BODY = /^([A-Za-z_][A-Za-z0-9_]*)(?::-([\s\S]*))?$/;

/**
 * A set but empty variable counts as set for `${VAR}`, and takes the default of `${VAR:-default}`, as in a shell.
 * `$${` stands for a literal `${`. What is filled in is not looked at again.
 */
export function interpolate(text: string, env: NodeJS.ProcessEnv): Interpolated {
  const missing: string[] = [];
  let malformed: string | undefined;
  let whole = false;
  let changed = false;
  const filled = text.replace(REFERENCE, (match: string, body: string | undefined, close: string | undefined) => {
    changed = true;
    if (body === undefined) return '${';
    const [, name, fallback] = BODY.exec(body) ?? [];
    if (close !== '}' || name === undefined || fallback?.includes('${') === true) {
      malformed ??= 'is not a variable: write ${NAME} or ${NAME:-default}, and $${ for a literal ${';
      return '';
    }
    whole = match === text;
    const value = env[name];
    if (fallback !== undefined) return value === undefined || value === '' ? fallback : value;
    if (value === undefined) missing.push(name);
    return value ?? '';
  });
  return { text: filled, changed, whole, missing, ...(malformed === undefined ? {} : { malformed }) };
}

const NUMBER = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][-+]?\d+)?$/;

/** What YAML would make of the text, had it been written in the file: a number, a boolean, or the text itself. */
export function retype(text: string): string | number | boolean {
  if (text === 'true' || text === 'false') return text === 'true';
  return NUMBER.test(text) ? Number(text) : text;
}
