// Upstream data in, bounded plain JSON out: what a model may be given of one item. Called by the connector per call.

export interface BoundData {
  readonly data: Readonly<Record<string, unknown>>;
  /** Roughly how many characters of the model's input it takes. */
  readonly chars: number;
}

const MAX_DEPTH = 10;
/** What a value costs beside its text, so that a million empty objects are bounded too. */
const VALUE_CHARS = 4;

/**
 * Copies what JSON can carry, in order, until `maxChars` are used up. What is over is cut, and the data then says so
 * with `truncated: true`. Federation's `__typename` and other names with two underscores are left out.
 */
export function boundData(source: Readonly<Record<string, unknown>>, maxChars: number): BoundData {
  const budget = { left: maxChars, cut: false };
  const data = copyObject(source, budget, 0);
  const chars = maxChars - budget.left;
  return { data: budget.cut ? { ...data, truncated: true } : data, chars };
}

/** Cuts a text to `maxChars`, never through a surrogate pair. */
export function boundText(text: string, maxChars: number): string {
  if (text.length <= maxChars) return text;
  const cut = text.slice(0, maxChars);
  return /[\uD800-\uDBFF]$/.test(cut) ? cut.slice(0, -1) : cut;
}

/** Whether there is nothing in it that a question could be about. */
export function isEmptyData(value: unknown): boolean {
  if (value === null || value === undefined) return true;
  if (typeof value === 'string') return value.trim() === '';
  if (typeof value !== 'object') return false;
  return Object.values(value).every(isEmptyData);
}

interface Budget {
  left: number;
  cut: boolean;
}

function copyObject(source: object, budget: Budget, depth: number): Record<string, unknown> {
  const entries: [string, unknown][] = [];
  for (const [name, value] of Object.entries(source)) {
    if (name.startsWith('__')) continue;
    if (!spend(budget, name.length + VALUE_CHARS)) break;
    const copied = copyValue(value, budget, depth + 1);
    if (copied !== undefined) entries.push([name, copied]);
  }
  return Object.fromEntries(entries);
}

function copyValue(value: unknown, budget: Budget, depth: number): unknown {
  switch (typeof value) {
    case 'string':
      return copyText(value, budget);
    case 'number':
      return Number.isFinite(value) ? value : undefined;
    case 'boolean':
      return value;
    case 'bigint':
      return copyText(value.toString(), budget);
    case 'object':
      break;
    default:
      return undefined;
  }
  if (value === null) return null;
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? undefined : value.toISOString();
  if (depth >= MAX_DEPTH) {
    budget.cut = true;
    return undefined;
  }
  return Array.isArray(value) ? copyList(value, budget, depth) : copyObject(value, budget, depth);
}

function copyText(text: string, budget: Budget): string {
  const bounded = boundText(text, Math.max(budget.left, 0));
  if (bounded.length < text.length) budget.cut = true;
  budget.left -= bounded.length;
  return bounded;
}

function copyList(list: readonly unknown[], budget: Budget, depth: number): unknown[] {
  const copied: unknown[] = [];
  for (const entry of list) {
    if (!spend(budget, VALUE_CHARS)) break;
    const value = copyValue(entry, budget, depth + 1);
    if (value !== undefined) copied.push(value);
  }
  return copied;
}

function spend(budget: Budget, chars: number): boolean {
  if (budget.left < chars) {
    budget.cut = true;
    return false;
  }
  budget.left -= chars;
  return true;
}
