// Holds a model's answer against the shape it must have. What comes out has only what the shape names.
import type { AnswerShape } from './answer-shape.ts';

export type CheckedAnswer =
  | { readonly ok: true; readonly value: unknown }
  /** `problem` says what is wrong and where, without quoting the answer. */
  | { readonly ok: false; readonly problem: string };

const INT_LIMIT = 2 ** 31;

/** Never throws. Properties that the shape does not name are dropped; those it lets be null may be missing. */
export function checkAnswer(shape: AnswerShape, answer: unknown, path = 'answer'): CheckedAnswer {
  if (answer === null || answer === undefined) {
    return shape.nullable ? { ok: true, value: null } : misfit(path, 'is null');
  }
  switch (shape.kind) {
    case 'string':
      return typeof answer === 'string' ? fit(answer) : misfit(path, 'is not a string');
    case 'boolean':
      return typeof answer === 'boolean' ? fit(answer) : misfit(path, 'is not a boolean');
    case 'float':
      return typeof answer === 'number' && Number.isFinite(answer) ? fit(answer) : misfit(path, 'is not a number');
    case 'int':
      return Number.isInteger(answer) && Math.abs(answer as number) < INT_LIMIT
        ? fit(answer)
        : misfit(path, 'is not a 32-bit integer');
    case 'scalar':
      return checkScalar(shape, answer, path);
    case 'enum':
      return checkLabel(shape.labels, answer, path);
    case 'list':
      return checkList(shape.of, answer, path);
    case 'object':
      return checkObject(shape, answer, path);
  }
}

function checkScalar(shape: AnswerShape & { kind: 'scalar' }, answer: unknown, path: string): CheckedAnswer {
  try {
    shape.type.parseValue(answer);
    return fit(answer);
  } catch {
    return misfit(path, `is not a ${shape.type.name}`);
  }
}

/** Small models write "positive" for POSITIVE: case decides only where two labels differ in nothing else. */
function checkLabel(labels: readonly { readonly name: string }[], answer: unknown, path: string): CheckedAnswer {
  if (typeof answer !== 'string') return misfit(path, 'is not a string');
  if (labels.some(({ name }) => name === answer)) return fit(answer);
  const wanted = answer.trim().toLowerCase();
  const alike = labels.filter(({ name }) => name.toLowerCase() === wanted);
  const [only] = alike;
  return only !== undefined && alike.length === 1 ? fit(only.name) : misfit(path, 'is none of the allowed values');
}

function checkList(of: AnswerShape, answer: unknown, path: string): CheckedAnswer {
  if (!Array.isArray(answer)) return misfit(path, 'is not a list');
  const values: unknown[] = [];
  for (const [index, entry] of answer.entries()) {
    const checked = checkAnswer(of, entry, `${path}.${index}`);
    if (!checked.ok) return checked;
    values.push(checked.value);
  }
  return fit(values);
}

function checkObject(shape: AnswerShape & { kind: 'object' }, answer: unknown, path: string): CheckedAnswer {
  if (typeof answer !== 'object' || answer === null || Array.isArray(answer)) return misfit(path, 'is not an object');
  const record = answer as Record<string, unknown>;
  const entries: [string, unknown][] = [];
  for (const { name, shape: of } of shape.properties) {
    const value = Object.hasOwn(record, name) ? record[name] : undefined;
    const checked = checkAnswer(of, value, `${path}.${name}`);
    if (!checked.ok) return checked;
    entries.push([name, checked.value]);
  }
  // Defines own properties, whatever their names are.
  return fit(Object.fromEntries(entries));
}

function fit(value: unknown): CheckedAnswer {
  return { ok: true, value };
}

function misfit(path: string, what: string): CheckedAnswer {
  return { ok: false, problem: `${path} ${what}` };
}
