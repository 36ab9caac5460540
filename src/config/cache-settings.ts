// What may be kept of answers over time: `cache` of a source, and the budget that all sources share.
import { z } from 'zod';

export const sourceCacheSchema = z
  .strictObject({
    ttlMs: z
      .number()
      .int()
      .nonnegative()
      .default(0)
      .describe('How long an answer is fresh that does not say so itself (Cache-Control, Expires).'),
    staleMs: z
      .number()
      .int()
      .nonnegative()
      .default(0)
      .describe('How long an answer may be given out after that, while a fresh one is fetched in the background.'),
    ignoreHeaders: z
      .boolean()
      .default(false)
      .describe('Take ttlMs and staleMs for every answer, whatever its headers say, no-store included.'),
  })
  .describe('Keep the answers of reads: by their own headers (RFC 9111), and by these times. Without it none is kept.');
export type SourceCacheSettings = z.infer<typeof sourceCacheSchema>;

export const cacheSettingsSchema = z.strictObject({
  maxBytes: z
    .number()
    .int()
    .positive()
    .default(32 * 1024 * 1024)
    .describe('Memory for the answers of all sources that have a cache; the least recently used go first.'),
});
