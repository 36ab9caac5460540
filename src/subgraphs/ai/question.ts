// One call of an @ai field, as what is asked of a model: which arguments steer, which are data, and within what bounds.
import {
  getNamedType,
  isObjectType,
  Kind,
  parse,
  type GraphQLNamedType,
  type GraphQLObjectType,
  type SelectionSetNode,
} from 'graphql';
import type { ConnectorField, FieldCall } from '../../contract/connector.ts';
import { HubFault } from '../../faults/hub-fault.ts';
import { directiveArgs, upstreamName } from '../local/hub-directives.ts';
import { boundData, boundText } from './bound-data.ts';

/** Arguments with these upstream names steer the call; all others are data. */
const STEERING = new Set(['prompt', 'route', 'labels', 'maxWords']);

const MAX_LABELS = 200;
const MAX_LABEL_CHARS = 200;
const MAX_TEXTS = 2_048;
const MAX_WORDS = 10_000;

export interface Question {
  readonly route: string | undefined;
  readonly prompt: string | undefined;
  readonly labels: readonly string[] | undefined;
  readonly maxWords: number | undefined;
  readonly data: Readonly<Record<string, unknown>>;
  /** Roughly how much of the model's input it takes. */
  readonly chars: number;
}

export type ReadQuestion = (call: FieldCall) => Question;

/** The reader throws HUB_REQUEST_INVALID where an argument makes no sense to a model. */
export function compileQuestion({ parent, field, root }: ConnectorField, maxInputChars: number): ReadQuestion {
  const requires = directiveArgs(field.astNode, 'requires')?.fields;
  const pick = root === undefined ? compilePick(parent, requires) : () => undefined;
  const steered = new Set(
    field.args.map(({ astNode, name }) => upstreamName(astNode, name)).filter((name) => STEERING.has(name)),
  );
  const coordinate = `${parent.name}.${field.name}`;
  return ({ args, parent: value }) => {
    const given = Object.entries(args).filter(([name]) => !steered.has(name));
    const { data, chars } = boundData(
      { ...(pick(value) as object | undefined), ...Object.fromEntries(given) },
      maxInputChars,
    );
    const prompt = textOf(args.prompt);
    const bounded = prompt === undefined ? undefined : boundText(prompt, maxInputChars);
    return {
      route: textOf(args.route),
      prompt: bounded,
      labels: labelsOf(args.labels, coordinate),
      maxWords: maxWordsOf(args.maxWords, coordinate),
      data,
      chars: chars + (bounded?.length ?? 0),
    };
  };
}

/** The texts of a batch embedding: argument `texts`, each bounded. */
export function readTexts(args: FieldCall['args'], coordinate: string, maxInputChars: number): readonly string[] {
  const texts = Array.isArray(args.texts) ? args.texts : [];
  if (texts.length > MAX_TEXTS) {
    throw new HubFault('HUB_REQUEST_INVALID', `${coordinate} takes at most ${MAX_TEXTS} texts at once.`);
  }
  return texts.map((text) => boundText(String(text), maxInputChars));
}

type Pick = (value: unknown) => unknown;

/**
 * Only what `@requires` names, however deep: a representation also carries keys and what other fields need. Without
 * `@requires`, the whole parent.
 */
function compilePick(parent: GraphQLObjectType, requires: unknown): Pick {
  const selected = typeof requires === 'string' ? parseFieldSet(requires) : undefined;
  return selected === undefined ? (value) => value : pickFields(parent, selected);
}

/** Undefined for a field set that does not parse: composition reports it. */
function parseFieldSet(fields: string): SelectionSetNode | undefined {
  try {
    const [definition] = parse(`{ ${fields} }`, { noLocation: true }).definitions;
    return definition?.kind === Kind.OPERATION_DEFINITION ? definition.selectionSet : undefined;
  } catch {
    return undefined;
  }
}

function pickFields(type: GraphQLNamedType, { selections }: SelectionSetNode): Pick {
  const known = isObjectType(type) ? type.getFields() : undefined;
  // Below an abstract type the names depend on the object: it is taken whole.
  if (known === undefined) return (value) => value;
  const fields = selections
    .filter((selection) => selection.kind === Kind.FIELD)
    .map(({ name: { value: name }, selectionSet }) => {
      const field = known[name];
      const inner = selectionSet !== undefined && field !== undefined;
      const pick: Pick = inner ? pickFields(getNamedType(field.type), selectionSet) : (value) => value;
      return { name, upstream: upstreamName(field?.astNode, name), pick };
    });
  const pickOne: Pick = (value) => {
    if (Array.isArray(value)) return value.map(pickOne);
    if (typeof value !== 'object' || value === null) return value;
    const record = value as Readonly<Record<string, unknown>>;
    const read = (key: string): unknown => (Object.hasOwn(record, key) ? record[key] : undefined);
    return Object.fromEntries(fields.map(({ name, upstream, pick }) => [name, pick(read(upstream) ?? read(name))]));
  };
  return pickOne;
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value.trim() !== '' ? value : undefined;
}

function labelsOf(value: unknown, coordinate: string): readonly string[] | undefined {
  if (value === undefined || value === null) return undefined;
  const labels = Array.isArray(value) ? [...new Set(value.map(String))] : [];
  const wrong =
    labels.length === 0 ||
    labels.length > MAX_LABELS ||
    labels.some((label) => label.trim() === '' || label.length > MAX_LABEL_CHARS);
  if (!wrong) return labels;
  throw new HubFault(
    'HUB_REQUEST_INVALID',
    `${coordinate}: labels must be 1 to ${MAX_LABELS} texts of 1 to ${MAX_LABEL_CHARS} characters.`,
  );
}

function maxWordsOf(value: unknown, coordinate: string): number | undefined {
  if (value === undefined || value === null) return undefined;
  if (typeof value === 'number' && Number.isInteger(value) && value >= 1 && value <= MAX_WORDS) return value;
  throw new HubFault('HUB_REQUEST_INVALID', `${coordinate}: maxWords must be a whole number from 1 to ${MAX_WORDS}.`);
}

/** Whether a field's argument, under its upstream name, is there. */
export function hasArgument({ field }: ConnectorField, upstream: string): boolean {
  return field.args.some(({ astNode, name }) => upstreamName(astNode, name) === upstream);
}

/** Name of the type that a field gives, lists and non-nulls taken off. */
export function namedTypeOf({ field }: ConnectorField): string {
  return getNamedType(field.type).name;
}
