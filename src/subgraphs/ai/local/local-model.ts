// The built-in model: rules over wink-nlp behind the same interface as any other. Nothing leaves the process.
import { hash } from 'node:crypto';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { LOCAL_MODEL } from '../config.ts';
import type { AnswerShape } from '../answer-shape.ts';
import type { Model, ModelItem, ModelRequest, TokenUsage } from '../model.ts';
import { answerLocally } from './answer-locally.ts';
import { embedText } from './embedding.ts';
import { loadNlp } from './nlp.ts';

/** It reads no tokens that anybody bills. */
const NO_TOKENS: TokenUsage = { inputTokens: 0, outputTokens: 0 };

/** Answers that are kept for each shape (that is, for each field). They are short, whatever the texts were. */
const MAX_KEPT_ANSWERS = 2_000;

/** Deterministic, so what was answered once is not worked out again. Items are worked on one by one, letting the event loop turn in between. */
export function createLocalModel(): Model {
  const kept = new WeakMap<AnswerShape, Map<string, unknown>>();
  return {
    name: LOCAL_MODEL,
    remote: false,
    async generate(request, signal) {
      const nlp = await loadNlp();
      const answers = new Map<string, unknown>();
      const known = kept.get(request.shape) ?? new Map<string, unknown>();
      kept.set(request.shape, known);
      for (const item of request.items) {
        signal.throwIfAborted();
        const key = digestOf(request, item);
        if (!known.has(key)) {
          keep(known, key, answerLocally(nlp, request, item));
          await nextTurn();
        }
        answers.set(item.id, known.get(key));
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

/** Everything that an answer depends on, beside its shape. */
function digestOf({ task, field, prompt, maxWords }: ModelRequest, item: ModelItem): string {
  return hash('sha1', JSON.stringify([task, field, prompt, maxWords, item.prompt, item.data]));
}

function keep(known: Map<string, unknown>, key: string, answer: unknown): void {
  known.set(key, answer);
  const oldest = known.size > MAX_KEPT_ANSWERS ? known.keys().next() : undefined;
  if (oldest?.done === false) known.delete(oldest.value);
}
