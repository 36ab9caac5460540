import { afterEach, describe, expect, it } from '@jest/globals';
import type { ProviderType } from '../../../../src/subgraphs/ai/config.ts';
import type { ModelRequest } from '../../../../src/subgraphs/ai/model.ts';
import { createSdkModel } from '../../../../src/subgraphs/ai/sdk-model.ts';
import { json, startUpstream, type Answer, type Upstream } from '../../../kit/upstream.ts';

const REQUEST: ModelRequest = {
  task: 'summarize',
  field: 'Query.summarize',
  prompt: undefined,
  maxWords: 5,
  shape: { kind: 'string', nullable: true },
  items: [{ id: '1', data: { text: 'Long' } }],
};
const ANSWER = JSON.stringify({ answers: [{ id: '1', answer: 'Short' }] });
const signal = new AbortController().signal;

let server: Upstream | undefined;
afterEach(() => server?.close());

async function model(type: ProviderType, answer: Answer, settings: object = {}) {
  server = await startUpstream(answer);
  return createSdkModel({
    source: 'assistant',
    model: 'p/some-model',
    provider: {
      type,
      apiKey: 'k-1',
      baseUrl: `${server.url}/v1`,
      structuredOutputs: true,
      headers: { 'x-team': 't' },
      ...settings,
    },
    maxOutputTokens: 100,
    maxResponseBytes: 100_000,
  });
}

/** What each provider answers with, in its own protocol. */
const PROTOCOLS: readonly [ProviderType, string, string, object][] = [
  [
    'openai',
    '/v1/responses',
    'authorization',
    {
      id: 'resp_1',
      object: 'response',
      created_at: 1_700_000_000,
      status: 'completed',
      model: 'some-model',
      output: [
        {
          type: 'message',
          id: 'msg_1',
          role: 'assistant',
          status: 'completed',
          content: [{ type: 'output_text', text: ANSWER, annotations: [] }],
        },
      ],
      usage: { input_tokens: 5, output_tokens: 3 },
    },
  ],
  [
    'anthropic',
    '/v1/messages',
    'x-api-key',
    {
      id: 'msg_1',
      type: 'message',
      role: 'assistant',
      model: 'some-model',
      content: [{ type: 'tool_use', id: 't1', name: 'json', input: JSON.parse(ANSWER) }],
      stop_reason: 'tool_use',
      usage: { input_tokens: 5, output_tokens: 3 },
    },
  ],
  [
    'google',
    '/v1/models/some-model:generateContent',
    'x-goog-api-key',
    {
      candidates: [{ content: { role: 'model', parts: [{ text: ANSWER }] }, finishReason: 'STOP', index: 0 }],
      usageMetadata: { promptTokenCount: 5, candidatesTokenCount: 3, totalTokenCount: 8 },
    },
  ],
  [
    'openai-compatible',
    '/v1/chat/completions',
    'authorization',
    {
      id: 'c1',
      choices: [{ index: 0, finish_reason: 'stop', message: { role: 'assistant', content: ANSWER } }],
      usage: { prompt_tokens: 5, completion_tokens: 3 },
    },
  ],
];

describe('a model behind a provider', () => {
  it.each(PROTOCOLS)('of type %s is asked in its own protocol', async (type, path, keyHeader, body) => {
    const asked = await model(type, (_request, response) => json(response, body));
    const { answers, usage } = await asked.generate(REQUEST, signal);
    expect([...answers]).toEqual([['1', 'Short']]);
    expect(usage).toEqual({ inputTokens: 5, outputTokens: 3 });
    const [request] = server?.received ?? [];
    expect(request?.url).toBe(path);
    expect(request?.headers[keyHeader]).toContain('k-1');
    expect(request?.headers['x-team']).toBe('t');
    expect(request?.body).toContain('Use at most 5 words');
    expect(request?.body).toContain('additionalProperties');
  });

  it('is shown the schema in the prompt where its API takes none', async () => {
    const [, , , body] = PROTOCOLS[3] ?? ['', '', '', {}];
    const asked = await model('openai-compatible', (_request, response) => json(response, body), {
      structuredOutputs: false,
      apiKey: undefined,
    });
    await asked.generate(REQUEST, signal);
    const sent = JSON.parse(server?.received[0]?.body ?? '{}');
    expect(sent.response_format).toEqual({ type: 'json_object' });
    expect(sent.messages[0].content).toContain('JSON Schema');
    expect(server?.received[0]?.headers.authorization).toBeUndefined();
  });

  it('rejects what its provider does not offer', async () => {
    const asked = await model('anthropic', (_request, response) => json(response, {}));
    await expect(asked.embed(['a'], signal)).rejects.toMatchObject({ code: 'HUB_UPSTREAM_REJECTED' });
  });

  it.each([
    ['HTML with a status of success', 200, 'text/html', '<html>', 'HUB_UPSTREAM_MALFORMED'],
    ['JSON of another protocol', 200, 'application/json', '{"ok":true}', 'HUB_UPSTREAM_MALFORMED'],
    ['a bad gateway', 502, 'text/html', '<html>', 'HUB_UPSTREAM_FAILED'],
    ['a gateway that waited in vain', 504, 'text/html', '', 'HUB_UPSTREAM_TIMEOUT'],
    ['a refusal', 403, 'application/json', '{"error":{"message":"k-1","code":"no key k-1"}}', 'HUB_UPSTREAM_REJECTED'],
  ])('faults for %s', async (_what, status, type, body, code) => {
    const asked = await model('openai-compatible', (_request, response) => {
      response.writeHead(status, { 'content-type': type });
      response.end(body);
    });
    const fault = await asked.generate(REQUEST, signal).catch((thrown: unknown) => thrown);
    expect(fault).toMatchObject({ code, details: { source: 'assistant', model: 'p/some-model' } });
    expect(JSON.stringify([(fault as Error).message, fault])).not.toMatch(/k-1|Long/);
  });

  it('faults where the connection is cut in the middle of the answer', async () => {
    const asked = await model('openai-compatible', (_request, response) => {
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': '1000' });
      response.write('{"id":', () => response.destroy());
    });
    await expect(asked.generate(REQUEST, signal)).rejects.toMatchObject({ code: 'HUB_UPSTREAM_MALFORMED' });
  });
});
