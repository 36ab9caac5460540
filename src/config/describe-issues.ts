// What zod found wrong → one sentence per problem, with the key path it belongs to. Values are never repeated.
import { didYouMean } from 'graphql/jsutils/didYouMean.js';
import { suggestionList } from 'graphql/jsutils/suggestionList.js';
import { z } from 'zod';
import type { KeyPath } from './yaml-file.ts';

export interface Described {
  readonly path: KeyPath;
  readonly message: string;
  /** The type that was asked for, where the problem is the type: "string", "number". */
  readonly expected?: string;
}

export interface IssueReader {
  /** Give it to `safeParse`: it notes which keys would have been right while zod still knows. */
  readonly error: z.core.$ZodErrorMap;
  describe(issues: readonly z.core.$ZodIssue[]): readonly Described[];
}

/** One reader per parse. */
export function createIssueReader(input: unknown): IssueReader {
  // zod keeps the `keys` array of an issue as it is but drops the schema that raised it.
  const knownKeys = new WeakMap<readonly string[], readonly string[]>();
  const expand = (issue: z.core.$ZodIssue, prefix: KeyPath): readonly Described[] => {
    const path = [...prefix, ...issue.path.map((step) => (typeof step === 'symbol' ? String(step) : step))];
    switch (issue.code) {
      case 'unrecognized_keys':
        return issue.keys.map((key) => ({
          path: [...path, key],
          message: `unknown key${suggest(key, knownKeys.get(issue.keys) ?? [])}`,
        }));
      case 'invalid_key':
        return [{ path, message: `the name ${issue.issues[0]?.message ?? 'is not valid'}` }];
      case 'invalid_union': {
        if ('options' in issue) {
          return [{ path, message: oneOf(issue.options.map(String), readValue(input, path)) }];
        }
        const best = issue.errors.toSorted((a, b) => depth(b) - depth(a))[0];
        return best === undefined ? [{ path, message: issue.message }] : best.flatMap((inner) => expand(inner, path));
      }
      case 'invalid_value':
        return [{ path, message: oneOf(issue.values.map(String), readValue(input, path)) }];
      case 'invalid_type':
        if (readValue(input, path) === undefined) return [{ path, message: `is missing (${issue.expected})` }];
        return [{ path, message: plain(issue.message), expected: issue.expected }];
      default:
        return [{ path, message: plain(issue.message) }];
    }
  };
  return {
    error: (issue) => {
      if (issue.code !== 'unrecognized_keys') return undefined;
      const raised = issue.inst;
      if (raised instanceof z.core.$ZodObject) knownKeys.set(issue.keys, Object.keys(raised._zod.def.shape));
      return undefined;
    },
    describe: (issues) => issues.flatMap((issue) => expand(issue, [])),
  };
}

/** The branch of a union that got furthest is the one that was meant. */
function depth(issues: readonly z.core.$ZodIssue[]): number {
  return Math.max(0, ...issues.map((issue) => issue.path.length));
}

function oneOf(options: readonly string[], value: unknown): string {
  const list = options.join(', ');
  if (value === undefined) return `is missing; it is one of: ${list}`;
  return `must be one of: ${list}${typeof value === 'string' ? suggest(value, options) : ''}`;
}

function suggest(word: string, known: readonly string[]): string {
  const near = suggestionList(word, known);
  return near.length > 0 ? `.${didYouMean(near)}` : known.length > 0 ? `; known are: ${known.join(', ')}` : '';
}

/** "Invalid input: expected number, received string" → "expected number, received string". */
function plain(message: string): string {
  const text = message.replace(/^Invalid input: /, '');
  return text.charAt(0).toLowerCase() + text.slice(1);
}

function readValue(value: unknown, path: KeyPath): unknown {
  let current = value;
  for (const step of path) {
    if (typeof current !== 'object' || current === null || !Object.hasOwn(current, step)) return undefined;
    current = (current as Record<string | number, unknown>)[step];
  }
  return current;
}
