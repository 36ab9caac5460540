// Fields that a model answers (generate, summarize, classify): N calls become as few model calls as the limits allow.
import { createHash } from 'node:crypto';
import type { FieldCall, RunCalls } from '../../contract/connector.ts';
import type { Scope } from '../../contract/scope.ts';
import { HubFault, toHubFault } from '../../faults/hub-fault.ts';
import { refuse, routeOf, type AiConnectorOptions, type AiField } from './ai-field.ts';
import { toAnswerShape, withLabels, type AnswerShape } from './answer-shape.ts';
import type { EnvelopeTypes } from './base-sdl.ts';
import { isEmptyData } from './bound-data.ts';
import type { AiTask, ModelItem, ModelRequest } from './model.ts';
import { compileQuestion, hasArgument, namedTypeOf, type Question } from './question.ts';
import type { Answered, Route, RouteRunner } from './route.ts';

/** A call of the model carries at most this many times `maxInputChars`. */
const ITEMS_OF_FULL_SIZE = 4;

/** What a caller reads, made of the answer and of the call that gave it. */
type Wrap = (answered: Answered) => unknown;

/** @throws HUB_COMPOSE_SDL where type, task and arguments do not go together. */
export function prepareAnswer(options: AiConnectorOptions, ai: AiField, task: Exclude<AiTask, 'embed'>): RunCalls {
  const { routes, runner, settings } = options;
  const { shape, wrap } = shapeOf(options.envelopes, ai);
  const prompt = ai.prompt ?? ai.field.field.description ?? undefined;
  if (task === 'classify' && !isClosed(shape) && !hasArgument(ai.field, 'labels')) {
    throw refuse(ai.coordinate, 'a task classify needs an enum as its type, or an argument labels');
  }
  if (task === 'generate' && prompt === undefined && !hasArgument(ai.field, 'prompt')) {
    throw refuse(ai.coordinate, 'it says nothing to ask: give it a prompt, a description or an argument prompt');
  }
  const read = compileQuestion(ai.field, settings.maxInputChars);

  /** Identical questions are one item; items that ask the same way share a request. */
  function sort(calls: readonly FieldCall[]): { outcomes: unknown[]; requests: Map<string, Batch> } {
    const requests = new Map<string, Batch>();
    const outcomes = calls.map((call, index): unknown => {
      try {
        const question = read(call);
        if (isPointless(question)) return null;
        const batch = batchFor(requests, question);
        const id = digest([question.prompt, question.data]);
        const entry = batch.entries.get(id) ?? { question, calls: [] };
        entry.calls.push(index);
        batch.entries.set(id, entry);
        return undefined;
      } catch (thrown) {
        return toHubFault(thrown);
      }
    });
    return { outcomes, requests };
  }

  /** Nothing to read and nothing else asked: no model is needed to know that there is no answer. */
  function isPointless(question: Question): boolean {
    return ai.field.root === undefined && shape.nullable && question.prompt === undefined && isEmptyData(question.data);
  }

  function batchFor(requests: Map<string, Batch>, question: Question): Batch {
    const route = routeOf(routes, ai, question.route);
    const maxWords = question.maxWords ?? ai.maxWords;
    const key = digest([route.name, maxWords, question.labels]);
    const known = requests.get(key);
    if (known !== undefined) return known;
    const labelled = question.labels === undefined ? shape : withLabels(shape, question.labels);
    const batch = { route, ask: { task, field: ai.coordinate, prompt, maxWords, shape: labelled }, entries: new Map() };
    requests.set(key, batch);
    return batch;
  }

  return async (scope, calls) => {
    const { outcomes, requests } = sort(calls);
    const chunks = [...requests.values()].flatMap((batch) => chunk(batch, settings));
    await Promise.all(chunks.map((one) => ask(scope, runner, one, wrap, outcomes)));
    return outcomes;
  };
}

interface Entry {
  readonly question: Question;
  /** Positions of the calls that it answers. */
  readonly calls: number[];
}

interface Batch {
  readonly route: Route;
  readonly ask: Omit<ModelRequest, 'items'>;
  /** Digest of the question → the question. */
  readonly entries: Map<string, Entry>;
}

/** Splits by number of items, and by how much the model has to read. */
function chunk(
  batch: Batch,
  settings: AiConnectorOptions['settings'],
): readonly (Omit<Batch, 'entries'> & { entries: Entry[] })[] {
  const chunks: Entry[][] = [];
  let chars = Infinity;
  for (const entry of batch.entries.values()) {
    const open = chunks.at(-1);
    const full = open === undefined || open.length >= settings.maxKeysPerBatch;
    if (full || chars + entry.question.chars > settings.maxInputChars * ITEMS_OF_FULL_SIZE) {
      chunks.push([entry]);
      chars = entry.question.chars;
    } else {
      open.push(entry);
      chars += entry.question.chars;
    }
  }
  return chunks.map((entries) => ({ route: batch.route, ask: batch.ask, entries }));
}

async function ask(
  scope: Scope,
  runner: RouteRunner,
  { route, ask: request, entries }: Omit<Batch, 'entries'> & { readonly entries: readonly Entry[] },
  wrap: Wrap,
  outcomes: unknown[],
): Promise<void> {
  const items = entries.map(({ question: { prompt, data } }, index): ModelItem => ({
    id: String(index + 1),
    ...(prompt === undefined ? {} : { prompt }),
    data,
  }));
  const answers = await runner.answer(scope, route, { ...request, items });
  entries.forEach(({ calls }, index) => {
    const outcome = answers.get(String(index + 1));
    const value = outcome instanceof HubFault || outcome === undefined ? outcome : wrap(outcome);
    for (const position of calls) outcomes[position] = value;
  });
}

/** The structure to ask for. Of an envelope the model gives only its own part. */
function shapeOf(envelopes: EnvelopeTypes | undefined, ai: AiField): { shape: AnswerShape; wrap: Wrap } {
  const named = namedTypeOf(ai.field);
  if (named === envelopes?.generation) {
    return {
      shape: { kind: 'string', nullable: false },
      wrap: ({ value, model, usage }) => ({ text: value, model, ...usage }),
    };
  }
  if (named === envelopes?.classification) {
    const label: AnswerShape = { kind: 'string', nullable: false };
    const score: AnswerShape = { kind: 'float', nullable: true };
    return {
      shape: {
        kind: 'object',
        nullable: false,
        properties: [
          { name: 'label', shape: label },
          { name: 'score', description: 'How sure you are, from 0 to 1.', shape: score },
        ],
      },
      wrap: ({ value, model }) => ({ ...(value as object), model }),
    };
  }
  return { shape: toAnswerShape(ai.field.field.type, ai.coordinate), wrap: ({ value }) => value };
}

function isClosed(shape: AnswerShape): boolean {
  if (shape.kind === 'list') return isClosed(shape.of);
  if (shape.kind === 'object') return shape.properties.some(({ shape: of }) => isClosed(of));
  return shape.kind === 'enum' || shape.kind === 'boolean';
}

function digest(value: unknown): string {
  return createHash('sha256').update(JSON.stringify(value)).digest('base64');
}
