// An operation run twice, for its answer as text and as objects: what a client would read of each, and what it cost upstream.
import { setImmediate } from 'node:timers/promises';
import { parse, validate } from 'graphql';
import type { ComposedGraph, GraphResponse } from '../../src/contract/graph.ts';
import { createScope, type ScopeOptions } from '../../src/engine/create-scope.ts';
import type { FakeSource } from './graph.ts';

export interface Answered {
  /** Whether the answer came as text. */
  readonly isText: boolean;
  /** The body, as it is sent. */
  readonly body: string;
  /** Upstream calls, sorted. */
  readonly calls: readonly string[];
}

export interface BothForms {
  readonly text: Answered;
  readonly objects: Answered;
}

/** @param operationName of the operation, where the document has several */
export async function askBothForms(
  graph: ComposedGraph,
  sources: readonly FakeSource[],
  text: string,
  variables: Readonly<Record<string, unknown>> = {},
  options: ScopeOptions & { readonly operationName?: string } = {},
): Promise<BothForms> {
  const document = parse(text);
  const problems = validate(graph.schema, document);
  if (problems.length > 0) throw new AggregateError(problems, problems.map(String).join('\n'));
  const prepared = graph.prepare({ document, text, operationName: options.operationName });
  const run = async (form: 'text' | undefined): Promise<Answered> => {
    for (const { calls } of sources) (calls as unknown[]).length = 0;
    const response = await prepared.execute(createScope(options), variables, form);
    // What is inside of something that is null already is not waited for.
    await setImmediate();
    const calls = sources.flatMap((source) =>
      source.calls.map(({ operation, args, parent }) => JSON.stringify([operation, args, parent])),
    );
    return { isText: response.text !== undefined, body: toBody(response), calls: calls.sort() };
  };
  return { text: await run('text'), objects: await run(undefined) };
}

function toBody({ text, ...response }: GraphResponse): string {
  return text === undefined ? JSON.stringify(response) : `{"data":${Buffer.from(text).toString()}}`;
}
