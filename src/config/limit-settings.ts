// The `limits` part of manifold.yaml: what one operation may ask for. Read by the configuration, used by operation.
import { z } from 'zod';

/** A whole number, or `false` for no limit. */
const limit = z.union([z.number().int().positive(), z.literal(false)]);

export const limitSettingsSchema = z.strictObject({
  /** Levels of fields, fragments opened. Introspection does not count. */
  maxDepth: limit.default(15),
  /** Fields under another name, fragments opened. */
  maxAliases: limit.default(30),
  /** Words and punctuation of the document. */
  maxTokens: limit.default(5_000),
  /**
   * Field values the answer may have: a field costs 1 (or its `@cost`), what is inside a list as many times as the list
   * is asked to be long (`first: 20`, `@listSize`), 10 where nothing says.
   */
  maxComplexity: limit.default(50_000),
});
export type LimitSettings = z.infer<typeof limitSettingsSchema>;
