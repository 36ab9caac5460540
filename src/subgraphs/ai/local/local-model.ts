// The built-in model: rules over wink-nlp behind the same interface as any other. Nothing leaves the process.
import { setImmediate as nextTurn } from 'node:timers/promises';
import { LOCAL_MODEL } from '../config.ts';
import type { Model, TokenUsage } from '../model.ts';
import { answerLocally } from './answer-locally.ts';
import { embedText } from './embedding.ts';
import { loadNlp } from './nlp.ts';

/** It reads no tokens that anybody bills. */
const NO_TOKENS: TokenUsage = { inputTokens: 0, outputTokens: 0 };

/** Deterministic. Items are worked on one by one, letting the event loop turn in between. */
export function createLocalModel(): Model {
  return {
    name: LOCAL_MODEL,
    remote: false,
    async generate(request, signal) {
      const nlp = await loadNlp();
      const answers = new Map<string, unknown>();
      for (const item of request.items) {
        signal.throwIfAborted();
        answers.set(item.id, answerLocally(nlp, request, item));
        await nextTurn();
      }
      return { answers, usage: NO_TOKENS };
    },
    async embed(texts, signal) {
      const nlp = await loadNlp();
      const vectors: (readonly number[])[] = [];
      for (const text of texts) {
        signal.throwIfAborted();
        vectors.push(embedText(nlp, text));
        await nextTurn();
      }
      return { vectors, usage: NO_TOKENS };
    },
  };
}
