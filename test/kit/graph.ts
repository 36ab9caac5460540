// Graphs for tests: local subgraphs whose @rest fields are answered by functions, composed and planned for real.
import { parse, Source } from 'graphql';
import type { Connector, FieldCall } from '../../src/contract/connector.ts';
import type { ComposedGraph, GraphResponse } from '../../src/contract/graph.ts';
import type { Scope } from '../../src/contract/scope.ts';
import type { Subgraph } from '../../src/contract/subgraph.ts';
import { createFieldPolicy } from '../../src/auth/create-field-policy.ts';
import { createGraph } from '../../src/engine/create-graph.ts';
import { createScope } from '../../src/engine/create-scope.ts';
import { composeSupergraph } from '../../src/graph/compose-supergraph.ts';
import { createPlanner } from '../../src/graph/query-planner.ts';
import { JsonText, JsonValue } from '../../src/transport/json-text.ts';
import { parseJson } from '../../src/transport/parse-json.ts';
import { createLocalSubgraph } from '../../src/subgraphs/local/create-local-subgraph.ts';

/** Answers by operation ("GET /orders"); a thrown error becomes the outcome of that one call. */
export type Answers = Readonly<Record<string, (call: FieldCall, scope: Scope) => unknown>>;

export interface FakeSource {
  readonly subgraph: Subgraph;
  /** Every call, in order: its operation and arguments. */
  readonly calls: {
    readonly operation: string;
    readonly args: FieldCall['args'];
    readonly parent: FieldCall['parent'];
  }[];
}

const METHODS = ['get', 'post', 'put', 'patch', 'delete'] as const;

export function fakeSource(
  name: string,
  sdl: string,
  answers: Answers,
  maxKeysPerBatch = 100,
  shareLookups = true,
  read = (text: string) => parse(new Source(text, `schema/${name}/test.graphql`)),
): FakeSource {
  const calls: FakeSource['calls'] = [];
  const connector: Connector = {
    kind: 'rest',
    directive: 'rest',
    prepare({ directive, field }) {
      const method = METHODS.find((one) => directive[one] !== undefined) ?? 'get';
      const operation = `${method.toUpperCase()} ${String(directive[method])}`;
      const answer = answers[operation];
      if (answer === undefined) throw new Error(`no answer for ${operation} (${field.name})`);
      return {
        operation,
        merges: false,
        answersJson: true,
        ...(method === 'post'
          ? { change: 'CREATED' }
          : method === 'delete'
            ? { change: 'DELETED' }
            : method === 'patch'
              ? { change: 'UPDATED' }
              : {}),
        run: (scope, list) =>
          Promise.all(
            list.map(async (call) => {
              calls.push({ operation, args: call.args, parent: call.parent });
              try {
                return overTheWire(await answer(call, scope), call.asJson === true);
              } catch (error) {
                return error;
              }
            }),
          ),
      };
    },
    close: () => Promise.resolve(),
  };
  const document = read(sdl);
  return {
    subgraph: createLocalSubgraph({
      name,
      kind: 'rest',
      sdl: document,
      connectors: [connector],
      settings: { maxKeysPerBatch, shareLookups },
    }),
    calls,
  };
}

/** As a source has it that answers with JSON. */
function overTheWire(payload: unknown, asJson: boolean): unknown {
  if (payload instanceof Error || payload instanceof JsonValue) return payload;
  const json = JSON.stringify(payload ?? null);
  const text = asJson ? JsonText.read(Buffer.from(json)) : undefined;
  return text === undefined ? parseJson(json) : new JsonValue(text, 0);
}

export function testGraph(...subgraphs: readonly Subgraph[]): ComposedGraph {
  const supergraph = composeSupergraph(subgraphs);
  const planner = createPlanner(supergraph);
  return createGraph({
    supergraphSdl: supergraph.sdl,
    publicSchema: supergraph.publicSchema,
    subgraphs,
    plan: (text, name) => planner.plan(text, name),
    policy: createFieldPolicy(supergraph.document, supergraph.publicSchema),
  });
}

/** Runs an operation; the answer as a client would read it. */
export async function ask(
  graph: ComposedGraph,
  text: string,
  variables = {},
  scope = createScope(),
): Promise<GraphResponse> {
  const response = await graph
    .prepare({ document: parse(text), text, operationName: undefined })
    .execute(scope, variables);
  return JSON.parse(JSON.stringify(response));
}
