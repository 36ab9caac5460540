// The argument `where` → a test of events, made once per subscription or page. Called by event-filter.ts.
import type { ChangeOperation, SyncEvent } from '../../contract/events.ts';
import { HubFault } from '../../faults/hub-fault.ts';

/** `SyncEventFilter`, as it was coerced. What is null narrows nothing. */
export interface Where {
  readonly operation?: readonly ChangeOperation[] | null;
  readonly key?: readonly Condition[] | null;
  readonly payload?: readonly Condition[] | null;
  readonly and?: readonly Where[] | null;
  readonly or?: readonly Where[] | null;
  readonly not?: Where | null;
}

/** `SyncCondition`. A comparison with null is one, where it is given. */
export interface Condition {
  readonly path: string;
  readonly eq?: unknown;
  readonly ne?: unknown;
  readonly in?: readonly unknown[] | null;
  readonly lt?: unknown;
  readonly lte?: unknown;
  readonly gt?: unknown;
  readonly gte?: unknown;
  readonly exists?: boolean | null;
}

export type EventTest = (event: SyncEvent) => boolean;
type ValueTest = (value: unknown) => boolean;

/** What one `where` may hold: it is run for each event that comes near. */
const MAX_CONDITIONS = 50;
const MAX_DEPTH = 5;
const MAX_ALTERNATIVES = 100;
const MAX_PATH_LENGTH = 200;
const MAX_PATH_FIELDS = 10;

/**
 * @param mayRead whether the caller may read this field of the type; what it may not is taken as absent, so that no
 *   comparison tells of it
 * Throws HUB_REQUEST_INVALID where it is larger than allowed, or compares with what is no string, number, boolean or null.
 */
export function compileWhere(where: Where, mayRead: (typeName: string, path: readonly string[]) => boolean): EventTest {
  let conditions = 0;

  function condition(given: Condition): {
    readonly path: readonly string[];
    readonly test: ReturnType<typeof compare>;
  } {
    conditions += 1;
    if (conditions > MAX_CONDITIONS) throw invalid(`it may hold ${MAX_CONDITIONS} conditions`);
    const path = given.path.split('.');
    if (given.path.length > MAX_PATH_LENGTH || path.length > MAX_PATH_FIELDS) {
      throw invalid(`a path may have ${MAX_PATH_FIELDS} fields and ${MAX_PATH_LENGTH} characters`);
    }
    return { path, test: compare(given) };
  }

  const ofKey = (given: Condition): EventTest => {
    const { path, test } = condition(withText(given));
    return ({ key }) => test(valuesAt(key, path, 0).map((value) => (isScalar(value) ? String(value) : value)));
  };

  const ofPayload = (given: Condition): EventTest => {
    const { path, test } = condition(given);
    return ({ type, payload }) => test(mayRead(type, path) ? valuesAt(payload, path, 0) : []);
  };

  function compile({ operation, key, payload, and, or, not }: Where, depth: number): EventTest {
    if (depth > MAX_DEPTH) throw invalid(`it may be ${MAX_DEPTH} deep`);
    const inner = (one: Where) => compile(one, depth + 1);
    const tests = [...(key ?? []).map(ofKey), ...(payload ?? []).map(ofPayload), ...(and ?? []).map(inner)];
    if (operation) tests.push((event) => operation.includes(event.operation));
    if (or) {
      const any = or.map(inner);
      tests.push((event) => any.some((test) => test(event)));
    }
    if (not) {
      const opposite = inner(not);
      tests.push((event) => !opposite(event));
    }
    return (event) => tests.every((test) => test(event));
  }

  return compile(where, 1);
}

/** A test of what is at the path: nothing, one value, or those of a list. */
function compare({ eq, ne, in: among, lt, lte, gt, gte, exists }: Condition): (values: readonly unknown[]) => boolean {
  if (among && among.length > MAX_ALTERNATIVES) throw invalid(`\`in\` may have ${MAX_ALTERNATIVES} values`);
  for (const one of [eq, ne, lt, lte, gt, gte, ...(among ?? [])]) {
    if (one !== undefined && one !== null && !isScalar(one)) {
      throw invalid('values are compared with strings, numbers, booleans and null');
    }
  }
  const tests: ValueTest[] = [];
  if (eq !== undefined) tests.push((value) => value === eq);
  if (ne !== undefined) tests.push((value) => value !== ne);
  if (among) tests.push((value) => among.includes(value));
  if (lt !== undefined) tests.push(ordered(lt, (value, bound) => value < bound));
  if (lte !== undefined) tests.push(ordered(lte, (value, bound) => value <= bound));
  if (gt !== undefined) tests.push(ordered(gt, (value, bound) => value > bound));
  if (gte !== undefined) tests.push(ordered(gte, (value, bound) => value >= bound));
  const fits: ValueTest = (value) => tests.every((test) => test(value));
  return (values) => {
    if (typeof exists === 'boolean' && values.some((value) => value !== null) !== exists) return false;
    return tests.length === 0 || values.some(fits);
  };
}

/** Own fields only: a path is written by a stranger. */
function valuesAt(value: unknown, path: readonly string[], from: number): readonly unknown[] {
  if (Array.isArray(value)) return value.flatMap((item) => valuesAt(item, path, from));
  const name = path[from];
  if (name === undefined) return [value];
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return [];
  return valuesAt(Reflect.get(value, name), path, from + 1);
}

/** Keys are strings in the log, whatever their type is in the graph. */
function withText({ in: among, exists, path, ...bounds }: Condition): Condition {
  const text = (value: unknown): unknown => (isScalar(value) ? String(value) : value);
  const texts = Object.fromEntries(Object.entries(bounds).map(([name, value]) => [name, text(value)]));
  return { ...texts, path, in: among?.map(text) ?? null, exists: exists ?? null };
}

function isScalar(value: unknown): value is string | number | boolean {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
}

type Ordered = string | number;

/** Strings with strings, numbers with numbers. */
function ordered(bound: unknown, test: (value: Ordered, bound: Ordered) => boolean): ValueTest {
  return (value) =>
    (typeof value === 'string' || typeof value === 'number') &&
    typeof value === typeof bound &&
    test(value, bound as Ordered);
}

function invalid(why: string): HubFault {
  return new HubFault('HUB_REQUEST_INVALID', `the argument \`where\`: ${why}`);
}
