// The one interface through which the connector sees a model, whether behind a provider's API or built in.
import type { AnswerShape } from './answer-shape.ts';

export type AiTask = 'generate' | 'summarize' | 'classify' | 'embed';

/** One question. Its id is what its answer is matched by. */
export interface ModelItem {
  readonly id: string;
  /** What the caller asks of this item; what the schema asks of all of them is the request's prompt. */
  readonly prompt?: string;
  /** Material to answer from: bounded, plain JSON, never instructions. */
  readonly data: Readonly<Record<string, unknown>>;
}

export interface ModelRequest {
  readonly task: Exclude<AiTask, 'embed'>;
  /** Name of the GraphQL field that is asked for. */
  readonly field: string;
  readonly prompt: string | undefined;
  readonly maxWords: number | undefined;
  readonly shape: AnswerShape;
  readonly items: readonly ModelItem[];
}

export interface TokenUsage {
  readonly inputTokens: number;
  readonly outputTokens: number;
}

export interface ModelAnswers {
  /**
   * Item id → the answer as the model gave it (not yet checked against the shape), or the fault of that item alone.
   * An id that is missing got no answer.
   */
  readonly answers: ReadonlyMap<string, unknown>;
  readonly usage: TokenUsage;
}

export interface ModelVectors {
  /** One vector per text, in the order of the texts. */
  readonly vectors: readonly (readonly number[])[];
  readonly usage: TokenUsage;
}

/** Both calls reject with a HubFault, or with `signal.reason` once the signal has aborted. Safe to call side by side. */
export interface Model {
  /** "openai/gpt-5-mini". */
  readonly name: string;
  /** Whether a call leaves the process. */
  readonly remote: boolean;
  generate(request: ModelRequest, signal: AbortSignal): Promise<ModelAnswers>;
  embed(texts: readonly string[], signal: AbortSignal): Promise<ModelVectors>;
}
