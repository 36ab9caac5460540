// A model behind a provider's API, through the AI SDK. The SDK and a provider's package are loaded by the first call.
import type { EmbeddingModel, LanguageModel } from 'ai';
import { toBatchSchema } from './answer-schema.ts';
import { createBoundedFetch } from './bounded-fetch.ts';
import type { ProviderSettings, ProviderType } from './config.ts';
import { toModelFault, type FaultPlace } from './fault-map.ts';
import type { Model, ModelAnswers } from './model.ts';
import { toPrompt } from './prompt.ts';

export interface SdkModelOptions extends FaultPlace {
  readonly provider: ProviderSettings & { readonly type: ProviderType };
  readonly maxOutputTokens: number | undefined;
  readonly maxResponseBytes: number;
}

interface Provider {
  readonly language: LanguageModel;
  /** Throws where the provider has no embedding models. */
  embedding(): EmbeddingModel;
}

/** Retries nothing: what to do about a fault is decided along the route. */
export function createSdkModel(options: SdkModelOptions): Model {
  const load = once(() => loadSdk(options));
  const place = { source: options.source, model: options.model };

  async function guarded<T>(signal: AbortSignal, call: () => Promise<T>): Promise<T> {
    try {
      signal.throwIfAborted();
      return await call();
    } catch (thrown) {
      // The SDK wraps an abort in errors of its own.
      signal.throwIfAborted();
      throw toModelFault(thrown, place);
    }
  }

  return {
    name: options.model,
    remote: true,
    generate: (request, signal) =>
      guarded(signal, async () => {
        const { sdk, provider } = await load();
        const schema = toBatchSchema(request.shape);
        const { instructions, prompt } = toPrompt(request, options.provider.structuredOutputs ? undefined : schema);
        try {
          const { output, usage } = await sdk.generateText({
            model: provider.language,
            instructions,
            prompt,
            output: sdk.Output.object({ schema: sdk.jsonSchema(schema), name: 'answers' }),
            maxRetries: 0,
            abortSignal: signal,
            ...(options.maxOutputTokens === undefined ? {} : { maxOutputTokens: options.maxOutputTokens }),
          });
          return { answers: readAnswers(output), usage: tokensOf(usage) };
        } catch (thrown) {
          if (!sdk.NoObjectGeneratedError.isInstance(thrown)) throw thrown;
          // It answered and its tokens are spent, only not with the JSON that was asked for.
          return { answers: new Map(), usage: tokensOf(thrown.usage) };
        }
      }),
    embed: (texts, signal) =>
      guarded(signal, async () => {
        const { sdk, provider } = await load();
        const { embeddings, usage } = await sdk.embedMany({
          model: provider.embedding(),
          values: [...texts],
          maxRetries: 0,
          maxParallelCalls: 1,
          abortSignal: signal,
        });
        return { vectors: embeddings, usage: { inputTokens: count(usage.tokens), outputTokens: 0 } };
      }),
  };
}

/** By id, whatever the order; an id that comes twice answers nobody. */
function readAnswers(output: unknown): ModelAnswers['answers'] {
  const answers = new Map<string, unknown>();
  const twice = new Set<string>();
  const list = typeof output === 'object' && output !== null && 'answers' in output ? output.answers : undefined;
  for (const entry of Array.isArray(list) ? list : []) {
    if (typeof entry !== 'object' || entry === null) continue;
    const { id, answer } = entry as Record<string, unknown>;
    if (typeof id !== 'string' && typeof id !== 'number') continue;
    if (answers.has(String(id))) twice.add(String(id));
    answers.set(String(id), answer);
  }
  for (const id of twice) answers.delete(id);
  return answers;
}

function tokensOf(usage: { inputTokens?: number | undefined; outputTokens?: number | undefined } | undefined) {
  return { inputTokens: count(usage?.inputTokens), outputTokens: count(usage?.outputTokens) };
}

function count(tokens: number | undefined): number {
  return tokens !== undefined && Number.isFinite(tokens) ? tokens : 0;
}

async function loadSdk(options: SdkModelOptions) {
  const sdk = await import('ai');
  // Its warnings about settings go to the console, which is the hub's own log.
  Object.assign(globalThis, { AI_SDK_LOG_WARNINGS: false });
  return { sdk, provider: await loadProvider(options) };
}

/**
 * Keys and addresses are always given: without them the packages would read the environment, which only the
 * configuration may do.
 */
async function loadProvider({ model, provider, maxResponseBytes }: SdkModelOptions): Promise<Provider> {
  const name = model.slice(0, model.indexOf('/'));
  const id = model.slice(name.length + 1);
  const settings = {
    apiKey: provider.apiKey ?? '',
    headers: provider.headers ?? {},
    fetch: createBoundedFetch(maxResponseBytes),
  };
  switch (provider.type) {
    case 'openai': {
      const { createOpenAI } = await import('@ai-sdk/openai');
      const openai = createOpenAI({ ...settings, baseURL: provider.baseUrl ?? 'https://api.openai.com/v1' });
      return { language: openai(id), embedding: () => openai.embeddingModel(id) };
    }
    case 'anthropic': {
      const { createAnthropic } = await import('@ai-sdk/anthropic');
      const anthropic = createAnthropic({ ...settings, baseURL: provider.baseUrl ?? 'https://api.anthropic.com/v1' });
      return { language: anthropic(id), embedding: () => anthropic.embeddingModel(id) };
    }
    case 'google': {
      const { createGoogle } = await import('@ai-sdk/google');
      const baseURL = provider.baseUrl ?? 'https://generativelanguage.googleapis.com/v1beta';
      const google = createGoogle({ ...settings, baseURL });
      return { language: google(id), embedding: () => google.embeddingModel(id) };
    }
    case 'openai-compatible': {
      const { createOpenAICompatible } = await import('@ai-sdk/openai-compatible');
      const { apiKey, ...rest } = settings;
      const compatible = createOpenAICompatible({
        ...rest,
        ...(apiKey === '' ? {} : { apiKey }),
        name,
        baseURL: provider.baseUrl ?? '',
        supportsStructuredOutputs: provider.structuredOutputs,
      });
      return { language: compatible(id), embedding: () => compatible.embeddingModel(id) };
    }
  }
}

/** One load for all callers; a load that failed is tried again by the next. */
function once<T>(load: () => Promise<T>): () => Promise<T> {
  let loading: Promise<T> | undefined;
  return () => {
    loading ??= load().catch((thrown: unknown) => {
      loading = undefined;
      throw thrown;
    });
    return loading;
  };
}
