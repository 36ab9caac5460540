// Fields that are vectors (task embed): all texts of the calls that run together go to one model.
import type { FieldCall, RunCalls } from '../../contract/connector.ts';
import type { Scope } from '../../contract/scope.ts';
import { toHubFault } from '../../faults/hub-fault.ts';
import { refuse, routeOf, type AiConnectorOptions, type AiField } from './ai-field.ts';
import { toAnswerShape } from './answer-shape.ts';
import { compileQuestion, hasArgument, readTexts } from './question.ts';
import type { Route } from './route.ts';

const NO_VECTORS: ReadonlyMap<string, readonly number[]> = new Map();

/** [Float!] embeds the data as one text; [[Float!]!] embeds the argument `texts`. */
export function prepareEmbed({ routes, runner, settings }: AiConnectorOptions, ai: AiField): RunCalls {
  const shape = toAnswerShape(ai.field.field.type, ai.coordinate);
  const vector = shape.kind === 'list' ? shape.of : undefined;
  const many = vector?.kind === 'list';
  if (vector === undefined || (many ? vector.of : vector).kind !== 'float' || many !== hasArgument(ai.field, 'texts')) {
    throw refuse(ai.coordinate, 'a task embed gives [Float!] of its data, or [[Float!]!] of an argument texts');
  }
  const read = compileQuestion(ai.field, settings.maxInputChars);

  /** A call's texts; null where there is nothing to embed and the type lets that be said. */
  function textsOf(call: FieldCall, data: unknown): readonly string[] | null {
    if (many) return readTexts(call.args, ai.coordinate, settings.maxInputChars);
    const text = plainText(data);
    return text === '' && shape.nullable ? null : [text];
  }

  async function embed(scope: Scope, route: Route, asked: readonly Asked[], outcomes: unknown[]): Promise<void> {
    const texts = [...new Set(asked.flatMap((one) => one.texts))];
    try {
      const vectors = texts.length === 0 ? NO_VECTORS : (await runner.embed(scope, route, texts)).of;
      for (const { position, texts: own } of asked) {
        const found = own.map((text) => vectors.get(text) ?? []);
        outcomes[position] = many ? found : found[0];
      }
    } catch (thrown) {
      scope.signal.throwIfAborted();
      for (const { position } of asked) outcomes[position] = toHubFault(thrown);
    }
  }

  return async (scope, calls) => {
    const outcomes: unknown[] = [];
    const byRoute = new Map<Route, Asked[]>();
    for (const [position, call] of calls.entries()) {
      try {
        const { route: wanted, data } = read(call);
        const route = routeOf(routes, ai, wanted);
        const texts = textsOf(call, data);
        const asked = byRoute.get(route) ?? [];
        if (texts === null) outcomes[position] = null;
        else asked.push({ position, texts });
        byRoute.set(route, asked);
      } catch (thrown) {
        outcomes[position] = toHubFault(thrown);
      }
    }
    await Promise.all([...byRoute].map(([route, asked]) => embed(scope, route, asked, outcomes)));
    return outcomes;
  };
}

interface Asked {
  readonly position: number;
  readonly texts: readonly string[];
}

/** All texts and numbers of the data, a line each. */
function plainText(data: unknown): string {
  if (typeof data === 'string' || typeof data === 'number') return String(data);
  if (typeof data !== 'object' || data === null) return '';
  return Object.values(data)
    .map(plainText)
    .filter((line) => line !== '')
    .join('\n');
}
