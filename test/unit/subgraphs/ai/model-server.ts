// A loopback server that speaks the OpenAI chat completions protocol, and an ai subgraph that calls it.
import { parse, type DocumentNode } from 'graphql';
import type { ServerResponse } from 'node:http';
import { aiSettingsSchema, type AiSettings } from '../../../../src/subgraphs/ai/config.ts';
import type { SourceServices } from '../../../../src/config/source-kind.ts';
import type { FetchResult, PlannedFetch } from '../../../../src/contract/fetch.ts';
import type { Scope } from '../../../../src/contract/scope.ts';
import type { SourceStats } from '../../../../src/contract/source-stats.ts';
import type { Subgraph } from '../../../../src/contract/subgraph.ts';
import { createScope } from '../../../../src/engine/create-scope.ts';
import { createAiKind } from '../../../../src/subgraphs/ai/index.ts';
import { createSourceStats } from '../../../../src/telemetry/source-stats.ts';
import { json, startUpstream, type Received, type Upstream } from '../../../kit/upstream.ts';

export interface AskedItem {
  readonly id: string;
  readonly prompt?: string;
  readonly data: Record<string, any>;
}

export interface Asked {
  readonly model: string;
  readonly instructions: string;
  readonly items: readonly AskedItem[];
  readonly schema: any;
  readonly request: Received;
}

export type Reply = (asked: Asked, response: ServerResponse) => void | Promise<void>;

export function startModelServer(reply: Reply): Promise<Upstream> {
  return startUpstream((request, response) => reply(readAsked(request), response));
}

export function readAsked(request: Received): Asked {
  const body = JSON.parse(request.body);
  const [, items = '[]'] = (body.messages?.at(-1)?.content ?? '').split('\n');
  return {
    model: body.model,
    instructions: body.messages?.[0]?.content ?? '',
    items: JSON.parse(items),
    schema: body.response_format?.json_schema?.schema,
    request,
  };
}

/** A chat completion whose content is `content`, as text or as JSON. */
export function complete(response: ServerResponse, content: unknown, finish = 'stop'): void {
  json(response, {
    id: 'chatcmpl-1',
    object: 'chat.completion',
    created: 1_700_000_000,
    model: 'm',
    choices: [
      {
        index: 0,
        finish_reason: finish,
        message: { role: 'assistant', content: typeof content === 'string' ? content : JSON.stringify(content) },
      },
    ],
    usage: { prompt_tokens: 11, completion_tokens: 7, total_tokens: 18 },
  });
}

/** Answers each item with what `answer` says. */
export const answering =
  (answer: (item: AskedItem) => unknown): Reply =>
  ({ items }, response) =>
    complete(response, { answers: items.map((item) => ({ id: item.id, answer: answer(item) })) });

export interface Assistant {
  readonly subgraph: Subgraph;
  readonly stats: SourceStats;
  ask(text: string, variables?: Record<string, unknown>, scope?: Scope): Promise<FetchResult>;
  /** Asks for `selection` of entities and gives them back as a list. */
  entities(type: string, rows: readonly object[], selection: string, scope?: Scope): Promise<FetchResult>;
}

export async function startAssistant(settings: object, sdl = ''): Promise<Assistant> {
  const parsed: AiSettings = aiSettingsSchema.parse({ kind: 'ai', retry: { attempts: 1 }, ...settings });
  const stats = createSourceStats();
  const document: DocumentNode = sdl === '' ? { kind: 'Document' as any, definitions: [] } : parse(sdl);
  const services = { folder: '.', stats } as SourceServices;
  const subgraph = await createAiKind().create({ name: 'assistant', settings: parsed }, document, services);
  const ask: Assistant['ask'] = (text, variables = {}, scope = createScope()) =>
    subgraph.prepare(toFetch(text, Object.keys(variables)))(scope, variables);
  return {
    subgraph,
    stats,
    ask,
    entities: (type, rows, selection, scope) =>
      ask(
        `query ($representations: [_Any!]!) { _entities(representations: $representations) { ... on ${type} { ${selection} } } }`,
        { representations: rows.map((row) => ({ __typename: type, ...row })) },
        scope,
      ),
  };
}

function toFetch(text: string, variableNames: readonly string[]): PlannedFetch {
  return {
    subgraph: 'assistant',
    kind: 'query',
    text,
    document: parse(text),
    variableNames,
    representationVariables: variableNames.filter((name) => name === 'representations'),
  };
}

/** Settings with one OpenAI-compatible provider per server: "a/m", "b/m" and so on. */
export function providers(...servers: readonly Upstream[]): Record<string, object> {
  return Object.fromEntries(
    servers.map(({ url }, index) => [
      String.fromCharCode(97 + index),
      { type: 'openai-compatible', baseUrl: `${url}/v1`, apiKey: 'secret-key' },
    ]),
  );
}
